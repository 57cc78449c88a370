"""Did a change that should prevent exceptions do so? A finding's own rate per exposure before the change and after.

Counts as the search for root causes does, and compares by the same method at equal mix. Never says why a rate moved:
what happened elsewhere in the same time stands beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from control_tower.analysis import exposure
from control_tower.analysis.contingency import ANY
from control_tower.analysis.contrast import Cells, Contrast, Floats, Ints, compare
from control_tower.analysis.counting import failures
from control_tower.analysis.exposure import BLOCKS, QUARTER, Span
from control_tower.analysis.units import SINGLE, TIER, WIDTH, Units, units
from control_tower.analysis.verdict import Limits
from control_tower.errors import NotAvailable
from control_tower.warehouse import Build

UNKNOWN: Final = -2
"""The number of a value that no unit has; −1 is a value not stated."""
SHORTEST: Final = timedelta(days=7)
"""Less time than this after a change says nothing: a week has its weekend."""


class Moved(StrEnum):
    """What a rate did after a change."""

    FELL = "fell"
    ROSE = "rose"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Place:
    """What a finding is about: exception type (`*` = any of its exposure), kind of unit, and value by dimension."""

    type_code: str
    exposure: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prevented:
    """Failures per exposed unit, before [before, since) and after [since, until).

    `difference` (after − before) with its 95 % interval at equal mix of customer tiers and weeks; `rest_before` and
    `rest_after` are the rates elsewhere. `why` says what keeps it from being told.
    """

    span: Span
    failed_before: int
    exposed_before: int
    failed_after: int
    exposed_after: int
    difference: float | None
    low: float | None
    high: float | None
    rest_before: float | None
    rest_after: float | None
    verdict: Moved
    why: str = ""

    @property
    def rate_before(self) -> float | None:
        """Failures per exposed unit before."""
        return self.failed_before / self.exposed_before if self.exposed_before else None

    @property
    def rate_after(self) -> float | None:
        """Failures per exposed unit after."""
        return self.failed_after / self.exposed_after if self.exposed_after else None


def span_around(build: Build, changed_at: datetime) -> Span:
    """As long after a change as the build knows, at most a quarter, and as long before it.

    Raises NotAvailable when the build ends less than a week after the change.
    """
    clock = build.read("exposure_relation")["as_of"].iloc[0]
    known = clock.to_pydatetime() + timedelta(seconds=1) if not pd.isna(clock) else changed_at
    if known - changed_at < SHORTEST:
        raise NotAvailable(
            f"the facts end {known:%d %b %Y}, less than a week after the change of {changed_at:%d %b %Y}; measure it later"
        )
    return Span(changed_at, changed_at + min(QUARTER, known - changed_at))


def measure(build: Build, place: Place, changed_at: datetime, sites: Sequence[str], held: Limits) -> Prevented:
    """Compare a finding's rate after a change with that before it; no sites = all.

    Raises NotAvailable for a change too young and for a place that this build does not know.
    """
    span = span_around(build, changed_at)
    if place.exposure not in SINGLE or not set(place.values) <= set(SINGLE[place.exposure]) or not place.values:
        raise NotAvailable(f"nothing is counted by {', '.join(place.values) or 'no dimension'} on {place.exposure!r}")
    found = units(build, place.exposure, span, sites)
    assigned = exposure.assign(build, span, sites).kinds.get(place.exposure, ())
    types = list(assigned) if place.type_code == ANY else [place.type_code]
    failed = failures(build, place.exposure, types, span, sites)
    failed = failed[failed["type_code"] == place.type_code]
    return _judged(span, _counted(found, failed, place), held)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Counts by period (before, after) × stratum (tier × week of the period), there and elsewhere."""

    exposed: Floats
    failed: Floats
    rest_exposed: Floats
    rest_failed: Floats
    are_units: bool


