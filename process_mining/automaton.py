"""Where can a process stand, and what may come next there? The states of a net with their steps, counted up to a limit.

A state is what is known after the activities seen so far, so each activity leads to one state. Says nothing about logs.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from process_mining.petri_net import PetriNet, TooManyMarkings

MAX_STATES: Final = 600
MAX_HELD: Final = 20_000
"""Markings of all states together."""
FAR: Final = 10**9
"""Further than any run: no way leads there."""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Automaton:
    """`steps[state, activity]` = the state after it, −1 where it is not allowed; state 0 is the start."""

    activities: tuple[str, ...]
    steps: Ints
    is_done: NDArray[np.bool_]

    @cached_property
    def _ways(self) -> tuple[Ints, Ints]:
        size = len(self.is_done)
        source, activity = np.nonzero(self.steps >= 0)
        graph = csr_array((np.ones(len(source)), (source, self.steps[source, activity])), shape=(size, size))
        distance, before = shortest_path(graph, unweighted=True, return_predecessors=True)
        return np.where(np.isinf(distance), FAR, distance).astype(np.int64), before.astype(np.int64)

    @property
    def distance(self) -> Ints:
        """[from, to]: activities on a shortest way; FAR where there is none."""
        return self._ways[0]

    @cached_property
    def to_done(self) -> tuple[Ints, Ints]:
        """For each state: activities still missing at the least, and the state where it is then done."""
        done = np.flatnonzero(self.is_done)
        nearest = np.argmin(self.distance[:, done], axis=1)
        return self.distance[np.arange(len(self.is_done)), done[nearest]], done[nearest].astype(np.int64)

    def way(self, start: int, end: int) -> tuple[str, ...]:
        """The activities of one shortest way, always the same one."""
        found, at = list[str](), end
        while at != start:
            last = int(self._ways[1][start, at])
            found.append(self.activities[int(np.flatnonzero(self.steps[last] == at)[0])])
            at = last
        return tuple(reversed(found))

    def allowed(self, state: int) -> frozenset[str]:
        """Activities that may come next."""
        return frozenset(self.activities[number] for number in np.flatnonzero(self.steps[state] >= 0))


def of_net(net: PetriNet, limit: int = MAX_STATES) -> Automaton | None:
    """The automaton of a net that can be finished; None when it has more states than the limit."""
    try:
        return _counted(net, limit)
    except TooManyMarkings:
        return None


def _counted(net: PetriNet, limit: int) -> Automaton | None:
    activities = tuple(sorted(net.activities))
    known = {net.initial(): 0}
    waiting, rows = [net.initial()], list[list[int]]()
    held = 0
    while len(rows) < len(waiting):
        here = waiting[len(rows)]
        held += len(here)
        if held > MAX_HELD:
            return None
        allowed, row = net.allowed(here), [-1] * len(activities)
        for number, activity in enumerate(activities):
            if activity not in allowed:
                continue
            then = net.after(here, activity)
            if then not in known:
                if len(known) >= limit:
                    return None
                known[then] = len(known)
                waiting.append(then)
            row[number] = known[then]
        rows.append(row)
    is_done = np.array([net.is_done(state) for state in waiting])
    steps = np.array(rows, dtype=np.int64).reshape(len(rows), len(activities))
    return Automaton(activities, steps, is_done) if is_done.any() else None
