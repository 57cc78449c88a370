"""Who did what, and is the record whole? The audit trail by page, and the verdict on its chain."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.model import AuditEntry, User
from control_tower.services import trail
from control_tower.workflow.asked import Asked
from control_tower.workflow.audit import Verdict
from dashboard import filters, identity, theme
from dashboard.components import csv, plain, quiet, table

_OUTCOMES = ("", "done", "refused", "replayed")
_VERDICT = "trail_verdict"


def asked(viewer: User) -> Asked:
    """The question to the trail, from one row of fields."""
    known = ["", *trail.actions(identity.store(), viewer)]
    columns = st.columns([2, 2, 2, 2, 3])
    subject = columns[0].text_input("About", key="trail_subject", placeholder="P-000001, a case, …", max_chars=200)
    actor = columns[1].text_input("Who", key="trail_actor", placeholder="any user", max_chars=200)
    action = columns[2].selectbox("Step", known, key="trail_action", format_func=lambda a: theme.words(a) or "any step")
    outcome = columns[3].selectbox("Outcome", _OUTCOMES, key="trail_outcome", format_func=lambda o: o or "any outcome")
    days: Any = columns[4].date_input("Days, UTC", [], key="trail_days")
    since, until = days if len(days) == 2 else (None, None)
    return Asked(subject.strip(), actor.strip(), action, outcome, since, until)


def show(viewer: User) -> None:
    """The entries that pass, fifty at a time, one of them in full, all of them as CSV."""
    question = asked(viewer)
    skip = filters.number("skip")
    found = trail.page(identity.store(), viewer, question, table.PAGE_ROWS, skip)
    if not found.total:
        quiet.line("No entry passes these fields. Empty one of them, or nothing was done yet.")
        return
    rows = frame(found.entries)
    heads: dict[str, Any] = {
        "no": st.column_config.NumberColumn("No.", pinned=True, width=60), "at": "When, UTC", "who": "Who", "action": "Step",
        "outcome": "Outcome", "about": "About", "reason": st.column_config.TextColumn("Reason", width=170),
        "why": st.column_config.TextColumn("Refused because", width=230), "policy": "Policy", "build": "Facts seen",
    }  # fmt: skip
    table.picking_rows(rows, heads, "trail_rows", lambda n: st.session_state.update(trail_entry=found.entries[n]), 560)
    table.pager(found.total, skip)
    csv.button(f"CSV of all {theme.count(found.total)}", "audit_trail", lambda: _all(viewer, question), "csv_trail")
    if isinstance(picked := st.session_state.get("trail_entry"), AuditEntry):
        entry(picked)


def _all(viewer: User, question: Asked) -> pd.DataFrame:
    return frame(trail.page(identity.store(), viewer, question, csv.MOST_ROWS).entries)


def frame(entries: list[AuditEntry]) -> pd.DataFrame:
    """One row per entry, as people read it."""
    return pd.DataFrame(
        {
            "no": [e.sequence_no for e in entries],
            "at": pd.to_datetime([e.acted_at for e in entries], format="ISO8601").tz_localize(None),
            "who": [e.actor_id for e in entries],
            "action": [e.action for e in entries],
            "outcome": [e.outcome for e in entries],
            "about": [f"{e.subject_type} {e.subject_id}" for e in entries],
            "reason": [e.reason for e in entries],
            "why": [json.loads(e.after).get("why", "") if e.outcome == "refused" else "" for e in entries],
            "policy": [e.policy_version for e in entries],
            "build": [e.build_id for e in entries],
        }
    )


def entry(one: AuditEntry) -> None:
    """One entry in full: what changed, why it was refused, and its place in the chain (GOV-04)."""
    with st.container(border=True):
        st.markdown(
            f"**Entry {one.sequence_no}** · {plain.as_text(one.action)} by {plain.as_text(one.actor_id)}: {one.outcome}"
        )
        before, after = json.loads(one.before), json.loads(one.after)
        rows = [
            {"what": theme.words(str(key)), "before": _said(before.get(key)), "after": _said(after.get(key))}
            for key in sorted({*before, *after})
            if before.get(key) != after.get(key)
        ]
        if rows:
            heads = {"what": "What", "before": "Before", "after": "After"}
            table.plain_rows(pd.DataFrame(rows), heads, f"entry_{one.sequence_no}")
        st.text(
            f"Request {one.request_key} · key {one.key_id} · seal {one.hash[:16]} · follows {one.previous_hash[:16]}"
        )


def _said(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def chain(viewer: User) -> None:
    """Whether every link holds, checked on demand, with what cannot be known; and the heads anchored elsewhere."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("**Is the record whole?**")
        quiet.line("Every entry is sealed with the hash of the one before it; heads are signed and kept elsewhere.")
        if st.button("Verify the chain", key="trail_verify", icon=":material/verified_user:"):
            st.session_state[_VERDICT] = _verified(viewer)
        if isinstance(verdict := st.session_state.get(_VERDICT), Verdict):
            _verdict(verdict)
    with right:
        st.markdown("**Heads kept elsewhere**")
        heads = pd.DataFrame(trail.heads(identity.store(), viewer, 10))
        place = identity.store().anchor.place
        quiet.line(
            plain.as_text(
                f"Written to {place.rpartition('/')[2] or place}, at most {identity.store().anchor.interval_seconds} s after an action."
            )
        )
        if len(heads):
            heads["anchored_at"] = pd.to_datetime(heads["anchored_at"]).dt.tz_localize(None)
            table.plain_rows(
                heads,
                {"sequence_no": "Entry", "anchored_at": "Anchored, UTC", "key_id": "Key"},
                "trail_heads",
                36 + 34 * 4,
            )


def _verified(viewer: User) -> Verdict:
    bar = st.progress(0.0, "Checking every link …")

    def told(done: int, total: int) -> None:
        bar.progress(done / total, f"{theme.count(done)} of {theme.count(total)} entries checked")

    verdict = trail.verify(identity.store(), viewer, told)
    bar.empty()
    return verdict


def _verdict(verdict: Verdict) -> None:
    if verdict.is_whole:
        st.success(plain.as_text(f"Whole: {verdict.finding}."), icon=":material/verified_user:")
        quiet.line(plain.as_text(f"What cannot be known: {verdict.cannot_know}."))
    else:
        st.error(plain.as_text(f"Broken at entry {verdict.broken_at}: {verdict.finding}."), icon=":material/gpp_bad:")
        quiet.line("Nothing is repaired. Keep the store as it is and compare it with a backup.")
