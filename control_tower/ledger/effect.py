"""How much better did decided cases fare than similar ones, and can that be chance? Interval, balance and verdict.

Never chooses the cases (matching.py) and never knows what is measured.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from control_tower.ledger.matching import Cases, Floats, Ints, Matches, spread
from control_tower.policy_outcomes import Outcomes


class Verdict(StrEnum):
    """What a comparison says about decisions."""

    HELPS = "helps"
    HARMS = "harms"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Balance:
    """Grain: one covariate. Standardised mean difference, decided less similar; `before` = less all never decided."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Effect:
    """Mean of decided less mean of similar cases, in the unit of the outcome; None = no set. With fewer sets than policy
    asks for there is no interval: resampling a handful says little of chance.

    `treated_mean`, `control_mean`: what the two fared. `why` says what keeps it from being told.
    """

    sets: int
    controls: int
    value: float | None
    low: float | None
    high: float | None
    treated_mean: float | None
    control_mean: float | None
    verdict: Verdict
    why: str = ""


def balance(cases: Cases, matches: Matches, names: tuple[str, ...]) -> list[Balance]:
    """Standardised mean differences before and after matching, on the pooled deviation before (Austin 2009)."""
    wide = spread(cases)
    decided, never = cases.covariates[cases.treated], cases.covariates[~np.isfinite(cases.decided)]
    if not len(decided) or not len(never) or not matches.treated.size:
        return []
    before = (decided.mean(axis=0) - never.mean(axis=0)) / wide
    weight = 1.0 / matches.sizes[matches.set_no]
    similar = np.average(cases.covariates[matches.control], axis=0, weights=weight)
    after = (cases.covariates[matches.treated].mean(axis=0) - similar) / wide
    return [Balance(name, float(b), float(a)) for name, b, a in zip(names, before, after, strict=True)]


def measure(matches: Matches, outcomes: tuple[Floats, Floats], cell: Ints, rules: Outcomes) -> Effect:
    """Effect of the sets: `outcomes` are those of the decided case of each set, and of each pair's similar case.

    `cell`: the cell of each pair, for the spread of similar cases that several sets share.
    """
    n = matches.treated.size
    if n == 0:
        return Effect(0, 0, None, None, None, None, None, Verdict.CANNOT_TELL, "no decided case has a similar one")
    ours, theirs = outcomes
    weight = 1.0 / matches.sizes[matches.set_no]
    similar = np.bincount(matches.set_no, weights=weight * theirs, minlength=n)
    difference = ours - similar
    means = (float(ours.mean()), float(similar.mean()))
    distinct = int(np.unique(matches.control).size)
    if n < rules.min_sets:
        why = f"only {n} decisions have a similar case; {rules.min_sets} are needed"
        return Effect(n, distinct, float(difference.mean()), None, None, *means, Verdict.CANNOT_TELL, why)
    draws = _drawn(difference, _shared(matches, theirs, cell), rules)
    tail = (1 - rules.confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    verdict, why = judge(float(low), float(high))
    return Effect(n, distinct, float(difference.mean()), float(low), float(high), *means, verdict, why)


def judge(low: float, high: float) -> tuple[Verdict, str]:
    """Less is better: helps when the whole interval is below 0, harms when it is above."""
    if high < 0:
        return Verdict.HELPS, ""
    if low > 0:
        return Verdict.HARMS, ""
    return Verdict.CANNOT_TELL, "the difference may as well be chance"


def trusted(found: Effect, balanced: list[Balance], rules: Outcomes) -> Effect:
    """The same, but not told where decided and similar cases still differ more than policy allows."""
    off = [one.name for one in balanced if abs(one.after) > rules.largest_imbalance]
    if not off or found.verdict is Verdict.CANNOT_TELL:
        return found
    return replace(found, verdict=Verdict.CANNOT_TELL, why=f"similar cases still differ in {' and '.join(off)}")


def _drawn(difference: Floats, shared: float, rules: Outcomes) -> Floats:
    """Means of resampled sets (seeded), widened by what similar cases shared between sets add to the variance."""
    generator = np.random.default_rng(rules.seed)
    n, made = difference.size, []
    step = max(2_000_000 // n, 1)
    for start in range(0, rules.draws, step):
        rows = min(step, rules.draws - start)
        made.append(difference[generator.integers(0, n, size=(rows, n))].mean(axis=1))
    drawn: Floats = np.concatenate(made) + generator.normal(0.0, np.sqrt(shared), rules.draws)
    return drawn


def _shared(matches: Matches, theirs: Floats, cell: Ints) -> float:
    """Variance that resampling sets misses: a similar case in several sets errs in all of them together.

    Σ over such cases of (their whole weight² − Σ of the squares of its parts) × their variance ÷ sets², after Abadie
    and Imbens (2006); the variance is that of a case around the mean of the similar cases of its cell.
    """
    weight = 1.0 / matches.sizes[matches.set_no]
    _, first, place = np.unique(matches.control, return_index=True, return_inverse=True)
    whole = np.bincount(place, weights=weight)
    parts = np.bincount(place, weights=weight**2)
    _, where = np.unique(cell[first], return_inverse=True)
    size = np.bincount(where).astype(float)
    mean = np.bincount(where, weights=theirs[first]) / size
    alone = size[where] < 2
    mean_of = np.where(alone, theirs[first].mean(), mean[where])
    freedom = np.where(alone, 1.0, size[where] / np.maximum(size[where] - 1, 1))
    variance = freedom * (theirs[first] - mean_of) ** 2
    return float(((whole**2 - parts) * variance).sum() / matches.treated.size**2)
