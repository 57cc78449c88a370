"""What stands behind one waiting line? Its length over time, who ends the waiting and how loaded they are, and its cases.

The line of an activity holds every case that has had it and nothing after it yet. Never ranks lines (bottleneck.py does).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from control_tower.warehouse import Build
from process_mining.case_list import MAX_ROWS
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases, number_of
from process_mining.stay import OPEN_CASES, WAITED

_WIDTHS: Final = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 86_400, 7 * 86_400, 28 * 86_400, 364 * 86_400, 3640 * 86_400)
"""Distances between two looks at a line, in seconds: the first that needs no more looks than asked for."""


@dataclass(frozen=True, slots=True)
class QueueLength:
    """How many cases stood in the line at an instant."""

    at: datetime
    cases: int


@dataclass(frozen=True, slots=True)
class Load:
    """One resource that ended waiting in this line, and how busy it was.

    `picked_up`: how often it did the event that ended a stay here. `events` and `working_days` are of the resource in the
    whole build: days on which it did anything; their quotient is its load.
    """

    resource: str
    team_id: str | None
    resource_type: str | None
    picked_up: int
    events: int
    working_days: int
    events_per_working_day: float


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """One case in the line, now or before: how long it stood there in all, and whether it still does."""

    case_id: str
    stays: int
    waited_seconds: int
    is_waiting: bool


def queue_length(build: Build, cohort: Cohort, activity: str, points: int = 120) -> tuple[QueueLength, ...]:
    """The line's length at equal distances from its first arrival to the newest clock; at most `points` looks."""
    kept, no = kept_cases(build, cohort), number_of(build, cohort.view, activity)
    values = {**kept.values, "m_no": no}
    with build.cursor() as cursor:
        first, last, as_of = cursor.execute(
            "SELECT min(s.timestamp), max(s.timestamp), (SELECT max(as_of) FROM source_clock) "
            f"FROM {kept.steps} WHERE {kept.of_view} AND s.activity_no = $m_no",
            values,
        ).fetchall()[0]
        if first is None:
            return ()
        span = int((max(last, as_of or last) - first).total_seconds())
        width = next((one for one in _WIDTHS if span // one + 2 <= points), span // max(1, points - 2) + 1)
        rows = cursor.execute(
            f"WITH stay AS (SELECT s.timestamp AS since, s.gap_seconds, {_HAS_LEFT} AS has_left FROM {kept.steps} "
            f"LEFT JOIN {OPEN_CASES} ON o.case_no = s.case_no WHERE {kept.of_view} AND s.activity_no = $m_no), "
            "change AS (SELECT since AS moment, 1 AS moved FROM stay UNION ALL "
            "SELECT since + to_seconds(coalesce(gap_seconds, 0)), -1 FROM stay WHERE has_left) "
            "SELECT CAST(ceil((epoch(moment) - epoch($m_first)) / $m_width) AS BIGINT) AS look, CAST(sum(moved) AS BIGINT) "
            "FROM change GROUP BY look ORDER BY look",
            {**values, "m_first": first, "m_width": width},
        ).fetchall()
    lengths = np.zeros(max(span // width + 2, rows[-1][0] + 1), dtype=np.int64)
    lengths[[look for look, _ in rows]] = [moved for _, moved in rows]
    return tuple(
        QueueLength(first + timedelta(seconds=look * width), int(n)) for look, n in enumerate(np.cumsum(lengths))
    )


_HAS_LEFT: Final = "(s.gap_seconds IS NOT NULL OR o.case_no IS NULL)"
"""A next event has come, or the case has ended here."""


def loads(build: Build, cohort: Cohort, activity: str, limit: int = 50) -> tuple[Load, ...]:
    """Who ended the waiting after an activity, the most frequent first, and how loaded each is; unnamed ones left out."""
    kept, no = kept_cases(build, cohort), number_of(build, cohort.view, activity)
    with build.cursor() as cursor:
        rows = cursor.execute(
            "WITH line AS (SELECT s.case_no, s.step_no + 1 AS step_no "
            f"FROM {kept.steps} WHERE {kept.of_view} AND s.activity_no = $m_no AND s.next_activity_no IS NOT NULL), "
            "taken AS (SELECT e.resource, mode(e.team_id) AS team_id, mode(e.resource_type) AS resource_type, "
            "count(*) AS picked_up FROM line JOIN mart_event_step AS n ON n.view = $view AND n.case_no = line.case_no "
            "AND n.step_no = line.step_no JOIN core_event AS e ON e.rowid = n.event_row WHERE e.resource IS NOT NULL "
            "GROUP BY e.resource ORDER BY picked_up DESC, e.resource LIMIT $m_limit) "
            "SELECT t.resource, t.team_id, t.resource_type, t.picked_up, count(*), "
            "count(DISTINCT CAST(e.timestamp AS DATE)), count(*) / count(DISTINCT CAST(e.timestamp AS DATE)) "
            "FROM taken AS t JOIN core_event AS e ON e.resource = t.resource "
            "GROUP BY t.resource, t.team_id, t.resource_type, t.picked_up ORDER BY t.picked_up DESC, t.resource",
            {**kept.values, "m_no": no, "m_limit": min(limit, MAX_ROWS)},
        ).fetchall()
    return tuple(Load(*row) for row in rows)


def waiting_cases(build: Build, cohort: Cohort, activity: str, limit: int = 100) -> tuple[WaitingCase, ...]:
    """The cases behind a line, the longest waiting first (open ones until their source's clock)."""
    kept, no = kept_cases(build, cohort), number_of(build, cohort.view, activity)
    with build.cursor() as cursor:
        rows = cursor.execute(
            "SELECT any_value(c.case_id), count(*), "
            f"CAST(sum(coalesce(s.gap_seconds, {WAITED}, 0)) AS BIGINT) AS waited, "
            "bool_or(s.gap_seconds IS NULL AND o.case_no IS NOT NULL) "
            f"FROM {kept.steps} JOIN mart_case AS c ON c.view = $view AND c.case_no = s.case_no "
            f"LEFT JOIN {OPEN_CASES} ON o.case_no = s.case_no WHERE {kept.of_view} AND s.activity_no = $m_no "
            "AND (s.gap_seconds IS NOT NULL OR o.case_no IS NOT NULL) "
            "GROUP BY s.case_no ORDER BY waited DESC, s.case_no LIMIT $m_limit",
            {**kept.values, "m_no": no, "m_limit": min(limit, MAX_ROWS)},
        ).fetchall()
    return tuple(WaitingCase(*row) for row in rows)
