"""How do the entries of the prevention backlog stand on their page? Tiles, the list, one entry with its figure and steps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from control_tower import settings
from control_tower.filters import DIMENSIONS, Filters
from control_tower.model import BacklogEntry, User
from control_tower.services import backlog, preventing
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import BacklogStatus
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store
from dashboard import actions, filters, theme
from dashboard.charts import before_after
from dashboard.components import csv, figure, plain, proposal_actions, quiet, table
from dashboard.components.tile import Tile

_OPEN = (BacklogStatus.OPEN, BacklogStatus.IN_PROGRESS)
_VERDICT = {"fell": "fell", "rose": "rose", "cannot tell": "cannot tell yet"}


def answer(entries: Sequence[BacklogEntry]) -> str:
    """How many changes are on their way, and what the measured ones did."""
    if not entries:
        return "Nothing is on the backlog yet. Root causes makes an entry of a finding."
    n = {status: sum(entry.status == status for entry in entries) for status in BacklogStatus}
    fell = sum(_verdict(entry) == "fell" for entry in entries)
    rose = sum(_verdict(entry) == "rose" for entry in entries)
    on_way = n[BacklogStatus.OPEN] + n[BacklogStatus.IN_PROGRESS]
    said = f"{on_way} {'change is' if on_way == 1 else 'changes are'} on the way, {n[BacklogStatus.DONE]} done wait to be measured"
    return f"{said}; of {n[BacklogStatus.MEASURED]} measured the rate fell in {fell} and rose in {rose}."


def tiles(entries: Sequence[BacklogEntry]) -> list[Tile]:
    """On their way, done, fell, rose."""
    on_way = sum(entry.status in _OPEN for entry in entries)
    done = sum(entry.status == BacklogStatus.DONE for entry in entries)
    fell, rose = (sum(_verdict(entry) == word for entry in entries) for word in ("fell", "rose"))
    told = "The finding's own rate per exposure after the change less before it, at equal mix of tiers and weeks; the whole 95 % interval is {}."
    return [
        Tile("On their way", theme.count(on_way), "open or in progress", "Entries whose change is not done.", has_trend=False),
        Tile("Done, to be measured", theme.count(done), "a later build tells", "Changes that are done and not measured clearly.", has_trend=False),
        Tile("Rate fell", theme.count(fell), "measured, beyond chance", told.format("below 0"), has_trend=False),
        Tile("Rate rose", theme.count(rose), "measured, beyond chance", told.format("above 0"), has_trend=False),
    ]  # fmt: skip


def _measured(entry: BacklogEntry) -> dict[str, Any]:
    found: dict[str, Any] = entry.evidence.get("measured") or {}
    return found


def _verdict(entry: BacklogEntry) -> str:
    return str(_measured(entry).get("verdict") or "")


def listing(entries: Sequence[BacklogEntry]) -> None:
    """One row per entry; picking one opens it."""
    rows = frame(entries)
    columns = {"entry": "Entry", "finding": "Finding", "status": "Status", "verdict": "Rate", "before_per_1000": "Before, per 1,000",
               "after_per_1000": "After, per 1,000", "likely": "Likely change, per 1,000", "owner": "Owner",
               "changed_on": "Changed on", "change": "Intended change", "kind": "Kind"}  # fmt: skip
    columns = {name: words for name, words in columns.items() if (rows[name].notna() & (rows[name] != "")).any()}
    ids = [entry.backlog_id for entry in entries]
    table.picking_rows(rows, columns, "backlog", lambda place: filters.set_local("entry", ids[place]))
    csv.button(f"CSV of all {len(rows)}", "prevention_backlog", lambda: rows, "csv_backlog")


def frame(entries: Sequence[BacklogEntry]) -> pd.DataFrame:
    """The entries as rows, rates per 1,000."""
    return pd.DataFrame([
        {"entry": one.backlog_id, "finding": one.finding, "status": theme.words(one.status), "kind": theme.words(one.change_kind),
         "change": one.intended_change, "owner": one.owner, "changed_on": one.evidence.get("changed_on") or "",
         "before_per_1000": _per_1000(one.before_value), "after_per_1000": _per_1000(one.after_value),
         "likely": likely(one), "verdict": _VERDICT.get(_verdict(one), ""), "created_by": one.created_by,
         "created_at": one.created_at.replace(tzinfo=None)}
        for one in entries
    ]).astype({"before_per_1000": "float64", "after_per_1000": "float64"})  # fmt: skip


def _per_1000(value: Any) -> float | None:
    return None if value is None else round(1000 * float(value), 2)


def likely(entry: BacklogEntry) -> str:
    """The interval of the change per 1,000, in words."""
    found = _measured(entry)
    if found.get("low") is None:
        return ""
    return f"{1000 * found['low']:+.1f} to {1000 * found['high']:+.1f}"


def detail(entry: BacklogEntry, viewer: User, today: date) -> None:
    """One entry: what was found, what it did, and the steps that can be taken."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain.as_text(entry.backlog_id)}**")
            st.badge(theme.words(entry.status), color="green" if entry.status == BacklogStatus.MEASURED else "blue")
            quiet.line(plain.as_text(f"{theme.words(entry.change_kind)} · owner {entry.owner} · by {entry.created_by}"))
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.markdown(plain.as_text(entry.finding))
            st.markdown(plain.as_text(f"Intended change: {entry.intended_change or 'not said yet'}"))
            _found_then(entry)
            _effect(entry)
        with right:
            _steps(entry, viewer, today)


