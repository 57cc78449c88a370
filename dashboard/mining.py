"""How did the cases flow? Every call of the pages on process_mining, cached by (build id, scope, cohort).

The same discipline as `data.py`: the scope narrows the cohort before the cache and is part of every key (fault 83).
Never holds SQL and never decides what a map means.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from control_tower import warehouse
from control_tower.settings import Settings
from control_tower.warehouse import Build
from dashboard import data
from process_mining import case_rows, directly_follows, kept_cases
from process_mining.abstraction import simplified
from process_mining.cohort import Cohort
from process_mining.directly_follows import Map


@dataclass(frozen=True, slots=True)
class Mining:
    """The flow of one build as one user may see it, of one cohort."""

    reader: data.Reader
    cohort: Cohort

    def views(self) -> list[str]:
        """The object types that can be the case, the most frequent first."""
        found: list[str] = self._call("views", Cohort())
        return found

    def map(self) -> Map:
        """The whole map with its times. Raises NotAvailable when the filters say nothing about this view's cases."""
        found: Map = self._call("map", self.cohort)
        return found

    def simplified(self, activities: int, paths: int) -> Map:
        """The map cut to the most frequent activities and paths (percent), without islands."""
        found: Map = self._call("simplified", self.cohort, activities=activities, paths=paths)
        return found

    def cases(self, limit: int) -> pd.DataFrame:
        """The first cases, longest first: id, start, duration, steps, open."""
        found: pd.DataFrame = self._call("cases", self.cohort, limit=limit)
        return found

    def all_cases(self, limit: int) -> pd.DataFrame:
        """The same for a file; too large for the cache."""
        return _answer(self._asked("cases", self.cohort, {"limit": limit}))

    def gaps(self, source: str, target: str) -> pd.DataFrame:
        """How often a path took how long: bins of equal ratio, observed times only."""
        found: pd.DataFrame = self._call("gaps", self.cohort, source=source, target=target)
        return found

    def traces(self, limit: int) -> list[case_rows.Trace]:
        """The steps of a sample of cases, the same in every run."""
        found: list[case_rows.Trace] = self._call("traces", self.cohort, limit=limit)
        return found

    def of(self, cohort: Cohort) -> "Mining":
        """The same build and user, another cohort."""
        return Mining(self.reader, cohort)

    def _call(self, what: str, cohort: Cohort, **bound: Any) -> Any:
        asked = self._asked(what, cohort, bound)
        return _cached(repr(asked), asked)

    def _asked(self, what: str, cohort: Cohort, bound: dict[str, Any]) -> "_Asked":
        reader = self.reader
        narrowed = cohort.limited_to(reader.scope)
        return _Asked(reader.home, reader.build_id, reader.scope, what, narrowed, tuple(sorted(bound.items())))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call, completely: its `repr` is its key in the cache, so nothing can be left out of the key."""

    home: str
    build_id: str
    scope: data.Scope
    what: str
    cohort: Cohort
    bound: tuple[tuple[str, Any], ...]


def _simplified(build: Build, cohort: Cohort, activities: int, paths: int) -> Map:
    return simplified(directly_follows.dfg(build, cohort, with_times=True), activities, paths)


_ANSWERS: Final[Mapping[str, Callable[..., Any]]] = {
    "views": lambda build, cohort: kept_cases.views(build),
    "map": lambda build, cohort: directly_follows.dfg(build, cohort, with_times=True),
    "simplified": _simplified,
    "cases": case_rows.cases,
    "gaps": case_rows.gaps,
    "traces": case_rows.traces,
}


@st.cache_data(max_entries=600, show_spinner=False)
def _cached(key: str, _asked: _Asked) -> Any:
    return _answer(_asked)


def _answer(asked: _Asked) -> Any:
    build = warehouse.open_build(Settings(home=Path(asked.home)), asked.build_id)
    return _ANSWERS[asked.what](build, asked.cohort, **dict(asked.bound))
