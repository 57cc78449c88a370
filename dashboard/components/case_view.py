"""What is this exception? Badges, tiles, score terms, clocks, the course of events, what is like it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.analysis import remaining
from control_tower.analysis.cycle_time import Outcome, survival_curve
from control_tower.errors import NotAvailable
from control_tower.filters import Filters
from control_tower.kpi.durations import Durations
from control_tower.services import triaging
from control_tower.services.triaging import Laid
from control_tower.triage import routing, severity, sla
from dashboard import answers_case, data, figures, filters, period, theme
from dashboard.charts import milestones
from dashboard.components import figure, plain, quiet, table
from dashboard.components.tile import Tile
from dashboard.components.tile import row as tile_row

_CLOCK = {
    "late": "red",
    "done late": "orange",
    "due soon": "orange",
    "done": "green",
    "running": "green",
    "paused": "gray",
}


def badges(row: dict[str, Any], laid: Laid) -> None:
    """Severity, status, hold, decision type, wave."""
    rules = laid.policy.rules
    colour: Any = {"critical": "orange", "standard": "blue"}.get(row["severity"], "gray")
    wave = routing.wave(row, rules.routing)
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(f"{row['severity']} · {int(row['score'])} points", color=colour)
        st.badge(theme.words(row["status"]), color="gray")
        if row["is_on_hold"]:
            st.badge("held downstream", color="red", icon=":material/front_hand:")
        if row["status"] == "resolved" and row["resolved_at"] is None:
            st.badge("awaiting confirmation by a build", color="gray")
        st.badge(
            f"decided: {rules.triage.decides(row['type_code'])}",
            color="gray",
            help="TRI-05: automatic, conditional approval, or by a person only",
        )
        if wave:
            st.badge(plain.as_text(wave), color="gray")


def summary(row: dict[str, Any], clocks: list[sla.Clock], currency: str) -> str:
    """The exception in one sentence."""
    who = f" for {row['customer']}" if row["customer"] else ""
    where = f" at {row['site']}" if row["site"] else ""
    time = ", late" if any(clock.state == "late" for clock in clocks) else ""
    money = row["revenue_amount"]
    value = f"; {theme.money(money, currency)} at risk" if money is not None else "; no money is stated"
    return f"{row['type_title']}{where}{who}: {row['severity']}, {theme.words(row['status'])}{time}{value}."


def numbers(row: dict[str, Any], clocks: list[sla.Clock], laid: Laid, currency: str) -> None:
    """Five tiles: owner, money, next clock, age, promise."""
    rules = laid.policy.rules
    next_one, at = sla.nearest(clocks), triaging.present(row, laid)
    margin = row["margin_amount"]
    basis = "stated by the source" if row["is_amount_stated"] else "what is still open of its lines"
    team = routing.title(row["team_id"], rules.routing, row["team"])
    is_other = row["source_team"] and row["source_team_id"] != row["team_id"]
    held_by = [f"the source names {row['source_team']}"] if is_other else []
    days = row["promise_in_days"]
    shown = [
        Tile("Owner", row["person"] or team or "nobody", _whose(row, team, held_by, laid),
             "The one accountable owner: a person's assignment, else the first routing rule that holds.", is_words=True),
        Tile("Revenue at risk", theme.money(row["revenue_amount"], currency) if row["revenue_amount"] is not None else None,
             basis if row["revenue_amount"] is not None else "this log states no money", "Money counts once per order line.",
             twin=f"margin {theme.money(margin, currency)}" if margin is not None else "margin not known"),
        _next(next_one, at, row),
        Tile("Age" if row["is_open"] else "Took", theme.hours(row["hours"]) if row["hours"] is not None else None,
             f"detected {theme.moment(row['detected_at'], row['time_zone'])}" if row["hours"] is not None else "times are suspect",
             "Open: from detection to its source's clock. Resolved: time taken less pauses."),
        Tile("Promise", _promise(days) if days is not None else None,
             theme.day(row["promise_date"]) if days is not None else "nothing promised is still to ship",
             "The earliest promise among what is still to ship of its lines, in days from its source's clock."),
    ]  # fmt: skip
    tile_row([replace(one, has_trend=False) for one in shown])


def _whose(row: dict[str, Any], team: str | None, held_by: list[str], laid: Laid) -> str:
    """The team under a person's name (a team that owns it alone is named once), and why it is theirs."""
    said = [team or "no team"] if row["person"] else []
    return "; ".join([*said, *held_by, _by(row, laid)]).removesuffix("; ")


