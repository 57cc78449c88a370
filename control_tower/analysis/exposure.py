"""What could have failed? For each exception type the units it can befall, and their counts by dimension.

A rate is failures per exposure: without exposure there is concentration and no cause. Never compares and never
judges; the counting itself is done by the build (`reads/exposed_*.sql`, `reads/failed_*.sql`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import pandas as pd

from control_tower.errors import NotAvailable
from control_tower.warehouse import Build

BLOCKS: Final = 13
"""Into how many blocks of time a period is cut, for strata: weeks of a quarter, four weeks of a year."""
QUARTER: Final = timedelta(days=91)

_LINE = ("order_line", "order")
_ORDER = ("order", "order_line")
_SHIPMENT = ("shipment", "order_line", "order")
_RECEIPT = ("receipt", "order_line", "order")
_INVOICE = ("invoice", "order")
PREFERENCE: Final[Mapping[str, tuple[str, ...]]] = {
    "inventory": _LINE, "credit": _ORDER, "pricing": _LINE, "master_data": _ORDER, "integration": _ORDER,
    "fulfilment": _SHIPMENT, "supply": _RECEIPT, "finance": _INVOICE, "service": (), "unmapped": (),
}  # fmt: skip
"""Category → kinds of unit that can fail in it, the best first; () = none is known."""
EXCEPTIONS_OF_THE_RULE: Final[Mapping[str, tuple[str, ...]]] = {
    "promise_missed": _LINE, "contract_terms_mismatch": _ORDER, "tax_mismatch": _ORDER,
    "missing_tax_jurisdiction": _ORDER, "freight_terms_mismatch": _ORDER,
}  # fmt: skip
"""Types whose unit differs from their category's."""
NO_EXPOSURE: Final = "no exposure known"


@dataclass(frozen=True, slots=True)
class Span:
    """A period [since, until) and the one before it, [before, since), which is as long (UTC)."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        """Refuse a period without length."""
        if not self.since < self.until:
            raise ValueError(f"the period ends ({self.until}) before it starts ({self.since}); swap the two")

    @property
    def before(self) -> datetime:
        """Where the previous period begins."""
        return self.since - (self.until - self.since)

    @property
    def block_seconds(self) -> float:
        """Length of a block of time."""
        return (self.until - self.since).total_seconds() / BLOCKS

    def bound(self, sites: Sequence[str]) -> dict[str, Any]:
        """The values that the contingency reads bind; no sites = all of them."""
        return {"before": self.before, "since": self.since, "until": self.until,
                "block_seconds": self.block_seconds, "sites": list(sites)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exposure:
    """Which types are measured against which kind of unit in this build, and which against none.

    `types`: type → title; `kinds`: kind → its types; `without`: types for which no exposure is known.
    """

    titles: Mapping[str, str]
    counts: Mapping[str, int]
    kinds: Mapping[str, tuple[str, ...]]
    without: tuple[str, ...]


@lru_cache(maxsize=4)
def _relation(build: Build) -> pd.DataFrame:
    """Kinds of units of a build; a build never changes."""
    return build.read("exposure_relation")


def default_span(build: Build) -> Span:
    """The last quarter before the build's clock, or the later half of what it knows when that is shorter.

    Raises NotAvailable when the build holds no unit that can fail and no exception.
    """
    units = _relation(build)
    clock = units["as_of"].iloc[0]
    ever = {
        "before": datetime.fromisoformat("1900-01-01"), "until": datetime.fromisoformat("2200-01-01"), "sites": [],
    }  # fmt: skip
    first = min(
        [*units["first_at"].dropna(), *build.read("exception_type_seen", None, **ever)["first_at"]], default=None
    )
    if pd.isna(clock) or first is None or first >= clock:
        raise NotAvailable("the build holds no orders and no exceptions in the past; load some with `tower load`")
    until = clock.to_pydatetime() + timedelta(seconds=1)
    length = max(min(QUARTER, (until - first.to_pydatetime()) / 2), timedelta(days=1))
    return Span(until - length, until)


def assign(build: Build, span: Span, sites: Sequence[str] = ()) -> Exposure:
    """Choose for each type seen in the span the first kind of its preference that the build holds."""
    relation = _relation(build)
    held = set(relation.loc[relation["units"] > 0, "kind"])
    if sites:
        held.discard("invoice")  # an invoice has no site, so a reader of some sites may not count them
    seen = build.read("exception_type_seen", None, **span.bound(sites))
    kinds: dict[str, tuple[str, ...]] = {}
    without: list[str] = []
    for code, category in zip(seen["type_code"], seen["category"], strict=True):
        wanted = EXCEPTIONS_OF_THE_RULE.get(code, PREFERENCE.get(category, ()))
        kind = next((kind for kind in wanted if kind in held), None)
        if kind is None:
            without.append(code)
        else:
            kinds[kind] = (*kinds.get(kind, ()), code)
    return Exposure(
        dict(zip(seen["type_code"], seen["type_title"], strict=True)),
        dict(zip(seen["type_code"], seen["n"].astype(int), strict=True)),
        kinds,
        tuple(without),
    )
