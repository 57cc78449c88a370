"""Which flow comes out when demands are served one after the other? The rule of the field, and our fallback.

Serves demands in a given order, each from its arcs in a given order, and never breaks a limit of the network.
Never put here what makes an order good: that is the caller's.
"""

from collections.abc import Sequence

import numpy as np

from control_tower.reallocation.model_core import STEP, Network, Numbers, Places


def fill(network: Network, order: Places, rank: Numbers, begun: Numbers | None = None) -> Numbers:
    """Flow per arc when demands are served in `order`, each from its arc of lowest `rank` first.

    An arc whose use would cost more than leaving the demand missing is not used. `begun` is a flow that
    stands already and is kept. Ties in rank go to the arc that comes first. Grain: one number per arc.
    """
    state = _State(network, begun)
    by_target = np.lexsort((np.arange(len(rank)), rank, network.target))
    ends = np.searchsorted(network.target[by_target], np.arange(len(network.demand) + 1))
    done: set[int] = set()
    for demand in order.tolist():
        group = int(network.whole[demand])
        members = [demand] if group < 0 else [d for d in order.tolist() if network.whole[d] == group]
        if group in done and group >= 0:
            continue
        done.add(group)
        state.serve([(d, by_target[ends[d] : ends[d + 1]]) for d in members], is_whole=group >= 0)
    return state.flow


class _State:
    """What is left of sources, pools and demands while they are dealt out."""

    def __init__(self, network: Network, begun: Numbers | None) -> None:
        self.network = network
        self.flow = np.zeros(len(network.source)) if begun is None else begun.copy()
        pooled = network.pool >= 0
        self.left = network.capacity - np.bincount(network.source, self.flow, len(network.capacity))
        self.room = network.pool_capacity - np.bincount(
            network.pool[pooled], self.flow[pooled], len(network.pool_capacity)
        )
        self.open = network.demand - np.bincount(network.target, self.flow, len(network.demand))

    def serve(self, wanted: Sequence[tuple[int, Places]], is_whole: bool) -> None:
        """Serve the demands of one group; a whole one that cannot be served fully gets nothing but its rest arcs."""
        if not is_whole:
            for demand, arcs in wanted:
                self._serve_one(demand, arcs.tolist(), [])
            return
        rest, taken = self.network.is_rest, list[tuple[int, float]]()
        for demand, arcs in wanted:
            self._serve_one(demand, arcs[~rest[arcs]].tolist(), taken)
        if any(self.open[demand] > STEP / 2 for demand, _ in wanted):
            for arc, qty in taken:
                self._move(arc, -qty)
            for demand, arcs in wanted:
                self._serve_one(demand, arcs[rest[arcs]].tolist(), [])

    def _serve_one(self, demand: int, arcs: list[int], taken: list[tuple[int, float]]) -> None:
        network = self.network
        uses = int((self.flow[arcs] > STEP / 2).sum())
        is_single = bool(network.is_single[demand])
        for arc in self._largest_first(arcs) if is_single else arcs:
            qty = self._possible(arc)
            if self.open[demand] <= STEP / 2 or (is_single and uses):
                return
            if qty <= STEP / 2 or not self._pays(arc, qty, uses):
                continue
            uses += self.flow[arc] <= STEP / 2
            self._move(arc, qty)
            taken.append((arc, qty))

    def _largest_first(self, arcs: list[int]) -> list[int]:
        """One arc alone must do: those that can carry everything come first, then in the given order."""
        full = [arc for arc in arcs if self._possible(arc) >= self.open[self.network.target[arc]] - STEP / 2]
        return full + [arc for arc in arcs if arc not in set(full)]

    def _possible(self, arc: int) -> float:
        network = self.network
        pool = network.pool[arc]
        room = self.room[pool] if pool >= 0 else np.inf
        return float(
            min(
                network.upper[arc] - self.flow[arc],
                self.left[network.source[arc]],
                room,
                self.open[network.target[arc]],
            )
        )

    def _pays(self, arc: int, qty: float, uses: int) -> bool:
        network, demand = self.network, self.network.target[arc]
        fixed = 0.0 if self.flow[arc] > STEP / 2 else network.fixed_cost[arc]
        split = network.split_cost[demand] if uses and self.flow[arc] <= STEP / 2 else 0.0
        return bool(network.unit_cost[arc] * qty + fixed + split <= network.missing_cost[demand] * qty)

    def _move(self, arc: int, qty: float) -> None:
        self.flow[arc] += qty
        self.left[self.network.source[arc]] -= qty
        self.open[self.network.target[arc]] -= qty
        if self.network.pool[arc] >= 0:
            self.room[self.network.pool[arc]] -= qty
