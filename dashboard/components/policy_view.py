"""Which rules count, since when, by whom? The policy in force in sections, its versions with differences, and the way to a new one."""

import difflib
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from control_tower import policy as shipped
from control_tower.model import PolicyVersion, User
from control_tower.policy import Policy
from control_tower.policy_approval import ALWAYS_HUMAN, ApprovalRule
from control_tower.services import policy
from control_tower.vocabulary import MoveAction
from control_tower.workflow.rights import Action
from dashboard import actions, answers_plan, identity, theme
from dashboard.components import csv, plain, proposal_actions, quiet, table

_BOUNDARY = {
    "recommend": "a machine may recommend",
    "execute": "a machine may do it",
    "needs_approval": "a person, always",
}


def shipped_text() -> str:
    """The text of version one, as the product ships it."""
    return shipped.SHIPPED.read_text(encoding="utf-8")


def in_force(found: Policy, versions: list[PolicyVersion]) -> str:
    """Version, hash, since when, who wrote and who activated it, in one line."""
    active = next((v for v in versions if v.version == found.version), None)
    if active is None:
        return f"Version {found.version}, as shipped, is in force; nobody changed it. Content {found.hash[:16]}."
    return (
        f"Version {active.version} is in force since {theme.moment(active.effective_at)}: written by {active.author_id}, "
        f"activated by {active.activator_id}. Content {found.hash[:16]}."
    )


def matrix(found: Policy) -> None:
    """Who must say yes, when (GOV-03)."""
    st.markdown("**Who must say yes** · every rule that is hit must be fulfilled")
    rows = [
        {"rule": theme.words(rule.id), "when": _condition(rule), "who": " or ".join(theme.words(r) for r in rule.roles),
         "count": rule.count, "why": rule.why}
        for rule in found.approval.rule
    ]  # fmt: skip
    heads = {"rule": "Rule", "when": "When", "who": "Who", "count": "How many", "why": "Why"}
    table.plain_rows(pd.DataFrame(rows, columns=list(heads)), heads, "policy_matrix")
    quiet.line(f"A proposal that nobody released is void after {found.approval.expires_hours} hours.")


def _condition(rule: ApprovalRule) -> str:
    parts = [
        f"amount from {rule.from_amount:,}" if rule.from_amount is not None else "",
        f"margin below {rule.below_margin_rate:.0%}, or unknown" if rule.below_margin_rate is not None else "",
        f"tier {' or '.join(map(str, rule.tiers))}" if rule.tiers else "",
        f"action {' or '.join(theme.words(a) for a in rule.actions)}" if rule.actions else "",
        f"site {' or '.join(answers_plan.local(s) for s in rule.site_ids)}" if rule.site_ids else "",
    ]
    return " and ".join(part for part in parts if part) or "always"


def boundary(found: Policy) -> None:
    """What a machine may do alone (AI-03)."""
    st.markdown("**What a machine may do alone**")
    names = list(dict.fromkeys([*ALWAYS_HUMAN, *map(str, MoveAction)]))
    rows = [
        {"action": theme.words(name), "how": _BOUNDARY[found.approval.bounds(name)],
         "fixed": "no policy may change this" if name in ALWAYS_HUMAN else ""}
        for name in names
    ]  # fmt: skip
    heads = {"action": "Action", "how": "How far", "fixed": "Bound"}
    table.plain_rows(pd.DataFrame(rows), heads, "policy_boundary", 36 + 34 * 16)


def sections(found: Policy) -> None:
    """Every number and rule in force, by section, one row per key."""
    whole = found.rules.model_dump(mode="json")
    name = st.selectbox(
        "Section", [s for s in whole if isinstance(whole[s], dict)], key="policy_section", format_func=theme.words
    )
    rows = pd.DataFrame(_flat(whole[name]), columns=["key", "value"])
    table.plain_rows(rows, {"key": "Key", "value": "Value"}, "policy_rows", 36 + 34 * 14)
    csv.button("CSV of this section", f"policy_{name}", lambda: rows, "csv_policy")


