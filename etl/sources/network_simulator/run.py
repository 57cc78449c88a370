"""Which run of the simulator is this? Size, seed, clock, causes and the random streams; never any business rule.

Time inside the simulator is whole seconds since the first midnight (UTC, a Monday). Every random draw comes
from a stream with a name of its own, so that switching one cause off leaves every other draw as it was.
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]

DAY = 86_400
HOUR = 3_600
LAST_MIDNIGHT = datetime(2026, 6, 29, tzinfo=UTC)
"""Every run ends here, so that a demo of any length shows the same last weeks."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `weeks` whole weeks that end at LAST_MIDNIGHT, and which causes are planted."""

    weeks: int
    orders_per_week: int
    seed: int
    causes: frozenset[str] = frozenset()

    @property
    def days(self) -> int:
        """Days of the run."""
        return self.weeks * 7

    @property
    def end(self) -> int:
        """Seconds from the start to the as-of moment; nothing after it is exported."""
        return self.days * DAY

    @property
    def start(self) -> datetime:
        """The first midnight."""
        return LAST_MIDNIGHT - timedelta(weeks=self.weeks)

    def stream(self, name: str) -> np.random.Generator:
        """The random stream of that name: the same draws for the same seed, whatever else is drawn."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def stamps(self, seconds: Ints) -> NDArray[np.datetime64]:
        """Seconds of the run as UTC datetime64[s]; negative seconds below -10 years mean "never" (NaT)."""
        stamps = np.datetime64(self.start.replace(tzinfo=None), "s") + seconds.astype("timedelta64[s]")
        stamps[seconds <= NEVER] = np.datetime64("NaT")
        return stamps

    def seconds(self, stamp: np.datetime64) -> int:
        """Seconds of the run until a moment in UTC: the other way round."""
        return int((stamp.astype("datetime64[s]") - self.stamps(np.zeros(1, dtype=np.int64))[0]).astype(np.int64))


NEVER = -(10**9)
"""A moment that has not come: earlier than any that could."""


def running_sum(keys: Ints, amounts: Ints) -> Ints:
    """For every row the sum of `amounts` so far among rows of the same key, this row included.

    >>> running_sum(np.array([1, 2, 1]), np.array([10, 5, 7])).tolist()
    [10, 5, 17]
    """
    order = np.argsort(keys, kind="stable")
    sums = np.cumsum(amounts[order])
    first = np.r_[True, keys[order][1:] != keys[order][:-1]] if len(keys) else np.zeros(0, bool)
    before = (sums - amounts[order])[first]
    result = np.empty_like(sums)
    result[order] = sums - before[np.cumsum(first) - 1] if len(keys) else sums
    return result


def keep_apart(keys: Ints, moments: Ints, hit: Flags, apart: int) -> Flags:
    """Of the hits of each key the first one, and each that comes at least `apart` after the last kept. Rows by time.

    >>> keep_apart(np.array([1, 1, 2, 1]), np.array([0, 5, 6, 20]), np.array([True] * 4), 10).tolist()
    [True, False, True, True]
    """
    kept, last = np.zeros(len(hit), dtype=bool), dict[int, int]()
    for row in np.flatnonzero(hit).tolist():
        key, moment = int(keys[row]), int(moments[row])
        if key not in last or moment - last[key] >= apart:
            kept[row], last[key] = True, moment
    return kept


def share_of(rng: np.random.Generator, weights: Any, size: int) -> Ints:
    """`size` draws of an index with the given weights."""
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(edges / edges[-1], rng.random(size), side="right").astype(np.int64)


def codes(prefix: str, count: int, width: int = 0) -> Texts:
    """Local ids `prefix` + number from 1, zero-padded to `width` (0 = as wide as the largest)."""
    width = width or len(str(count))
    return np.char.add(prefix, np.char.zfill(np.arange(1, count + 1).astype(str), width))


def draws(run: Run, name: str, identity: Ints, columns: int = 1) -> Floats:
    """[row, column] numbers in (0, 1) that depend on seed, name and identity only (splitmix64).

    A case keeps its draws whatever other cases exist, which is what makes runs comparable cause by cause.
    """
    base = np.uint64(zlib.crc32(f"{run.seed}/{name}".encode()) * 0x9E3779B97F4A7C15 % 2**64)
    steps = np.arange(1, columns + 1, dtype=np.uint64) * np.uint64(0xD1342543DE82EF95)
    mixed = (identity.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + base)[:, None] ^ steps[None, :]
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
