"""Does a network fall into parts that can be solved one by one? Exactly, and much faster than as a whole.

Demands that share no source have nothing to do with each other but the limits that arcs share (a site's
capacity). So parts are solved alone; where together they break a shared limit, those that use it are solved
again as one, until no limit is broken. Never put here what a part is in the trade.
"""

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from control_tower.reallocation.model_core import STEP, Network, Numbers, Places, Solution, cost_of, solve

EXACT_BELOW = 600
"""Arcs up to which a network is solved to the optimum; above, to the gap asked for."""
NODES = 3_000
"""Most nodes searched per part, so that a hard one ends with an honest gap, the same on every machine."""
LOOSE = 4.0
"""At first each part may use up this many times its share of the gap: most need less, and the worst are searched again."""
TIGHTER = 4.0
"""By how much less a part may use up when it is searched again."""


def solve_in_parts(network: Network, gap: float, seconds: float, begun: Numbers) -> Solution:
    """The cheapest flow, proven to within `gap`, or the status of the part that could not be solved.

    `begun` is any flow that breaks no limit: its cost says how much of the gap each part may use up (in
    proportion to its arcs), and a part that the search leaves worse than this keeps it. Bounds of the parts add
    up to a bound of the whole, since the limits they share only ever cost more.
    """
    ends = time.monotonic() + seconds
    share = 0.0 if len(network.source) <= EXACT_BELOW else gap * abs(cost_of(network, begun)) / len(network.source)
    part, found = labels(network), _Found(network, begun.copy(), np.zeros(len(begun)), np.zeros(len(begun)))
    todo = np.unique(part)
    while len(todo):
        for number in todo.tolist():
            arcs = np.flatnonzero(part == number)
            allowed = found.share[arcs[0]] / TIGHTER if found.share[arcs[0]] else share * LOOSE
            left = ends - time.monotonic()
            status = found.solve(arcs, allowed, left) if left > 0 else "time_limit"
            if status in ("time_limit", "infeasible"):
                return Solution(np.zeros(len(network.source)), float("nan"), float("nan"), float("nan"), status)
        part, todo = _joined(network, part, found)
        todo = todo if len(todo) else _worst(part, found, gap, share)
    return found.solution()


def _worst(part: Places, found: "_Found", gap: float, share: float) -> Places:
    """The part that leaves most to be proven, as long as all together leave more than the gap; else none."""
    none = np.zeros(0, dtype=np.int64)
    if not share or found.distance <= gap * abs(found.cost):
        return none
    numbers, first = np.unique(part, return_index=True)
    left = np.array([found.left(np.flatnonzero(part == number)) for number in numbers])
    left[found.share[first] <= share * LOOSE / TIGHTER**3] = 0.0
    return numbers[[int(left.argmax())]] if left.max() > 0 else none


def labels(network: Network) -> Places:
    """The part that each arc belongs to: arcs of one demand, one source or one whole group are in one part."""
    demands, sources = len(network.demand), len(network.capacity)
    grouped = np.flatnonzero(network.whole >= 0)
    rows = np.concatenate([network.target, grouped])
    columns = np.concatenate([demands + network.source, demands + sources + network.whole[grouped]])
    size = demands + sources + int(network.whole.max(initial=-1)) + 1
    edges = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    found: Places = connected_components(edges, directed=False)[1][network.target].astype(np.int64)
    return found


@dataclass
class _Found:
    """The flow so far; at the first arc of each solved part its bound, and the money an arc it was allowed to leave."""

    network: Network
    flow: Numbers
    bound: Numbers
    share: Numbers

    def solve(self, arcs: Places, allowed: float, seconds: float) -> str:
        """Solve the part of these arcs anew, to `allowed` money an arc."""
        part, before = only(self.network, arcs), self.flow[arcs]
        cost = cost_of(part, before)
        solution = solve(part, allowed * len(arcs) / max(abs(cost), 1e-9), seconds, NODES)
        if solution.status in ("time_limit", "infeasible"):
            return solution.status
        self.flow[arcs] = before if cost < solution.cost else solution.flow
        self.bound[arcs], self.share[arcs] = 0.0, 0.0
        self.bound[arcs[0]], self.share[arcs[0]] = solution.bound, allowed
        return solution.status

    @property
    def cost(self) -> float:
        """What the flow costs by now."""
        return cost_of(self.network, self.flow)

    @property
    def distance(self) -> float:
        """How far the flow may be from the best, in money."""
        return max(self.cost - float(self.bound.sum()), 0.0)

    def left(self, arcs: Places) -> float:
        """How far the part of these arcs may be from its best."""
        return cost_of(only(self.network, arcs), self.flow[arcs]) - float(self.bound[arcs].sum())

    def solution(self) -> Solution:
        """The flow with its bound and what it may be from the best, as share of its cost's size."""
        share = self.distance / max(abs(self.cost), 1e-9)
        status = "optimal" if share <= 1e-6 else "within_gap"
        return Solution(self.flow, self.cost, self.cost - self.distance, share, status)


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


def _joined(network: Network, part: Places, found: _Found) -> tuple[Places, Places]:
    """Parts that break a shared limit together become one: the new labels, and the parts to solve again."""
    pooled = network.pool >= 0
    used = np.bincount(network.pool[pooled], found.flow[pooled], len(network.pool_capacity))
    broken = np.flatnonzero(used > network.pool_capacity + STEP)
    if not len(broken):
        return part, np.zeros(0, dtype=np.int64)
    touching = np.unique(part[np.isin(network.pool, broken)])
    joined = np.where(np.isin(part, touching), touching[0], part)
    return joined, touching[:1]
