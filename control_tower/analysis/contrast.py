"""How much worse is one value of a dimension than all others, once their mix is made equal?

Mantel–Haenszel over strata, for many exception types and values at once, on counts that were aggregated
before. Never decides what a difference is worth (verdict.py) and never reads a build.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts of one dimension (or pair), one column per value × stratum with exposure, sorted by value.

    `failed` has one row per type; `stratum_exposed` and `stratum_failed` are the totals of each stratum over
    all values. `are_units`: a failure is one of the exposed units (a line that failed); False: failures are
    events counted against exposure (mismatches per receipt), which may be more than the units.
    """

    value: Ints
    stratum: Ints
    exposed: Floats
    failed: Floats
    stratum_exposed: Floats
    stratum_failed: Floats
    are_units: bool = True

    @property
    def starts(self) -> Ints:
        """First column of each value."""
        return np.flatnonzero(np.diff(self.value, prepend=-1)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Value against the rest: arrays of shape types × values; `value` says which value each column is.

    `expected`: failures if the value failed as its strata do as a whole; `trials` bounds the number of chances
    behind `failed`. `difference` of the rates (value − rest) and its standard error, `ratio` of the rates,
    both at equal mix; `null_error` is the error if the rates were equal. NaN where no stratum holds both the value and others. `dispersion` (types × 1, at least 1)
    says how much more the counts of a value jump from stratum to stratum than independent failures would: the
    error is widened by its root.
    """

    value: Ints
    failed: Floats
    exposed: Floats
    expected: Floats
    trials: Floats
    difference: Floats
    error: Floats
    null_error: Floats
    ratio: Floats
    dispersion: Floats

    @property
    def p(self) -> Floats:
        """Chance of at least so many failures if failures fell on units regardless of the value (one-sided).

        The larger of two: the bound for units that fail independently (`tail`), and the normal tail with the
        variance widened by the dispersion, for failures that come in bursts.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            score = (self.failed - self.expected) / np.sqrt(self.expected * self.dispersion)
        by_burst = np.where(self.expected > 0, special.ndtr(-np.nan_to_num(score)), 1.0)
        return np.maximum(tail(self.failed, self.expected, self.trials), np.where(self.dispersion > 1, by_burst, 0.0))

    def interval(self) -> tuple[Floats, Floats]:
        """The 95 % interval of the difference, by inverting the score test: low is above 0 where the test says so.

        The variance of the difference runs in a line from that under equal rates to that under the observed ones, as
        it does for a count (Wilson 1927; Miettinen and Nurminen 1985). With rare failures the observed variance alone
        (Wald) denies what the test finds. Where the difference is within one error of 0 the line has no slope to
        speak of: there Wald's interval stands.
        """
        found, wide, null = self.difference, self.error**2, self.null_error**2
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(found > self.null_error, _Z * (wide - null) / found, 0.0)
            half = np.sqrt(4 * wide + slope**2)
        return found + _Z * (slope - half) / 2, found + _Z * (slope + half) / 2

    @property
    def excess(self) -> Floats:
        """Failures that would not have happened at the rest's rate: failed × (1 − 1/ratio), at least 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            spared = self.failed * (1 - 1 / self.ratio)
        return np.nan_to_num(np.maximum(spared, 0.0), nan=0.0)


def compare(cells: Cells, clustering: Floats | None = None) -> Contrast:
    """Compare every value with the rest of its strata, for every type.

    Sources: Mantel–Haenszel risk difference with weights n1·n0/N and the variance of Sato (1989), right for few
    large and for many sparse strata; for events the rate difference of Greenland and Robins (1985); the ratio is
    the Mantel–Haenszel risk (rate) ratio. The expected failures are n·m/N of each stratum. `clustering` (types × 1,
    from `clusters`) is the least dispersion to reckon with.
    """
    total = cells.stratum_exposed[cells.stratum]
    ours, rest = cells.exposed, total - cells.exposed
    all_failed = cells.stratum_failed[:, cells.stratum]
    a, b = cells.failed, all_failed - cells.failed
    starts = cells.starts
    weight = np.add.reduceat(ours * rest / total, starts)
    up, down = np.add.reduceat(a * (rest / total), starts, axis=1), np.add.reduceat(b * (ours / total), starts, axis=1)
    expected = all_failed * (ours / total)
    dispersion = np.maximum(_dispersion(a, expected, starts), 1.0 if clustering is None else clustering)
    trials = np.minimum(ours, all_failed) if cells.are_units else all_failed
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = (up - down) / weight
        spread = _sato(a, b, ours, rest) if cells.are_units else (rest**2 * a + ours**2 * b) / total**2
        variance = np.add.reduceat(spread, starts, axis=1)
        if cells.are_units:
            variance = variance + difference * np.add.reduceat(_balance(a, b, ours, rest), starts, axis=1)
        error = np.sqrt(np.maximum(variance, 0.0) * dispersion) / weight
        null = np.add.reduceat(_by_chance(cells, expected, rest / total), starts, axis=1)
        null_error = np.sqrt(null * dispersion) / weight
        ratio = up / down
    return Contrast(
        value=cells.value[starts],
        failed=np.add.reduceat(a, starts, axis=1),
        exposed=np.broadcast_to(np.add.reduceat(ours, starts), difference.shape),
        expected=np.add.reduceat(expected, starts, axis=1),
        trials=np.add.reduceat(trials, starts, axis=1),
        difference=difference, error=error, null_error=null_error, ratio=ratio, dispersion=dispersion,
    )  # fmt: skip


def _by_chance(cells: Cells, expected: Floats, others: Floats) -> Floats:
    """Variance of each cell's failures when they fall at random: hypergeometric for units, binomial for events."""
    total = cells.stratum_exposed[cells.stratum]
    spread: Floats = expected * others
    if cells.are_units:
        spread = spread * np.maximum(total - cells.stratum_failed[:, cells.stratum], 0) / np.maximum(total - 1, 1)
    return spread


def clusters(cells: Cells) -> Floats:
    """How much failures come together in the values of `cells` (customers): their dispersion per type, at least 1.

    When one customer is blocked, all its orders fail: they are one failure for whoever shares the customer.
    The design effect of Pearson: Σ(x − e)² / Σe over the values, types × 1, without the most extreme value of each
    type: one customer far from all others is a finding itself and does not speak for the others.
    """
    starts = cells.starts
    expected = cells.stratum_failed[:, cells.stratum] * (cells.exposed / cells.stratum_exposed[cells.stratum])
    failed, level = (np.add.reduceat(grid, starts, axis=1) for grid in (cells.failed, expected))
    with np.errstate(divide="ignore", invalid="ignore"):
        jump = (failed - level) ** 2
        others = np.arange(starts.size)[None, :] != jump.argmax(axis=1)[:, None]
        found = (jump * others).sum(axis=1) / (level * others).sum(axis=1) * starts.size / max(starts.size - 1, 1)
    at_least: Floats = np.maximum(np.nan_to_num(found, nan=1.0), 1.0)[:, None]
    return at_least


def _dispersion(a: Floats, expected: Floats, starts: Ints) -> Floats:
    """Pearson's dispersion of each type around every value's own level, as a ratio of sums (right when sparse)."""
    widths = np.diff(starts, append=a.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.nan_to_num(np.add.reduceat(a, starts, axis=1) / np.add.reduceat(expected, starts, axis=1))
        fitted = expected * np.repeat(level, widths, axis=1)
        free = a.shape[1] / max(a.shape[1] - starts.size, 1)
        found = ((a - fitted) ** 2).sum(axis=1) / fitted.sum(axis=1) * free
    at_least: Floats = np.maximum(np.nan_to_num(found, nan=1.0), 1.0)[:, None]
    return at_least


def _sato(a: Floats, b: Floats, ours: Floats, rest: Floats) -> Floats:
    """Q of Sato: (a(n0 − b) + b(n1 − a)) / 2N."""
    spread: Floats = (a * (rest - b) + b * (ours - a)) / (2 * (ours + rest))
    return spread


def _balance(a: Floats, b: Floats, ours: Floats, rest: Floats) -> Floats:
    """P of Sato: (n1²·b − n0²·a + n1·n0(n0 − n1)/2) / N²."""
    spread: Floats = (ours**2 * b - rest**2 * a + ours * rest * (rest - ours) / 2) / (ours + rest) ** 2
    return spread


def tail(failed: Floats, expected: Floats, trials: Floats) -> Floats:
    """An upper bound of the chance of at least `failed` failures when they fall at random within strata.

    Within a stratum the count is hypergeometric, hence a sum of independent Bernoulli trials (Vatutin and
    Mikhailov 1982), and so is the sum over strata. Above its mean plus one such a sum has at most the tail of
    the binomial with the same number of trials and the same mean (Hoeffding 1956). Below that: 1. So the
    chance is never understated, however sparse the strata are.

    >>> tail(np.array([9.0]), np.array([3.0]), np.array([60.0])).round(4)
    array([0.0028])
    """
    beyond = (failed >= expected + 1) & (trials > expected)
    x, n = np.where(beyond, failed, 1.0), np.where(beyond, np.maximum(trials, failed), 1.0)
    share = np.where(beyond, expected / n, 0.5)
    chance: Floats = np.where(beyond, special.betainc(x, n - x + 1, share), 1.0)
    return chance
