"""Where does a proposal stand, and how did it get there? State, who said yes, what it sent; never an action."""

from typing import Any

import pandas as pd
import streamlit as st

from control_tower.model import Approval, Proposal
from control_tower.services import proposals
from control_tower.vocabulary import ProposalState
from control_tower.workflow import matrix
from dashboard import answers_plan, identity, theme
from dashboard.components import plain, quiet, table

COLOURS = {
    ProposalState.DRAFT: "gray", ProposalState.SUBMITTED: "orange", ProposalState.PARTLY_APPROVED: "orange",
    ProposalState.APPROVED: "blue", ProposalState.RELEASED: "blue", ProposalState.CONFIRMED: "green",
    ProposalState.REJECTED: "red", ProposalState.FAILED: "red",
}  # fmt: skip
_NEXT = {
    ProposalState.DRAFT: "nobody has been asked yet; it holds no stock",
    ProposalState.APPROVED: "it waits to be released; its stock is held",
    ProposalState.RELEASED: "its moves left for the systems; a build must show them",
    ProposalState.FAILED: "a system refused; release it again or cancel it",
    ProposalState.CONFIRMED: "a build shows it",
}


def head(found: Proposal) -> None:
    """The proposal's number, its state, and what happens next."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain.as_text(found.proposal_id)}**")
        st.badge(theme.words(found.state), color=COLOURS.get(found.state, "gray"))  # type: ignore[arg-type]
        quiet.line(plain.as_text(f"version {found.version} by {found.created_by} · {following(found)}"))
    if found.override_reason:
        st.text(f"Another plan than the recommended one, because: {found.override_reason}")
    if found.failure:
        st.text(f"Refused by the receiver: {found.failure}")


def following(found: Proposal) -> str:
    """What the proposal waits for, in words."""
    if found.state in (ProposalState.SUBMITTED, ProposalState.PARTLY_APPROVED):
        open_rules = matrix.missing(found.required, valid(found))
        said = "; ".join(
            f"{' or '.join(theme.words(r) for r in rule.roles)}, because {rule.why.replace('_', ' ')}"
            for rule in open_rules
        )
        return f"waits for {said}; void after {theme.moment(found.expires_at)}"
    return _NEXT.get(found.state, "this is final")


def valid(found: Proposal) -> list[Approval]:
    """The decisions that count for this version."""
    return [
        approval for approval in proposals.approvals_of(identity.store(), found.proposal_id) if not approval.is_void
    ]


def voices(found: Proposal) -> None:
    """Who must say yes, and who already did (two-person approvals)."""
    given = proposals.approvals_of(identity.store(), found.proposal_id)
    for rule in found.required:
        yes = [
            a.approver_id for a in given if not a.is_void and a.decision == "approved" and a.approver_role in rule.roles
        ]
        mark = ":green[✓]" if len(yes) >= rule.count else ":orange[○]"
        who = f"yes from {', '.join(yes)}" if yes else "nobody yet"
        roles = " or ".join(theme.words(role) for role in rule.roles)
        st.markdown(
            f"{mark} {rule.count} × {plain.as_text(roles)}: {plain.as_text(rule.why.replace('_', ' '))} – {plain.as_text(who)}"
        )
    if not found.required and found.submitted_at:
        quiet.line("No rule of the approval matrix asked for anybody; the policy approved it.")
    for one in given:
        late = " (void: the plan was edited afterwards)" if one.is_void else ""
        st.text(
            f"{one.approver_id} {one.decision} version {one.proposal_version}{late}: {one.reason or 'no reason given'}"
        )


def timeline(found: Proposal) -> None:
    """Every step, by whom, and every message that leaves."""
    store = identity.store()
    with store.reading() as unit:
        entries = unit.audit.of_subject("proposal", found.proposal_id)
    rows = pd.DataFrame(
        [
            {
                "at": pd.Timestamp(entry.acted_at).tz_localize(None),
                "who": entry.actor_id,
                "what": theme.words(entry.action.partition(".")[2]),
                "outcome": entry.outcome,
                "reason": entry.reason,
            }
            for entry in entries
        ]
    )
    st.markdown("**How it got here**")
    if len(rows):
        heads = {"at": "When, UTC", "who": "Who", "what": "Step", "outcome": "Outcome", "reason": "Reason"}
        table.plain_rows(rows, heads, f"timeline_{found.proposal_id}", 36 + 34 * 8)
    sent = proposals.messages_of(store, found.proposal_id)
    if sent:
        st.markdown("**What leaves for the systems**")
        shown = [{"key": m.key, "kind": theme.words(m.kind), "state": str(m.state), "tries": m.attempts} for m in sent]
        heads = {"key": "Idempotency key", "kind": "Message", "state": "State", "tries": "Tries"}
        table.plain_rows(pd.DataFrame(shown), heads, f"messages_{found.proposal_id}", 36 + 34 * 6)


def listed(found: list[Proposal], key: str, empty: str) -> str | None:
    """A table of proposals; returns the id of the one that is picked."""
    if not found:
        quiet.line(plain.as_text(empty))
        return None
    rows = pd.DataFrame(
        [
            {"id": p.proposal_id, "state": [theme.words(p.state)], "what": answers_plan.proposal(p), "by": p.created_by,
             "changed": pd.Timestamp(p.updated_at).tz_localize(None)}
            for p in found
        ]
    )  # fmt: skip
    column = st.column_config
    states = sorted({state[0] for state in rows["state"]})
    heads: dict[str, Any] = {
        "id": column.TextColumn("Proposal", pinned=True, width=95),
        "state": column.MultiselectColumn("State", options=states, color=[theme.BADGE_QUIET] * len(states), width=120),
        "what": "What it does", "by": "By",
        "changed": column.DatetimeColumn("Changed, UTC", format="D MMM HH:mm", width=110),
    }  # fmt: skip
    table.picking_rows(
        rows, heads, key, lambda n: st.session_state.update({f"{key}_picked": rows["id"].iloc[n]}), 36 + 34 * 8
    )
    picked: str | None = st.session_state.pop(f"{key}_picked", None)
    return picked
