"""How much longer do things take with an exception than without, comparing like with like?

Medians within strata, never across: a large order at a slow site is compared with its own kind only. Rows
come in, numbers go out; never SQL, never what makes a stratum (the definition of a KPI says that).
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from control_tower.analysis.outcome import Outcome, nothing

DRAWS: Final = 200
SEED: Final = 20260101
CELLS: Final = 2_000_000
Sample = NDArray[np.float64]


def difference(rows: pd.DataFrame) -> Outcome:
    """Median with − median without, per stratum, weighted by the rows with; in the unit of `value`.

    Columns `value, stratum, is_exposed`. Strata that lack one side are left out and counted in the detail.
    `interval_95` is a percentile bootstrap that draws anew within each side of each stratum (fixed seed).

    >>> rows = pd.DataFrame({"value": [1.0, 3, 7, 9], "stratum": "s", "is_exposed": [False, False, True, True]})
    >>> difference(rows.assign(weight=1.0)).value
    6.0
    """
    return _compared(rows, is_total=False)


def total(rows: pd.DataFrame) -> Outcome:
    """The sum over all rows with an exception of their stratum's difference times their `weight`."""
    return _compared(rows, is_total=True)


def _compared(rows: pd.DataFrame, is_total: bool) -> Outcome:
    pairs, left_out = _pairs(rows)
    if not pairs:
        return nothing("no stratum holds rows with and rows without an exception", len(rows))
    counts = np.array([len(exposed) if not is_total else weight for exposed, _, weight in pairs], dtype=np.float64)
    observed = np.array([np.median(exposed) - np.median(other) for exposed, other, _ in pairs])
    random = np.random.default_rng(SEED)
    drawn = np.stack([_redrawn(random, exposed) - _redrawn(random, other) for exposed, other, _ in pairs])
    scale = 1.0 if is_total else counts.sum()
    low, high = np.quantile(counts @ drawn / scale, [0.025, 0.975])
    detail = {
        "interval_95": [float(low), float(high)],
        "strata": len(pairs),
        "strata_left_out": left_out,
    }
    summed = float(counts @ observed)
    used = sum(len(exposed) + len(other) for exposed, other, _ in pairs)
    if is_total:
        return Outcome(summed, used, summed, None, detail)
    return Outcome(summed / float(counts.sum()), used, summed, float(counts.sum()), detail)


def _pairs(rows: pd.DataFrame) -> tuple[list[tuple[Sample, Sample, float]], int]:
    """Per stratum the values with, the values without and the weight of those with; how many lack a side."""
    pairs, left_out = [], 0
    for _, stratum in rows.groupby("stratum", dropna=False, sort=True):
        is_exposed = stratum["is_exposed"].eq(True)
        exposed, other = stratum[is_exposed], stratum[~is_exposed]
        if exposed.empty or other.empty:
            left_out += 1
            continue
        pairs.append((exposed["value"].to_numpy(), other["value"].to_numpy(), float(exposed["weight"].sum())))
    return pairs, left_out


def _redrawn(random: np.random.Generator, sample: Sample) -> Sample:
    """Medians of samples drawn with replacement, in chunks: memory stays within a few million numbers."""
    size = len(sample)
    step = max(1, min(DRAWS, CELLS // size))
    drawn = [np.median(sample[random.integers(0, size, (step, size))], axis=1) for _ in range(0, DRAWS, step)]
    return np.concatenate(drawn)[:DRAWS]
