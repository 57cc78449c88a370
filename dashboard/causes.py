"""Where do exceptions come from, beyond size and chance? The analyses of root causes, cached like every read.

The same discipline as `data.py`: the user's scope narrows the sites before the cache and is part of every key
(fault 83). Holds no statistics and no SQL.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from control_tower import settings, warehouse
from control_tower.analysis import kept
from control_tower.analysis.cause_layer import cause_layers, overrides
from control_tower.analysis.concentration import Concentration, concentration
from control_tower.analysis.emerging import Emerging
from control_tower.analysis.exposure import Span, default_span
from control_tower.analysis.recurrence import Recurrence, recurrence
from control_tower.analysis.root_cause import RootCause
from control_tower.analysis.verdict import limits
from control_tower.filters import Filters
from dashboard import data

EVER = (datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01"))


@dataclass(frozen=True, slots=True)
class Causes:
    """Findings of one build for the sites of a filter state within the user's scope; bounds None = last quarter."""

    reader: data.Reader
    state: Filters
    small: int
    bounds: tuple[datetime, datetime] | None = None

    def search(self) -> RootCause:
        """Every type × value compared with the rest. Raises NotAvailable for a build without a past."""
        found: RootCause = self._call("search", self.bounds)
        return found

    def emerging(self) -> Emerging:
        """Rates that have just begun to rise."""
        found: Emerging = self._call("emerging", self.bounds)
        return found

    def concentration(self, by: str, whole: bool) -> Concentration:
        """Who holds how much of what came new; whole = of all time where no period was asked for."""
        bounds = EVER if whole and self.bounds is None else self.bounds
        found: Concentration = self._call("counted", bounds, by)
        return found

    def layers(self) -> pd.DataFrame:
        """Exceptions by the layer of their cause, and by what it is known."""
        found: pd.DataFrame = self._call("layers", self.bounds)
        return found

    def overrides(self) -> pd.DataFrame:
        """Decisions against policy, by the rule that asked for them."""
        found: pd.DataFrame = self._call("overrides", self.bounds)
        return found

    def recurrence(self, by: str) -> Recurrence:
        """What came back after it was fixed."""
        found: Recurrence = self._call("came_back", self.bounds, by)
        return found

    def _call(self, what: str, bounds: tuple[datetime, datetime] | None, by: str = "") -> Any:
        sites = self.state.limited_to(self.reader.scope).site_id
        asked = _Asked(self.reader.home, self.reader.build_id, self.reader.scope, what, sites, bounds, by, self.small)
        return _cached(repr(asked), asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One analysis, completely: its `repr` is its key in the cache, so nothing can be left out of the key."""

    home: str
    build_id: str
    scope: data.Scope
    what: str
    sites: tuple[str, ...]
    bounds: tuple[datetime, datetime] | None
    by: str
    small: int


@st.cache_data(max_entries=100, show_spinner="Comparing every value with the rest …")
def _cached(key: str, _asked: _Asked) -> Any:
    build = warehouse.open_build(settings.at(_asked.home), _asked.build_id)
    span = Span(*_asked.bounds) if _asked.bounds else default_span(build)
    held = limits(_asked.small, build.rules)
    match _asked.what:
        case "search":
            return kept.search(build, span, _asked.sites, held)
        case "emerging":
            return kept.rising(build, span.until, _asked.sites, held)
        case "layers":
            return cause_layers(build, span, _asked.sites)
        case "overrides":
            return overrides(build, span, _asked.sites)
        case "came_back":
            return recurrence(build, _asked.by, span, _asked.sites)
        case _:
            return concentration(build, _asked.by, span, _asked.sites)
