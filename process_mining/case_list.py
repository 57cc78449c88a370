"""Which cases lie behind a node, an edge, a variant or a waiting line? Their rows, page by page, and one case's events.

A node is the cohort that goes through it, an edge the cohort in which it is directly followed: so a drill is a filter, and
the way back is the cohort before (PM-10). Lists only: never counts or ranks anything but the cases themselves.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from control_tower.warehouse import Build
from process_mining.cohort import Cohort, FollowedBy
from process_mining.kept_cases import kept_cases

MAX_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the object, and its first and last event. Seconds between them; so far, when it is open."""

    case_id: str
    source_system: str
    variant_no: int
    step_count: int
    started_at: datetime
    ended_at: datetime
    throughput_seconds: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some kept cases, the longest first, and how many there are in all."""

    total: int
    rows: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a case, in its order; `gap_seconds` to the next one, None at the last."""

    step_no: int
    activity: str
    timestamp: datetime
    resource: str | None
    team_id: str | None
    department: str | None
    lifecycle: str | None
    source_system: str
    gap_seconds: int | None


def through_activity(cohort: Cohort, activity: str) -> Cohort:
    """The cohort narrowed to the cases behind a node."""
    return replace(cohort, through=tuple(dict.fromkeys((*cohort.through, activity))))


def through_edge(cohort: Cohort, source: str, target: str) -> Cohort:
    """The cohort narrowed to the cases behind an edge."""
    rule = FollowedBy(source, target, directly=True)
    return replace(cohort, followed_by=tuple(dict.fromkeys((*cohort.followed_by, rule))))


def without_activity(cohort: Cohort, activity: str) -> Cohort:
    """The cohort without the cases behind a node."""
    return replace(cohort, avoiding=tuple(dict.fromkeys((*cohort.avoiding, activity))))


def without_edge(cohort: Cohort, source: str, target: str) -> Cohort:
    """The cohort without the cases behind an edge."""
    rule = FollowedBy(source, target, directly=True)
    return replace(cohort, not_followed_by=tuple(dict.fromkeys((*cohort.not_followed_by, rule))))


def cases(build: Build, cohort: Cohort, limit: int = 100, offset: int = 0) -> CasePage:
    """The kept cases, longest first (ties by number). Raises NotAvailable as kept_cases does."""
    if not 1 <= limit <= MAX_ROWS or offset < 0:
        raise ValueError(f"a page holds 1 to {MAX_ROWS} cases from 0 on")
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        total = cursor.execute(f"SELECT count(*) FROM mart_case AS c WHERE {kept.condition}", kept.values).fetchall()[
            0
        ][0]
        rows = cursor.execute(
            "SELECT c.case_id, c.source_system, c.variant_no, c.step_count, c.started_at, c.ended_at, "
            f"c.throughput_seconds, c.is_open FROM mart_case AS c WHERE {kept.condition} "
            "ORDER BY c.throughput_seconds DESC, c.case_no LIMIT $m_limit OFFSET $m_offset",
            {**kept.values, "m_limit": limit, "m_offset": offset},
        ).fetchall()
    return CasePage(total, tuple(Case(*row) for row in rows))


def event_count(build: Build, cohort: Cohort) -> int:
    """How many events the kept cases have, an event counted once per case. Raises NotAvailable as kept_cases does."""
    kept = kept_cases(build, cohort)
    text = f"SELECT coalesce(CAST(sum(c.step_count) AS BIGINT), 0) FROM mart_case AS c WHERE {kept.condition}"
    with build.cursor() as cursor:
        return int(cursor.execute(text, kept.values).fetchall()[0][0])


def events(build: Build, view: str, case_id: str, limit: int = MAX_ROWS) -> tuple[Event, ...]:
    """The first `limit` events of one case, in order; none for a case the view does not hold."""
    with build.cursor() as cursor:
        rows = cursor.execute(
            "SELECT s.step_no, e.activity, e.timestamp, e.resource, e.team_id, e.department, e.lifecycle, "
            "e.source_system, s.gap_seconds FROM mart_event_step AS s JOIN core_event AS e ON e.rowid = s.event_row "
            "WHERE s.view = $view AND s.case_no = (SELECT c.case_no FROM mart_case AS c "
            "WHERE c.view = $view AND c.case_id = $case_id) ORDER BY s.step_no LIMIT $m_limit",
            {"view": view, "case_id": case_id, "m_limit": min(limit, MAX_ROWS)},
        ).fetchall()
    return tuple(Event(*row) for row in rows)
