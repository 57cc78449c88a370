"""How do the counts of a build become arrays: values of a dimension × strata × types, now and before?

Joins failures to the counts of what could fail. Never reads, compares or judges.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from control_tower.analysis.contrast import Cells, Floats, Ints
from control_tower.analysis.exposure import BLOCKS
from control_tower.analysis.units import TIER, WIDTH, Units

CUSTOMER = "customer_id"

ANY = "*"
"""Any of the types counted on a kind of unit, each unit once."""
MIN_FAILED = 5
"""Values of a pair of dimensions with fewer failures in every type are counted as looked at, and not computed."""
STATED = 0.5
"""A type is compared by a dimension when at least this share of its failures states a value of it."""
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One dimension (or pair) of one kind of unit: keys, types, and their counts now and in the previous period.

    `exposed` (values), `failed`, `amount` and `days` (types × values) are of now and leave nothing out.
    `leader` is the customer with most of the failures (number, −1 = none) and `leading` how many it has. `looked_at`
    counts the values × types with enough exposure, those left out of the cells included. `before` is None when
    nothing was exposed then.
    """

    dimensions: tuple[str, ...]
    keys: tuple[Key, ...]
    types: tuple[str, ...]
    now: Cells
    before: Cells | None
    exposed: Floats
    failed: Floats
    amount: Floats
    days: Floats
    leader: Ints
    leading: Floats
    looked_at: int

    def places(self) -> NDArray[np.object_]:
        """Key and other key (None for one dimension) of each value."""
        return np.array([(*key, None)[:2] for key in self.keys], dtype=object)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows as integers: one code per dimension (−1 = none stated, or nothing exposed to it), tier and block."""

    codes: dict[str, Ints]
    tier: Ints
    block: Ints
    counts: dict[str, Floats]

    def where(self, kept: NDArray[np.bool_]) -> "_Rows":
        return _Rows(
            {name: code[kept] for name, code in self.codes.items()}, self.tier[kept], self.block[kept],
            {name: count[kept] for name, count in self.counts.items()},
        )  # fmt: skip


def tables(units: Units, failed: pd.DataFrame, small_sample: int) -> Iterator[Table]:
    """One table per dimension and pair of `units`, for linked failures (units) and for the others (events).

    A missing value is no value: exposure and failures without one are left out of that dimension. Events know no
    customer tier: their strata are blocks of time alone.
    """
    for are_units in (True, False):
        share = failed[failed["is_linked"] == are_units] if len(failed) else failed
        if share.empty:
            continue
        types = pd.Index(share["type_code"].unique()).sort_values()
        there = _failed(share, units, are_units)
        kind = types.get_indexer(share["type_code"]).astype(np.int64)
        for chosen in units.tables():
            part = _exposed(*units.count(chosen), are_units)
            encoder = _Encoder(chosen, {name: units.levels[name] for name in chosen}, types, are_units)
            table = encoder.table(part, there, kind, small_sample)
            if table is not None:
                yield table


def _exposed(codes: dict[str, Ints], stratum: Ints, exposed: Floats, are_units: bool) -> _Rows:
    tier = stratum // WIDTH if are_units else np.zeros_like(stratum)
    return _Rows(codes, tier, stratum % WIDTH, {"exposed": exposed})


def _failed(frame: pd.DataFrame, units: Units, are_units: bool) -> _Rows:
    def code(name: str) -> Ints:
        return frame[name].to_numpy(np.int64)

    tier = code(TIER) + 1 if are_units else np.zeros(len(frame), dtype=np.int64)
    counts = {name: frame[name].to_numpy(np.float64) for name in ("failed", "amount", "days")}
    return _Rows({name: code(name) for name in units.codes}, tier, frame["block"].to_numpy(np.int64), counts)


@dataclass(frozen=True, slots=True)
class _Encoder:
    """Makes the table of one dimension or pair."""

    dimensions: tuple[str, ...]
    levels: "dict[str, pd.Index[str]]"
    types: "pd.Index[str]"
    are_units: bool

    def table(self, exposed: _Rows, failed: _Rows, kind: Ints, small_sample: int) -> Table | None:
        """The table; None when fewer than two values are known or too little failed with a value stated."""
        value, here = self._value(exposed)
        exposed = exposed.where(here)
        value, used = value[here], np.unique(value[here])
        place = _places(used, int(np.prod([len(level) for level in self.levels.values()])))
        value = place[value]
        wanted, stated = self._value(failed)
        stated &= self._is_stated(stated, failed, kind)[kind] & (place[wanted] >= 0)
        if used.size < 2 or not stated.any():
            return None
        failed, kind, wanted = failed.where(stated), kind[stated], place[wanted[stated]]
        return self._packed(exposed, failed, (value, wanted, kind), self._keys(used), small_sample)

    def _packed(
        self, exposed: _Rows, failed: _Rows, codes: tuple[Ints, Ints, Ints], keys: tuple[Key, ...], small_sample: int
    ) -> Table | None:
        value, wanted, kind = codes
        size, now, is_now = (len(self.types), len(keys)), failed.block >= BLOCKS, exposed.block >= BLOCKS
        sums = {name: _grid(kind[now], wanted[now], count[now], size) for name, count in failed.counts.items()}
        failing, units = sums["failed"], _sums(value[is_now], exposed.counts["exposed"][is_now], len(keys))
        looked_at = int((units >= small_sample).sum()) * int((failing.sum(axis=1) > 0).sum())
        keep = failing.max(axis=0) >= (MIN_FAILED if len(self.dimensions) > 1 else 0)
        pack = _Pack(keep, value, wanted, kind, len(self.types), self.are_units)
        cells, before = pack.cells(exposed, failed, now=True), pack.cells(exposed, failed, now=False)
        if cells is None:
            return None
        leader, leading = _leading(failed.where(now), kind[now], wanted[now], size)
        return Table(
            self.dimensions, keys, tuple(str(code) for code in self.types), cells, before, units, failing,
            sums["amount"], sums["days"], leader, leading, looked_at,
        )  # fmt: skip

    def _value(self, rows: _Rows) -> tuple[Ints, NDArray[np.bool_]]:
        """One integer per row for the value of the dimension or pair, and whether all of it is stated."""
        value, stated = np.zeros(len(rows.tier), dtype=np.int64), np.ones(len(rows.tier), dtype=bool)
        for name in self.dimensions:
            value = value * len(self.levels[name]) + np.maximum(rows.codes[name], 0)
            stated &= rows.codes[name] >= 0
        return value, stated

    def _is_stated(self, stated: NDArray[np.bool_], failed: _Rows, kind: Ints) -> NDArray[np.bool_]:
        """Which types state a value often enough."""
        count = failed.counts["failed"]
        all_of = np.bincount(kind, weights=count, minlength=len(self.types))
        known = np.bincount(kind[stated], weights=count[stated], minlength=len(self.types))
        return known >= STATED * all_of

    def _keys(self, used: Ints) -> tuple[Key, ...]:
        parts = []
        for name in reversed(self.dimensions):
            width = len(self.levels[name])
            parts.append(self.levels[name].to_numpy()[used % width])
            used = used // width
        return tuple(tuple(str(part) for part in key) for key in zip(*reversed(parts), strict=True))


@dataclass(frozen=True, slots=True)
class _Pack:
    """Packs rows into cells: `value` of the exposed rows, `wanted` and `kind` of the failed ones."""

    keep: NDArray[np.bool_]
    value: Ints
    wanted: Ints
    kind: Ints
    type_count: int
    are_units: bool

    def cells(self, exposed: _Rows, failed: _Rows, now: bool) -> Cells | None:
        """The cells of one period; None when nothing of what is kept was exposed in it."""
        strata = int(max(exposed.tier.max(initial=0), failed.tier.max(initial=0)) + 1) * WIDTH
        is_in, was_in = (exposed.block >= BLOCKS) == now, (failed.block >= BLOCKS) == now
        place, inverse = np.unique(self.value[is_in] * strata + self._stratum(exposed)[is_in], return_inverse=True)
        if not place.size or not self.keep[place // strata].any():
            return None
        units = _sums(inverse, exposed.counts["exposed"][is_in], place.size)
        sought = self.wanted[was_in] * strata + self._stratum(failed)[was_in]
        at = _places(place, self.keep.size * strata)[sought]
        hit = at >= 0
        at, kind, count = at[hit], self.kind[was_in][hit], failed.counts["failed"][was_in][hit]
        value, stratum = place // strata, place % strata
        failing = _grid(kind, at, count, (self.type_count, place.size))
        kept = self.keep[value]
        return Cells(
            value[kept], stratum[kept], units[kept], failing[:, kept], _sums(stratum, units, strata),
            _grid(kind, stratum[at], count, (self.type_count, strata)), self.are_units,
        )  # fmt: skip

    def _stratum(self, rows: _Rows) -> Ints:
        """Tier × block; an event states no customer, so for events tiers cannot be told apart."""
        return rows.tier * WIDTH * self.are_units + rows.block


def _grid(row: Ints, column: Ints, amount: Floats, size: tuple[int, int]) -> Floats:
    """Sums of `amount` by row and column."""
    flat = np.bincount(row * size[1] + column, weights=amount, minlength=size[0] * size[1])
    return flat.astype(np.float64).reshape(size)


def _leading(failed: _Rows, kind: Ints, value: Ints, size: tuple[int, int]) -> tuple[Ints, Floats]:
    """Per type × value the customer with most failures, and how many; −1 and 0 where none is stated."""
    leader, leading = np.full(size[0] * size[1], -1, dtype=np.int64), np.zeros(size[0] * size[1])
    customer = failed.codes.get(CUSTOMER)
    if customer is not None and (customer >= 0).any():
        known = customer >= 0
        place, width = (kind * size[1] + value)[known], int(customer.max()) + 1
        found, at = np.unique(place * width + customer[known], return_inverse=True)
        count = np.bincount(at, weights=failed.counts["failed"][known])
        rising = np.argsort(count, kind="stable")  # the last one written is the largest
        leader[found[rising] // width], leading[found[rising] // width] = found[rising] % width, count[rising]
    return leader.reshape(size), leading.reshape(size)


def _places(used: Ints, size: int) -> Ints:
    """Where each of `size` codes stands in `used`, −1 = nowhere."""
    place = np.full(max(size, 1), -1, dtype=np.int64)
    place[used] = np.arange(used.size)
    return place


def _sums(place: Ints, amount: Floats, size: int) -> Floats:
    """Sums of `amount` by place."""
    return np.bincount(place, weights=amount, minlength=size).astype(np.float64)
