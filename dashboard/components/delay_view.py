"""Why do the cases wait, as declared; how long do approvals take, and with whom; what is waiting and what is work?"""

from typing import Any, Final

import pandas as pd
import streamlit as st

from control_tower.errors import NotAvailable
from dashboard import theme
from dashboard.components import csv, figure, mined, plain, quiet, table, tile
from dashboard.components.bottleneck_view import Ranked
from dashboard.mining import Mining
from process_mining.approval import ApprovalLatency, ApproverLatency
from process_mining.bottleneck import StepWait
from process_mining.delay_reason import DelayReasons, Reason
from process_mining.performance import Performance

_NO_APPROVAL: Final = "nothing here asks for an approval"
_WORDS: Final = {Reason.UNKNOWN: "not declared", Reason.CAPACITY: "the team's queue"}


def approvals(mining: Mining) -> ApprovalLatency | None:
    """How long approvals take; None where nothing in these cases asks for one."""
    try:
        return mining.approvals()
    except NotAvailable:
        return None


def answer(ranked: Ranked, reasons: DelayReasons) -> str:
    """The page's answer in one sentence."""
    found, settled = ranked.found, _settled(ranked)
    top = next((one for one in found.steps if one not in settled), found.steps[0])
    half = (
        f"half go on within {mined.span(top.median_seconds)}"
        if top.median_seconds is not None
        else "fewer than half have gone on"
    )
    now = f"; {theme.count(top.waiting)} wait there now" if top.waiting else ""
    said = (
        f"{theme.percent(top.share, 1, 0)} of all time of {theme.count(found.cases)} {theme.words(found.view)} cases passes after "
        f"{top.activity} ({theme.count(top.stays)} stays, {half}{now})"
    )
    if settled and top not in settled:
        said += (
            f"; {theme.percent(sum(one.share for one in settled), 1, 0)} lies after the fix, until the record is closed"
        )
    named = [one for one in reasons.reasons if one.reason is not Reason.UNKNOWN and one.seconds]
    if named:
        said += f"; the reason declared for most of the waiting is {reason(named[0].reason)} ({theme.percent(named[0].share, 1, 0)})"
    return f"{said}."


def _settled(ranked: Ranked) -> list[StepWait]:
    """The steps after which nothing is waited for any more."""
    return [one for one in ranked.found.steps if one.is_settled]


def reason(code: Reason) -> str:
    """A reason as people say it."""
    return _WORDS.get(code, theme.words(code))


def tiles(ranked: Ranked, approved: ApprovalLatency | None) -> list[tile.Tile]:
    """Five figures of the waiting."""
    found, top = ranked.found, ranked.found.steps[0]
    three = sum(one.share for one in found.steps[:3])
    now, waited = sum(one.waiting for one in ranked.stays), sum(one.waiting_seconds for one in ranked.stays)
    half = approved.overall.median.value if approved else None
    asked = (
        f"{theme.count(approved.overall.n)} asked, {theme.count(approved.overall.open)} without answer"
        if approved
        else _NO_APPROVAL
    )
    if approved and half is None:
        asked = "fewer than half are answered"
    return [
        tile.Tile("All time", mined.total(found.elapsed_seconds), f"of {theme.count(found.cases)} cases, open ones to date", "From first to last event of every case; until the clock where it is open"),
        tile.Tile("Longest in total", theme.percent(top.share, 1), f"after {top.activity}", "Share of all time that passes after this step"),
        tile.Tile("Three longest", theme.percent(three, 1), "of all time", "Share of all time that passes after these three steps"),
        tile.Tile("Waiting now", theme.count(now), f"{mined.total(waited)} so far", "Cases whose newest event has no next one yet, and how long they have waited since"),
        tile.Tile("Approval, median", mined.span(half) if half is not None else None, asked, "From request to decision inside these cases; those still pending counted"),
    ]  # fmt: skip


def why(reasons: DelayReasons) -> None:
    """All waiting by declared reason, and what has none yet."""
    if not reasons.seconds:
        figure.nothing("Why they wait", "No time passes between the steps of these cases.")
        return
    rows = pd.DataFrame([
        {"reason": reason(one.reason).capitalize(), "share": 100 * one.share, "total": mined.total(one.seconds), "cases": one.cases, "stays": one.stays}
        for one in reasons.reasons if one.seconds
    ])  # fmt: skip
    _heading("Why they wait, as declared", "delay_reasons", rows)
    column = st.column_config
    headings: dict[str, Any] = {
        "reason": column.TextColumn("Reason", pinned=True, width=140),
        "share": column.ProgressColumn("Of all waiting", min_value=0, max_value=100, format="%.1f %%", color=theme.WAITING[3], width=118),
        "total": column.TextColumn("In total", alignment="right", width=80),
        "cases": column.NumberColumn("Cases", format="localized", width=62), "stays": column.NumberColumn("Times", format="localized", width=62),
    }  # fmt: skip
    table.plain_rows(rows, headings, "delay_reasons")
    _beside(reasons)


