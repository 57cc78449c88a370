"""How long will it still take, given how long it has already lasted?

Reads conditional quantiles off a Kaplan–Meier curve. Never estimates the curve (cycle_time.py does).
"""

import numpy as np

from control_tower.analysis.cycle_time import SurvivalCurve


def resolved_by(curve: SurvivalCurve, waited: float, share: float) -> float | None:
    """The age by which `share` of those that are still unresolved at `waited` are resolved, or None.

    S(t | t > a) = S(t) / S(a): the smallest observed duration t with S(t) ≤ (1 − share)·S(a). None when the data
    does not reach it or nothing is left at `waited`. Raises ValueError for a share outside 0–1 or a negative age.

    >>> from control_tower.analysis.cycle_time import survival_curve
    >>> days = survival_curve(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([True] * 5))
    >>> resolved_by(days, 2.0, 0.5), resolved_by(days, 0.0, 0.8), resolved_by(days, 9.0, 0.5)
    (4.0, 4.0, None)
    """
    if not 0 < share < 1 or waited < 0:
        raise ValueError(f"a share lies between 0 and 1 and an age is not negative; found {share} and {waited}")
    left = still_unresolved(curve, waited)
    if not curve.duration.size or left <= 0 or waited >= curve.duration[-1]:
        return None
    reached = np.flatnonzero(curve.survival <= (1 - share) * left + 1e-12)
    return float(curve.duration[reached[0]]) if reached.size else None


def still_unresolved(curve: SurvivalCurve, at: float) -> float:
    """The share still unresolved at an age; 1 before the first end."""
    place = int(np.searchsorted(curve.duration, at, side="right"))
    return float(curve.survival[place - 1]) if place else 1.0