def _promise(days: int) -> str:
    return f"{-int(days)} d late" if days < 0 else "today" if days == 0 else f"in {int(days)} d"


def _by(row: dict[str, Any], laid: Laid) -> str:
    return "assigned in the tower" if row["is_assigned"] else routing.why(row, laid.policy.rules.routing)


def _next(found: sla.Clock | None, at: datetime, row: dict[str, Any]) -> Tile:
    if found is None or found.due_at is None:
        return Tile("Next clock", "none", "every clock has stopped", "Acknowledge, decide, resolve by.")
    hours = abs((found.due_at - at).total_seconds()) / 3600
    value = (
        f"{theme.hours(hours)} late"
        if found.state == "late"
        else "paused"
        if found.state == "paused"
        else f"in {theme.hours(hours)}"
    )
    return Tile(f"To {found.name}", value, f"by {theme.moment(found.due_at, row['time_zone'])}",
                f"The clock that runs out first: {found.basis}. Elapsed time; the table of clocks gives working time.")  # fmt: skip


def terms(row: dict[str, Any], laid: Laid, currency: str) -> None:
    """Every term of the score with its points and why."""
    rules = laid.policy.rules.triage
    st.markdown("**Why this severity**")
    found = severity.terms(row, rules, currency)
    frame = pd.DataFrame({
        "term": [one.name for one in found], "points": [one.points for one in found],
        "of": [f"of {one.most}" for one in found], "why": [one.why for one in found],
    })  # fmt: skip
    most = max(one.most for one in found)
    columns = {
        "term": st.column_config.TextColumn("Term", width=116), "of": st.column_config.TextColumn("", width=46),
        "why": st.column_config.TextColumn("Because", width=340),
        "points": st.column_config.ProgressColumn("Points", min_value=0, max_value=most, format="%d", color=theme.ACCENT[figure.mode()], width=84),
    }  # fmt: skip
    shown = {name: columns[name] for name in ("term", "points", "of", "why")}
    st.dataframe(
        frame, hide_index=True, key="case_terms", row_height=32, height=36 + 32 * len(frame), column_config=shown
    )
    source = f"; the source says {row['source_severity']}" if row["source_severity"] != row["severity"] else ""
    quiet.line(plain.as_text(severity.verdict(row, rules) + source))


def clocks(reader: data.Reader, row: dict[str, Any], found: list[sla.Clock], laid: Laid) -> None:
    """The three clocks in words, with where each due time comes from."""
    st.markdown("**Clocks**")
    calendar = triaging.calendar_of(row, laid, triaging.load_calendars(reader.frame))
    at = triaging.present(row, laid)
    for one in found:
        hours = sla.left(one.due_at, at, calendar).total_seconds() / 3600 if one.due_at and not one.done_at else None
        colour, state = _CLOCK.get(one.state, "gray"), "in time" if one.state == "running" else one.state
        said = plain.as_text(answers_case.clock(one, hours, row["time_zone"]))
        basis = quiet.text(plain.as_text(one.basis))
        st.markdown(f":{colour}-badge[{state}] **{one.name.capitalize()}** {said}  \n{basis}")


def course(reader: data.Reader, row: dict[str, Any]) -> None:
    """Planned against actual: the figure and its table."""
    rows = reader.frame("case_milestone", exception_id=row["exception_id"])
    if rows.empty:
        figure.nothing("Planned and actual", "This log has no milestone of it.")
        return
    as_of = pd.Timestamp(row["as_of"]) if row["as_of"] and row["is_open"] else None
    figure.show(
        "Planned (hollow) and actual (filled)", milestones.figure(rows, figure.mode(), as_of), rows, "milestones"
    )
    with st.expander("The same as a table"):
        names = {"milestone": "Milestone", "planned_at": "Planned, UTC", "actual_at": "Actual, UTC"}
        table.plain_rows(rows, names, "case_milestones", 360)


