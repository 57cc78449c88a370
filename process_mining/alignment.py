"""Where does a sequence of activities leave the process, at the least? Exact alignments of variants, within bounds.

An alignment runs a variant and the process side by side with as few deviations as possible: a step only the log has
was inserted, a step only the process has was skipped; each costs 1, what both have costs 0. Variants, never cases.
Bounded: the most frequent first, none longer than a limit, no batch begun after the time is up; what is left out is
named with its reason, never guessed (fault 95). Reads no build.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from process_mining.alignment_by_search import Move as Pair
from process_mining.alignment_by_search import Searcher
from process_mining.alignment_by_state import Aligner
from process_mining.automaton import Automaton, of_net
from process_mining.petri_net import PetriNet

SKIPPED: Final = "skipped"
INSERTED: Final = "inserted"
_TOO_MANY: Final = "too many ways to try"
_FIRST_BATCH, _LARGEST_BATCH, _LONG_BATCH = 32, 1024, 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one alignment of a log may take. `seconds` is looked at between batches of about half a second."""

    variants: int = 5_000
    steps: int = 2_000
    states: int = 50_000
    seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class Variant:
    """A sequence of activities and how many cases follow it; what an open one has not done yet, it did not skip."""

    number: int
    activities: tuple[str, ...]
    cases: int
    is_open: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Move:
    """One deviation. `after`: the last activity before it that log and process agree on; "" = the start."""

    kind: str
    activity: str
    after: str


@dataclass(frozen=True, slots=True)
class Aligned:
    """One variant with its deviations in order, and `run`, the nearest way through the process (its activities)."""

    variant: Variant
    moves: tuple[Move, ...]
    run: tuple[str, ...]

    @property
    def cost(self) -> int:
        """How many deviations, at the least."""
        return len(self.moves)


@dataclass(frozen=True, slots=True)
class Alignments:
    """All that could be aligned, and what was left out with its reason; `shortest`: activities of the shortest run."""

    aligned: tuple[Aligned, ...]
    left_out: tuple[tuple[Variant, str], ...]
    shortest: int

    def fitness(self, one: Aligned) -> float:
        """1 − cost ÷ the cost of having nothing in common."""
        worst = self.worst(one)
        return 1.0 - one.cost / worst if worst else 1.0

    def worst(self, one: Aligned) -> int:
        """All steps inserted, and the shortest run skipped unless the case is still open."""
        return len(one.variant.activities) + (0 if one.variant.is_open else self.shortest)


class _Engine(Protocol):
    @property
    def shortest(self) -> int | None: ...

    def pairs(self, batch: Sequence[Variant]) -> list[list[Pair] | None]: ...


def align(
    net: PetriNet,
    variants: Sequence[Variant],
    limits: Limits | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Alignments:
    """Align the most frequent variants within the limits. Costs are exact.

    Of equally near runs the same one is shown every time where the process has at most `automaton.MAX_STATES` states;
    beyond that r4pm searches, and an open variant's cost is that of the whole run without what is missing at its end.
    """
    bounds = limits or Limits()
    asked = sorted(variants, key=lambda variant: (-variant.cases, variant.number, variant.is_open))
    chosen = [v for v in asked[: bounds.variants] if len(v.activities) <= bounds.steps]
    left_out = [(v, "not among the most frequent") for v in asked[bounds.variants :]]
    left_out += [(v, "too long") for v in asked[: bounds.variants] if len(v.activities) > bounds.steps]
    aligned: list[Aligned] = []
    automaton = of_net(net)
    engine: _Engine = _ByState(automaton) if automaton else _BySearch(net, bounds.states)
    if engine.shortest is None:
        return Alignments((), tuple(left_out + [(v, _TOO_MANY) for v in chosen]), 0)
    begun = clock()
    for batch in _batches(chosen, clock):
        if clock() - begun > bounds.seconds:
            left_out += [(v, "out of time") for v in batch]
            continue
        for variant, pairs in zip(batch, engine.pairs(batch), strict=True):
            if pairs is None:
                left_out.append((variant, _TOO_MANY))
            else:
                aligned.append(_read(variant, pairs))
    return Alignments(tuple(aligned), tuple(left_out), engine.shortest)


def _batches(chosen: Sequence[Variant], clock: Callable[[], float]) -> Iterator[list[Variant]]:
    """Batches that grow while they are quick and shrink when they are slow, so that the time is looked at often."""
    size, at = _FIRST_BATCH, 0
    while at < len(chosen):
        begun = clock()
        yield list(chosen[at : at + size])
        at += size
        size = max(size // 2, 1) if clock() - begun > _LONG_BATCH else min(size * 2, _LARGEST_BATCH)


class _ByState:
    def __init__(self, automaton: Automaton) -> None:
        self._automaton, self._aligner = automaton, Aligner(automaton)
        self.shortest = int(automaton.to_done[0][0])

    def pairs(self, batch: Sequence[Variant]) -> list[list[Pair] | None]:
        found: list[list[Pair] | None] = [None] * len(batch)
        for places in self._aligner.batches([len(v.activities) for v in batch]):
            traces = [batch[place].activities for place in places]
            is_open = [batch[place].is_open for place in places]
            for place, pairing in zip(places, self._aligner.pair(traces, is_open), strict=True):
                found[place] = self._walked(batch[place].activities, pairing.agreed, (pairing.last, pairing.done))
        return found

    def _walked(
        self, trace: tuple[str, ...], agreed: tuple[tuple[int, int, int] | None, ...], end: tuple[int, int]
    ) -> list[Pair]:
        """Inserted steps where they happened; skipped ones just before the next step both have."""
        pairs = list[Pair]()
        for place, states in enumerate(agreed):
            if states is None:
                pairs.append((place, None))
                continue
            if states[0] != states[1]:
                pairs += [(None, name) for name in self._automaton.way(states[0], states[1])]
            pairs.append((place, trace[place]))
        if end[0] != end[1]:
            pairs += [(None, name) for name in self._automaton.way(*end)]
        return pairs


class _BySearch:
    def __init__(self, net: PetriNet, states: int) -> None:
        self._searcher = Searcher(net, states)
        self.shortest = self._searcher.shortest()

    def pairs(self, batch: Sequence[Variant]) -> list[list[Pair] | None]:
        found = self._searcher.moves([variant.activities for variant in batch])
        return [_begun(pairs) if v.is_open and pairs else pairs for v, pairs in zip(batch, found, strict=True)]


def _begun(pairs: list[Pair]) -> list[Pair]:
    """Without what the process still wants at the end."""
    last = max((place for place, pair in enumerate(pairs) if pair[0] is not None), default=-1)
    return pairs[: last + 1]


def _read(variant: Variant, pairs: Sequence[Pair]) -> Aligned:
    found, run, after = [], [], ""
    for place, name in pairs:
        if name is None and place is not None:
            found.append(Move(INSERTED, variant.activities[place], after))
        elif name is not None:
            run.append(name)
            if place is None:
                found.append(Move(SKIPPED, name, after))
            else:
                after = name
    return Aligned(variant, tuple(found), tuple(run))