def _found_then(entry: BacklogEntry) -> None:
    carried = entry.evidence
    if carried.get("rate") is None or carried.get("rest_rate") is None:
        quiet.line("This entry carries no counted finding.")
        return
    quiet.line(plain.as_text(
        f"Found: {carried['failed']:,.0f} of {carried['exposed']:,.0f}, {1000 * carried['rate']:.1f} per 1,000 against "
        f"{1000 * carried['rest_rate']:.1f} elsewhere ({carried['since'][:10]} to {carried['until'][:10]}, {carried['verdict']})."
    ))  # fmt: skip


def _effect(entry: BacklogEntry) -> None:
    found = _measured(entry)
    if not found:
        quiet.line("Not measured yet: a change is measured from one week after its day on.")
        return
    st.markdown(plain.as_text(sentence(found)))
    rows = before_after.rows(found)
    drawn = before_after.figure(rows, figure.mode())
    title, name = "Failures per 1,000, before and after", f"before_after_{entry.backlog_id}"
    figure.opens(title, drawn, rows, name, lambda words: cases(entry, words[0]))
    quiet.line(
        "A finding is made when its rate is high, so some fall is to be expected of chance alone; the rate elsewhere "
        "says what moved for everybody."
    )


def cases(entry: BacklogEntry, when: str) -> Filters:
    """The cases behind one side of the figure: the finding's type and place, detected before or from the change on."""
    carried, kind = entry.evidence, str(entry.evidence.get("type_code") or "*")
    state = Filters(type_code=() if kind == "*" else (kind,), site_id=tuple(carried.get("sites") or ()))
    for name, key in (carried.get("values") or {}).items():
        state = state.with_values(name, [key]) if name in DIMENSIONS else state
    day = date.fromisoformat(str(carried["changed_on"]))
    return replace(state, until=day - timedelta(days=1)) if when == "before" else replace(state, since=day)


def sentence(found: dict[str, Any]) -> str:
    """What a measurement says in plain words."""
    counts = f"{found['failed_before']:,} of {found['exposed_before']:,} before, {found['failed_after']:,} of {found['exposed_after']:,} after"
    if found["verdict"] == "cannot tell":
        return f"Cannot tell whether the rate moved: {found['why']} ({counts})."
    ends = sorted(abs(1000 * found[name]) for name in ("low", "high"))
    return f"The rate {found['verdict']}, likely by {ends[0]:.1f} to {ends[1]:.1f} per 1,000 ({counts})."


def _steps(entry: BacklogEntry, viewer: User, today: date) -> None:
    if entry.status in (BacklogStatus.MEASURED, BacklogStatus.DROPPED):
        quiet.line("This entry is final.")
        return
    why = proposal_actions.lacking(viewer, Action.BACKLOG_CHANGE)
    if entry.status == BacklogStatus.OPEN:
        _step("Start", "backlog_start", why, lambda: _change(entry, "started", status="in_progress"), is_first=True)
    if entry.status in _OPEN:
        st.date_input("The change counts from", today, key="backlog_day", max_value=today)
        _step("Done", "backlog_done", why, lambda: _change(
            entry, "done", status="done", changed_on=str(st.session_state["backlog_day"])), is_first=entry.status == BacklogStatus.IN_PROGRESS)  # fmt: skip
    if entry.status == BacklogStatus.DONE:
        lacks = proposal_actions.lacking(viewer, Action.BACKLOG_MEASURE)
        _step("Measure in this build", "backlog_measure", lacks, lambda: _measure(entry), is_first=True)
    st.text_input("Reason", key="backlog_reason", max_chars=500)
    reasonless = "" if str(st.session_state.get("backlog_reason") or "").strip() else "say why first"
    _step("Drop", "backlog_drop", why or reasonless, lambda: _change(entry, "dropped", status="dropped"))


def _step(label: str, key: str, why: str, step: Any, is_first: bool = False) -> None:
    st.button(label, key=key, disabled=bool(why), help=f"Disabled: {why}" if why else None, on_click=step,
              type="primary" if is_first else "secondary")  # fmt: skip
    if why:
        quiet.line(plain.as_text(f"{label}: {why}."))


def _change(entry: BacklogEntry, done: str, **values: str) -> None:
    reason = str(st.session_state.get("backlog_reason") or "")
    said = f"{entry.backlog_id} is {done}"
    actions.act(said, _changed, entry.backlog_id, tuple(sorted(values.items())), reason=reason, version=entry.version)


def _changed(store: Store, request: Request, backlog_id: str, fields: tuple[tuple[str, str], ...]) -> Receipt:
    return backlog.change(store, request, backlog_id, **dict(fields))


def _measure(entry: BacklogEntry) -> None:
    reason = str(st.session_state.get("backlog_reason") or "")
    done = f"{entry.backlog_id}: measured in the published build"
    actions.act(done, preventing.measure, settings.current(), entry.backlog_id, reason=reason, version=entry.version)
