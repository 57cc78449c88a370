"""How much longer, and how sure is that? The difference of two medians with its interval.

Each median has the interval of its order statistics (no distribution assumed); the two are joined by the method of
variance estimates recovery. Reads nothing.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FEWEST: Final = 6
"""From so many values on the order statistics hold a 95 % interval of the median."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`value` = the first median less the second; `low` and `high` None when either side has too few values."""

    first: float
    second: float
    value: float
    low: float | None
    high: float | None
    n_first: int
    n_second: int


def ranks(n: int, confidence: float = 0.95) -> tuple[int, int] | None:
    """Zero-based places of the lower and upper bound of the median among n sorted values; None when n is too small."""
    lowest = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5))
    if n < FEWEST or lowest < 1:
        return None
    return lowest - 1, n - lowest


def difference(first: NDArray[np.int64], second: NDArray[np.int64], confidence: float = 0.95) -> Difference | None:
    """Of two sorted arrays; None when one is empty.

    Source: Zou and Donner (2008), Construction of confidence limits about effect measures; interval of a median:
    David and Nagaraja, Order Statistics, 7.1.
    """
    if not len(first) or not len(second):
        return None
    middle = (_median(first), _median(second))
    value = middle[0] - middle[1]
    places = ranks(len(first), confidence), ranks(len(second), confidence)
    if places[0] is None or places[1] is None:
        return Difference(*middle, value, None, None, len(first), len(second))
    (a_low, a_high), (b_low, b_high) = (first[[*places[0]]], second[[*places[1]]])
    low = value - math.hypot(middle[0] - a_low, b_high - middle[1])
    high = value + math.hypot(a_high - middle[0], middle[1] - b_low)
    return Difference(*middle, value, low, high, len(first), len(second))


def _median(ordered: NDArray[np.int64]) -> float:
    middle = len(ordered) // 2
    return float(ordered[middle]) if len(ordered) % 2 else float(ordered[middle - 1] + ordered[middle]) / 2
