"""Which cases are these? Rows of a cohort's cases, the observed times of one path, and a sample of whole traces.

Answers are bounded (a page shows them). Never decides which cases belong to a cohort (kept_cases.py does) and never
summarises a map.
"""

from typing import Final

import pandas as pd

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases

Trace = tuple[str, list[tuple[str, float]]]
"""A case's id, and its steps in order: activity, seconds since 1970 (UTC)."""
MOST_TRACES: Final = 300
_BINS_A_DECADE: Final = 6


def cases(build: Build, cohort: Cohort, limit: int) -> pd.DataFrame:
    """At most `limit` cases of a cohort, the longest first, ties by number.

    One row per case: case_id, source_system, variant_no, step_count, started_at, ended_at, throughput_seconds, is_open.
    Raises NotAvailable as kept_cases does.
    """
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        return cursor.execute(
            "SELECT c.case_id, c.source_system, c.variant_no, c.step_count, c.started_at, c.ended_at, "
            "c.throughput_seconds, c.is_open FROM mart_case AS c "
            f"WHERE {kept.condition} ORDER BY c.throughput_seconds DESC, c.case_no LIMIT $row_limit",
            {**kept.values, "row_limit": limit},
        ).df()


def gaps(build: Build, cohort: Cohort, source: str, target: str) -> pd.DataFrame:
    """How often `target` came directly after `source`, by the time between them: observed times only (ruling 15).

    One row per bin: low_seconds (included), high_seconds (not included), events. Bins are equally wide on a logarithmic
    scale, six to each power of ten, from one second; the first bin holds what took less than that, from 0.
    """
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        return cursor.execute(
            "WITH gap AS (SELECT CASE WHEN s.gap_seconds < 1 THEN -1 "
            "ELSE CAST(floor(log10(s.gap_seconds) * $per + 1e-9) AS INTEGER) END AS bin "
            "FROM mart_event_step AS s JOIN mart_activity AS a ON a.view = s.view AND a.activity_no = s.activity_no "
            "JOIN mart_activity AS b ON b.view = s.view AND b.activity_no = s.next_activity_no "
            f"WHERE {kept.of_steps} AND a.activity = $source AND b.activity = $target) "
            "SELECT CASE WHEN bin < 0 THEN 0 ELSE pow(10, CAST(bin AS DOUBLE) / $per) END AS low_seconds, "
            "CASE WHEN bin < 0 THEN 1 ELSE pow(10, CAST(bin + 1 AS DOUBLE) / $per) END AS high_seconds, "
            "count(*) AS events FROM gap GROUP BY bin ORDER BY bin LIMIT 100",
            {**kept.values, "source": source, "target": target, "per": _BINS_A_DECADE},
        ).df()


def traces(build: Build, cohort: Cohort, limit: int = MOST_TRACES) -> list[Trace]:
    """The steps of a sample of at most `limit` cases: spread over the log, and the same cases each time.

    The sample takes cases by a fixed scattering of their numbers (multiplication modulo 2³²), not the first ones.
    """
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        rows = cursor.execute(
            "WITH chosen AS (SELECT c.case_no, c.case_id FROM mart_case AS c "
            f"WHERE {kept.condition} ORDER BY (CAST(c.case_no AS BIGINT) * 2654435761) % 4294967296 LIMIT $row_limit) "
            "SELECT k.case_id, list(a.activity ORDER BY s.step_no), list(epoch(s.timestamp) ORDER BY s.step_no) "
            "FROM mart_event_step AS s JOIN chosen AS k USING (case_no) "
            "JOIN mart_activity AS a ON a.view = s.view AND a.activity_no = s.activity_no "
            "WHERE s.view = $view GROUP BY s.case_no, k.case_id ORDER BY s.case_no",
            {**kept.values, "row_limit": min(limit, MOST_TRACES)},
        ).fetchall()
    return [(case_id, list(zip(names, times, strict=True))) for case_id, names, times in rows]
