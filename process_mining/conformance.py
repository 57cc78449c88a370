"""Do cases go as intended, where do they leave the way, and what does it cost in time? Conformance of a cohort.

Variants are aligned with the process (`alignment`), what they deviate in is counted by cases, and each deviation's
cost is the difference between the median durations of finished cases with and without it. Draws nothing, judges
nobody: a deviation may have been right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from control_tower.warehouse import Build
from process_mining.alignment import Aligned, Alignments, Limits, Move, Variant, align
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, kept_cases
from process_mining.median_difference import difference
from process_mining.petri_net import PetriNet, TooManyMarkings

COLUMNS = ["kind", "activity", "after", "cases", "events", "variants", "n_with", "n_without", "median_with_seconds",
           "median_without_seconds", "extra_seconds", "low_seconds", "high_seconds"]  # fmt: skip
MAX_CASES = 1_000


@dataclass(frozen=True)
class Conformance:
    """What aligning a cohort with a process says. Rates are 0–1 and speak of the aligned cases.

    `cases`, `variants`: all that was asked for; `left_out`: reason → (variants, cases) not aligned. `fitness`: mean
    over cases of 1 − deviations ÷ worst; `log_fitness`: the same of sums. `precision`: how much of what the process
    allows also happens, None where it allows too much to be counted. `deviations`: one row per kind, activity and place (COLUMNS), most cases first.
    """

    cases: int
    variants: int
    aligned: tuple[Aligned, ...]
    left_out: dict[str, tuple[int, int]]
    conforming_cases: int
    fitness: float | None
    log_fitness: float | None
    precision: float | None
    deviations: pd.DataFrame

    @property
    def aligned_cases(self) -> int:
        """Cases of the variants that could be aligned."""
        return sum(one.variant.cases for one in self.aligned)

    def variants_with(self, move: Move | None = None) -> list[Variant]:
        """The variants that deviate so, or all that deviate; those with most cases first."""
        return [one.variant for one in self.aligned if (move in one.moves if move else one.moves)]


def check(build: Build, cohort: Cohort, net: PetriNet, limits: Limits | None = None) -> Conformance:
    """Align the cohort's variants with the process, the most frequent first.

    Raises NotAvailable for a view the build does not hold, ControlTowerError when the watchdog stops a read.
    """
    bounds = limits or Limits()
    kept = kept_cases(build, cohort)
    variants, counted = variants_of(build, cohort, bounds.variants)
    found = align(net, variants, bounds)
    left_out = _counted(found)
    rest = counted[0] - len({v.number for v in variants}), counted[1] - sum(v.cases for v in variants)
    if rest[0]:
        left_out["not among the most frequent"] = rest
    weights = [one.variant.cases for one in found.aligned]
    fits = [found.fitness(one) for one in found.aligned]
    total = sum(weights)
    worst = sum(w * found.worst(one) for w, one in zip(weights, found.aligned, strict=True))
    return Conformance(
        cases=counted[1],
        variants=counted[0],
        aligned=found.aligned,
        left_out=left_out,
        conforming_cases=sum(o.variant.cases for o in found.aligned if not o.moves),
        fitness=sum(w * fit for w, fit in zip(weights, fits, strict=True)) / total if total else None,
        log_fitness=1 - sum(w * o.cost for w, o in zip(weights, found.aligned, strict=True)) / worst if worst else None,
        precision=_precision(net, found.aligned),
        deviations=_deviations(build, kept, found.aligned),
    )


def _counted(found: Alignments) -> dict[str, tuple[int, int]]:
    left: dict[str, tuple[int, int]] = {}
    for variant, why in found.left_out:
        variants, cases = left.get(why, (0, 0))
        left[why] = (variants + 1, cases + variant.cases)
    return left


def variants_of(build: Build, cohort: Cohort, limit: int) -> tuple[list[Variant], tuple[int, int]]:
    """The most frequent variants of the kept cases, and how many variants and cases there are in all.

    A variant with finished and open cases is two: what its open cases lack may still come.
    """
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor:
        rows = cursor.execute(
            "WITH counted AS (SELECT c.variant_no, count(*) AS cases, count(*) FILTER (WHERE c.is_open) AS open_cases "
            f"FROM mart_case AS c WHERE {kept.condition} GROUP BY c.variant_no), "
            "top AS (SELECT variant_no, cases, open_cases, count(*) OVER () AS all_variants, "
            "sum(cases) OVER () AS all_cases FROM counted ORDER BY cases DESC, variant_no LIMIT $top) "
            "SELECT t.variant_no, v.activity_nos, t.cases, t.open_cases, t.all_variants, t.all_cases FROM top AS t "
            "JOIN mart_variant AS v ON v.view = $view AND v.variant_no = t.variant_no "
            "ORDER BY t.cases DESC, t.variant_no",
            {**kept.values, "top": limit},
        ).fetchall()
        names = dict(
            cursor.execute(
                "SELECT activity_no, activity FROM mart_activity WHERE view = $1", [kept.values["view"]]
            ).fetchall()
        )
    variants = []
    for number, nos, cases, running, *_ in rows:
        for count, is_open in ((cases - running, False), (running, True)):
            if count:
                variants.append(Variant(number, tuple(names[no] for no in nos), count, is_open))
    return variants, (int(rows[0][4]), int(rows[0][5])) if rows else (0, 0)


def _precision(net: PetriNet, aligned: Sequence[Aligned]) -> float | None:
    try:
        return precision(net, [(one.run, one.variant.cases) for one in aligned])
    except TooManyMarkings:
        return None


def precision(net: PetriNet, runs: Sequence[tuple[Sequence[str], int]]) -> float | None:
    """Of the ways the process leaves open after each beginning, the share that is also gone; weighted by cases.

    Source: Adriansyah and others (2015), align-ETConformance, on one nearest run per variant. None without runs;
    raises TooManyMarkings for a net whose places cannot be told.
    """
    children: list[dict[str, int]] = [{}]
    weight, places = [0], [net.initial()]
    for run, cases in runs:
        node = 0
        for activity in run:
            weight[node] += cases
            if activity not in children[node]:
                children[node][activity] = len(children)
                children.append({})
                weight.append(0)
                places.append(net.after(places[node], activity))
            node = children[node][activity]
    allowed = sum(w * len(net.allowed(place)) for w, place in zip(weight, places, strict=True) if w)
    gone = sum(w * len(child) for w, child in zip(weight, children, strict=True))
    return gone / allowed if allowed else None


def _deviations(build: Build, kept: Kept, aligned: Sequence[Aligned]) -> pd.DataFrame:
    """One row per deviation with its cost in time, most cases first."""
    found: dict[Move, list[tuple[Variant, int]]] = {}
    for one in aligned:
        for move in dict.fromkeys(one.moves):
            found.setdefault(move, []).append((one.variant, one.moves.count(move)))
    durations = _Durations(build, kept, [one.variant.number for one in aligned])
    rows = []
    for move, where in found.items():
        cases = sum(variant.cases for variant, _ in where)
        events = sum(variant.cases * times for variant, times in where)
        cost = durations.cost([variant.number for variant, _ in where if not variant.is_open])
        variants = len({variant.number for variant, _ in where})
        rows.append([move.kind, move.activity, move.after, cases, events, variants, *cost])
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values(
        ["cases", "kind", "activity", "after"], ascending=[False, True, True, True], ignore_index=True
    )


class _Durations:
    """Durations of finished cases, sorted once, so that each deviation costs one pass and no sorting."""

    def __init__(self, build: Build, kept: Kept, numbers: Sequence[int]) -> None:
        with build.cursor() as cursor:
            found = cursor.execute(
                f"SELECT c.variant_no, c.throughput_seconds FROM mart_case AS c WHERE {kept.condition} "
                "AND NOT c.is_open ORDER BY c.throughput_seconds",
                kept.values,
            ).fetchnumpy()
        variant = np.asarray(found["variant_no"], dtype=np.int64)
        seconds = np.asarray(found["throughput_seconds"], dtype=np.int64)
        is_aligned = np.isin(variant, np.asarray(numbers, dtype=np.int64))
        self._variant, self._seconds = variant[is_aligned], seconds[is_aligned]

    def cost(self, numbers: Sequence[int]) -> list[Any]:
        """N with, n without, both medians, their difference and its interval; None where there is nothing to compare."""
        has = np.isin(self._variant, np.asarray(numbers, dtype=np.int64))
        counts = [int(has.sum()), int((~has).sum())]
        apart = difference(self._seconds[has], self._seconds[~has])
        if apart is None:
            return [*counts, None, None, None, None, None]
        return [*counts, apart.first, apart.second, apart.value, apart.low, apart.high]


def cases_of(build: Build, cohort: Cohort, variants: Sequence[Variant], limit: int = MAX_CASES) -> pd.DataFrame:
    """Cases that follow one of these variants, the longest first, at most `limit` (fault 93).

    Columns: case_no, case_id, variant_no, started_at, ended_at, throughput_seconds, is_open.
    """
    kept = kept_cases(build, cohort)
    ended = [variant.number for variant in variants if not variant.is_open]
    running = [variant.number for variant in variants if variant.is_open]
    with build.cursor() as cursor:
        return cursor.execute(
            "SELECT c.case_no, c.case_id, c.variant_no, c.started_at, c.ended_at, c.throughput_seconds, c.is_open "
            f"FROM mart_case AS c WHERE {kept.condition} AND "
            "((NOT c.is_open AND list_contains($ended, c.variant_no)) OR (c.is_open AND list_contains($open, c.variant_no))) "
            "ORDER BY c.throughput_seconds DESC, c.case_no LIMIT $top",
            {**kept.values, "ended": ended, "open": running, "top": min(limit, MAX_CASES)},
        ).df()
