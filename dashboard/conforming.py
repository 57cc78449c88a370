"""Do the cases go as intended, who hands them on, what differs? Every such call of the pages, cached by (build, scope, cohort).

The same discipline as `mining.py`: the scope narrows the cohort before the cache and is part of every key (fault 83).
Never holds SQL and decides nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from control_tower import settings, warehouse
from control_tower.errors import NotAvailable
from dashboard import data
from dashboard.mining import Mining, given
from process_mining import (
    compare,
    conformance,
    difference,
    discovery,
    handovers,
    object_centric,
    reference_process,
    rules,
)
from process_mining.alignment import Variant
from process_mining.cohort import Cohort


@dataclass(frozen=True, slots=True)
class Conforming:
    """The cases of one build as one user may see them, of one cohort."""

    reader: data.Reader
    cohort: Cohort

    def offered(self) -> list[reference_process.Applicable]:
        """The reference processes that speak of these cases."""
        found: list[reference_process.Applicable] = self._call("offered")
        return found

    def check(self, process: str) -> conformance.Conformance:
        """The cases against a reference process, or (named "") against the model mined from them."""
        found: conformance.Conformance = self._call("check", process=process)
        return found

    def model(self) -> discovery.Model:
        """The model mined from the cases."""
        found: discovery.Model = self._call("model")
        return found

    def cases(self, variants: tuple[Variant, ...], process: str) -> Any:
        """Cases that follow these variants, longest first."""
        return self._call("cases", variants=variants, process=process)

    def rules(self) -> list[rules.Outcome]:
        """Every rule that speaks of this view."""
        found: list[rules.Outcome] = self._call("rules")
        return found

    def hand_overs(self, level: str) -> handovers.HandOvers:
        """Who hands to whom."""
        found: handovers.HandOvers = self._call("hand_overs", level=level)
        return found

    def between(self, level: str, source: str, target: str) -> Any:
        """Cases handed from one to the other."""
        return self._call("between", level=level, source=source, target=target)

    def held_by(self, level: str, unit: str) -> Any:
        """Cases in which a unit took a turn."""
        return self._call("held_by", level=level, unit=unit)

    def turns(self, level: str) -> Any:
        """The turns of a sample of cases, to be played on the network."""
        return self._call("turns", level=level)

    def beside(self, other: Cohort) -> compare.Comparison:
        """These cases compared with others."""
        found: compare.Comparison = self._call("beside", other=other.limited_to(self.reader.scope))
        return found

    def laid_over(self, other: Cohort) -> tuple[compare.Comparison, difference.Overlay]:
        """The same comparison, and both maps laid over each other."""
        found, first, second = self.beside(other), Mining(self.reader, self.cohort), Mining(self.reader, other)
        return found, difference.overlay(found, first.map(), second.map())

    def objects(self) -> object_centric.ObjectView:
        """The objects that the cases' events touch."""
        found: object_centric.ObjectView = self._call("objects")
        return found

    def _call(self, what: str, **bound: Any) -> Any:
        reader = self.reader
        narrowed = self.cohort.limited_to(reader.scope)
        asked = _Asked(reader.home, reader.build_id, reader.scope, what, narrowed, tuple(sorted(bound.items())))
        return given(_cached(repr(asked), asked))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call, completely: its `repr` is its key in the cache, so nothing can be left out of the key."""

    home: str
    build_id: str
    scope: data.Scope
    what: str
    cohort: Cohort
    bound: tuple[tuple[str, Any], ...]


def _reference(build: warehouse.Build, cohort: Cohort, process: str, home: str) -> tuple[Cohort, Any]:
    if not process:
        return cohort, discovery.discover(build, cohort).net
    (found,) = [one for one in reference_process.processes(settings.at(home)) if one.name == process]
    return found.cohort(cohort), found.net


def _check(build: warehouse.Build, cohort: Cohort, home: str, process: str) -> conformance.Conformance:
    return conformance.check(build, *_reference(build, cohort, process, home))


def _cases(build: warehouse.Build, cohort: Cohort, home: str, variants: tuple[Variant, ...], process: str) -> Any:
    return conformance.cases_of(build, _reference(build, cohort, process, home)[0] if process else cohort, variants)


_ANSWERS: Final[Mapping[str, Callable[..., Any]]] = {
    "offered": lambda build, cohort, home: reference_process.applicable(build, settings.at(home), cohort),
    "check": _check,
    "model": lambda build, cohort, home: discovery.discover(build, cohort),
    "cases": _cases,
    "rules": lambda build, cohort, home: rules.check(build, cohort, rules.rules(settings.at(home))),
    "hand_overs": lambda build, cohort, home, level: handovers.hand_overs(build, cohort, level),
    "between": lambda build, cohort, home, **bound: handovers.cases_between(build, cohort, **bound),
    "held_by": lambda build, cohort, home, **bound: handovers.cases_held(build, cohort, **bound),
    "turns": lambda build, cohort, home, level: handovers.turns_of(build, cohort, level),
    "beside": lambda build, cohort, home, other: compare.compare(build, cohort, other),
    "objects": lambda build, cohort, home: object_centric.object_view(build, cohort),
}


@st.cache_data(max_entries=200, show_spinner="Following every case …")
def _cached(key: str, _asked: _Asked) -> Any:
    build = warehouse.open_build(settings.at(_asked.home), _asked.build_id)
    try:
        return _ANSWERS[_asked.what](build, _asked.cohort, _asked.home, **dict(_asked.bound))
    except NotAvailable as refused:
        return refused
