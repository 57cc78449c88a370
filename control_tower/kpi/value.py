"""What is a figure once it has been computed? Periods, values, parts and points, and their JSON.

Only shapes: never a computation, never a word of SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from control_tower.analysis.cycle_time import CycleTime


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open time [since, until), instants in UTC without offset; None = unbounded.

    Raises ValueError when it ends before it starts.
    """

    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Bring both ends to UTC without offset and refuse a period that runs backwards."""
        for name in ("since", "until"):
            instant = getattr(self, name)
            if instant is not None and instant.tzinfo is not None:
                object.__setattr__(self, name, instant.astimezone(UTC).replace(tzinfo=None))
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"the period ends ({self.until}) before it starts ({self.since}); swap the two")

    @classmethod
    def of_days(cls, first: date | None = None, last: date | None = None) -> "Period":
        """Whole days, the last one included.

        >>> Period.of_days(date(2026, 3, 1), date(2026, 3, 31)).until
        datetime.datetime(2026, 4, 1, 0, 0)
        """
        return cls(
            datetime.combine(first, time()) if first else None,
            datetime.combine(last + timedelta(days=1), time()) if last else None,
        )

    def as_json(self) -> dict[str, str | None]:
        """Both ends in ISO 8601, null when unbounded."""
        return {"since": _iso(self.since), "until": _iso(self.until)}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it stands on.

    `value` is in the KPI's unit; percent is a share 0–1, per_1000 is already times 1000. `numerator` and
    `denominator` are the sums a ratio or mean was made of, else None. `n` counts what was measured;
    `unknown` counts rows listed but not measured (no amount, no rate, a suspect time). `too_few` = n is
    below the policy's small_sample. `cycle_time` accompanies a survival figure, `detail` a derived one.
    """

    value: float | None
    numerator: float | None
    denominator: float | None
    n: int
    unknown: int
    too_few: bool
    cycle_time: CycleTime | None = None
    detail: Mapping[str, Any] | None = None
    """What a derived figure knows beside its value (interval_95, parts, weeks …), ready for JSON."""

    def as_json(self) -> dict[str, Any]:
        """The fields that every figure shares, ready for JSON."""
        plain: dict[str, Any] = {
            name: getattr(self, name) for name in ("value", "numerator", "denominator", "n", "unknown", "too_few")
        }
        plain |= {"cycle_time": cycle_time_as_json(self.cycle_time)} if self.cycle_time else {}
        return plain | ({"detail": dict(self.detail)} if self.detail else {})


@dataclass(frozen=True, slots=True)
class KpiValue:
    """A KPI's figure in one build, period and selection; or why there is none.

    `figure` is None exactly when `not_available` says why. `at` is the instant at which a stock was
    counted, else None. A figure may exist and its value not: `not_available` then says "no rows …".
    """

    name: str
    unit: str
    period: Period
    build: str
    figure: Figure | None
    not_available: str | None = None
    at: datetime | None = None

    @property
    def value(self) -> float | None:
        """The number in the KPI's unit, or None."""
        return self.figure.value if self.figure else None

    @property
    def numerator(self) -> float | None:
        """What a ratio divides, or None."""
        return self.figure.numerator if self.figure else None

    @property
    def denominator(self) -> float | None:
        """What a ratio divides by, or None."""
        return self.figure.denominator if self.figure else None

    @property
    def n(self) -> int:
        """How many were measured; 0 when not available."""
        return self.figure.n if self.figure else 0

    @property
    def too_few(self) -> bool:
        """Whether n is below the policy's small_sample."""
        return self.figure.too_few if self.figure else True

    def as_json(self, by: "list[KpiPart] | None" = None) -> dict[str, Any]:
        """The document of `tower kpi NAME --json`, with `by` when parts are given."""
        empty = Figure(None, None, None, 0, 0, True)
        document = {
            "name": self.name,
            "unit": self.unit,
            **(self.figure or empty).as_json(),
            "period": self.period.as_json(),
            "at": _iso(self.at),
            "build": self.build,
            "not_available": self.not_available,
        }
        return document if by is None else document | {"by": [part.as_json() for part in by]}


@dataclass(frozen=True, slots=True)
class KpiPart:
    """The figure of one value of a dimension; key None = not stated."""

    key: str | None
    figure: Figure

    def as_json(self) -> dict[str, Any]:
        """One element of `by`."""
        return {"key": self.key, **self.figure.as_json()}


@dataclass(frozen=True, slots=True)
class KpiPoint:
    """The figure of one week (from Monday) or day, UTC; `is_partial` = the clock stopped inside it."""

    since: datetime
    until: datetime
    figure: Figure
    is_partial: bool

    def as_json(self) -> dict[str, Any]:
        """One point of a trend."""
        ends = {"since": _iso(self.since), "until": _iso(self.until), "is_partial": self.is_partial}
        return ends | self.figure.as_json()


def cycle_time_as_json(found: CycleTime) -> dict[str, Any]:
    """The survival part of `tower cycle-time --json`; null = not reached."""
    quantiles = {"median": found.median, "p75": found.p75, "p90": found.p90}
    return {
        "n": found.n,
        "open": found.open,
        **{f"{name}_hours": quantile.value for name, quantile in quantiles.items()},
        "interval_95": {f"{name}_hours": [quantile.low, quantile.high] for name, quantile in quantiles.items()},
        "closed_only_median_hours": found.closed_only_median,
        "ended_otherwise": found.competing,
        "ended_otherwise_share": found.competing_share,
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
