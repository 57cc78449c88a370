"""Which orders of activities does a process allow? A process as a Petri net, and what may come next in it.

Plain data: places, transitions with a label or none (silent), one initial and one final place. What it is
aligned with is `alignment`'s; it knows no log.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from process_mining.bpmn import Process

Marking = int
"""Which places hold a token, one bit each."""
Markings = frozenset[Marking]
MAX_MARKINGS = 5_000


class TooManyMarkings(Exception):  # noqa: N818 - says what is, as house.md names errors
    """A net that may stand in too many markings at once to list them, or puts two tokens on one place; caught here."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of a net: takes a token from each of `takes`, puts one on each of `puts`; label None = silent."""

    name: str
    label: str | None
    takes: tuple[str, ...]
    puts: tuple[str, ...]


@dataclass(frozen=True)
class PetriNet:
    """A net that starts with one token on `start` and is done with one token on `end` and nowhere else."""

    transitions: tuple[Transition, ...]
    start: str = "start"
    end: str = "end"
    _after: dict[tuple[Markings, str], Markings] = field(default_factory=dict, repr=False, compare=False)
    _allowed: dict[Markings, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def activities(self) -> frozenset[str]:
        """Labels of the steps one can see."""
        return frozenset(t.label for t in self.transitions if t.label is not None)

    @cached_property
    def places(self) -> list[str]:
        """Names of all places, in order of first use."""
        named = [p for t in self.transitions for p in (*t.takes, *t.puts)]
        return list(dict.fromkeys([self.start, *named, self.end]))

    @cached_property
    def _steps(self) -> dict[str | None, list[tuple[int, int]]]:
        """Label → (taken, put) of its transitions, as bits."""
        bit = {name: 1 << number for number, name in enumerate(self.places)}
        found: dict[str | None, list[tuple[int, int]]] = {None: []}
        for step in self.transitions:
            if len(set(step.puts)) < len(step.puts):
                raise TooManyMarkings(f"{step.name} puts two tokens on one place")
            bits = sum(bit[p] for p in set(step.takes)), sum(bit[p] for p in step.puts)
            found.setdefault(step.label, []).append(bits)
        return found

    def initial(self) -> Markings:
        """Where the net may be before the first activity. Raises TooManyMarkings, as `after` does."""
        return self._closed({1 << self.places.index(self.start)})

    def allowed(self, markings: Markings) -> frozenset[str]:
        """Activities that may come next."""
        if markings not in self._allowed:
            self._allowed[markings] = frozenset(
                label
                for label, steps in self._steps.items()
                if label is not None and any(m & takes == takes for takes, _ in steps for m in markings)
            )
        return self._allowed[markings]

    def after(self, markings: Markings, activity: str) -> Markings:
        """Where the net may be after one more activity; empty when it is not allowed."""
        key = (markings, activity)
        if key not in self._after:
            steps = self._steps.get(activity, [])
            reached = {_fired(m, takes, puts) for takes, puts in steps for m in markings if m & takes == takes}
            self._after[key] = self._closed(reached)
        return self._after[key]

    def is_done(self, markings: Markings) -> bool:
        """Whether the process may stop here."""
        return 1 << self.places.index(self.end) in markings

    def _closed(self, found: set[Marking]) -> Markings:
        silent = self._steps[None]
        seen, waiting = set(found), list(found)
        while waiting:
            if len(seen) > MAX_MARKINGS:
                raise TooManyMarkings(f"more than {MAX_MARKINGS} markings after one activity")
            marking = waiting.pop()
            for takes, puts in silent:
                if marking & takes == takes and (reached := _fired(marking, takes, puts)) not in seen:
                    seen.add(reached)
                    waiting.append(reached)
        return frozenset(seen)


def _fired(marking: Marking, takes: int, puts: int) -> Marking:
    left = marking & ~takes
    if left & puts:
        raise TooManyMarkings("two tokens on one place")
    return left | puts


def of_process(process: Process) -> PetriNet:
    """The net of a drawn process: a task is a step, an exclusive gateway a choice, a parallel one forks or joins.

    Several flows into a task are alternatives and several out of it run in parallel, as BPMN says. Ends are
    alternatives: what runs in parallel must be joined before the end.
    """
    into: dict[str, list[str]] = {node: [] for node in process.nodes}
    out: dict[str, list[str]] = {node: [] for node in process.nodes}
    for flow, source, target in process.flows:
        place = f"flow {flow}" if process.nodes[target].kind == "parallel" else f"into {target}"
        out[source].append(place)
        into[target].append(place)
    steps = []
    for node in process.nodes.values():
        takes, puts = tuple(dict.fromkeys(into[node.id])), tuple(out[node.id])
        if node.kind == "start":
            steps.append(Transition(node.id, None, ("start",), puts))
        elif node.kind == "end":
            steps.append(Transition(node.id, None, takes, ("end",)))
        elif node.kind == "exclusive":
            steps += [Transition(f"{node.id} {number}", None, takes, (place,)) for number, place in enumerate(puts)]
        else:
            steps.append(Transition(node.id, node.name if node.kind == "task" else None, takes, puts))
    return PetriNet(tuple(steps))


def for_alignment(net: PetriNet) -> tuple[dict[str, Any], dict[str, str | None]]:
    """The net in r4pm's words, and the label of each of its transitions by id."""
    place = {name: str(uuid5(NAMESPACE_URL, f"place {name}")) for name in net.places}
    ids = {step.name: str(uuid5(NAMESPACE_URL, f"transition {step.name}")) for step in net.transitions}
    arcs = []
    for step in net.transitions:
        arcs += [_arc("PlaceTransition", place[p], ids[step.name], step.takes.count(p)) for p in _once(step.takes)]
        arcs += [_arc("TransitionPlace", ids[step.name], place[p], step.puts.count(p)) for p in _once(step.puts)]
    return {
        "places": {identity: {"id": identity} for identity in place.values()},
        "transitions": {ids[s.name]: {"id": ids[s.name], "label": s.label} for s in net.transitions},
        "arcs": arcs,
        "initial_marking": {place[net.start]: 1},
        "final_markings": [{place[net.end]: 1}],
    }, {ids[step.name]: step.label for step in net.transitions}


def _arc(kind: str, source: str, target: str, weight: int) -> dict[str, Any]:
    return {"from_to": {"type": kind, "nodes": [source, target]}, "weight": weight}


def _once(places: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(places))
