"""What is the one thing to say about why a figure changed?

Picks from decompositions by several dimensions the single part that carries most of the change. Frames come in, a
reason goes out; never words (a page finds them) and never SQL.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from control_tower.analysis.decomposition import Change, Kind, decompose

What = Literal["mix", "rate", "moved"]
#: the least share of a change that deserves to be called its reason
LEAST = 0.2


@dataclass(frozen=True, slots=True)
class Reason:
    """The largest part of a change: of what kind, at which value of which dimension, and how much of the change it is.

    `mix`: the value's share of all went from `before` to `after`. `rate`: the
    value's own figure went from `before` to `after`. `moved`: the same, of a sum, or of a figure that does not decompose.
    `share` is amount ÷ change; above 1 when others pulled the other way.
    """

    what: What
    dimension: str
    key: str
    amount: float
    share: float
    before: float
    after: float


def of_rates(frames: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], kind: Kind) -> Reason | None:
    """The main reason of a change of a mean or ratio; None where no part reaches a fifth of the change.

    frames: dimension → the rows of `decompose` before and after. A dimension with a single value explains nothing.

    >>> one = pd.DataFrame({"key": ["edi", "web"], "numerator": [1.0, 8.0], "denominator": [10.0, 10.0]})
    >>> two = pd.DataFrame({"key": ["edi", "web"], "numerator": [1.0, 24.0], "denominator": [10.0, 30.0]})
    >>> found = of_rates({"channel": (one, two)}, "ratio")
    >>> found.what, found.key, round(found.before, 2), round(found.after, 2)
    ('mix', 'web', 0.5, 0.75)
    """
    found: list[Reason] = []
    for dimension, (before, after) in frames.items():
        try:
            change = decompose(before, after, kind)
        except ValueError:
            continue
        if len(change.parts) < 2 or not change.difference:
            continue
        sizes = [frame.set_index("key")["denominator"] for frame in (before, after)]
        own = [frame.set_index("key")["numerator"] / size for frame, size in zip((before, after), sizes, strict=True)]
        found += _mix(dimension, change, sizes)
        for part in change.parts:
            if part.key is not None and all(part.key in rates for rates in own):
                rates = [float(rate[part.key]) for rate in own]
                found.append(_part("rate", (dimension, part.key), part.rate, change.difference, rates))
    return _largest(found)


def _mix(dimension: str, change: Change, sizes: Sequence["pd.Series[float]"]) -> list[Reason]:
    """The whole mix of a dimension, told by the value whose growing share moved the figure most."""
    shares = {
        part.key: [float(size.get(part.key, 0.0) / size.sum()) for size in sizes]
        for part in change.parts
        if part.key is not None and part.mix * change.mix > 0
    }
    growing = [part for part in change.parts if part.key in shares and shares[part.key][1] > shares[part.key][0]]
    if not growing:
        return []
    told = str(max(growing, key=lambda part: abs(part.mix)).key)
    return [_part("mix", (dimension, told), change.mix, change.difference, shares[told])]


def of_moves(frames: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], is_sum: bool) -> Reason | None:
    """The value that moved most in the direction of the whole, of a sum or of a figure whose parts do not add up.

    frames: dimension → `key, value, n` before and after and the whole under the key None. Unless it is
    a sum, a value counts with its n, so that a small group's jump is no reason.
    """
    found: list[Reason] = []
    for dimension, pair in frames.items():
        whole = [_value(frame, None) for frame in pair]
        if whole[0] is None or whole[1] is None or whole[0] == whole[1]:
            continue
        before, after = ({key: (value, n) for key, value, n in frame.itertuples(index=False)} for frame in pair)
        keys = [key for key in after if isinstance(key, str) and (is_sum or key in before)]
        if len(keys) == 1 and after[keys[0]][1] == _count(pair[1]) and not _others(before, keys[0]):
            continue  # all of it has this one value, which explains nothing
        total = sum(after[key][1] for key in keys)
        for key in keys:
            ends = float(before.get(key, (0.0, 0))[0]), float(after[key][0])
            weight = 1.0 if is_sum else after[key][1] / total
            found.append(_part("moved", (dimension, key), weight * (ends[1] - ends[0]), whole[1] - whole[0], ends))
    return _largest(found)


def _value(frame: pd.DataFrame, key: str | None) -> float | None:
    rows = frame[frame["key"].isna()] if key is None else frame[frame["key"] == key]
    return None if rows.empty or pd.isna(rows["value"].iloc[0]) else float(rows["value"].iloc[0])


def _others(values: Mapping[Hashable, object], key: str) -> bool:
    return any(isinstance(name, str) and name != key for name in values)


def _count(frame: pd.DataFrame) -> int:
    return int(frame.loc[frame["key"].isna(), "n"].sum())


def _part(what: What, named: tuple[str, str], amount: float, change: float, ends: Sequence[float]) -> Reason:
    return Reason(what, *named, amount, amount / change, float(ends[0]), float(ends[1]))


def _largest(found: Sequence[Reason]) -> Reason | None:
    """The part that comes nearest to explaining the change: its share closest to 1, at least a fifth."""
    able = [reason for reason in found if reason.share >= LEAST]
    return min(able, key=_order, default=None)


def _order(reason: Reason) -> tuple[float, bool, str]:
    """A growing share says more than the shrinking one beside it."""
    return round(abs(1 - min(reason.share, 1)), 9), reason.after < reason.before, reason.key
