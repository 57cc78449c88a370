"""What does a KPI say here? Every call of the pages on a definition, cached by (build id, scope, filters, period).

The same discipline as `data.py`: the scope narrows the filters before the cache and is part of every key
(fault 83). A figure that this build cannot give stays "not available because …" and is never 0. Never holds
SQL and never decides what a KPI means.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from control_tower import definitions, kpi, settings, warehouse
from control_tower.analysis.main_reason import Reason
from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.filters import Filters
from control_tower.kpi.durations import Durations, durations
from control_tower.kpi.value import KpiPart, KpiPoint, KpiValue
from control_tower.services import policy as ruling
from dashboard import data, identity, period

TREND_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Figures:
    """Every KPI of one build under one selection and period; `whole` asks for all time instead."""

    reader: data.Reader
    state: Filters
    asked: period.Period
    whole: bool = False

    def now(self, name: str) -> KpiValue:
        """The figure of the period; a stock as of its end."""
        return self._call("evaluate", name, None if self.whole else self._bounds("since", "until"))

    def before(self, name: str) -> KpiValue:
        """The figure of as many days before; a stock as of the period's start."""
        return self._call("evaluate", name, self._bounds("before", "since"))

    def trend(self, name: str) -> list[float]:
        """The last 13 weeks that are whole, oldest first, weeks without a value left out; [] when not available."""
        return [point.figure.value for point in self.points(name) if point.figure.value is not None]

    def points(self, name: str) -> list[KpiPoint]:
        """The same weeks with their figures; of a stock also the running one."""
        until = self.asked.bounds["until"]
        try:
            found: list[KpiPoint] = self._call("trend", name, (until - timedelta(weeks=TREND_WEEKS + 1), until))
        except NotAvailable:
            return []
        is_stock = definition(name).aggregate == "stock"
        return [point for point in found if is_stock or not point.is_partial][-TREND_WEEKS:]

    def parts(self, name: str, dimension: str) -> list[KpiPart]:
        """The figure of each value of a dimension, largest first. Raises NotAvailable when it cannot be split so."""
        bounds = None if self.whole else self._bounds("since", "until")
        found: list[KpiPart] = self._call("breakdown", name, bounds, dimension=dimension)
        return found

    def reason(self, name: str, dimensions: tuple[str, ...]) -> Reason | None:
        """What carries most of the change since the period before, over these dimensions; None where nothing does."""
        try:
            found: Reason | None = self._call("reason", name, self._bounds("since", "until"), dimensions=dimensions)
        except NotAvailable:
            return None
        return found

    def dimensions(self, name: str) -> tuple[str, ...]:
        """What the figure can be split by in this build."""
        found: tuple[str, ...] = self._call("dimensions", name, None)
        return found

    def why(self, name: str, dimension: str) -> dict[str, Any]:
        """The change since the period before, by the values of a dimension, as `tower kpi --why`. Raises NotAvailable."""
        found: dict[str, Any] = self._call("why", name, self._bounds("since", "until"), dimension=dimension)
        return found

    def restated(self, name: str, against: str) -> dict[str, Any]:
        """What was added to the period before since another build said it. Raises NotAvailable; BuildError."""
        found: dict[str, Any] = self._call("restated", name, self._bounds("before", "since"), against=against)
        return found

    def rows(self, name: str, limit: int = 50) -> pd.DataFrame:
        """The scored rows behind a figure, largest first. Raises NotAvailable when there is none."""
        bounds = None if self.whole else self._bounds("since", "until")
        return pd.DataFrame(self._call("rows", name, bounds, limit=limit))

    def durations(self, name: str, dimension: str = "") -> dict[str | None, Durations]:
        """The single durations behind a survival figure, by value of a dimension. Raises NotAvailable."""
        bounds = None if self.whole else self._bounds("since", "until")
        found: dict[str | None, Durations] = self._call("durations", name, bounds, dimension=dimension)
        return found

    def lineage(self, name: str) -> tuple[str, ...]:
        """The relations that the definition reads, computed by the engine."""
        found: tuple[str, ...] = self._call("lineage", name, None)
        return found

    def _bounds(self, start: str, end: str) -> tuple[datetime, datetime]:
        return self.asked.bounds[start], self.asked.bounds[end]

    def _call(self, what: str, name: str, bounds: tuple[datetime, datetime] | None, **bound: Any) -> Any:
        one = definition(name)
        if one.function == "recovery" and (stated := baseline(one.of[0])) is not None:
            bound["baseline"] = (one.of[0], Decimal(repr(stated)))
        narrowed = replace(self.state.without_time(), search="").limited_to(self.reader.scope)
        asked = _Asked(self.reader.home, self.reader.build_id, self.reader.scope, what, name, narrowed, bounds,
                       tuple(sorted(bound.items())))  # fmt: skip
        return _cached(repr(asked), asked)


@cache
def catalogue() -> dict[str, KpiDefinition]:
    """Every definition by name; read once, they are part of the code."""
    return definitions.kpis()


def definition(name: str) -> KpiDefinition:
    """One definition. Raises KeyError for a name that a page made up."""
    return catalogue()[name]


def target(name: str) -> float | None:
    """What the business decided the figure shall be, in its unit (rates 0–1), or None."""
    return _decided(settings.current().store_place).get(name, (None, None))[0]


def baseline(name: str) -> float | None:
    """What the policy states the figure was before, in its unit, or None (EXE-08)."""
    return _decided(settings.current().store_place).get(name, (None, None))[1]


@st.cache_data(ttl=5, show_spinner=False)
def _decided(store_place: str) -> dict[str, tuple[float | None, float | None]]:
    """Target and baseline of each figure that has one, by the policy in force; a new version counts within seconds."""
    return {
        name: (_number(one.target), _number(one.baseline))
        for name, one in ruling.in_force(identity.store()).targets.items()
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call, completely: its `repr` is its key in the cache, so nothing can be left out of the key."""

    home: str
    build_id: str
    scope: data.Scope
    what: str
    name: str
    filters: Filters
    bounds: tuple[datetime, datetime] | None
    bound: tuple[tuple[str, Any], ...]


@st.cache_data(max_entries=2_000, show_spinner=False)
def _cached(key: str, _asked: _Asked) -> Any:
    build = warehouse.open_build(settings.at(_asked.home), _asked.build_id)
    more = dict(_asked.bound)
    with build.cursor() as cursor:
        if "baseline" in more:
            kpi.lay_baselines(cursor, dict([more["baseline"]]))
        return _answer(cursor, _asked, more)


def _answer(cursor: duckdb.DuckDBPyConnection, call: _Asked, more: dict[str, Any]) -> Any:
    asked, where = kpi.Period(*(call.bounds or (None, None))), kpi.selection(call.filters)
    one = definition(call.name)
    match call.what:
        case "evaluate":
            return kpi.evaluate(cursor, one, asked, where)
        case "trend":
            return kpi.trend(cursor, one, asked, where)
        case "breakdown":
            return kpi.breakdown(cursor, one, asked, where, more["dimension"])
        case "reason":
            return kpi.main_reason(cursor, one, asked, where, more["dimensions"])
        case "dimensions":
            return kpi.dimensions(cursor, one)
        case "why":
            return kpi.why_as_json(cursor, one, asked, where, more["dimension"])
        case "restated":
            with warehouse.open_build(settings.at(call.home), more["against"]).cursor() as then:
                return kpi.restated(cursor, then, one, asked, where)
        case "rows":
            return kpi.rows(cursor, one, asked, where, more["limit"])
        case "durations":
            return durations(cursor, one, asked, where, more["dimension"])
        case _:
            return kpi.lineage(cursor, one)
