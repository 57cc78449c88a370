"""How long do cases stay after an activity until the next event, those still waiting included?

Kaplan–Meier per activity (ruling 15): a stay ends with the next event, or is censored at its source's clock when the case is
open and nothing has followed. The last event of an ended case begins no stay. Never about edges: an edge is known only once
it has been walked.
"""

from dataclasses import dataclass, replace
from typing import Final

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import UNITS, Kept, kept_cases, number_of


@dataclass(frozen=True, slots=True)
class Stay:
    """The stay after one activity, in seconds; a quantile is None where so many have not moved on yet ("not reached").

    `stays` began, `waiting` of them have not ended. `total_seconds` counts both kinds (what is waiting, until the clock);
    `waiting_seconds` those still waiting alone.
    """

    activity: str
    stays: int
    waiting: int
    median_seconds: int | None
    p75_seconds: int | None
    p90_seconds: int | None
    total_seconds: int
    waiting_seconds: int


def stays(build: Build, cohort: Cohort, collapsed: bool = False) -> tuple[Stay, ...]:
    """The stay after every activity of a cohort that anything may follow, the largest total first (ties by name).

    `collapsed`: a step that comes again at once is one stay. The quantile at p is the shortest stay by which at least p have moved on, as lifelines and cycle_time.py give it.
    Raises NotAvailable as kept_cases does.
    """
    kept = replace(kept_cases(build, cohort), is_collapsed=collapsed)
    with build.cursor() as cursor:
        text = _STAYS.replace("{steps}", stays_of("s.activity_no", kept)).replace("{name}", "a.activity")
        rows = cursor.execute(text.replace("{names}", _NAMES), kept.values).fetchall()
    return tuple(Stay(*row) for row in rows)


def stays_by_unit(build: Build, cohort: Cohort, activity: str, unit: str = "team_id") -> tuple[Stay, ...]:
    """The stay after one activity, split by the unit that its event names; `activity` of each row is the unit.

    Events without a unit are left out. Raises NotAvailable for an activity the view does not hold, ValueError for an
    unknown unit.
    """
    if unit not in UNITS:
        raise ValueError(f"a stay is split by one of {', '.join(UNITS)}, not '{unit[:40]}'")
    kept, no = kept_cases(build, cohort), number_of(build, cohort.view, activity)
    steps = f"SELECT t.key, t.seconds, t.is_over FROM ({stays_of('e.' + unit, kept, _EVENT, 's.activity_no = $m_no')}) AS t WHERE t.key IS NOT NULL"
    with build.cursor() as cursor:
        text = _STAYS.replace("{steps}", steps).replace("{name}", "key").replace("{names}", "")
        rows = cursor.execute(text, {**kept.values, "m_no": no}).fetchall()
    return tuple(Stay(*row) for row in rows)


def stays_of(key: str, kept: Kept, joined: str = "", only: str = "true") -> str:
    """SELECT of `key, seconds, is_over`, one row per stay of the kept steps; `joined` is a join the key needs.

    A clock that lags behind the last event gives a stay of 0.
    """
    return (
        f"SELECT {key} AS key, s.gap_seconds AS seconds, true AS is_over "
        f"FROM {kept.steps} {joined} WHERE {kept.of_view} AND {only} AND s.next_activity_no IS NOT NULL UNION ALL "
        f"SELECT {key} AS key, {WAITED}, false FROM {kept.steps} {joined} JOIN {OPEN_CASES} ON o.case_no = s.case_no "
        f"WHERE {kept.of_view} AND {only} AND s.next_activity_no IS NULL AND o.as_of IS NOT NULL"
    )


WAITED: Final = "CAST(greatest(0, floor(epoch(o.as_of)) - floor(epoch(s.timestamp))) AS BIGINT)"
"""Seconds an open case has waited at its last step, by its source's clock."""
OPEN_CASES: Final = (
    "(SELECT m.case_no, k.as_of FROM mart_case AS m LEFT JOIN source_clock AS k ON k.source_system = m.source_system "
    "WHERE m.view = $view AND m.is_open) AS o"
)


_NAMES = "JOIN mart_activity AS a ON a.view = $view AND a.activity_no = key "
_EVENT = "JOIN core_event AS e ON e.rowid = s.event_row"
_STAYS = (
    "WITH stay AS ({steps}), "
    "ends AS (SELECT key, seconds, count(*) AS leaving, count(*) FILTER (WHERE is_over) AS over "
    "FROM stay GROUP BY key, seconds), "
    "risk AS (SELECT key, seconds, leaving, over, sum(leaving) OVER (PARTITION BY key ORDER BY seconds DESC) AS at_risk "
    "FROM ends), "
    "curve AS (SELECT key, seconds, leaving, over, CASE WHEN bool_or(over = at_risk) OVER up_to THEN 0 ELSE "
    "exp(sum(CASE WHEN over = at_risk THEN 0 ELSE ln(1 - over / at_risk) END) OVER up_to) END AS remaining "
    "FROM risk WINDOW up_to AS (PARTITION BY key ORDER BY seconds)) "
    "SELECT {name}, CAST(sum(leaving) AS BIGINT), CAST(sum(leaving - over) AS BIGINT), "
    "min(seconds) FILTER (WHERE remaining <= 0.5 + 1e-12), min(seconds) FILTER (WHERE remaining <= 0.25 + 1e-12), "
    "min(seconds) FILTER (WHERE remaining <= 0.1 + 1e-12), CAST(sum(seconds * leaving) AS BIGINT) AS total, "
    "CAST(sum(seconds * (leaving - over)) AS BIGINT) "
    "FROM curve {names}GROUP BY {name} ORDER BY total DESC, {name}"
)
