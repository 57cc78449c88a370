"""Which ways do cases take, and how common, fast and good is each? One page of variants, the rest as one sum.

Counts are of whole cases; times are first to last event of the cases of exactly that variant. Never lists cases
(case_list.py does) and never brings more variants to a page than asked for (fault 95).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import duckdb

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import BELONGS, Kept, activity_names, kept_cases

MAX_ROWS: Final = 1_000
"""What one page may bring to a browser (fault 93)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the exceptions of a variant's cases came to, as shares of its cases (0–1).

    `with_exception`: cases that at least one exception belongs to; `resolved`: of those, cases all of whose exceptions
    are resolved; `breached`: of those whose breach is known, cases with at least one breach. None: nothing to take a
    share of.
    """

    with_exception: float | None
    resolved: float | None
    breached: float | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant: its sequence, how many kept cases take exactly it, and how long they took.

    `share` and `cumulative_share` are of the kept cases, the latter over this and all more frequent variants.
    `activities` holds at most as many as asked for; `step_count` is the whole length. `open_cases` are still on their
    way: their times are so far.
    """

    variant_no: int
    activities: tuple[str, ...]
    step_count: int
    cases: int
    open_cases: int
    share: float
    cumulative_share: float
    median_seconds: float
    p90_seconds: float
    outcome: Outcome | None
    """None in views whose cases no exception names."""

    @property
    def is_cut(self) -> bool:
        """Whether `activities` is only the beginning."""
        return len(self.activities) < self.step_count


@dataclass(frozen=True, slots=True)
class VariantPage:
    """Some variants of a cohort in order of frequency, and what is not on the page.

    `other_variants` and `other_cases` come after the page (not before it).
    """

    view: str
    cases: int
    variants: int
    rows: tuple[Variant, ...]
    other_variants: int
    other_cases: int

    def as_json(self) -> list[dict[str, Any]]:
        """The shape of `tower mine variants --json`: one object per variant of the page."""
        return [asdict(row) for row in self.rows]


def variants(build: Build, cohort: Cohort, limit: int = 20, offset: int = 0, max_steps: int = 200) -> VariantPage:
    """The `limit` variants from `offset` on, most kept cases first (ties by the order in the whole build).

    Quantiles are interpolated. Raises NotAvailable as kept_cases does, ValueError for a page beyond its bounds.
    """
    if not 1 <= limit <= MAX_ROWS or offset < 0 or max_steps < 1:
        raise ValueError(f"a page holds 1 to {MAX_ROWS} variants from 0 on with at least one step each")
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        ready = _RANKED.replace("{kept}", kept.condition)
        ranked = cursor.execute(ready, {**kept.values, "m_from": offset, "m_to": offset + limit}).fetchall()
        all_cases, all_variants = _totals(cursor, kept)
        rows = _described(cursor, kept, [(no, cases, up_to, all_cases) for no, cases, up_to in ranked], max_steps)
    seen = ranked[-1][2] if ranked else (all_cases if offset else 0)
    after = max(0, all_variants - offset - len(rows))
    return VariantPage(cohort.view, all_cases, all_variants, rows, after, all_cases - seen)


def _described(
    cursor: duckdb.DuckDBPyConnection, kept: Kept, ranked: list[tuple[int, int, int, int]], max_steps: int
) -> tuple[Variant, ...]:
    """The variants of a page, from (number, cases, cases up to it, all cases), with steps, times and outcome."""
    view, numbers = kept.values["view"], [row[0] for row in ranked]
    times = _by_number(cursor, _TIMES, kept, numbers)
    steps = _by_number(cursor, _STEPS, kept, numbers, m_steps=max_steps)
    outcomes, names = _outcomes(cursor, kept, view, numbers), activity_names(cursor, view)
    found = []
    for no, cases, up_to, all_cases in ranked:
        (step_count, activity_nos), (median, p90, open_cases) = steps[no], times[no]
        activities = tuple(names[one] for one in activity_nos)
        outcome = outcomes[no] if outcomes is not None else None
        shares = (cases / all_cases, up_to / all_cases)
        found.append(Variant(no, activities, step_count, cases, open_cases, *shares, median, p90, outcome))
    return tuple(found)


_COUNTED = "SELECT c.variant_no, count(*) AS cases FROM mart_case AS c WHERE {kept} GROUP BY c.variant_no"
_RANKED = (
    f"WITH counted AS ({_COUNTED}), ranked AS (SELECT variant_no, cases, "
    "row_number() OVER (ORDER BY cases DESC, variant_no) AS place, "
    "CAST(sum(cases) OVER (ORDER BY cases DESC, variant_no ROWS UNBOUNDED PRECEDING) AS BIGINT) AS up_to FROM counted) "
    "SELECT variant_no, cases, up_to FROM ranked WHERE place > $m_from AND place <= $m_to ORDER BY place"
)
_TIMES = (
    "SELECT c.variant_no, quantile_cont(c.throughput_seconds, 0.5), quantile_cont(c.throughput_seconds, 0.9), "
    "count(*) FILTER (WHERE c.is_open) FROM mart_case AS c "
    "WHERE {kept} AND list_contains($m_variants, c.variant_no) GROUP BY c.variant_no"
)
_STEPS = (
    "SELECT v.variant_no, v.step_count, v.activity_nos[:$m_steps] FROM mart_variant AS v "
    "WHERE v.view = $view AND list_contains($m_variants, v.variant_no)"
)
_OUTCOMES = (
    "WITH told AS (SELECT {belongs} AS case_id, bool_and(resolved_at IS NOT NULL) AS is_resolved, "
    "bool_or(sla_breached) AS is_breached FROM mart_exception WHERE {belongs} IS NOT NULL GROUP BY {belongs}) "
    "SELECT c.variant_no, count(*), count(t.case_id), count(*) FILTER (WHERE t.is_resolved), "
    "count(t.is_breached), count(*) FILTER (WHERE t.is_breached) "
    "FROM mart_case AS c LEFT JOIN told AS t ON t.case_id = c.case_id "
    "WHERE {kept} AND list_contains($m_variants, c.variant_no) GROUP BY c.variant_no"
)


def _totals(cursor: duckdb.DuckDBPyConnection, kept: Kept) -> tuple[int, int]:
    text = "SELECT count(*), count(DISTINCT c.variant_no) FROM mart_case AS c WHERE {kept}"
    cases, found = cursor.execute(text.replace("{kept}", kept.condition), kept.values).fetchall()[0]
    return cases, found


def _by_number(
    cursor: duckdb.DuckDBPyConnection, text: str, kept: Kept, numbers: Sequence[int], **bound: Any
) -> dict[int, tuple[Any, ...]]:
    """Rows of a query about some variants, by variant number."""
    wanted = {**kept.values, **bound, "m_variants": list(numbers)}
    ready = text.replace("{kept}", kept.condition)
    rows = cursor.execute(ready, {name: value for name, value in wanted.items() if f"${name}" in ready}).fetchall()
    return {row[0]: row[1:] for row in rows}


def _outcomes(
    cursor: duckdb.DuckDBPyConnection, kept: Kept, view: str, numbers: Sequence[int]
) -> dict[int, Outcome] | None:
    if view not in BELONGS:
        return None
    rows = _by_number(cursor, _OUTCOMES.replace("{belongs}", BELONGS[view]), kept, numbers)
    return {no: Outcome(_share(a, n), _share(r, a), _share(b, k)) for no, (n, a, r, k, b) in rows.items()}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
