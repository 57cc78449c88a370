"""How is the time at one place spread? Counts by duration, on a scale on which hours and weeks can both be seen.

Counts only, at most some dozens of them: never the durations themselves.
"""

from dataclasses import dataclass
from typing import Any, Final

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, kept_cases, number_of
from process_mining.stay import stays_of

_UPPER: Final = tuple(
    int(seconds)
    for seconds in (
        60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 2 * 86_400, 3 * 86_400,
        5 * 86_400, 7 * 86_400, 10 * 86_400, 14 * 86_400, 21 * 86_400, 30 * 86_400, 60 * 86_400, 90 * 86_400,
        180 * 86_400, 365 * 86_400,
    )
)  # fmt: skip
"""Upper ends of the classes, in seconds; the last class has none."""


@dataclass(frozen=True, slots=True)
class DurationClass:
    """Durations from `low_seconds` (included) to `high_seconds` (excluded; None = no end): ended ones and waiting ones."""

    low_seconds: int
    high_seconds: int | None
    ended: int
    waiting: int


def stay_distribution(build: Build, cohort: Cohort, activity: str) -> tuple[DurationClass, ...]:
    """The stays after one activity by duration; who still waits is counted where it stands now."""
    kept, no = kept_cases(build, cohort), number_of(build, cohort.view, activity)
    return _counted(build, stays_of("s.activity_no", kept, "", "s.activity_no = $m_no"), {**kept.values, "m_no": no})


def edge_distribution(build: Build, cohort: Cohort, source: str, target: str) -> tuple[DurationClass, ...]:
    """The observed times between two activities by duration."""
    kept = kept_cases(build, cohort)
    values = {
        **kept.values,
        "m_source": number_of(build, cohort.view, source),
        "m_target": number_of(build, cohort.view, target),
    }
    return _counted(build, _edge(kept), values)


def case_distribution(build: Build, cohort: Cohort) -> tuple[DurationClass, ...]:
    """The kept cases by time from first to last event; open ones, so far, as waiting."""
    kept = kept_cases(build, cohort)
    text = (
        f"SELECT c.throughput_seconds AS seconds, NOT c.is_open AS is_over FROM mart_case AS c WHERE {kept.condition}"
    )
    return _counted(build, text, kept.values)


def _edge(kept: Kept) -> str:
    return (
        f"SELECT s.gap_seconds AS seconds, true AS is_over FROM {kept.steps} WHERE {kept.of_view} "
        "AND s.activity_no = $m_source AND s.next_activity_no = $m_target"
    )


def _counted(build: Build, durations: str, values: dict[str, Any]) -> tuple[DurationClass, ...]:
    """Count durations into classes; empty classes before the first and after the last are left out."""
    with build.cursor() as cursor:
        rows = cursor.execute(
            "SELECT len(list_filter($m_upper, lambda high: high <= d.seconds)) AS place, "
            "count(*) FILTER (WHERE d.is_over), count(*) FILTER (WHERE NOT d.is_over) "
            f"FROM (SELECT seconds, is_over FROM ({durations})) AS d GROUP BY place",
            {**values, "m_upper": list(_UPPER)},
        ).fetchall()
    found = {place: (ended, waiting) for place, ended, waiting in rows}
    if not found:
        return ()
    ends = (0, *_UPPER, None)
    return tuple(
        DurationClass(ends[at] or 0, ends[at + 1], *found.get(at, (0, 0))) for at in range(min(found), max(found) + 1)
    )
