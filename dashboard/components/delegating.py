"""In whose name is a proposal decided? The field for a lent right to approve, and the form that lends one's own.

What may be lent, and whether it still holds, the services decide at every click.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta

import streamlit as st

from control_tower.model import Proposal, User
from control_tower.services import approvals, users
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import ProposalState
from control_tower.workflow.rights import Action, may
from control_tower.workflow.store.store import Store
from dashboard import actions, identity, theme
from dashboard.components import plain, quiet

_WAITING = (ProposalState.SUBMITTED, ProposalState.PARTLY_APPROVED)
_LONGEST_DAYS = 30


def _key(found: Proposal) -> str:
    return f"name_{found.proposal_id}_{found.revision}"


def choose(found: Proposal, viewer: User) -> None:
    """The choice between one's own name and those that were lent; nothing where there is none."""
    lent = users.lenders(identity.store(), viewer) if found.state in _WAITING else []
    if not lent:
        return
    names = {"": "my own name"} | {one.user_id: f"{one.name}, {theme.words(one.role)}" for one in lent}
    st.selectbox(
        "Decide in", list(names), format_func=lambda key: plain.as_text(names[key]), key=_key(found),
        help="Somebody lent you the right to approve. The trail names you both.",
    )  # fmt: skip


def chosen(found: Proposal) -> str:
    """The account in whose name this user decides; empty for their own."""
    return str(st.session_state.get(_key(found)) or "")


def approve(store: Store, request: Request, proposal_id: str, lender: str) -> Receipt:
    """Say yes in another's name."""
    return approvals.approve(store, replace(request, on_behalf_of=lender), proposal_id)


def reject(store: Store, request: Request, proposal_id: str, lender: str) -> Receipt:
    """Say no in another's name."""
    return approvals.reject(store, replace(request, on_behalf_of=lender), proposal_id)


def lend(viewer: User) -> None:
    """The form by which an approver lets somebody else decide for a time."""
    if not may(viewer.role, Action.USER_DELEGATE):
        return
    store = identity.store()
    others = {
        one.user_id: one.name
        for one in users.find_all(store)
        if one.is_active and one.person_id != viewer.person_id and may(one.role, Action.PROPOSAL_APPROVE)
    }
    today = store.now().date()
    with st.expander("Let somebody approve for you", icon=":material/swap_horiz:"):
        if not others:
            quiet.line("Nobody else may approve, so the right cannot be lent.")
            return
        with st.form("lend", border=False):
            to = st.selectbox("Who", list(others), format_func=lambda key: plain.as_text(others[key]), key="lend_to")
            until = st.date_input(
                "Until the end of",
                today,
                min_value=today,
                max_value=today + timedelta(days=_LONGEST_DAYS),
                key="lend_until",
            )
            reason = st.text_input("Reason", max_chars=500, key="lend_reason", help="Needed; the trail keeps it.")
            if st.form_submit_button("Lend the right to approve"):
                now = store.now()
                ends = datetime.combine(until, time.max, now.tzinfo)
                actions.act(f"{others[to]} may approve for you", users.lend, to, now, ends, reason=reason)
                st.rerun()