def _counted(found: Units, failed: pd.DataFrame, place: Place) -> _Counts:
    linked = float(failed.loc[failed["is_linked"], "failed"].sum())
    are_units = 2 * linked >= float(failed["failed"].sum())
    failed = failed[failed["is_linked"] == are_units]
    tiers = failed[TIER].to_numpy(np.int64) + 1
    here, there = np.ones(found.stratum.size, dtype=bool), np.ones(len(failed), dtype=bool)
    for name, value in place.values.items():
        known = found.levels[name].get_indexer(pd.Index([value]))[0]
        number = known if known >= 0 else UNKNOWN
        here &= found.codes[name] == number
        there &= failed[name].to_numpy() == number
    size = (len(found.levels[TIER]) + 1) if are_units else 1
    block, amount = failed["block"].to_numpy(np.int64), failed["failed"].to_numpy(np.float64)
    exposed_tier, failed_tier = (found.stratum // WIDTH) * are_units, tiers * are_units
    ones = np.ones(found.stratum.size)
    return _Counts(
        _grid(exposed_tier, found.stratum % WIDTH, ones * here, size), _grid(failed_tier, block, amount * there, size),
        _grid(exposed_tier, found.stratum % WIDTH, ones * ~here, size), _grid(failed_tier, block, amount * ~there, size),
        are_units,
    )  # fmt: skip


def _grid(tier: Ints, block: Ints, amount: NDArray[Any], tiers: int) -> Floats:
    """Sums by period × (tier × week of the period)."""
    place = np.clip(block, 0, WIDTH - 1) // BLOCKS * (tiers * BLOCKS) + tier * BLOCKS + block % BLOCKS
    summed: Floats = np.bincount(place, weights=amount, minlength=2 * tiers * BLOCKS).astype(float).reshape(2, -1)
    return summed


def _judged(span: Span, counts: _Counts, held: Limits) -> Prevented:
    (n_before, n_after), (m_before, m_after) = counts.exposed.sum(axis=1), counts.failed.sum(axis=1)
    rest = [_rate(a, b) for a, b in zip(counts.rest_failed.sum(axis=1), counts.rest_exposed.sum(axis=1), strict=True)]
    contrast = _contrast(counts)
    why = _too_few((n_before, n_after), m_before + m_after, held)
    difference = low = high = None
    if contrast is not None:
        ends = contrast.interval()
        difference, low, high = (float(one[0, 1]) for one in (contrast.difference, *ends))
    if contrast is None or not np.isfinite(difference if difference is not None else np.nan):
        difference, low, high = None, None, None
        why = why or "before and after have no week and customer tier in common"
    verdict = Moved.CANNOT_TELL
    if not why and low is not None and high is not None:
        verdict = Moved.FELL if high < 0 else Moved.ROSE if low > 0 else Moved.CANNOT_TELL
        why = "the difference may as well be chance" if verdict is Moved.CANNOT_TELL else ""
    return Prevented(
        span, int(m_before), int(n_before), int(m_after), int(n_after), difference, low, high, rest[0], rest[1],
        verdict, why,
    )  # fmt: skip


def _too_few(exposed: tuple[float, float], failed: float, held: Limits) -> str:
    least = min(exposed)
    if least < held.small_sample:
        return f"only {least:,.0f} could have failed on one side of the change; {held.small_sample} are needed"
    if failed < held.min_failed:
        return f"only {failed:,.0f} failures on both sides of the change; {held.min_failed} are needed"
    return ""


def _contrast(counts: _Counts) -> Contrast | None:
    """After against before, where a stratum has both."""
    period, stratum = np.nonzero(counts.exposed)
    if np.unique(period).size < 2:
        return None
    return compare(Cells(
        period.astype(np.int64), stratum.astype(np.int64), counts.exposed[period, stratum],
        counts.failed[period, stratum][None, :], counts.exposed.sum(axis=0), counts.failed.sum(axis=0)[None, :],
        counts.are_units,
    ))  # fmt: skip


def _rate(failed: float, exposed: float) -> float | None:
    return float(failed / exposed) if exposed else None