def _beside(reasons: DelayReasons) -> None:
    """What is no waiting, and what has no reason yet."""
    at_work, settled = (mined.total(one.seconds) for one in reasons.no_waiting)
    quiet.line(f"Not counted as waiting: {at_work} at work, {settled} from the fix until the record was closed.")
    if reasons.unnamed:
        said = ", ".join(
            f"{name} ({theme.percent(seconds, reasons.seconds, 0)})" for name, seconds in reasons.unnamed[:3]
        )
        quiet.line(
            plain.as_text(
                f"Without a declared reason, longest first: {said}. A reason is declared for the time; it is no proof of the cause."
            )
        )


def approvers(found: ApprovalLatency | None) -> None:
    """How long each approver takes, the slowest first."""
    if found is None:
        figure.nothing(
            "Approvals, by who decides",
            f"{_NO_APPROVAL.capitalize()}: no event of these cases is an approval_requested by its source's code map.",
        )
        return
    rows = _decisions(found)
    _heading("Approvals, by who decides", "approvers", rows)
    _approver_rows(found, rows)
    over = found.overall
    quiet.line(
        f"{theme.count(over.n)} requests, {theme.count(over.observed)} decided; from request to decision, slowest median first; those with too few decisions last."
    )


def _decisions(found: ApprovalLatency) -> pd.DataFrame:
    return pd.DataFrame([
        {"approver": one.approver, "team": (one.team_id or "").split(":", 1)[-1], "decisions": one.decisions,
         "median_seconds": one.seconds.median.value, "low_seconds": one.seconds.median.low, "high_seconds": one.seconds.median.high,
         "p90_seconds": one.seconds.p90.value, "is_too_few": one.is_too_few} for one in found.approvers
    ], columns=["approver", "team", "decisions", "median_seconds", "low_seconds", "high_seconds", "p90_seconds", "is_too_few"])  # fmt: skip


def _approver_rows(found: ApprovalLatency, rows: pd.DataFrame) -> None:
    shown = rows.assign(
        median=[mined.span(v) for v in rows["median_seconds"]], likely=[_likely(one) for one in found.approvers],
        p90=[mined.span(v) for v in rows["p90_seconds"]],
    )  # fmt: skip
    text = st.column_config.TextColumn
    headings: dict[str, Any] = {
        "approver": text("Who", pinned=True, width=78), "team": text("Team", width=96),
        "decisions": st.column_config.NumberColumn("Decided", format="localized", width=62),
        "median": text("Median", alignment="right", width=64),
        "likely": text("Likely between", alignment="right", width=104), "p90": text("p90", alignment="right", width=60),
    }  # fmt: skip
    table.plain_rows(shown, headings, "approvers")


def _likely(one: ApproverLatency) -> str:
    """Where the median lies in 95 of 100 such samples; said to be too few below the policy's small sample."""
    if one.is_too_few:
        return "too few"
    return f"{mined.span(one.seconds.median.low)} – {mined.span(one.seconds.median.high)}"


def service(found: Performance) -> None:
    """Waiting apart from work, where the log writes when work starts; nothing for others."""
    told = [one for one in found.activities if one.instances]
    if not told:
        return
    rows = pd.DataFrame([
        {"activity": one.activity, "done": one.instances, "running": one.running, "waiting": mined.span(one.waiting_median),
         "waiting_p90": mined.span(one.waiting_p90), "service": mined.span(one.service_median), "service_p90": mined.span(one.service_p90)}
        for one in told
    ])  # fmt: skip
    _heading("Waiting for work, and work", "service", rows)
    right = {
        name: st.column_config.TextColumn(label, alignment="right")
        for name, label in (
            ("waiting", "Waited, median"),
            ("waiting_p90", "p90"),
            ("service", "Worked on, median"),
            ("service_p90", "p90 "),
        )
    }
    table.plain_rows(rows, {"activity": "Step", "done": "Done", "running": "Under way", **right}, "service")


def _heading(title: str, name: str, rows: pd.DataFrame) -> None:
    heading, tools = st.columns([4, 1], vertical_alignment="center", wrap=False)
    heading.markdown(f"**{title}**")
    with tools.container(horizontal=True, horizontal_alignment="right"):
        csv.button("CSV", name, lambda: rows, f"csv_{name}")
