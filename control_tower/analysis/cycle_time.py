"""How long does it take until an exception is resolved, when some are still open?

Kaplan–Meier over durations, its quantiles with intervals, and the share that ended otherwise
(Aalen–Johansen). Durations come in, numbers go out: never SQL, never which rows count (the definition
of a KPI says that).
"""

from dataclasses import dataclass
from enum import IntEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]


class Outcome(IntEnum):
    """How a duration ended, as far as we know."""

    CENSORED = 0
    """Still open at the clock: it will last at least this long."""
    OBSERVED = 1
    """Resolved after exactly this long."""
    COMPETING = 2
    """Closed or cancelled without a resolution: it never will be resolved (ruling 5)."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """A duration by which a share has been resolved, with its interval; None = not reached in this data."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CycleTime:
    """The distribution of a duration under censoring, in the unit of the durations.

    `n` durations, of which `observed` ended by resolution and `competing` otherwise; the rest is open.
    `competing_share` is the chance to end otherwise by the longest duration seen (Aalen–Johansen), None
    without data. Quantiles: half, three quarters and nine tenths resolved.
    """

    n: int
    observed: int
    competing: int
    median: Quantile
    p75: Quantile
    p90: Quantile
    competing_share: float | None
    closed_only_median: float | None
    """The median of the observed durations alone: shorter, because it leaves out what still lasts."""

    @property
    def open(self) -> int:
        """Durations that have not ended yet."""
        return self.n - self.observed - self.competing


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """One row per distinct duration, ascending: the share still unresolved just after it, with its band.

    Where all or nothing is resolved the variance is undefined and the band is the curve itself.
    """

    duration: Curve
    at_risk: Curve
    survival: Curve
    low: Curve
    high: Curve


def cycle_time(durations: ArrayLike, outcomes: ArrayLike, confidence: float = 0.95) -> CycleTime:
    """Estimate a cycle time from durations and `Outcome`s of equal length.

    A competing end is censored for Kaplan–Meier (ruling 5) and shown as a share beside it. The interval
    is where the log-log band of the curve allows the quantile (Brookmeyer and Crowley 1982; Kalbfleisch and
    Prentice). Ties: all ends at one duration precede its censorings. Raises ValueError for a bad duration.

    >>> found = cycle_time([1, 2, 3, 4], [1, 1, 0, 1])
    >>> found.median.value, found.p90.value, found.open
    (2.0, 4.0, 1)
    >>> cycle_time([5, 6, 7], [1, 0, 0]).median.value is None
    True
    """
    times, ends = np.asarray(durations, dtype=np.float64), np.asarray(outcomes, dtype=np.int64)
    if times.shape != ends.shape:
        raise ValueError(f"{times.size} durations but {ends.size} outcomes; each duration needs one")
    if times.size and not (np.isfinite(times) & (times >= 0)).all():
        raise ValueError("a duration is negative, NaN or infinite; leave such rows out and report them")
    resolved = times[ends == Outcome.OBSERVED]
    curve = survival_curve(times, ends == Outcome.OBSERVED, confidence)
    return CycleTime(
        n=int(times.size),
        observed=int(resolved.size),
        competing=int((ends == Outcome.COMPETING).sum()),
        median=_quantile(curve, 0.5),
        p75=_quantile(curve, 0.25),
        p90=_quantile(curve, 0.1),
        competing_share=_competing_share(times, ends),
        closed_only_median=float(np.median(resolved)) if resolved.size else None,
    )


def survival_curve(times: Curve, observed: NDArray[np.bool_], confidence: float = 0.95) -> SurvivalCurve:
    """The Kaplan–Meier curve with its pointwise log-log band (Greenwood's variance)."""
    duration, resolved, at_risk = _table(times, observed)
    survival = _product(1 - resolved / at_risk) if duration.size else duration
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(resolved / (at_risk * (at_risk - resolved)))
        log = np.log(survival)
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        spread = z * np.sqrt(variance) / log
        low = np.exp(-np.exp(np.log(-log) - spread))
        high = np.exp(-np.exp(np.log(-log) + spread))
    at_an_end = (survival >= 1) | (survival <= 0)
    low, high = (np.where(at_an_end, survival, line) for line in (low, high))
    return SurvivalCurve(duration, at_risk, survival, low, high)


def _table(times: Curve, counted: NDArray[np.bool_]) -> tuple[Curve, Curve, Curve]:
    """Distinct durations ascending, how many counted ends each has, and how many were at risk before it."""
    duration, place = np.unique(times, return_inverse=True)
    leaving: Curve = np.bincount(place, minlength=duration.size).astype(np.float64)
    ends: Curve = np.bincount(place, weights=counted, minlength=duration.size).astype(np.float64)
    at_risk: Curve = times.size - np.cumsum(leaving) + leaving
    return duration, ends, at_risk


def _product(factors: Curve) -> Curve:
    """Running product; by logarithms it would lose the exact zero."""
    return np.cumprod(factors).astype(np.float64)


def _quantile(curve: SurvivalCurve, remaining: float) -> Quantile:
    # A share of counts such as 1 − 3/6 may miss 0.5 by one rounding step; the trade means "half".
    limit = remaining + 1e-12
    return Quantile(*(_first_at_most(curve.duration, line, limit) for line in (curve.survival, curve.low, curve.high)))


def _first_at_most(duration: Curve, line: Curve, limit: float) -> float | None:
    reached = np.flatnonzero(line <= limit)
    return float(duration[reached[0]]) if reached.size else None


def _competing_share(times: Curve, ends: NDArray[np.int64]) -> float | None:
    if not times.size:
        return None
    _, any_end, at_risk = _table(times, ends != Outcome.CENSORED)
    _, competing, _ = _table(times, ends == Outcome.COMPETING)
    before = np.concatenate(([1.0], _product(1 - any_end / at_risk)[:-1]))
    return float(np.sum(before * competing / at_risk))
