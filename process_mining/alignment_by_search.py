"""What is the nearest run of a process with very many states? r4pm's exact search, variant by variant.

Costs are exact; of equally near runs it may show another one the next time, so `alignment` comes here only when a
process has more states than `alignment_by_state` can hold. Reads no build and keeps no time.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from process_mining.petri_net import PetriNet, for_alignment

Move = tuple[int | None, str | None]
"""(place in the variant or None, activity of the process or None): both = agreed."""


class Searcher:
    """r4pm with one net; variants go in by a file, because its other way in needs one more library."""

    def __init__(self, net: PetriNet, states: int) -> None:
        """`states`: how many states one variant may take to search before it is given up."""
        words, self._labels = for_alignment(net)
        self._net: Any = words
        costs = {"log_move_cost": 1, "model_move_cost": 1, "silent_move_cost": 0, "sync_move_cost": 0}
        self._options: Any = {"cost_fn": costs, "max_states": states}

    def moves(self, traces: Sequence[tuple[str, ...]]) -> list[list[Move] | None]:
        """The moves of each sequence in order; None where the states did not suffice."""
        import r4pm

        names: dict[str, int] = {}
        coded = [tuple(names.setdefault(name, len(names)) for name in trace) for trace in traces]
        content = {"activities": list(names), "act_to_index": names, "traces": [[list(t), 1] for t in set(coded)]}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "variants.json"
            path.write_text(json.dumps(content), encoding="utf-8")
            item = r4pm.import_item("EventLogActivityProjection", str(path))
        try:
            found = r4pm.bindings.align_variants(self._net, item, self._options)
        finally:
            r4pm.remove_item(item)
        by_trace = {tuple(names[name] for name in one["activities"]): one["result"].get("Ok") for one in found}
        return [self._read(by_trace[trace]) for trace in coded]

    def _read(self, result: Any) -> list[Move] | None:
        if result is None:
            return None
        moves = list[Move]()
        for move in result["moves"]:
            ((kind, content),) = move.items()
            label = self._labels[content["transition"]] if kind != "LogMove" else None
            place = content["trace_event_index"] if kind != "ModelMove" else None
            if place is not None or label is not None:
                moves.append((place, label))
        return moves

    def shortest(self) -> int | None:
        """How many activities the shortest run of the process has; None where the states did not suffice."""
        return None if (found := self.moves([()])[0]) is None else len(found)
