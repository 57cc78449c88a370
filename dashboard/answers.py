"""What is a page's answer in one sentence? Computed from the rows of its reads; no Streamlit, no query."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import pandas as pd

from control_tower.analysis.cycle_time import CycleTime
from dashboard import theme
from dashboard.components import tile
from dashboard.period import Period
from process_mining.directly_follows import Map
from process_mining.stay import Stay


def control_room(row: dict[str, Any], sites: pd.DataFrame, period: Period) -> str:
    """How much is open and late, who holds most of it, and whether the backlog grew in the period."""
    grown = row["open_count"] - row["open_before"]
    flow = f"{period.words}: {theme.count(row['new_count'])} new, {theme.count(row['resolved_count'])} resolved"
    if row["unresolved_count"]:
        flow += f", {theme.count(row['unresolved_count'])} ended unresolved"
    if not row["open_count"]:
        return f"Nothing is open. {flow}{_late_share(row)}."
    trend = (
        "the backlog did not change"
        if grown == 0
        else f"the backlog {'grew' if grown > 0 else 'fell'} by {theme.count(abs(grown))}"
    )
    return f"{theme.count(row['open_count'])} open{_open_late(row)}{_holder(sites, row)}. {flow}; {trend}."


def exceptions(row: dict[str, Any], currency: str) -> str:
    """How many the filters select, how many are open and late, and what they put at risk."""
    n, is_open = int(row["n"]), int(row["open_count"])
    found = f"{theme.count(n)} exception{'s' if n != 1 else ''}"
    if not is_open:
        median = row["closed_only_median_hours"]
        took = (
            f"; half of the {theme.count(row['resolved_count'])} resolved took under {theme.hours(median)}"
            if median
            else ""
        )
        return f"{found}, none open{took}."
    late = f", {theme.count(row['open_late_count'])} past SLA" if row["open_sla_known_count"] else ""
    value = f", {theme.money(row['open_value'], currency)} at risk" if row["open_value"] is not None else ""
    return (
        f"{found}, {theme.count(is_open)} open{late}{value}; the oldest has waited {theme.hours(row['oldest_hours'])}."
    )


def executive(tiles: list[tile.Tile], causes: pd.DataFrame, period: Period) -> str:
    """How many of the balanced measures moved for the better, what is at risk, and what brings most of it."""
    judged = [tile.verdict(one.change, one.better) for one in tiles]
    better, worse = judged.count("better"), judged.count("worse")
    compared = len([word for word in judged if word])
    if not compared:
        said = f"{period.words}: nothing to compare with yet"
    elif not better + worse:
        said = f"All {compared} measures are as in {period.before_words}"
    else:
        said = f"{better} of {compared} measures are better than in {period.before_words}, {worse} worse"
    money = next((one for one in tiles if one.overline == "Finance" and one.value not in (None, "too few")), None)
    if money is not None:
        said += f"; {money.value} is at risk"
    if len(causes):
        top = causes.iloc[0]
        where = f" at {top['site']}" if isinstance(top["site"], str) else ""
        said += f"; {top['type_title']}{where} holds {theme.percent(top['new_count'], top['new_total'], 0)} of what came new"
    return f"{said}."


def aging(row: dict[str, Any], currency: str) -> str:
    """How much waits, how late it is, what falls due next and what that puts at risk.

    stock_count is K10 at the build's clock; where a source's own clock stands behind it, fewer are listed (ruling 7).
    """
    if not row["open_count"]:
        return "Nothing is open."
    late = f", {theme.count(row['late_count'])} past SLA" if row["sla_known_count"] else ""
    due = f" and {theme.count(row['due_next_count'])} due within 24 hours" if row["due_known_count"] else ""
    value = f"; {theme.money(row['open_value'], currency)} is at risk" if row["open_value"] is not None else ""
    listed = f" ({theme.count(row['open_count'])} by their own sources' clocks, as listed below)"
    is_same = row["stock_count"] in (None, row["open_count"])
    n = f"{theme.count(row['open_count'])} open" if is_same else f"{theme.count(row['stock_count'])} open{listed}"
    said = f"{n}{late}{due}{value}; half have waited over {theme.hours(row['median_age_hours'])}"
    if row["ended_count"] and row["arrived_count"] > 1.05 * row["ended_count"]:
        return f"{said}, and more come in than end."
    return f"{said}, the oldest {theme.hours(row['oldest_hours'])}."


def cycle_times(found: CycleTime, when: str) -> str:
    """When half is resolved, how sure that is, how many still last, and how many never will be."""
    if found.median.value is None:
        return f"{theme.count(found.n)} exceptions ({when}): too many still last to say when half are resolved."
    sure = ""
    if found.median.low is not None and found.median.high is not None:
        sure = f" (likely between {theme.hours(found.median.low)} and {theme.hours(found.median.high)})"
    long = f"; one in ten takes over {theme.hours(found.p90.value)}" if found.p90.value is not None else ""
    left = f"{theme.count(found.open)} of {theme.count(found.n)} are still open" if found.open else "none is open"
    return f"Half are resolved within {theme.hours(found.median.value)}{sure}{long}; {left} ({when})."


def integration(row: dict[str, Any], worst: pd.DataFrame, period: Period) -> str:
    """How many attempts failed, where most often, and what lies among the dead letters."""
    if not row["attempt_count"]:
        return f"No message was sent in {period.words}."
    rate = 1000 * row["failed_count"] / row["attempt_count"]
    said = f"{rate:.1f} of 1,000 attempts failed ({theme.count(row['failed_count'])} of {theme.count(row['attempt_count'])})"
    if len(worst) > 1 and row["failed_count"]:
        top = worst.iloc[0]
        said += f"; {top['label']} fails most often, {top['rate']:.1f} of 1,000"
    if not row["dead_count"]:
        return f"{said}; no message lies among the dead letters."
    verb = "message lies" if row["dead_count"] == 1 else "messages lie"
    return f"{said}; {theme.count(row['dead_count'])} {verb} among the dead letters, the oldest for {theme.hours(row['oldest_dead_hours'])}."


def catalogue(rows: pd.DataFrame, period: Period) -> str:
    """How many figures there are, how many this build can give, and how many lack something."""
    states = rows["state"].value_counts()
    if states.get("pending"):
        return so_far(len(rows), len(rows) - int(states["pending"]))
    said = f"{len(rows)} figures are defined; this build gives {int(states.get('available', 0))} of them for {period.words}"
    few, missing = int(states.get("too few", 0)), int(states.get("not available", 0))
    more = [f"{few} {'has' if few == 1 else 'have'} too few rows"] if few else []
    more += [f"{missing} cannot be computed and say{'s' if missing == 1 else ''} why"] if missing else []
    return f"{said}; {', '.join(more)}." if more else f"{said}."


def so_far(n: int, known: int) -> str:
    """How many of the figures are computed while the others still are."""
    return f"{n} figures are defined; {known} of them are computed so far …"


def root_causes(found: pd.DataFrame, looked_at: int, holds: str) -> str:
    """The surest cause and how much worse it is; without exposure only who holds how much."""
    if not looked_at:
        return f"No exposure known, so no cause can be named. {holds}"
    if found.empty:
        return f"Nothing fails beyond chance among {theme.count(looked_at)} comparisons. {holds}"
    strong, top = int((found["verdict"] == "strong").sum()), found.iloc[0]
    n = f"{strong} strong cause{'s' if strong != 1 else ''}" if strong else f"{len(found)} to watch, none strong"
    return f"{n} among {theme.count(looked_at)} comparisons; {top['type_title']} at {top['words']} {_times(top)}."


def data_health(header: Any, broken_audits: int, unmapped: int) -> str:
    """How much of what was read passed, and what waits for a person."""
    if not header.read_rows:
        return "No rows were read into this build."
    passed = header.read_rows - header.refused_rows
    share = theme.percent(passed, header.read_rows, 2)
    left = [f"{theme.count(header.refused_rows)} rows wait in quarantine"] if header.refused_rows else []
    left += [f"{broken_audits} audit{'s are' if broken_audits > 1 else ' is'} not green"] if broken_audits else []
    left += [f"{unmapped} local code{'s are' if unmapped > 1 else ' is'} not mapped"] if unmapped else []
    todo = "; ".join(left) or "nothing waits for a person"
    return f"{share} of {theme.count(header.read_rows)} rows read passed the gate; {todo}."


def _times(top: "pd.Series[Any]") -> str:
    """How much more often; nowhere else only when nothing else failed."""
    if not top["elsewhere"]:
        return f"fails {1000 * top['rate']:.0f} of 1,000 times and nowhere else in this period"
    if not isfinite(top["ratio"]):
        return f"fails {1000 * top['rate']:.0f} of 1,000 times and hardly ever elsewhere"
    return f"fails {top['ratio']:.1f} times as often as elsewhere"


def _open_late(row: dict[str, Any]) -> str:
    return f", {theme.count(row['open_late_count'])} of them past SLA" if row["sla_known_count"] else ""


def _late_share(row: dict[str, Any]) -> str:
    return f"; {theme.percent(row['late_count'], row['judged_count'])} past SLA" if row["judged_count"] else ""


def _holder(sites: pd.DataFrame, row: dict[str, Any]) -> str:
    """The site that holds most of the value at risk, or of the open ones where no value is known."""
    named = sites[sites["key"].notna()]
    if named.empty:
        return ""
    by_value = bool(row["open_value"])
    measure, total = ("open_value", row["open_value"]) if by_value else ("open_count", row["open_count"])
    top = named.sort_values(measure, ascending=False).iloc[0]
    of_what = "the value at risk" if by_value else "them"
    return f"; {top['label']} holds {theme.percent(top[measure], total, 0)} of {of_what}"


def process_map(whole: Map, stays: Sequence[Stay]) -> str:
    """How many cases of what the map holds, and after which step they wait longest in total."""
    held = f"{theme.count(whole.cases)} {theme.words(whole.view)} cases in {theme.count(whole.events)} events"
    total = sum(one.total_seconds for one in stays)
    said = f"{held}: no time passes between their steps"
    if total:
        longest = stays[0]
        waiting = f", {theme.count(longest.waiting)} of them still waiting" if longest.waiting else ""
        half = theme.hours(None if longest.median_seconds is None else longest.median_seconds / 3600)
        said = (
            f"{held}; {theme.percent(longest.total_seconds, total, 0)} of all waiting is after {longest.activity} "
            f"({theme.count(longest.stays)} stays{waiting}, half go on within {half})"
        )
    return f"{said}."
