"""How long does each activity itself take, and how long do cases wait between? The map of logs that write starts and completes.

A step is a piece of work: a complete with the start it belongs to (first in, first out; ended work only, as pm4py pairs
it). Pieces of a case follow each other in the order in which they began. Nothing for a log that pairs none: a map without
service is directly_follows.py's.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.directly_follows import Activity, Edge, Endpoint, Map
from process_mining.kept_cases import Kept, activity_names, kept_cases
from process_mining.work_begins import WORK, works


@dataclass(frozen=True, slots=True)
class Service:
    """What one activity itself takes, in seconds: `timed` of its pieces of work have a start; quantiles interpolated."""

    timed: int
    mean_seconds: float
    median_seconds: float
    p90_seconds: float
    total_seconds: int


@dataclass(frozen=True, slots=True)
class ServiceMap:
    """`map`: pieces of work and what follows them; the seconds of an edge are waiting (complete to the next start, 0 where
    they overlap). `services`: by activity, only those with a timed piece of work. Both None and empty for a log without.
    """

    map: Map | None
    services: Mapping[str, Service]

    def as_json(self) -> dict[str, Any] | None:
        """The part `service` of `tower mine map --json`; None where the log cannot tell."""
        if self.map is None:
            return None
        steps = [
            {"name": one.name, "pieces": one.events, "cases": one.cases, "service": self._service(one.name)}
            for one in self.map.activities
        ]
        edges = [
            {"from": one.source, "to": one.target, "events": one.events, "cases": one.cases,
             "waiting": {name: getattr(one, name) for name in _SECONDS}} for one in self.map.edges
        ]  # fmt: skip
        return {"cases": self.map.cases, "pieces": self.map.events, "steps": steps, "edges": edges}

    def _service(self, name: str) -> dict[str, Any] | None:
        return asdict(self.services[name]) if name in self.services else None


_SECONDS: Final = ("mean_seconds", "median_seconds", "p90_seconds", "total_seconds")
NOTHING: Final = ServiceMap(None, {})


def writes_starts(build: Build) -> bool:
    """Whether any event of the build says that work begins."""
    with build.cursor() as cursor:
        return bool(cursor.execute("SELECT 1 FROM core_event WHERE lower(lifecycle) = 'start' LIMIT 1").fetchall())


def service_map(build: Build, cohort: Cohort) -> ServiceMap:
    """Split the time of a cohort into service and waiting, on a map. Raises NotAvailable as kept_cases does."""
    kept = kept_cases(build, cohort)
    if not writes_starts(build):
        return NOTHING
    with build.cursor() as cursor:
        names = activity_names(cursor, cohort.view)
        rows = cursor.execute(_text(kept), {**kept.values, **works(names)}).fetchall()
    steps = [row for row in rows if row[2]]
    services = {names[row[0]]: Service(row[5], row[6], row[7][0], row[7][1], row[8]) for row in steps if row[5]}
    return ServiceMap(_made(cohort.view, names, steps, rows), services) if services else NOTHING


def _made(view: str, names: dict[int, str], steps: list[Any], rows: list[Any]) -> Map:
    edges = [
        Edge(names[row[0]], names[row[1]], row[3], row[4], row[9], row[10][0], row[10][1], row[11])
        for row in rows if not row[2] and row[1] is not None
    ]  # fmt: skip
    steps = sorted(steps, key=lambda row: (-row[3], names[row[0]]))
    ends = [tuple(Endpoint(names[row[0]], row[place]) for row in steps if row[place]) for place in (12, 13)]
    first, last = (tuple(sorted(some, key=lambda one: (-one.cases, one.name))) for some in ends)
    return Map(
        view=view,
        cases=sum(one.cases for one in first),
        events=sum(row[3] for row in steps),
        activities=tuple(Activity(names[row[0]], row[3], row[4]) for row in steps),
        edges=tuple(sorted(edges, key=lambda one: (-one.events, one.source, one.target))),
        start=first,
        end=last,
        has_times=True,
    )


def _text(kept: Kept) -> str:
    return (
        "WITH event AS (SELECT s.case_no, s.step_no, s.activity_no, s.timestamp, "
        f"{WORK} AS work, "
        "coalesce(lower(e.lifecycle), 'complete') = 'start' AS is_start "
        f"FROM {kept.steps} JOIN core_event AS e ON e.rowid = s.event_row WHERE {kept.of_view} "
        "AND coalesce(lower(e.lifecycle), 'complete') IN ('start', 'complete')), " + _PIECES + _SUMS
    )


# Starts and completes of one kind of work are numbered in a case; a complete beyond the starts so far began unseen and
# uses no number.
_PIECES = (
    "counted AS (SELECT case_no, step_no, activity_no, work, timestamp, is_start, "
    "count(*) FILTER (WHERE is_start) OVER so_far AS starts, count(*) FILTER (WHERE NOT is_start) OVER so_far AS completes "
    "FROM event WINDOW so_far AS (PARTITION BY case_no, work ORDER BY step_no ROWS UNBOUNDED PRECEDING)), "
    "missing AS (SELECT case_no, step_no, activity_no, work, timestamp, is_start, starts, completes, "
    "greatest(0, max(completes - starts) OVER (PARTITION BY case_no, work ORDER BY step_no "
    "ROWS UNBOUNDED PRECEDING)) AS unseen FROM counted), "
    "placed AS (SELECT case_no, step_no, activity_no, work, timestamp, is_start, CASE WHEN is_start THEN starts "
    "WHEN unseen = coalesce(lag(unseen) OVER (PARTITION BY case_no, work ORDER BY step_no), 0) "
    "THEN completes - unseen END AS no FROM missing), "
    "piece AS (SELECT d.case_no, d.step_no, d.activity_no, coalesce(b.timestamp, d.timestamp) AS began_at, "
    "d.timestamp AS ended_at, CAST(floor(epoch(d.timestamp)) - floor(epoch(b.timestamp)) AS BIGINT) AS service "
    "FROM placed AS d LEFT JOIN (SELECT case_no, work, no, timestamp FROM placed WHERE is_start) AS b "
    "ON b.case_no = d.case_no AND b.work = d.work AND b.no = d.no WHERE NOT d.is_start), "
    "walked AS (SELECT case_no, activity_no, service, lead(activity_no) OVER one AS next_no, "
    "CAST(greatest(0, floor(epoch(lead(began_at) OVER one)) - floor(epoch(ended_at))) AS BIGINT) AS waiting, "
    "row_number() OVER one = 1 AS is_first FROM piece WINDOW one AS (PARTITION BY case_no ORDER BY began_at, step_no)) "
)
_SUMS = (
    "SELECT activity_no, next_no, grouping(next_no) = 1, count(*), count(DISTINCT case_no), "
    "count(service), avg(service), quantile_cont(service, [0.5, 0.9]), CAST(sum(service) AS BIGINT), "
    "avg(waiting), quantile_cont(waiting, [0.5, 0.9]), CAST(sum(waiting) AS BIGINT), "
    "count(*) FILTER (WHERE is_first), count(*) FILTER (WHERE next_no IS NULL) "
    "FROM walked GROUP BY GROUPING SETS ((activity_no), (activity_no, next_no))"
)