def _flat(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for key, part in value.items() for row in _flat(part, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        return [row for number, part in enumerate(value, 1) for row in _flat(part, f"{path}[{number}]")]
    return [(path, ", ".join(map(str, value)) if isinstance(value, list) else str(value))]


def history(found: Policy, versions: list[PolicyVersion]) -> None:
    """Every version, newest first, and what one changed against the one before it."""
    if not versions:
        quiet.line("No version after the shipped one. A draft becomes the first.")
        return
    rows = pd.DataFrame(
        [
            {"version": v.version, "by": v.author_id, "at": v.drafted_at.replace(tzinfo=None), "why": v.why,
             "activated": v.activator_id or "not activated", "from": v.effective_at.replace(tzinfo=None) if v.effective_at else None}
            for v in versions
        ]
    )  # fmt: skip
    rows["from"] = pd.to_datetime(rows["from"])
    heads = {"version": "Version", "by": "Written by", "at": "Written, UTC", "why": "Why", "activated": "Activated by",
             "from": "Counts from, UTC"}  # fmt: skip
    table.plain_rows(rows, heads, "policy_versions")
    chosen = st.selectbox("Show what changed in", list(rows["version"]), key="policy_diff")
    place = list(rows["version"]).index(chosen)
    before = versions[place + 1].content if place + 1 < len(versions) else shipped_text()
    st.code(difference(before, versions[place].content) or "Nothing but the version's name.", language="diff")


def difference(before: str, after: str) -> str:
    """What changed from one text to the other, three lines around each change."""
    return "\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=2))


def draft(found: Policy, versions: list[PolicyVersion], viewer: User) -> None:
    """Write a new version: the whole text, with a reason; somebody else activates it (GOV-02, GOV-05)."""
    why = proposal_actions.lacking(viewer, Action.POLICY_DRAFT)
    if why:
        quiet.line(plain.as_text(f"You cannot draft a version: {why}."))
        return
    begun, key = _begun(found, versions)
    text = st.text_area("The text of the new version", begun, height=360, key=key)
    reason = st.text_input("Why", key="policy_why", max_chars=500)
    st.button("Save as draft", key="policy_draft", type="primary", disabled=not reason.strip(), on_click=_draft,
              help=None if reason.strip() else "Say why first", args=(text, reason))  # fmt: skip


def _begun(found: Policy, versions: list[PolicyVersion]) -> tuple[str, str]:
    """The text to begin with: that in force, or an older one to go back to (GOV-08); and the key of its field."""
    texts = {shipped.load().version: shipped_text()} | {v.version: v.content for v in reversed(versions)}
    older = [name for name in texts if name != found.version]
    if not older:
        return texts[found.version], "policy_text"
    names = [found.version, *older]
    chosen = st.selectbox(
        "Begin with", names, key="policy_begin",
        format_func=lambda name: f"version {name}" + (", in force" if name == found.version else ""),
    )  # fmt: skip
    return texts[chosen], f"policy_text_{chosen}"


def _draft(text: str, reason: str) -> None:
    actions.act("The draft is kept; somebody else can activate it", policy.draft, text, reason=reason)


def activate(versions: list[PolicyVersion], viewer: User) -> None:
    """Let a drafted version count from a day on; never by its author."""
    waiting = [v for v in versions if v.activated_at is None]
    why = proposal_actions.lacking(viewer, Action.POLICY_ACTIVATE)
    if not waiting or why:
        n = f"{len(waiting)} draft{'s wait' if len(waiting) > 1 else ' waits'}" if waiting else "No draft waits"
        quiet.line(plain.as_text(f"{n} to be activated{f'; {why}' if why and waiting else ''}."))
        return
    version = st.selectbox("Draft", [v.version for v in waiting], key="policy_waiting")
    author = next(v.author_id for v in waiting if v.version == version)
    quiet.line(
        plain.as_text(
            f"Written by {author}; somebody else must activate it. Open proposals become stale and must be planned again."
        )
    )
    choice = st.segmented_control(
        "Counts from", ["in two minutes", "a later day"], default="in two minutes", key="policy_from"
    )
    day = (
        st.date_input("Day", datetime.now(UTC).date() + timedelta(days=1), key="policy_day")
        if choice == "a later day"
        else None
    )
    st.button("Activate", key="policy_activate", type="primary", on_click=_activate, args=(version, day))


def _activate(version: str, day: Any) -> None:
    soon = identity.store().now().replace(second=0, microsecond=0) + timedelta(minutes=2)
    at = datetime.combine(day, time.min, UTC) if day else soon
    actions.act(f"Version {version} counts from {theme.moment(at)}", policy.activate, version, at)