def still(reader: data.Reader, row: dict[str, Any], head: data.Header) -> None:
    """The conditional remaining time, in words: from its type, from its category where too few of its type are known."""
    if not row["is_open"]:
        return
    known, whose = _durations(reader, Filters(type_code=(row["type_code"],)), head), "type"
    if known is None or known.values.size < head.small_sample:
        known, whose = _durations(reader, Filters(category=(row["category"],)), head), "category"
    waited, n = row["hours"], 0 if known is None else int(known.values.size)
    by, left = None, 1.0
    if known is not None and waited is not None:
        curve = survival_curve(known.values, known.outcomes == Outcome.OBSERVED)
        by, left = remaining.resolved_by(curve, waited, 0.5), remaining.still_unresolved(curve, waited)
    if n < head.small_sample:
        st.markdown(f"How long it still takes cannot be said: only {n} of its {whose} are known.")
        return
    st.markdown(plain.as_text(answers_case.remaining(waited, by, left, whose)))


def _durations(reader: data.Reader, state: Filters, head: data.Header) -> Durations | None:
    whole = figures.Figures(reader, state, period.of(Filters(), reader.recent(head)), whole=True)
    try:
        return whole.durations("resolution_cycle_time").get(None)
    except NotAvailable:
        return None


def alike(reader: data.Reader, row: dict[str, Any], currency: str) -> None:
    """The nearest resolved ones and how they ended."""
    rows = reader.frame("case_similar", exception_id=row["exception_id"])
    st.markdown("**How similar ones ended**")
    st.markdown(plain.as_text(answers_case.similar(triaging.rows_of(rows))))
    if rows.empty:
        return
    breached = {True: "late", False: "in time"}
    shown = rows.assign(
        took=[theme.hours(value) for value in rows["resolution_hours"]],
        late=[breached.get(flag, theme.NO_VALUE) for flag in rows["sla_breached"].astype(object)],
        id=rows["exception_id"].str.replace(r"^[^:]+:", "", regex=True),
    )
    names = {"type_title": "Type", "customer_tier": "Tier", "site": "Site", "value_at_risk_amount": f"At risk, {currency}",
             "ended_by": "Ended by", "took": "Took", "late": "SLA", "id": "Exception"}  # fmt: skip
    shown["value_at_risk_amount"] = shown["value_at_risk_amount"].round()
    same = [name for name in ("type_title", "customer_tier", "site") if shown[name].nunique() == 1]
    if same:
        quiet.line(plain.as_text(f"All of them: {', '.join(str(shown[name].dropna().iloc[0]) for name in same)}."))
    hidden = {*same, *(["ended_by"] if shown["ended_by"].nunique() == 1 else [])}
    names = {name: words for name, words in names.items() if shown[name].notna().any() and name not in hidden}
    table.picking_rows(shown, names, "case_alike", lambda place: _open(str(rows["exception_id"].iloc[place])), 300)


def related(rows: pd.DataFrame) -> None:
    """Causes, consequences and siblings; a click opens one."""
    st.markdown("**Causes, consequences, siblings**")
    if rows.empty:
        quiet.line("None is known.")
        return
    shown = rows.assign(
        status=rows["status"].map(theme.words), id=rows["exception_id"].str.replace(r"^[^:]+:", "", regex=True)
    )
    names = {
        "relation": "How",
        "type_title": "Type",
        "status": "Status",
        "detected_at": "Detected, UTC",
        "id": "Exception",
    }
    table.picking_rows(shown, names, "case_related", lambda place: _open(str(rows["exception_id"].iloc[place])), 240)


def _open(exception_id: str) -> None:
    filters.set_local("exception", exception_id)


def missing(exception_id: str) -> None:
    """No exception is named, or the build shows none of this id to this user."""
    if not exception_id:
        quiet.line("No case is open. Open one from the work queue, or from any list of exceptions.")
    else:
        st.markdown("**Not in this build, or not of your sites**")
        st.text(exception_id[:200])
    st.page_link("app_pages/exceptions.py", label="Exceptions", icon=":material/list_alt:")
