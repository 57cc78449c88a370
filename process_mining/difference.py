"""Where on one map do two sets of cases differ? Both maps laid over each other, every part with the numbers of both sides.

Pure: joins what compare.py has tested with the two maps. Tests nothing itself and never decides what a difference looks
like.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from process_mining.abstraction import simplified
from process_mining.compare import LEVEL, Comparison
from process_mining.directly_follows import Activity, Edge, Endpoint, Map

Measure = Literal["share", "time"]
MEASURES: Final[tuple[Measure, ...]] = ("share", "time")
MOST_ALWAYS: Final = 24
"""So many of the surest differences are drawn however rare they are."""
Key = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Side:
    """One part on one side: its cases, their share of that side's cases (0–1), and their median seconds.

    The seconds of a step are those from the start of the case until it, of a path those between its two steps, both at
    the first time in a case; None where no case comes here.
    """

    cases: int
    share: float
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """First less second, by one measure: share of cases (0–1) or seconds, with its 95 % interval and q.

    None where there is nothing to compare, or too little for an interval. `is_different`: beyond chance, at LEVEL of the
    false discoveries over all shares and times of the comparison.
    """

    value: float | None
    low: float | None
    high: float | None
    q: float | None

    @property
    def is_different(self) -> bool:
        """Whether this is beyond chance."""
        return self.q is not None and self.q <= LEVEL


@dataclass(frozen=True, slots=True)
class Part:
    """A step (`then` None) or a path of either map."""

    step: str
    then: str | None
    first: Side
    second: Side
    share: Change
    time: Change

    @property
    def only(self) -> int | None:
        """0 or 1 where only the first or only the second side has it; None where both do."""
        if self.first.cases and self.second.cases:
            return None
        return 0 if self.first.cases else 1

    def change(self, measure: Measure) -> Change:
        """What differs by this measure."""
        return self.share if measure == "share" else self.time


@dataclass(frozen=True, slots=True)
class Overlay:
    """Two maps as one: `whole` counts the events and cases of both together, `parts` says what each side has of it."""

    whole: Map
    parts: Mapping[Key, Part]

    def different(self, measure: Measure) -> list[Part]:
        """What differs beyond chance, the surest first."""
        known = [(part, part.change(measure)) for part in self.parts.values()]
        found = [(change.q, part.step, part.then or "", part) for part, change in known if change.is_different]
        return [part for *_, part in sorted(found, key=lambda one: one[:3])]

    def drawn(self, measure: Measure, activities: float, paths: float) -> Map:
        """The most frequent activities and paths of both (percent), and the surest differences however rare they are."""
        always = [
            (part.step, part.then) if part.then is not None else (part.step,)
            for part in self.different(measure)[:MOST_ALWAYS]
        ]
        return simplified(self.whole, activities, paths, always)


def overlay(found: Comparison, first: Map, second: Map) -> Overlay:
    """Lay two maps over each other. `found` compares the cohorts of exactly these maps."""
    rows = found.rows.astype(object).where(found.rows.notna(), None).to_dict("records")
    parts = [_part({str(name): value for name, value in row.items()}) for row in rows]
    return Overlay(_together(first, second), {(part.step, part.then): part for part in parts})


def _part(row: Mapping[str, Any]) -> Part:
    first, second = (
        Side(int(row[f"cases_{side}"]), row[f"share_{side}"], _number(row[f"median_{side}_seconds"])) for side in "ab"
    )
    share = Change(row["share_difference"], row["share_low"], row["share_high"], _number(row["share_q"]))
    names = ("time_difference_seconds", "time_low_seconds", "time_high_seconds", "time_q")
    return Part(row["activity"], row["next_activity"], first, second, share, Change(*(_number(row[n]) for n in names)))


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _together(first: Map, second: Map) -> Map:
    both = (first, second)
    activities, edges = Counter[Any](), Counter[Any]()
    seen, walked = Counter[Any](), Counter[Any]()
    for one in both:
        activities.update({a.name: a.events for a in one.activities})
        seen.update({a.name: a.cases for a in one.activities})
        edges.update({(e.source, e.target): e.events for e in one.edges})
        walked.update({(e.source, e.target): e.cases for e in one.edges})
    return Map(
        view=first.view,
        cases=first.cases + second.cases,
        events=first.events + second.events,
        activities=tuple(Activity(name, events, seen[name]) for name, events in _ranked(activities)),
        edges=tuple(Edge(arc[0], arc[1], events, walked[arc]) for arc, events in _ranked(edges)),
        start=_ends(one.start for one in both),
        end=_ends(one.end for one in both),
        has_times=False,
    )


def _ends(sides: Iterable[Iterable[Endpoint]]) -> tuple[Endpoint, ...]:
    counted = Counter[Any]()
    for ends in sides:
        counted.update({one.name: one.cases for one in ends})
    return tuple(Endpoint(name, cases) for name, cases in _ranked(counted))


def _ranked(counted: "Counter[Any]") -> list[tuple[Any, int]]:
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
