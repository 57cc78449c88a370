"""Why did a figure change between two periods: more of everything, other things, or the same things done worse?

The exact decomposition of a change of a sum, a mean or a ratio into volume, mix and rate by one dimension.
Numerators and denominators come in; never a KPI's name, never SQL.
"""

from dataclasses import asdict, dataclass
from math import fsum
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Kind = Literal["sum", "mean", "ratio"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one value of the dimension adds to the change, in the unit of the figure."""

    key: str | None
    volume: float
    mix: float
    rate: float

    @property
    def total(self) -> float:
        """All three."""
        return fsum((self.volume, self.mix, self.rate))


@dataclass(frozen=True, slots=True)
class Change:
    """A change `after − before`; its parts add up to it. Largest part first."""

    before: float
    after: float
    parts: tuple[Part, ...]

    @property
    def difference(self) -> float:
        """By how much the figure changed."""
        return self.after - self.before

    @property
    def volume(self) -> float:
        """Because there was more (or less) of everything; 0 for means and ratios."""
        return fsum(part.volume for part in self.parts)

    @property
    def mix(self) -> float:
        """Because the shares of the values moved."""
        return fsum(part.mix for part in self.parts)

    @property
    def rate(self) -> float:
        """Because the values themselves became better or worse."""
        return fsum(part.rate for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        """Totals and parts, ready for JSON."""
        totals = {name: getattr(self, name) for name in ("before", "after", "difference", "volume", "mix", "rate")}
        return totals | {"parts": [asdict(part) | {"total": part.total} for part in self.parts]}


def decompose(before: pd.DataFrame, after: pd.DataFrame, kind: Kind) -> Change:
    """Decompose a change by a dimension.

    Both frames hold one row per value: `key`, `numerator`, `denominator` (for a sum the denominator counts what
    was summed: orders, lines, rows). With shares s = n/N, rates r = x/n and bars for the mean of both periods:
    ratio and mean: mix (s₂ − s₁)(r̄ − R̄), rate s̄(r₂ − r₁); a sum is N·R, so volume is (N₂ − N₁)·(s₁r₁ + s₂r₂)/2
    and mix and rate come times N̄ (the midpoint form of Marshall and Edgeworth, symmetrical in time). A value
    that exists in one period only is all mix. The rounding left over goes to the largest part.

    Raises ValueError when a numerator has no denominator, a denominator is negative, a key comes twice, or a
    period is empty.

    >>> one = pd.DataFrame({"key": ["a", "b"], "numerator": [1.0, 8.0], "denominator": [10.0, 10.0]})
    >>> two = pd.DataFrame({"key": ["a", "b"], "numerator": [1.0, 24.0], "denominator": [10.0, 30.0]})
    >>> change = decompose(one, two, "ratio")
    >>> round(change.difference, 4), round(change.mix, 4), round(change.rate, 4)
    (0.175, 0.175, 0.0)
    """
    joined = _joined(before, after)
    x, n = (joined[[f"{name}_1", f"{name}_2"]].to_numpy(dtype=np.float64).T for name in ("numerator", "denominator"))
    total = n.sum(axis=1)
    share = n / total[:, None]
    rate = np.divide(x, n, out=np.full_like(x, np.nan), where=n > 0)
    rate = np.where(np.isnan(rate), np.where(np.isnan(rate[::-1]), 0.0, rate[::-1]), rate)
    overall = x.sum(axis=1) / total
    mix = (share[1] - share[0]) * (rate.mean(axis=0) - overall.mean())
    own = share.mean(axis=0) * (rate[1] - rate[0])
    if kind == "sum":
        volume = (total[1] - total[0]) * (share * rate).mean(axis=0)
        parts, ends = np.stack([volume, mix * total.mean(), own * total.mean()]), x.sum(axis=1)
    else:
        parts, ends = np.stack([np.zeros_like(mix), mix, own]), overall
    return _change(joined["key"].tolist(), parts, ends)


def _joined(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    for name, frame in (("before", before), ("after", after)):
        if frame["key"].duplicated().any():
            raise ValueError(f"the frame {name} holds a key twice; sum it by key first")
        if not frame["denominator"].sum() > 0:
            raise ValueError(f"the frame {name} has no denominator; a change needs both periods")
        orphan = frame[(frame["denominator"] < 0) | ((frame["denominator"] == 0) & (frame["numerator"] != 0))]
        if len(orphan):
            raise ValueError(f"the frame {name} has a numerator without a denominator at key {orphan['key'].iloc[0]!r}")
    return before.merge(after, on="key", how="outer", suffixes=("_1", "_2")).fillna(
        {f"{name}_{number}": 0.0 for name in ("numerator", "denominator") for number in (1, 2)}
    )


def _change(keys: list[Any], parts: NDArray[np.float64], ends: NDArray[np.float64]) -> Change:
    left_over = float(ends[1] - ends[0]) - fsum(parts.ravel())
    largest = np.unravel_index(int(np.argmax(np.abs(parts))), parts.shape)
    parts[largest] += left_over
    made = [
        Part(None if pd.isna(key) else str(key), *(float(part) for part in column))
        for key, column in zip(keys, parts.T, strict=True)
    ]
    return Change(float(ends[0]), float(ends[1]), tuple(sorted(made, key=lambda part: -abs(part.total))))
