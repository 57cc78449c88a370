"""What can be done with this plan or proposal now? Its buttons by state and right; a button that cannot be used says why.

Every click goes through `actions.act`; the services decide again, whatever was shown here (fault 72).
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from control_tower import settings
from control_tower.model import Proposal, User
from control_tower.services import approvals, planning, proposals, releases, users
from control_tower.services.planning import Outlook, Wish
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import ProposalState
from control_tower.workflow import matrix
from control_tower.workflow.approval import EDITABLE
from control_tower.workflow.rights import Action, may
from control_tower.workflow.store.store import Store
from dashboard import actions, answers_plan, filters, identity, planned
from dashboard.components import delegating, plain, quiet

WAITING = (ProposalState.SUBMITTED, ProposalState.PARTLY_APPROVED)
_ENDED = (ProposalState.REJECTED, ProposalState.WITHDRAWN, ProposalState.EXPIRED, ProposalState.CANCELLED)


def submit_plan(wished: Wish, found: Outlook, viewer: User) -> None:
    """The workbench's primary action: says before what will happen, then drafts and submits."""
    is_override = found.payload["chosen_option"] != found.payload["recommended_option"]
    with st.container(border=True):
        st.markdown("**What happens when you submit**")
        st.markdown(plain.as_text(answers_plan.needed(found.required)))
        quiet.line("Its stock is held from then on, and nobody else can promise it.")
        if is_override:
            st.markdown(":orange[This is not the recommended plan: say why; the audit trail keeps it.]")
        reason = st.text_input("Reason" + (" (needed)" if is_override else ""), key="submit_reason", max_chars=500)
        why = lacking(viewer, Action.PROPOSAL_SUBMIT)
        why = why or ("an override needs a reason" if is_override and not reason.strip() else "")
        st.button(
            "Save draft & submit", type="primary", key="submit_plan", disabled=bool(why),
            help=plain.as_text(why or "Drafts the plan and asks for approval"), on_click=_submit_plan,
            args=(wished, found.payload),
        )  # fmt: skip
        if why:
            quiet.line(plain.as_text(f"Cannot be submitted: {why}."))


def _submit_plan(wished: Wish, payload: Mapping[str, Any]) -> None:
    reason = st.session_state.get("submit_reason", "")
    known = planned.about(wished.exception_ids)
    if wished.replaces:
        revision = next(p.revision for p in known if p.proposal_id == wished.replaces)
        made = actions.act("Saved", proposals.edit, wished.replaces, dict(payload), reason=reason, version=revision)
    else:
        made = actions.act("Draft saved", proposals.draft, dict(payload), reason=reason, version=len(known))
    if made is None:
        return
    sent = actions.act(
        f"{made.subject_id} is submitted", proposals.submit, made.subject_id, reason=reason, version=made.version
    )
    open_proposal((sent or made).subject_id)


def open_proposal(proposal_id: str) -> None:
    """Look at a proposal from the next run on."""
    filters.set_local("exception", "")
    filters.set_local("proposal", proposal_id)


def lacking(viewer: User, action: Action) -> str:
    """Why this user may not do this; empty when the role may."""
    return (
        ""
        if may(viewer.role, action)
        else f"the role {viewer.role.replace('_', ' ')} may not {action.partition('.')[2]}"
    )


def objection(found: Proposal, viewer: User, action: Action) -> str:
    """Why this user cannot take this step, said before it is tried; empty when nothing is known against it.

    The service decides by itself (faults 72, 76); this is so that nobody has to try.
    """
    if why := lacking(viewer, action):
        return why
    if action not in (Action.PROPOSAL_APPROVE, Action.PROPOSAL_REJECT):
        return ""
    store = identity.store()
    editors = {version["editor_person_id"] for version in proposals.versions_of(store, found.proposal_id)}
    if viewer.person_id in editors:
        return "you proposed or edited it; somebody else must decide"
    given = [one for one in proposals.approvals_of(store, found.proposal_id) if not one.is_void]
    if viewer.person_id in {one.approver_person_id for one in given}:
        return "you decided on it already; a second person must"
    roles = sorted({role for rule in matrix.missing(found.required, given) for role in rule.roles})
    own = {viewer.role, *(one.role for one in users.lenders(store, viewer))}
    return "" if own & set(roles) else f"it waits for {' or '.join(roles)}".replace("_", " ")


