"""Who hands work to whom, how long does it wait there, and does it come back? The social network of a cohort (PM-04).

A turn is a run of events of one case done by one unit (a person, team, department or system); a hand-over is one turn
followed by the next. Events that name no unit are passed over. Judges nobody: going back may have been right.
"""

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pandas as pd

from control_tower.errors import NotAvailable
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, kept_cases
from process_mining.replay import MOST_TRACES, Trace

#: level → what of an event names the unit, and its name for people. Programs are no persons. Who did it counts before
#: whom the record was assigned to: the event that hands over often names the taker's team already (and counts for none).
LEVELS: Final[dict[str, tuple[str, str]]] = {
    "resource": (
        "CASE WHEN e.resource_type IS DISTINCT FROM 'automatic' THEN e.resource END",
        "coalesce(u.name, e.resource)",
    ),
    "team": ("t.team_id", "coalesce(t.name, t.team_id)"),
    "department": ("coalesce(t.department, e.department)", "coalesce(t.department, e.department)"),
    "system": ("e.source_system", "e.source_system"),
}
EDGES: Final = ["source", "target", "source_name", "target_name", "times", "cases", "returns", "median_wait_seconds",
                "p90_wait_seconds", "total_wait_seconds"]  # fmt: skip
UNITS: Final = ["unit", "name", "cases", "turns", "events", "given", "taken"]
PING_PONG: Final = ["first", "second", "first_name", "second_name", "times", "cases"]


@dataclass(frozen=True)
class HandOvers:
    """The network at one level. `cases` of the cohort; `passed_over` of its `events` name no unit.

    `edges` (EDGES): who handed to whom, how often, in how many cases, how often it came straight back, and the wait
    from the giver's last event to the taker's first. `units` (UNITS). `ping_pong` (PING_PONG): there and straight back.
    `cases_handed_over`, `cases_with_ping_pong`: how many cases have any.
    """

    level: str
    cases: int
    events: int
    passed_over: int
    cases_handed_over: int
    cases_with_ping_pong: int
    edges: pd.DataFrame
    units: pd.DataFrame
    ping_pong: pd.DataFrame

    @property
    def times(self) -> int:
        """Hand-overs in all."""
        return int(self.edges["times"].sum())


def hand_overs(build: Build, cohort: Cohort, level: str = "team") -> HandOvers:
    """The hand-overs between the units of one level; the most frequent first.

    Raises ValueError for an unknown level, NotAvailable when no event of the cohort names a unit of it.
    """
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        _take_turns(cursor, kept, level)
        cases, events, named = cursor.execute(_TOTALS).fetchall()[0]
        if events and not named:
            raise NotAvailable(f"no event of these cases names its {level}; choose another level")
        edges = cursor.execute(_EDGES).df()
        units = cursor.execute(_UNITS).df()
        handed, back = cursor.execute(_CASES).fetchall()[0]
        ping_pong = cursor.execute(_PING_PONG).df()
    return HandOvers(
        level, cases, events, events - named, handed, back, edges[EDGES], units[UNITS], ping_pong[PING_PONG]
    )


def _take_turns(cursor: duckdb.DuckDBPyConnection, kept: Kept, level: str) -> None:
    """Make `followed`: the turns of the units of one level. Raises ValueError for an unknown level."""
    if level not in LEVELS:
        raise ValueError(f"work is handed over between {', '.join(LEVELS)}, not '{level[:40]}'")
    unit, name = LEVELS[level]
    cursor.execute(_TURNS.format(unit=unit, name=name, steps=kept.steps, of_view=kept.of_view), kept.values)


def cases_between(build: Build, cohort: Cohort, level: str, source: str, target: str) -> pd.DataFrame:
    """Cases handed from one unit to another: case_no, case_id, times, wait_seconds; longest wait first, at most 1,000."""
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        _take_turns(cursor, kept, level)
        return cursor.execute(
            "SELECT h.case_no, any_value(m.case_id) AS case_id, count(*) AS times, "
            "CAST(sum(h.wait_seconds) AS BIGINT) AS wait_seconds FROM followed AS h "
            "JOIN mart_case AS m ON m.view = $view AND m.case_no = h.case_no "
            "WHERE h.taker IS NOT NULL AND h.unit = $h_source AND h.taker = $h_target "
            "GROUP BY h.case_no ORDER BY wait_seconds DESC, h.case_no LIMIT 1000",
            {"view": cohort.view, "h_source": source, "h_target": target},
        ).df()


def cases_held(build: Build, cohort: Cohort, level: str, unit: str) -> pd.DataFrame:
    """Cases in which a unit took a turn: case_no, case_id, times (turns), events; most turns first, at most 1,000."""
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        _take_turns(cursor, kept, level)
        return cursor.execute(
            "SELECT h.case_no, any_value(m.case_id) AS case_id, count(*) AS times, CAST(sum(h.events) AS BIGINT) AS events "
            "FROM followed AS h JOIN mart_case AS m ON m.view = $view AND m.case_no = h.case_no "
            "WHERE h.turn_no > 0 AND h.unit = $h_unit GROUP BY h.case_no ORDER BY times DESC, h.case_no LIMIT 1000",
            {"view": cohort.view, "h_unit": unit},
        ).df()


