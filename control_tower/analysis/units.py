"""How often could each value of each dimension have failed? Counts the units of a build, for all dimensions and pairs.

Units come as small integers (`mart_exposure`), so that every table is one pass of counting. Never knows failures and
never compares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from control_tower.analysis.contrast import Floats, Ints
from control_tower.analysis.exposure import BLOCKS, Span
from control_tower.warehouse import Build

WIDTH: Final = 2 * BLOCKS
"""Blocks of time: those of the previous period first."""
DENSE: Final = 20_000_000
"""Values × strata up to which counting by place is cheaper than sorting."""
TIER: Final = "tier"
_PARTY = ("business_unit", "segment", "customer_id")
_SALE = ("channel", "fulfilment_channel", *_PARTY)
SINGLE: Final[Mapping[str, tuple[str, ...]]] = {
    "order_line": ("source_system", "site_id", "supplier_id", "product_family", *_SALE),
    "order": ("source_system", "site_id", *_SALE),
    "shipment": ("source_system", "site_id", "carrier_id", *_PARTY),
    "receipt": ("source_system", "supplier_id", "site_id", "product_family"),
    "invoice": ("source_system", "supplier_id", *_PARTY),
}
"""Kind of unit → the dimensions it is compared by (RCA-01, RCA-02)."""
PAIRS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "order_line": (
        ("site_id", "supplier_id"), ("supplier_id", "product_family"), ("site_id", "product_family"),
        ("site_id", "channel"), ("site_id", "segment"), ("product_family", "channel"), ("channel", "segment"),
        ("product_family", "segment"), ("channel", "business_unit"), ("site_id", "fulfilment_channel"),
    ),
    "order": (
        ("site_id", "channel"), ("site_id", "segment"), ("channel", "segment"), ("channel", "business_unit"),
        ("business_unit", "segment"), ("channel", "fulfilment_channel"), ("site_id", "business_unit"),
    ),
    "shipment": (
        ("site_id", "carrier_id"), ("site_id", "segment"), ("carrier_id", "segment"), ("carrier_id", "business_unit"),
    ),
    "receipt": (("supplier_id", "site_id"), ("supplier_id", "product_family"), ("site_id", "product_family")),
    "invoice": (("business_unit", "segment"),),
}  # fmt: skip
"""The pairs of dimensions that make sense together."""


@dataclass(frozen=True)
class Units:
    """The units of one kind in a span and the period before: one entry per unit.

    `codes`: dimension → number of the value in `levels` (−1 = not stated); `stratum` = tier × WIDTH + block, tier 0 =
    not stated.
    """

    kind: str
    levels: "Mapping[str, pd.Index[str]]"
    codes: Mapping[str, NDArray[np.int32]]
    stratum: Ints

    @property
    def strata(self) -> int:
        """How many strata there can be."""
        return (len(self.levels[TIER]) + 1) * WIDTH

    def tables(self) -> tuple[tuple[str, ...], ...]:
        """Dimensions and pairs by which the units differ: fewer than two values compare nothing."""
        differ = {name for name in SINGLE[self.kind] if self._values(name) > 1}
        found = [(name,) for name in SINGLE[self.kind]] + list(PAIRS[self.kind])
        return tuple(names for names in found if set(names) <= differ)

    def count(self, dimensions: tuple[str, ...]) -> tuple[dict[str, Ints], Ints, Floats]:
        """Per value × stratum with units: the codes of the value, the stratum, and how many units."""
        place, kept = self.stratum.copy(), np.ones(1, dtype=bool)
        size = self.strata
        for name in reversed(dimensions):
            code = self.codes[name]
            place += code.astype(np.int64) * size
            size *= len(self.levels[name])
            kept = kept & (code >= 0) if code.size and code.min() < 0 else kept
        place = place if kept.size == 1 else place[kept]
        if size <= DENSE:
            counted = np.bincount(place, minlength=size)
            used = np.flatnonzero(counted)
            exposed = counted[used]
        else:
            used, exposed = np.unique(place, return_counts=True)
        return self._split(dimensions, used // self.strata), used % self.strata, exposed.astype(np.float64)

    def _split(self, dimensions: tuple[str, ...], value: Ints) -> dict[str, Ints]:
        codes: dict[str, Ints] = {}
        for name in reversed(dimensions):
            codes[name], value = value % len(self.levels[name]), value // len(self.levels[name])
        return codes

    def _values(self, name: str) -> int:
        return int((np.bincount(self.codes[name] + 1, minlength=1)[1:] > 0).sum())


@lru_cache(maxsize=4)
def levels(build: Build) -> "dict[str, pd.Index[str]]":
    """The values of every dimension in the order of their numbers."""
    found = {name: pd.Index([], dtype=object) for name in {TIER, *(one for kind in SINGLE.values() for one in kind)}}
    stated = build.read("exposure_value")
    return found | {str(name): pd.Index(part["value"]) for name, part in stated.groupby("dimension", sort=False)}


def asked(build: Build, span: Span, sites: Sequence[str]) -> dict[str, Any]:
    """The values that reads of units bind: the times of a span, and a reader's sites by number; no sites = all."""
    numbers = levels(build)["site_id"].get_indexer(pd.Index(list(sites), dtype=object)).tolist()
    return {"site_nos": numbers, **span.bound(())}


def units(build: Build, kind: str, span: Span, sites: Sequence[str] = ()) -> Units:
    """The units of one kind that could fail in a span or the period before; no sites = all."""
    found = build.columns("exposed_unit", kind=kind, **asked(build, span, sites))
    stratum = (found[TIER].astype(np.int64) + 1) * WIDTH + found["block"]
    return Units(kind, levels(build), {name: found[name] for name in SINGLE[kind]}, stratum)
