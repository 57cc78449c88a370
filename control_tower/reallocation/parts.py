"""Does a network fall into parts that can be solved one by one? Exactly, and much faster than as a whole.

Demands that share no scarce source have nothing to do with each other but the limits that arcs share (a site's
capacity). So parts are solved alone, without those limits; where together they break one, it is held, and those that
use it are solved again as one, until no limit is broken. Never put here what a part is in the trade.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from control_tower.reallocation import needless
from control_tower.reallocation.model_core import STEP, Flags, Network, Numbers, Places, Solution, cost_of, solve

EXACT_BELOW = 600
"""Arcs up to which a network is solved to the optimum; above, to the gap asked for."""
NODES = 3_000
"""Most nodes searched per part, so that a hard one ends with an honest gap, the same on every machine."""
LOOSE = 4.0
"""At first each part may use up this many times its share of the gap: most need less, and the worst are searched again."""
TIGHTER = 4.0
"""By how much less a part may use up when it is searched again."""
JOINED = 2_000
"""Arcs up to which parts that break a limit together are solved as one; of more, each gets a ration of the limit."""
_FAILED = ("time_limit", "infeasible")


def solve_in_parts(network: Network, gap: float, seconds: float, begun: Numbers) -> Solution:
    """The cheapest flow, proven to within `gap`, or the status of the part that could not be solved.

    `begun` is any flow that breaks no limit: its cost says how much of the gap each part may use up (in
    proportion to its arcs), and a part that the search leaves worse than this keeps it. Bounds of the parts add
    up to a bound of the whole, since the limits they share only ever cost more.
    """
    search = _Search(network, gap, begun, time.monotonic() + seconds)
    held = np.zeros(len(network.pool_capacity), dtype=bool)
    parts = search.parts(held)
    arcs = sum(len(part.arcs) for part in parts)
    search.share = 0.0 if len(begun) <= EXACT_BELOW else gap * abs(cost_of(network, begun)) / arcs
    todo: Sequence[_Part] = parts
    while todo:
        status = search.solve(todo)
        if status in _FAILED:
            return _unsolved(network, status)
        broken = search.broken(parts)
        if broken.any():
            held = held | broken
            together = search.parts(held)
            todo = [part for part in together if not part.is_solved]
            if max(len(part.arcs) for part in todo) > JOINED:
                return search.rationed(parts)
            parts = together
        else:
            todo = search.worst(parts)
    return search.solution(parts)


def _unsolved(network: Network, status: str) -> Solution:
    return Solution(np.zeros(len(network.source)), float("nan"), float("nan"), float("nan"), status)


@dataclass
class _Part:
    """One part: its arcs, their network, the flow so far with its bound, and the money it was allowed to leave."""

    arcs: Places
    network: Network
    flow: Numbers
    bound: float = float("-inf")
    allowed: float = 0.0

    @property
    def is_solved(self) -> bool:
        """Whether it was searched at all."""
        return bool(np.isfinite(self.bound))

    @property
    def left(self) -> float:
        """How far its flow may be from its best, in money."""
        return max(cost_of(self.network, self.flow) - self.bound, 0.0)


@dataclass
class _Search:
    """The whole network, what is asked of the search, and every part that was looked at so far, by its arcs and limits."""

    network: Network
    gap: float
    begun: Numbers
    ends: float
    share: float = 0.0
    """Money that one arc may use up of the gap; 0 = to the optimum."""
    known: dict[bytes, _Part] = field(default_factory=dict)

    def parts(self, held: Flags) -> list[_Part]:
        """The parts when only these limits are held, without needless arcs; those that were solved before stay solved."""
        pool = self.network.pool
        bare = replace(self.network, pool=np.where((pool >= 0) & held[pool], pool, -1))
        stands_in = needless.instead(bare)
        begun: Numbers = np.bincount(stands_in, self.begun, len(stands_in)).astype(np.float64)
        kept = np.flatnonzero(stands_in == np.arange(len(stands_in)))
        part = labels(only(bare, kept))
        order = np.argsort(part, kind="stable")
        pieces = np.split(kept[order], np.flatnonzero(np.diff(part[order])) + 1)
        return [self._part(bare, arcs, begun) for arcs in pieces if len(arcs)]

    def _part(self, bare: Network, arcs: Places, begun: Numbers) -> _Part:
        key = arcs.tobytes() + b"|" + np.unique(bare.pool[arcs]).tobytes()
        if key not in self.known:
            self.known[key] = _Part(arcs, only(bare, arcs), begun[arcs])
        return self.known[key]

    def solve(self, todo: Sequence[_Part]) -> str:
        """Search these parts, those that were searched before to a quarter of what they were allowed to leave."""
        status = "optimal"
        for part in todo:
            allowed = part.allowed / TIGHTER if part.is_solved else self.share * LOOSE
            cost, left = cost_of(part.network, part.flow), self.ends - time.monotonic()
            if left <= 0:
                return "time_limit"
            found = solve(part.network, allowed * len(part.arcs) / max(abs(cost), 1e-9), left, NODES)
            if found.status in _FAILED:
                return found.status
            part.flow = part.flow if cost < found.cost else found.flow
            part.bound, part.allowed = max(found.bound, part.bound), allowed
        return status

    def broken(self, parts: Sequence[_Part]) -> Flags:
        """Limits that the parts break together."""
        pool, flow = self.network.pool, self.flow(parts)
        used = np.bincount(pool[pool >= 0], flow[pool >= 0], len(self.network.pool_capacity))
        found: Flags = used > self.network.pool_capacity + STEP
        return found

    def worst(self, parts: Sequence[_Part]) -> list[_Part]:
        """Parts that leave most to be proven: as few as may close the gap, none when it is closed or cannot be."""
        left = np.array([part.left for part in parts])
        excess = left.sum() - self.gap * abs(cost_of(self.network, self.flow(parts)))
        if not self.share or excess <= 0:
            return []
        open_to = [part.allowed > self.share * LOOSE / TIGHTER**3 for part in parts]
        left[~np.array(open_to)] = 0.0
        order = np.argsort(-left, kind="stable")
        closed = np.cumsum(left[order] * (1 - 1 / TIGHTER))
        count = int(np.searchsorted(closed, excess)) + 1
        return [parts[place] for place in order[:count].tolist() if left[place] > 0]

    def flow(self, parts: Sequence[_Part]) -> Numbers:
        """The flow of the parts over all arcs."""
        whole = np.zeros(len(self.network.source))
        for part in parts:
            whole[part.arcs] = part.flow
        return whole

    def rationed(self, parts: Sequence[_Part]) -> Solution:
        """The parts with a ration of each limit, as far from the best as from the parts without limits."""
        from control_tower.reallocation import rations

        wished = self.solution(parts)
        flow = rations.rationed(self.network, wished.flow, self.share * LOOSE, self.ends)
        if flow is None:
            return _unsolved(self.network, "time_limit")
        cost = cost_of(self.network, flow)
        share = max(cost - wished.bound, 0.0) / max(abs(cost), 1e-9)
        return Solution(flow, cost, wished.bound, share, "optimal" if share <= 1e-6 else "within_gap")

    def solution(self, parts: Sequence[_Part]) -> Solution:
        """The flow with its bound and what it may be from the best, as share of its cost's size."""
        flow, left = self.flow(parts), sum(part.left for part in parts)
        cost = cost_of(self.network, flow)
        share = left / max(abs(cost), 1e-9)
        return Solution(flow, cost, cost - left, share, "optimal" if share <= 1e-6 else "within_gap")


