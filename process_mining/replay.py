"""How did some of the cases move through time? A sample of whole traces, to be played on the map.

Bounded, and the same cases each time. Never a statistic: a figure that speaks for all cases is computed elsewhere.
"""

from typing import Final

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases

Trace = tuple[str, list[tuple[str, float]]]
"""A case's id, and its steps in order: activity, seconds since 1970 (UTC)."""
MOST_TRACES: Final = 300


def collapsed(found: list[Trace]) -> list[Trace]:
    """The same cases, each run of one activity as its first step."""
    return [
        (case, [step for place, step in enumerate(steps) if not place or step[0] != steps[place - 1][0]])
        for case, steps in found
    ]


def traces(build: Build, cohort: Cohort, limit: int = MOST_TRACES) -> list[Trace]:
    """The steps of a sample of at most `limit` (and never more than 300) cases of a cohort, in order of case number.

    The sample takes cases by a fixed scattering of their numbers (multiplication modulo 2³²), so that it is spread over
    the log and repeats itself. Raises NotAvailable as kept_cases does.
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