def turns_of(build: Build, cohort: Cohort, level: str, limit: int = MOST_TRACES) -> list[Trace]:
    """The turns of a sample of cases that change hands, to be played: (case, [(unit, seconds since 1970)]), as replay.traces."""
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        _take_turns(cursor, kept, level)
        rows = cursor.execute(
            "WITH chosen AS (SELECT case_no FROM followed WHERE taker IS NOT NULL GROUP BY case_no "
            "ORDER BY (CAST(case_no AS BIGINT) * 2654435761) % 4294967296 LIMIT $row_limit) "
            "SELECT any_value(m.case_id), list(h.unit ORDER BY h.turn_no), list(epoch(h.began_at) ORDER BY h.turn_no) "
            "FROM followed AS h JOIN chosen USING (case_no) JOIN mart_case AS m ON m.view = $view AND m.case_no = h.case_no "
            "WHERE h.turn_no > 0 GROUP BY h.case_no ORDER BY h.case_no",
            {"view": cohort.view, "row_limit": min(limit, MOST_TRACES)},
        ).fetchall()
    return [(case_id, list(zip(units, times, strict=True))) for case_id, units, times in rows]


def as_json(found: HandOvers, limit: int) -> dict[str, Any]:
    """The shape of `tower mine handovers --json`."""
    return {
        "level": found.level,
        "cases": found.cases,
        "events": found.events,
        "events_without_unit": found.passed_over,
        "hand_overs": found.times,
        "cases_handed_over": found.cases_handed_over,
        "cases_with_ping_pong": found.cases_with_ping_pong,
        "edges": found.edges.head(limit).to_dict("records"),
        "units": found.units.head(limit).to_dict("records"),
        "ping_pong": found.ping_pong.head(limit).to_dict("records"),
    }


_TURNS = (
    "CREATE OR REPLACE TEMP TABLE followed AS WITH event AS (SELECT s.case_no, s.step_no, s.timestamp, {unit} AS unit, {name} AS name FROM {steps} "
    "JOIN core_event AS e ON e.rowid = s.event_row "
    "LEFT JOIN core_user AS u ON u.user_id = split_part(e.event_id, ':', 1) || ':' || e.resource "
    "LEFT JOIN core_team AS t ON t.team_id = coalesce(u.team_id, "
    "CASE WHEN e.business_event IS DISTINCT FROM 'exception_assigned' THEN e.team_id END) WHERE {of_view}), "
    "marked AS (SELECT case_no, step_no, timestamp, unit, name, "
    "CAST(unit IS DISTINCT FROM lag(unit) OVER in_case AS INTEGER) AS is_new FROM event WHERE unit IS NOT NULL "
    "WINDOW in_case AS (PARTITION BY case_no ORDER BY step_no)), "
    "numbered AS (SELECT case_no, timestamp, unit, name, sum(is_new) OVER (PARTITION BY case_no ORDER BY step_no "
    "ROWS UNBOUNDED PRECEDING) AS turn_no FROM marked), "
    "turn AS (SELECT case_no, turn_no, any_value(unit) AS unit, any_value(name) AS name, count(*) AS events, "
    "min(timestamp) AS began_at, max(timestamp) AS ended_at FROM numbered GROUP BY case_no, turn_no), "
    "following AS (SELECT case_no, turn_no, unit, name, events, began_at, lead(unit) OVER in_case AS taker, "
    "lead(name) OVER in_case AS taker_name, coalesce(lead(unit, 2) OVER in_case = unit, false) AS is_back, "
    "floor(epoch(lead(began_at) OVER in_case)) - floor(epoch(ended_at)) AS wait_seconds FROM turn "
    "WINDOW in_case AS (PARTITION BY case_no ORDER BY turn_no)) "
    "SELECT case_no, turn_no, unit, name, events, began_at, taker, taker_name, is_back, wait_seconds FROM following "
    "UNION ALL BY NAME SELECT case_no, 0 AS turn_no, count(*) AS events FROM event GROUP BY case_no"
)
# turn 0 = all events of the case, with or without a unit
_TOTALS = (
    "SELECT count(*) FILTER (WHERE turn_no = 0), CAST(coalesce(sum(events) FILTER (WHERE turn_no = 0), 0) AS BIGINT), "
    "CAST(coalesce(sum(events) FILTER (WHERE turn_no > 0), 0) AS BIGINT) FROM followed"
)
_EDGES = (
    "SELECT unit AS source, taker AS target, any_value(name) AS source_name, any_value(taker_name) AS target_name, "
    "count(*) AS times, count(DISTINCT case_no) AS cases, count(*) FILTER (WHERE is_back) AS returns, "
    "quantile_cont(wait_seconds, 0.5) AS median_wait_seconds, quantile_cont(wait_seconds, 0.9) AS p90_wait_seconds, "
    "CAST(sum(wait_seconds) AS BIGINT) AS total_wait_seconds FROM followed WHERE taker IS NOT NULL GROUP BY unit, taker "
    "ORDER BY times DESC, source, target LIMIT 10000"
)
_UNITS = (
    "SELECT f.unit, any_value(f.name) AS name, count(DISTINCT f.case_no) AS cases, count(*) AS turns, "
    "CAST(sum(f.events) AS BIGINT) AS events, count(f.taker) AS given, "
    "count(*) FILTER (WHERE f.turn_no > 1) AS taken FROM followed AS f WHERE f.turn_no > 0 "
    "GROUP BY f.unit ORDER BY turns DESC, f.unit LIMIT 10000"
)
_CASES = "SELECT count(DISTINCT case_no), count(DISTINCT case_no) FILTER (WHERE is_back) FROM followed WHERE taker IS NOT NULL"
_PING_PONG = (
    "SELECT unit AS first, taker AS second, any_value(name) AS first_name, any_value(taker_name) AS second_name, "
    "count(*) AS times, count(DISTINCT case_no) AS cases FROM followed WHERE is_back GROUP BY unit, taker "
    "ORDER BY times DESC, first, second LIMIT 1000"
)
