"""What rate should we believe of a value seen only a few times?

Empirical Bayes: the values of one dimension tell how much rates differ at all, and each observed rate is drawn
towards their mean by how little it has been seen. Never compares with the rest and never judges.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
_CERTAIN = 1e9
"""Strength of a prior when rates do not differ at all: everything is drawn to the mean."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of a rate before it is seen: its mean, and its strength in units (last axis dropped)."""

    mean: Floats
    strength: Floats
    are_units: bool = True

    def of(self, place: NDArray[np.int64]) -> "Prior":
        """The prior of each of these places."""
        return Prior(self.mean[place], self.strength[place], self.are_units)

    def believe(self, failed: Floats, exposed: Floats, confidence: float = 0.95) -> tuple[Floats, Floats, Floats]:
        """The shrunk rate and its interval, for counts whose shape fits the prior's.

        For units Beta(α + failed, β + exposed − failed); for events Gamma(α + failed) / (strength + exposed).
        """
        alpha, weight = self.mean * self.strength + failed, self.strength + exposed
        ends = ((1 - confidence) / 2, (1 + confidence) / 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = alpha / weight
            if self.are_units:
                certain = weight - alpha <= 0  # nothing but failures, and a prior that knows nothing else
                low, high = (np.where(certain, 1.0, special.betaincinv(alpha, weight - alpha, end)) for end in ends)
            else:
                low, high = (special.gammaincinv(alpha, end) / weight for end in ends)
        return rate, np.where(alpha > 0, low, 0.0), np.where(alpha > 0, high, 0.0)


def learn(failed: Floats, exposed: Floats, are_units: bool = True) -> Prior:
    """Learn the prior of a dimension from the counts of its values along the last axis.

    Source: method of moments of the beta-binomial with weights n (Kleinman 1973): with p = Σx/Σn and
    S = Σ n(x/n − p)², the intra-value correlation is (S − p(1−p)(k−1)) / (p(1−p)(Σn − Σn²/Σn − (k−1))) and the
    strength (1 − correlation) / correlation. For events the same moments of the gamma-Poisson: variance
    (S − p(k−1)) / (Σn − Σn²/Σn), strength p / variance. No more spread than chance: everything is drawn to p.
    """
    total = exposed.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.nan_to_num(failed.sum(axis=-1) / total)
        rate = np.where(exposed > 0, failed / exposed, 0.0)
        spread = (exposed * (rate - mean[..., None]) ** 2).sum(axis=-1)
        others = (exposed > 0).sum(axis=-1) - 1
        room = total - (exposed**2).sum(axis=-1) / total
        if are_units:
            by_chance = mean * (1 - mean)
            correlation = (spread - by_chance * others) / (by_chance * (room - others))
            strength = (1 - correlation) / correlation
        else:
            strength = mean * room / (spread - mean * others)
    is_spread = np.isfinite(strength) & (strength > 0)
    return Prior(mean, np.where(is_spread, np.minimum(strength, _CERTAIN), _CERTAIN), are_units)
