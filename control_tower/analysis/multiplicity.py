"""How much of what looks striking is striking only because we looked at many?

Benjamini–Hochberg: from p-values to q-values. Never where the p-values come from.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p: ArrayLike, looked_at: int | None = None) -> NDArray[np.float64]:
    """The q-value of each p-value along the last axis: the share of false finds if it and all smaller were found.

    `looked_at` counts all that was looked at when p leaves out some that are certainly not found (p = 1).
    Source: Benjamini and Hochberg (1995), step-up; when nothing is there at all, the chance of any q ≤ level
    is at most the level. Raises ValueError for a p outside 0–1 or fewer looked at than given.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    chances = np.asarray(p, dtype=np.float64)
    if chances.size and not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("a p-value lies outside 0–1; compute it again")
    count = chances.shape[-1] if chances.ndim else 0
    m = count if looked_at is None else looked_at
    if m < count:
        raise ValueError(f"{count} p-values but only {m} looked at; count all that were looked at")
    order = np.argsort(chances, axis=-1)
    scaled = np.take_along_axis(chances, order, axis=-1) * m / np.arange(1, count + 1)
    falling = np.minimum.accumulate(scaled[..., ::-1], axis=-1)[..., ::-1]
    found = np.empty_like(chances)
    np.put_along_axis(found, order, np.minimum(falling, 1.0), axis=-1)
    return found
