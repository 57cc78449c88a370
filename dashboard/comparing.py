"""Did decisions help? The comparison with similar cases, cached like every read.

The same discipline as `data.py`: the user's scope narrows the sites before the cache and is part of every key
(fault 83); so is the policy's section, which can change between two runs. Holds no statistics and no SQL.
"""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from control_tower import settings, warehouse
from control_tower.filters import Filters
from control_tower.ledger import compared
from control_tower.ledger.compared import Comparison, Measure
from control_tower.policy_outcomes import Outcomes
from dashboard import data

EVER = (datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2200-01-01"))


@dataclass(frozen=True, slots=True)
class Comparing:
    """Decisions of a period at the sites of a filter state within the user's scope; bounds None = of all time."""

    reader: data.Reader
    sites: tuple[str, ...]
    bounds: tuple[datetime, datetime] | None
    rules: Outcomes

    def measured(self, measure: Measure) -> Comparison:
        """Decided cases beside similar ones, by one measure."""
        narrowed = Filters(site_id=self.sites).limited_to(self.reader.scope)
        asked = _Asked(
            self.reader.home, self.reader.build_id, self.reader.scope, narrowed, self.bounds, self.rules, measure
        )
        return _cached(repr(asked), asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One comparison, completely: its `repr` is its key in the cache, so nothing can be left out of the key."""

    home: str
    build_id: str
    scope: data.Scope
    filters: Filters
    bounds: tuple[datetime, datetime] | None
    rules: Outcomes
    measure: Measure


@st.cache_data(max_entries=100, show_spinner="Looking for similar cases …")
def _cached(key: str, _asked: _Asked) -> Comparison:
    build = warehouse.open_build(settings.at(_asked.home), _asked.build_id)
    return compared.of_build(build, _asked.filters, _asked.measure, _asked.rules, _asked.bounds)
