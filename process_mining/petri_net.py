"""Which orders of activities does a process allow? A process as a Petri net, and what may come next in it.

Plain data: places, transitions with a label or none (silent), one initial and one final place. What it is
aligned with is `alignment`'s; it knows no log.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from process_mining.bpmn import Process

Marking = tuple[tuple[str, int], ...]
Markings = frozenset[Marking]
MAX_MARKINGS = 20_000


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

    @property
    def activities(self) -> frozenset[str]:
        """Labels of the steps one can see."""
        return frozenset(t.label for t in self.transitions if t.label is not None)

    @property
    def places(self) -> list[str]:
        """Names of all places, in order of first use."""
        named = [p for t in self.transitions for p in (*t.takes, *t.puts)]
        return list(dict.fromkeys([self.start, *named, self.end]))

    def initial(self) -> Markings:
        """Where the net may be before the first activity."""
        return self._closed({((self.start, 1),)})

    def allowed(self, markings: Markings) -> frozenset[str]:
        """Activities that may come next."""
        return frozenset(
            t.label for t in self.transitions if t.label is not None and any(_may(m, t) for m in map(dict, markings))
        )

    def after(self, markings: Markings, activity: str) -> Markings:
        """Where the net may be after one more activity; empty when it is not allowed."""
        key = (markings, activity)
        if key not in self._after:
            steps = [t for t in self.transitions if t.label == activity]
            self._after[key] = self._closed({_fired(m, t) for m in map(dict, markings) for t in steps if _may(m, t)})
        return self._after[key]

    def is_done(self, markings: Markings) -> bool:
        """Whether the process may stop here."""
        return ((self.end, 1),) in markings

    def _closed(self, found: set[Marking]) -> Markings:
        silent = [t for t in self.transitions if t.label is None]
        seen, waiting = set(found), list(found)
        while waiting and len(seen) < MAX_MARKINGS:
            marking = dict(waiting.pop())
            for step in silent:
                if _may(marking, step) and (nxt := _fired(marking, step)) not in seen:
                    seen.add(nxt)
                    waiting.append(nxt)
        return frozenset(seen)


def _may(marking: dict[str, int], step: Transition) -> bool:
    return all(marking.get(place, 0) >= step.takes.count(place) for place in step.takes)


def _fired(marking: dict[str, int], step: Transition) -> Marking:
    left = dict(marking)
    for place in step.takes:
        left[place] -= 1
    for place in step.puts:
        left[place] = left.get(place, 0) + 1
    return tuple(sorted((place, count) for place, count in left.items() if count))


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