def labels(network: Network) -> Places:
    """The part that each arc belongs to: arcs of one demand, one scarce source, one whole group or one pool are in one part."""
    demands, sources, groups = len(network.demand), len(network.capacity), int(network.whole.max(initial=-1)) + 1
    grouped, pooled = np.flatnonzero(network.whole >= 0), np.flatnonzero(network.pool >= 0)
    scarce = np.flatnonzero(~needless.ample(network)[network.source])
    rows = np.concatenate([network.target[scarce], grouped, network.target[pooled]])
    columns = np.concatenate([
        network.source[scarce], sources + network.whole[grouped], sources + groups + network.pool[pooled],
    ])  # fmt: skip
    size = demands + sources + groups + len(network.pool_capacity)
    edges = coo_array((np.ones(len(rows)), (rows, demands + columns)), shape=(size, size))
    found: Places = connected_components(edges, directed=False)[1][network.target].astype(np.int64)
    return found


def part_of(network: Network, demand: int) -> Places:
    """The arcs of the part that one demand is in, without needless ones."""
    kept = needless.kept(network)
    part = labels(only(network, kept))
    own = part[network.target[kept] == demand]
    found: Places = kept[part == own[0]]
    return found


def only(network: Network, arcs: Places) -> Network:
    """The network of some arcs: their sources and demands, and the limits they share."""
    sources, source = np.unique(network.source[arcs], return_inverse=True)
    demands, target = np.unique(network.target[arcs], return_inverse=True)
    groups = np.unique(network.whole[demands])
    whole = np.where(network.whole[demands] >= 0, np.searchsorted(groups[groups >= 0], network.whole[demands]), -1)
    pools, pool = np.unique(network.pool[arcs], return_inverse=True)
    shift = int(len(pools) > 0 and pools[0] < 0)
    return Network(
        network.capacity[sources], network.opening_cost[sources], network.demand[demands],
        network.missing_cost[demands], network.is_single[demands], network.split_cost[demands], whole, source, target,
        network.unit_cost[arcs], network.fixed_cost[arcs], network.upper[arcs], pool - shift,
        network.pool_capacity[pools[shift:]], network.is_rest[arcs],
    )  # fmt: skip
