"""What is done more than once? Repeats, self-loops and returns of activities, and ping-pong of work between hands (PM-03).

Repeats and ping-pong of activities are sums over variants; their time comes from the steps. Never judges whether a repeat was
needed.
"""

from dataclasses import dataclass

from control_tower.errors import NotAvailable
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import UNITS, activity_names, kept_cases


@dataclass(frozen=True, slots=True)
class Repeated:
    """One activity that comes more than once in some case.

    `repeats`: events after its first in a case, `cases`: cases with a repeat; of the repeats `self_loops` follow their own
    kind directly, `returns` come back after something else. `repeat_seconds`: stays after the repeats, as observed.
    """

    activity: str
    events: int
    repeats: int
    cases: int
    self_loops: int
    returns: int
    repeat_seconds: int


@dataclass(frozen=True, slots=True)
class PingPong:
    """There and back again: `first`, then `second`, then `first`; how often, and in how many cases."""

    first: str
    second: str
    times: int
    cases: int


@dataclass(frozen=True, slots=True)
class Rework:
    """All rework of the kept cases; `cases_with_repeats` have at least one repeated activity."""

    cases: int
    cases_with_repeats: int
    repeated: tuple[Repeated, ...]
    ping_pong: tuple[PingPong, ...]


def rework(build: Build, cohort: Cohort, limit: int = 100) -> Rework:
    """Repeats by activity and ping-pong between activities, the most first. Raises NotAvailable as kept_cases does."""
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        names = activity_names(cursor, cohort.view)
        repeated = cursor.execute(_REPEATED.replace("{kept}", kept.condition), kept.values).fetchall()
        there = cursor.execute(_THERE_AND_BACK.replace("{kept}", kept.condition), kept.values).fetchall()
        cases, again = cursor.execute(_CASES.replace("{kept}", kept.condition), kept.values).fetchall()[0]
        text = (
            f"SELECT s.activity_no, CAST(sum(s.gap_seconds) AS BIGINT) FROM {kept.steps} "
            f"WHERE {kept.of_view} AND s.activity_seen > 1 GROUP BY s.activity_no"
        )
        seconds = dict(cursor.execute(text, kept.values).fetchall())
    rows = [Repeated(names[no], a, b, c, d, e, seconds.get(no) or 0) for no, a, b, c, d, e in repeated]
    back = [PingPong(names[first], names[second], times, cases) for first, second, times, cases in there]
    return Rework(
        cases,
        again or 0,
        tuple(sorted(rows, key=lambda row: (-row.repeats, row.activity))[:limit]),
        tuple(sorted(back, key=lambda row: (-row.times, row.first, row.second))[:limit]),
    )


_COUNTED = (
    "WITH counted AS (SELECT c.variant_no, count(*) AS cases FROM mart_case AS c WHERE {kept} GROUP BY c.variant_no), "
    "step AS (SELECT v.variant_no, k.cases, unnest(v.activity_nos) AS no, "
    "unnest(list_append(v.activity_nos[2:], NULL)) AS next_no, "
    "unnest(list_concat(v.activity_nos[3:], [NULL, NULL])[:len(v.activity_nos)]) AS third_no "
    "FROM counted AS k JOIN mart_variant AS v ON v.view = $view AND v.variant_no = k.variant_no) "
)
_REPEATED = (
    _COUNTED + "SELECT no, CAST(sum(seen * cases) AS BIGINT), CAST(sum((seen - 1) * cases) AS BIGINT), "
    "CAST(sum(cases) FILTER (WHERE seen > 1) AS BIGINT), CAST(sum(selves * cases) AS BIGINT), "
    "CAST(sum((seen - 1 - selves) * cases) AS BIGINT) FROM (SELECT no, any_value(cases) AS cases, count(*) AS seen, "
    "count(*) FILTER (WHERE next_no = no) AS selves FROM step GROUP BY variant_no, no) GROUP BY no HAVING max(seen) > 1"
)
_THERE_AND_BACK = (
    _COUNTED + "SELECT no, next_no, CAST(sum(seen * cases) AS BIGINT), CAST(sum(cases) AS BIGINT) FROM "
    "(SELECT no, next_no, any_value(cases) AS cases, count(*) AS seen FROM step WHERE third_no = no AND next_no <> no "
    "GROUP BY variant_no, no, next_no) GROUP BY no, next_no"
)
_CASES = (
    "WITH counted AS (SELECT c.variant_no, count(*) AS cases FROM mart_case AS c WHERE {kept} GROUP BY c.variant_no) "
    "SELECT CAST(coalesce(sum(k.cases), 0) AS BIGINT), "
    "CAST(sum(k.cases) FILTER (WHERE len(list_distinct(v.activity_nos)) < len(v.activity_nos)) AS BIGINT) "
    "FROM counted AS k JOIN mart_variant AS v ON v.view = $view AND v.variant_no = k.variant_no"
)


def ping_pong_between(build: Build, cohort: Cohort, unit: str = "team_id", limit: int = 100) -> tuple[PingPong, ...]:
    """Work that goes from one unit to another and straight back, the most frequent first.

    A unit's turn is a run of events that it did, whatever they were; events without a unit are passed over, and so are
    automatic ones where the unit is a person. Raises NotAvailable for a log that names no such unit.
    """
    if unit not in UNITS:
        raise ValueError(f"work goes to and fro between {', '.join(UNITS)}, not '{unit[:40]}'")
    kept = kept_cases(build, cohort)
    people = "AND e.resource_type IS DISTINCT FROM 'automatic' " if unit == "resource" else ""
    with build.cursor() as cursor:
        if not cursor.execute(f"SELECT count(e.{unit}) FROM core_event AS e").fetchall()[0][0]:
            raise NotAvailable(f"no event of this build names its {unit}: core_event.{unit} is empty")
        rows = cursor.execute(
            f"WITH event AS (SELECT s.case_no, s.step_no, e.{unit} AS unit FROM {kept.steps} "
            f"JOIN core_event AS e ON e.rowid = s.event_row WHERE {kept.of_view} AND e.{unit} IS NOT NULL {people}), "
            "turn AS (SELECT case_no, step_no, unit FROM event WINDOW in_case AS (PARTITION BY case_no ORDER BY step_no) "
            "QUALIFY unit IS DISTINCT FROM lag(unit) OVER in_case), "
            "there AS (SELECT case_no, unit, lead(unit) OVER in_case AS other, lead(unit, 2) OVER in_case AS back "
            "FROM turn WINDOW in_case AS (PARTITION BY case_no ORDER BY step_no)) "
            "SELECT unit, other, count(*) AS times, count(DISTINCT case_no) FROM there WHERE back = unit "
            "GROUP BY unit, other ORDER BY times DESC, unit, other LIMIT $m_limit",
            {**kept.values, "m_limit": limit},
        ).fetchall()
    return tuple(PingPong(*row) for row in rows)
