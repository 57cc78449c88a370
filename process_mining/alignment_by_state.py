"""What is the nearest run of a process with few states? Dynamic programming over all variants at once.

Exact, and of equally near runs always the same one (the one that agrees with more of the steps), so that a build
gives the same deviations every time. After each step the least cost of standing in each state is known; a step is
inserted or agreed with, after skipping what the process wants before it. An open variant need not reach the end.
Where states are too many, `alignment_by_search` is asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from process_mining.automaton import FAR, Automaton, Ints

_CELLS: Final = 2_000_000
"""Costs held at once: variants × steps × states of one batch."""
_DEVIATION: Final = 100_000
"""Cost of skipping; inserting costs one more, so that of equal numbers of deviations fewer steps are disowned."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One way of running beside the process: `agreed` = three states for each step both have, else None.

    Of each three states: where it stood, from where the step was agreed with, where it led. `last` is the state in
    which the variant ends, `done` the state the process still goes to.
    """

    agreed: tuple[tuple[int, int, int] | None, ...]
    last: int
    done: int


class Aligner:
    """Aligns sequences with one automaton."""

    def __init__(self, automaton: Automaton) -> None:
        """Prepare, for each activity and state it leads to, the cost of getting to its step from any state."""
        self._automaton = automaton
        self._number = {name: place for place, name in enumerate(automaton.activities)}
        pairs, costs, via = [], [], []
        for activity in range(len(automaton.activities)):
            targets = automaton.steps[:, activity]
            for target in np.unique(targets[targets >= 0]):
                before = np.flatnonzero(targets == target)
                nearest = np.argmin(automaton.distance[:, before], axis=1)
                pairs.append((activity, int(target)))
                via.append(before[nearest])
                costs.append(_DEVIATION * automaton.distance[np.arange(len(targets)), before[nearest]])
        self._pair = {pair: place for place, pair in enumerate(pairs)}
        self._cost = np.array(costs, dtype=np.int64).reshape(len(pairs), len(automaton.is_done))
        self._via = np.array(via, dtype=np.int64).reshape(self._cost.shape)
        self._targets: dict[int, list[tuple[int, int]]] = {}
        for place, (activity, target) in enumerate(pairs):
            self._targets.setdefault(activity, []).append((target, place))

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Places of the sequences in batches that fit in memory; shorter ones first."""
        batch, states = list[int](), len(self._automaton.is_done)
        for place in sorted(range(len(lengths)), key=lengths.__getitem__):
            if batch and (len(batch) + 1) * (lengths[place] + 1) * states > _CELLS:
                yield batch
                batch = []
            batch.append(place)
        if batch:
            yield batch

    def pair(self, traces: Sequence[tuple[str, ...]], is_open: Sequence[bool]) -> list[Pairing]:
        """The nearest run of each sequence, in order; of an open one the nearest beginning of a run."""
        length = max((len(trace) for trace in traces), default=0)
        steps = np.full((len(traces), length), -2, dtype=np.int64)
        for row, trace in enumerate(traces):
            steps[row, : len(trace)] = [self._number.get(name, -1) for name in trace]
        costs = self._forward(steps)
        missing, done = self._automaton.to_done
        last = np.argmin(costs[-1] + np.where(np.array(is_open)[:, None], 0, _DEVIATION * missing), axis=1)
        before, after = self._backward(steps, costs, last)
        return [
            Pairing(
                tuple(
                    (int(b), int(self._via[self._pair[a, t], b]), int(t)) if t >= 0 else None
                    for a, b, t in zip(steps[row, :size], before[row, :size], after[row, :size], strict=True)
                ),
                int(last[row]),
                int(last[row] if is_open[row] else done[last[row]]),
            )
            for row, size in enumerate(map(len, traces))
        ]

    def _forward(self, steps: Ints) -> Ints:
        """[step, row, state] = least cost of standing there after so many steps; a row that has ended stays."""
        states = len(self._automaton.is_done)
        costs = np.empty((steps.shape[1] + 1, len(steps), states), dtype=np.int64)
        costs[0] = FAR * _DEVIATION
        costs[0, :, 0] = 0
        for place in range(steps.shape[1]):
            was, now, column = costs[place], costs[place + 1], steps[:, place]
            now[:] = was + np.where(column > -2, _DEVIATION + 1, 0)[:, None]
            for activity in np.unique(column):
                for target, pair in self._targets.get(int(activity), ()):
                    rows = np.flatnonzero(column == activity)
                    reached = (was[rows] + self._cost[pair]).min(axis=1)
                    now[rows, target] = np.minimum(now[rows, target], reached)
        return costs

    def _backward(self, steps: Ints, costs: Ints, last: Ints) -> tuple[Ints, Ints]:
        """For each step the state before and after it where log and process agree on it, else −1."""
        before = np.full(steps.shape, -1, dtype=np.int64)
        after = np.full(steps.shape, -1, dtype=np.int64)
        at, rows = last.copy(), np.arange(len(steps))
        for place in range(steps.shape[1] - 1, -1, -1):
            pair = np.array(
                [self._pair.get((int(a), int(s)), -1) for a, s in zip(steps[:, place], at, strict=True)], dtype=np.int64
            )
            known = np.flatnonzero(pair >= 0)
            reached = costs[place][known] + self._cost[pair[known]]
            source = np.argmin(reached, axis=1).astype(np.int64)
            is_agreed = reached[np.arange(len(known)), source] == costs[place + 1][rows, at][known]
            chosen = known[is_agreed]
            before[chosen, place], after[chosen, place] = source[is_agreed], at[chosen]
            at[chosen] = source[is_agreed]
        return before, after
