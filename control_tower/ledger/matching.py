"""Which cases without a decision are like those with one? Risk-set matching on arrays; never says what came of them.

A decided case is compared with cases of the same cell (type × severity × tier × site group) that were still open, and
not decided on, at the age at which it was decided: so age is equal by construction, and nobody is compared with a
case that was over before anything could be done. A case that is decided on later may stand in until then: leaving it
out because of its future would make the others look faster than they were. Source: Li, Propert and Rosenbaum (2001).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_MOST = 4_000_000
"""Pairs that are looked at together."""


@dataclass(frozen=True, slots=True)
class Cases:
    """One entry per case, in order of its id: ties of distance go to the earlier one.

    `cell`: cases are alike only within one. `covariates`: cases × k, no NaN. Hours after detection: `ended` when it
    was no longer open, `decided` when it was decided on (both inf = not so far), `followed` until the source's clock.
    """

    cell: Ints
    covariates: Floats
    ended: Floats
    decided: Floats
    followed: Floats

    @property
    def treated(self) -> Flags:
        """Decided on while open."""
        return np.isfinite(self.decided) & (self.decided < self.ended)


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of a decided case and a similar one, by set and distance; `treated[set]` and `control` are places in Cases.

    `unmatched`: decided cases with enough follow-up and nobody alike; `too_recent`: those not followed long enough.
    """

    treated: Ints
    set_no: Ints
    control: Ints
    distance: Floats
    unmatched: int
    too_recent: int

    @property
    def sizes(self) -> Ints:
        """Similar cases of each set."""
        return np.bincount(self.set_no, minlength=self.treated.size).astype(np.int64)

    def only(self, wanted: Flags) -> "Matches":
        """The sets that are wanted, renumbered."""
        numbers, kept = np.cumsum(wanted) - 1, wanted[self.set_no]
        return Matches(self.treated[wanted], numbers[self.set_no[kept]], self.control[kept], self.distance[kept], 0, 0)


def spread(cases: Cases) -> Floats:
    """Pooled standard deviation of each covariate, decided and never decided, before matching; 1 where nothing varies.

    √((s₁² + s₀²) / 2): Rosenbaum and Rubin (1985).
    """
    groups = [cases.covariates[cases.treated], cases.covariates[~np.isfinite(cases.decided)]]
    found = [group.var(axis=0, ddof=1) for group in groups if len(group) > 1]
    pooled = np.sqrt(np.mean(found, axis=0)) if found else np.ones(cases.covariates.shape[1])
    wide: Floats = np.where(pooled > 0, pooled, 1.0)
    return wide


def match(cases: Cases, known: Flags, horizon: float, neighbours: int, caliper: float) -> Matches:
    """Up to `neighbours` similar cases for each decided one, the nearest first, each as often as it is nearest.

    `known`: cases whose outcome is known; `horizon`: hours after the decision's age that both must have been
    followed. Distance is Euclidean in pooled standard deviations, at most `caliper`.
    """
    scaled = cases.covariates / spread(cases)
    decided = np.flatnonzero(cases.treated)
    ready = decided[known[decided] & (cases.followed[decided] >= cases.decided[decided] + horizon)]
    usable = np.flatnonzero(known)
    usable = usable[np.argsort(cases.cell[usable], kind="stable")]
    ready = ready[np.argsort(cases.cell[ready], kind="stable")]
    parts = []
    for cell, start, stop in _runs(cases.cell[ready]):
        first, last = np.searchsorted(cases.cell[usable], [cell, cell + 1])
        others = usable[first:last]
        step = max(_MOST // max(others.size, 1), 1)
        for place in range(start, stop, step):
            mine = ready[place : min(place + step, stop)]
            parts.append(_nearest(cases, scaled, (mine, others), horizon, (neighbours, caliper)))
    return _joined(parts, ready.size, decided.size)


def _runs(cell: Ints) -> list[tuple[int, int, int]]:
    """Value, start and stop of each run of equal values."""
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    stops = np.append(starts[1:], cell.size)[: starts.size]
    return [(int(cell[a]), int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


def _nearest(
    cases: Cases, scaled: Floats, pair: tuple[Ints, Ints], horizon: float, limits: tuple[int, float]
) -> tuple[Ints, Ints, Floats]:
    """Decided case, similar case and distance of the nearest pairs within one cell."""
    (mine, others), (neighbours, caliper) = pair, limits
    age = cases.decided[mine][:, None]
    at_risk = (cases.ended[others] > age) & (cases.decided[others] > age) & (cases.followed[others] >= age + horizon)
    squared = np.zeros(at_risk.shape)
    for column in range(scaled.shape[1]):
        squared += (scaled[mine, column][:, None] - scaled[others, column]) ** 2
    distance = np.where(at_risk, np.sqrt(squared), np.inf)
    bound = np.full((mine.size, 1), caliper)
    if others.size > neighbours:
        bound = np.minimum(bound, np.partition(distance, neighbours - 1, axis=1)[:, [neighbours - 1]])
    row, column_no = np.nonzero(distance <= bound)
    near = distance[row, column_no]
    order = np.lexsort((others[column_no], near, row))
    row, column_no, near = row[order], column_no[order], near[order]
    rank = np.arange(row.size) - np.searchsorted(row, row)
    kept = rank < neighbours
    return mine[row[kept]], others[column_no[kept]], near[kept]


def _joined(parts: list[tuple[Ints, Ints, Floats]], ready: int, decided: int) -> Matches:
    none = np.zeros(0, dtype=np.int64)
    owner, control, distance = (
        np.concatenate([part[n] for part in parts]) if parts else none for n in range(3)
    )  # fmt: skip
    order = np.lexsort((np.arange(owner.size), owner))
    treated, set_no = np.unique(owner[order], return_inverse=True)
    return Matches(
        treated.astype(np.int64), set_no.astype(np.int64), control[order].astype(np.int64),
        distance[order].astype(np.float64), ready - treated.size, decided - ready,
    )  # fmt: skip