def show(found: Proposal, viewer: User) -> None:
    """The steps that this state has for this user, each with its reason field where one is needed."""
    steps = [step for step in _steps(found) if may(viewer.role, step[1]) or step[1] is Action.PROPOSAL_APPROVE]
    if not steps:
        if found.state in _ENDED and may(viewer.role, Action.PROPOSAL_DRAFT):
            quiet.line("This proposal is at its end; the shortage may still be there.")
            st.button("Plan this shortage anew", key="plan_anew", on_click=_plan_anew, args=(found,))
        else:
            quiet.line(f"Nothing to do here for the role {plain.as_text(viewer.role.replace('_', ' '))} in this state.")
        return
    against = {action: objection(found, viewer, action) for _, action, _, _ in steps}
    key = f"reason_{found.proposal_id}_{found.revision}"
    reason = st.text_input(
        "Reason", key=key, max_chars=500, help="Rejecting and cancelling need one; the trail keeps it."
    )
    delegating.choose(found, viewer)
    with st.container(horizontal=True):
        for label, action, verb, is_reasoned in steps:
            lacks = against[action] or ("give a reason first" if is_reasoned and not reason.strip() else "")
            kind: Any = "primary" if (label, action) == steps[0][:2] else "secondary"
            st.button(
                label, key=f"{action}_{found.proposal_id}", type=kind, disabled=bool(lacks), on_click=_do,
                args=(label, verb, found, key), help=plain.as_text(lacks) or None,
            )  # fmt: skip
    for why in sorted({f"{label}: {against[action]}" for label, action, _, _ in steps if against[action]}):
        quiet.line(plain.as_text(why + "."))


def _plan_anew(found: Proposal) -> None:
    filters.set_local("proposal", "")
    st.query_params["exception"] = list(found.exception_ids)


def _steps(found: Proposal) -> list[tuple[str, Action, Callable[..., Receipt], bool]]:
    state = found.state
    steps: list[tuple[str, Action, Callable[..., Receipt], bool]] = []
    if state is ProposalState.DRAFT:
        steps.append(("Submit", Action.PROPOSAL_SUBMIT, proposals.submit, False))
    if state in WAITING:
        steps.append(("Approve", Action.PROPOSAL_APPROVE, approvals.approve, False))
        steps.append(("Reject", Action.PROPOSAL_REJECT, approvals.reject, True))
    if state in (ProposalState.APPROVED, ProposalState.FAILED):
        steps.append(("Release", Action.PROPOSAL_RELEASE, releases.release, False))
    if state in EDITABLE:
        steps.append(("Plan again", Action.PROPOSAL_EDIT, _plan_again, False))
    if state in (ProposalState.DRAFT, *WAITING):
        steps.append(("Withdraw", Action.PROPOSAL_WITHDRAW, proposals.withdraw, False))
    if state in (ProposalState.APPROVED, ProposalState.RELEASED, ProposalState.FAILED):
        steps.append(("Cancel", Action.PROPOSAL_CANCEL, releases.cancel, True))
    return steps


def _plan_again(store: Store, request: Request, proposal_id: str) -> Receipt:
    return planning.plan_again(store, request, settings.current(), proposal_id)


def _do(label: str, verb: Callable[..., Receipt], found: Proposal, key: str) -> None:
    done = {
        "Submit": "submitted", "Approve": "approved by you", "Reject": "rejected", "Release": "released", "Cancel": "cancelled",
        "Plan again": "planned anew: a draft again", "Withdraw": "withdrawn",
    }[label]  # fmt: skip
    said, reason = f"{found.proposal_id} is {done}", st.session_state.get(key, "")
    lender = delegating.chosen(found) if label in ("Approve", "Reject") else ""
    if lender:
        as_lent = delegating.approve if label == "Approve" else delegating.reject
        actions.act(said, as_lent, found.proposal_id, lender, reason=reason, version=found.revision)
    else:
        actions.act(said, verb, found.proposal_id, reason=reason, version=found.revision)
