"""Where does a sequence of activities leave the process, at the least? Exact alignments of variants, within bounds.

An alignment runs a variant and the process side by side with as few deviations as possible: a step only the log has
was inserted, a step only the process has was skipped; each costs 1, what both have and what nobody sees costs 0.
Computed by r4pm on variants, never on cases. Bounded: the most frequent variants first, none longer than a limit,
none that needs too many states, no batch begun after the time is up; what is left out is named, never guessed
(fault 95). Reads no build.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from process_mining.petri_net import PetriNet, for_alignment

SKIPPED: Final = "skipped"
INSERTED: Final = "inserted"
_FIRST_BATCH, _LARGEST_BATCH, _LONG_BATCH = 32, 1024, 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may one alignment of a log take. `seconds` is checked between batches of at most half a second or so."""

    variants: int = 5_000
    steps: int = 2_000
    states: int = 50_000
    seconds: float = 8.0


@dataclass(frozen=True, slots=True)
class Variant:
    """A sequence of activities and how many cases follow it."""

    number: int
    activities: tuple[str, ...]
    cases: int


@dataclass(frozen=True, slots=True)
class Move:
    """One deviation. `after`: the last activity before it that log and process agree on; "" = the start."""

    kind: str
    activity: str
    after: str


@dataclass(frozen=True, slots=True)
class Aligned:
    """One variant with its deviations and `run`, the nearest way through the process (its activities)."""

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
        """1 − cost ÷ the cost of having nothing in common (all inserted, the shortest run skipped)."""
        worst = len(one.variant.activities) + self.shortest
        return 1.0 - one.cost / worst if worst else 1.0


def align(
    net: PetriNet, variants: Sequence[Variant], limits: Limits | None = None, clock: Callable[[], float] = time.monotonic
) -> Alignments:
    """Align the most frequent variants within the limits. Costs are exact; of equally near runs one is shown."""
    bounds = limits or Limits()
    asked = sorted(variants, key=lambda variant: (-variant.cases, variant.number))
    chosen = [v for v in asked[: bounds.variants] if len(v.activities) <= bounds.steps]
    left_out = [(v, "not among the most frequent") for v in asked[bounds.variants :]]
    left_out += [(v, "too long") for v in asked[: bounds.variants] if len(v.activities) > bounds.steps]
    aligned: list[Aligned] = []
    words, labels = for_alignment(net)
    aligner = _Aligner(words, labels, bounds.states)
    begun = clock()
    for batch in _batches(chosen, clock):
        if clock() - begun > bounds.seconds:
            left_out += [(v, "out of time") for v in batch]
            continue
        for variant, found in zip(batch, aligner.moves(batch), strict=True):
            if found is None:
                left_out.append((variant, "too many ways to try"))
            else:
                aligned.append(_read(variant, found, labels))
    return Alignments(tuple(aligned), tuple(left_out), len(aligner.shortest()))


def _batches(chosen: Sequence[Variant], clock: Callable[[], float]) -> Iterator[list[Variant]]:
    """Batches that grow while they are quick and shrink when they are slow, so that the time is looked at often."""
    size, at = _FIRST_BATCH, 0
    while at < len(chosen):
        begun = clock()
        yield list(chosen[at : at + size])
        at += size
        size = max(size // 2, 1) if clock() - begun > _LONG_BATCH else min(size * 2, _LARGEST_BATCH)


class _Aligner:
    """r4pm with one net; variants go in by a file, because its other way in needs another library."""

    def __init__(self, net: dict[str, Any], labels: dict[str, str | None], states: int) -> None:
        self._net, self._labels = net, labels
        costs = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}
        self._options = {"cost_fn": costs, "max_states": states}

    def moves(self, batch: Sequence[Variant]) -> list[list[dict[str, Any]] | None]:
        """The moves of each variant in order; None where the states did not suffice."""
        import r4pm

        numbers: dict[str, int] = {}
        traces = [[numbers.setdefault(name, len(numbers)) for name in v.activities] for v in batch]
        unique = {tuple(trace): place for place, trace in enumerate(traces)}
        content = {
            "activities": list(numbers),
            "act_to_index": numbers,
            "traces": [[list(trace), 1] for trace in unique],
        }
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "variants.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            item = r4pm.import_item("EventLogActivityProjection", str(path))
        try:
            found = r4pm.bindings.align_variants(self._net, item, self._options)
        finally:
            r4pm.remove_item(item)
        by_trace = {tuple(numbers[name] for name in one["activities"]): one["result"] for one in found}
        return [by_trace[tuple(trace)].get("Ok", {}).get("moves") for trace in traces]

    def shortest(self) -> list[str]:
        """The activities of the shortest run through the net."""
        import r4pm

        moves = r4pm.bindings.align_empty_trace(self._net, self._options)["moves"]
        names = (self._labels[move["ModelMove"]["transition"]] for move in moves)
        return [name for name in names if name is not None]


def _read(variant: Variant, moves: Sequence[dict[str, Any]], labels: dict[str, str | None]) -> Aligned:
    found, run, after = [], [], ""
    for move in moves:
        ((kind, content),) = move.items()
        if kind == "LogMove":
            found.append(Move(INSERTED, variant.activities[content["trace_event_index"]], after))
            continue
        label = labels[content["transition"]]
        if label is None:
            continue
        run.append(label)
        if kind == "ModelMove":
            found.append(Move(SKIPPED, label, after))
        else:
            after = label
    return Aligned(variant, tuple(found), tuple(run))
