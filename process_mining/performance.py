"""How long do people wait for an activity, and how long does the activity itself take?

Only logs that write a start and a complete can tell waiting from service; for others there is nothing, never 0. An instance is
a start with the complete it belongs to: first in, first out per case and kind of work, as pm4py pairs them. It bears the name of
its complete; one that still runs bears that of its start, where the two differ (service_begins.toml).
"""

from dataclasses import dataclass

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, activity_names, kept_cases
from process_mining.work_begins import WORK, works


@dataclass(frozen=True, slots=True)
class ActivityTime:
    """Service and waiting of one activity, in seconds.

    `instances` have both ends, `running` a start without a complete, `atomic` a complete without a start (no service is
    known). Service: start to complete. Waiting: from the newest complete of the case before the start; the first instance of
    a case (`without_wait`) waited for nothing in the log. Quantiles interpolated; None where there is nothing to measure.
    """

    activity: str
    instances: int
    running: int
    atomic: int
    without_wait: int
    service_median: float | None
    service_p90: float | None
    service_total: int | None
    waiting_median: float | None
    waiting_p90: float | None
    waiting_total: int | None


@dataclass(frozen=True, slots=True)
class Performance:
    """Waiting apart from service by activity, the largest total of both first; nothing for a log without starts."""

    tells_service: bool
    activities: tuple[ActivityTime, ...]


def performance(build: Build, cohort: Cohort) -> Performance:
    """Split the time of a cohort's activities. Raises NotAvailable as kept_cases does."""
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        if not cursor.execute("SELECT 1 FROM core_event WHERE lower(lifecycle) = 'start' LIMIT 1").fetchall():
            return Performance(False, ())
        names = activity_names(cursor, cohort.view)
        found = cursor.execute(_text(kept), {**kept.values, **works(names)}).fetchall()
    rows = [ActivityTime(names[row[0]], *row[1:]) for row in found]
    rows.sort(key=lambda row: (-(row.service_total or 0) - (row.waiting_total or 0), row.activity))
    return Performance(any(row.instances or row.running for row in rows), tuple(rows))


def _text(kept: Kept) -> str:
    """Number starts and completes of a case and activity; a complete beyond the starts so far is atomic and uses no number."""
    return (
        f"WITH event AS (SELECT s.case_no, s.step_no, s.activity_no, {WORK} AS work, s.timestamp, lower(e.lifecycle) = 'start' AS is_start "
        f"FROM {kept.steps} JOIN core_event AS e ON e.rowid = s.event_row WHERE {kept.of_view} "
        "AND lower(e.lifecycle) IN ('start', 'complete')), " + _PAIRS + _SUMS
    )


_PAIRS = (
    "counted AS (SELECT case_no, step_no, activity_no, work, timestamp, is_start, count(*) FILTER (WHERE is_start) OVER so_far "
    "AS starts, count(*) FILTER (WHERE NOT is_start) OVER so_far AS completes, "
    "max(timestamp) FILTER (WHERE NOT is_start) OVER (PARTITION BY case_no ORDER BY step_no "
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS free_at "
    "FROM event WINDOW so_far AS (PARTITION BY case_no, work ORDER BY step_no ROWS UNBOUNDED PRECEDING)), "
    "missing AS (SELECT case_no, step_no, activity_no, work, timestamp, is_start, starts, completes, free_at, "
    "greatest(0, max(completes - starts) OVER (PARTITION BY case_no, work ORDER BY step_no "
    "ROWS UNBOUNDED PRECEDING)) AS atomics FROM counted), "
    "placed AS (SELECT case_no, activity_no, work, timestamp, is_start, free_at, "
    "CASE WHEN is_start THEN starts "
    "WHEN atomics = coalesce(lag(atomics) OVER (PARTITION BY case_no, work ORDER BY step_no), 0) "
    "THEN completes - atomics END AS no FROM missing), "
    "instance AS (SELECT coalesce(d.activity_no, b.activity_no) AS activity_no, floor(epoch(d.timestamp)) - floor(epoch(b.timestamp)) AS service, "
    "floor(epoch(b.timestamp)) - floor(epoch(b.free_at)) AS waiting FROM placed AS b "
    "LEFT JOIN placed AS d ON NOT d.is_start AND d.case_no = b.case_no AND d.work = b.work AND d.no = b.no "
    "WHERE b.is_start), "
    "atomic AS (SELECT activity_no, count(*) AS n FROM placed WHERE no IS NULL GROUP BY activity_no) "
)
_SUMS = (
    "SELECT coalesce(i.activity_no, a.activity_no), count(i.service), "
    "count(i.activity_no) - count(i.service), coalesce(any_value(a.n), 0), "
    "count(i.activity_no) - count(i.waiting), quantile_cont(i.service, 0.5), quantile_cont(i.service, 0.9), "
    "CAST(sum(i.service) AS BIGINT), quantile_cont(i.waiting, 0.5), quantile_cont(i.waiting, 0.9), "
    "CAST(sum(i.waiting) AS BIGINT) FROM instance AS i FULL JOIN atomic AS a ON a.activity_no = i.activity_no "
    "GROUP BY coalesce(i.activity_no, a.activity_no)"
)
