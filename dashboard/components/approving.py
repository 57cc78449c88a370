"""What waits for me, and what was decided? One proposal to decide in full, the others as tables."""

from typing import Any

import streamlit as st

from control_tower.model import Proposal, User
from control_tower.services import users
from control_tower.vocabulary import ProposalState
from control_tower.workflow import matrix
from control_tower.workflow.rights import Action, may
from dashboard import answers_plan, data, filters, identity, planned, theme
from dashboard.components import plain, plan_view, proposal_actions, proposal_view, quiet

_DUE = (ProposalState.APPROVED, ProposalState.FAILED)


def waiting_for(viewer: User, found: list[Proposal]) -> list[Proposal]:
    """The proposals that this user's role may decide now; own ones too, so that the refusal can be read."""
    if not may(viewer.role, Action.PROPOSAL_APPROVE):
        return []
    roles = {viewer.role, *(one.role for one in users.lenders(identity.store(), viewer))}
    return [p for p in found if p.state in proposal_actions.WAITING and _asks(p, roles)]


def _asks(found: Proposal, roles: set[str]) -> bool:
    return any(roles & set(rule.roles) for rule in matrix.missing(found.required, proposal_view.valid(found)))


def due(viewer: User, found: list[Proposal]) -> list[Proposal]:
    """The approved ones that this user may release."""
    return [p for p in found if p.state in _DUE] if may(viewer.role, Action.PROPOSAL_RELEASE) else []


def answer(viewer: User, mine: list[Proposal], ready: list[Proposal], found: list[Proposal]) -> str:
    """How many decisions wait for this user, and how much hangs on them."""
    others = sum(p.state in proposal_actions.WAITING for p in found) - len(mine)
    worth = sum(float(p.payload["amount"]) for p in mine)
    currency = str(mine[0].payload["currency_code"]) if mine else ""
    role = theme.words(viewer.role)
    said = (
        f"{_proposals(len(mine))} for you as {role}, worth {theme.money(worth, currency)}"
        if mine
        else "Nothing waits for you"
    )
    said += f"; {_proposals(len(ready))} to be released" if ready else ""
    return said + (f"; {_proposals(others)} for others." if others else ".")


def _proposals(n: int) -> str:
    return f"{theme.count(n)} proposal waits" if n == 1 else f"{theme.count(n)} proposals wait"


def decide(reader: data.Reader, found: Proposal, viewer: User) -> None:
    """One proposal to decide: what it gains, who gives stock up, what it costs, which rule asks, what is hashed."""
    written = found.payload
    currency, sites, named = str(written["currency_code"]), planned.sites(reader), planned.named(reader, written)
    with st.container(border=True):
        proposal_view.head(found)
        st.markdown(plain.as_text(answers_plan.shortage(written, named, currency)))
        plan_view.numbers(written, currency)
        st.markdown("**What it gains**")
        plan_view.pick_line(written, plan_view.winners(written, named, sites), currency)
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown("**Who gives stock up**")
            plan_view.losers(written, named)
            proposal_view.timeline(found)
        with right:
            st.markdown("**Which rule asks**")
            proposal_view.voices(found)
            _hashed(found)
            proposal_actions.show(found, viewer)


def _hashed(found: Proposal) -> None:
    """The content that is shown is the content that is approved (fault 78)."""
    quiet.line(
        plain.as_text(f"You decide on exactly this content: {found.payload_hash}, version {found.version}"),
        help="SHA-256 of the plan as it stands here. It is written beside your decision; an edit voids it.",
    )


def tables(viewer: User, found: list[Proposal]) -> None:
    """What waits for others, what was decided."""
    mine = {p.proposal_id for p in waiting_for(viewer, found)}
    others = [p for p in found if p.state in proposal_actions.WAITING and p.proposal_id not in mine]
    decided = [p for p in found if p.state not in (*proposal_actions.WAITING, ProposalState.DRAFT)]
    parts: list[tuple[str, list[Proposal], str]] = [
        ("Waits for others", others, "Nothing waits for anybody else."),
        ("Decided", decided, "Nothing was decided yet."),
    ]
    for title, listed, empty in parts:
        st.subheader(title, anchor=False)
        picked = proposal_view.listed(listed, f"approvals_{title}", empty)
        if picked:
            filters.set_local("proposal", picked)
            st.rerun()


def choose(mine: list[Proposal]) -> Any:
    """Which of several to decide first: the one that expires first stands first."""
    if len(mine) < 2:
        return mine[0] if mine else None
    names = {p.proposal_id: f"{p.proposal_id} · {answers_plan.proposal(p)}" for p in mine}
    picked = st.segmented_control(
        "Decide on", list(names), default=mine[0].proposal_id, format_func=lambda i: plain.as_text(names[i])
    )
    return next((p for p in mine if p.proposal_id == picked), mine[0])
