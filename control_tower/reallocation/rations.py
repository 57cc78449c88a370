"""How much of a limit that all share may each part use up, when solving them as one would take too long?

Each part gets a ration of every limit: of one that would be broken in proportion to what it would like, of another what
it would like and its share of what is left. So parts can be solved alone and no limit is broken; what that costs
shows in the gap, which is measured against the parts without limits.
"""

import time
from dataclasses import replace

import numpy as np

from control_tower.reallocation import needless
from control_tower.reallocation.model_core import Network, Numbers, Places, cost_of, solve
from control_tower.reallocation.parts import NODES, labels, only


def rationed(network: Network, wished: Numbers, share: float, ends: float) -> Numbers | None:
    """A flow that breaks no limit, near to the one that was wished without them; None when time ran out.

    `share` is the money that each arc may be from its best, `ends` the moment (`time.monotonic`) by which all must be solved.
    """
    kept = needless.kept(network)
    lean = only(network, kept)
    part = labels(replace(lean, pool=np.full(len(lean.pool), -1, dtype=np.int64)))
    demand_part = np.zeros(len(network.demand), dtype=np.int64)
    demand_part[network.target[kept]] = part
    ration = _rations(network, wished, demand_part)
    flow = np.zeros(len(network.source))
    for number in np.unique(part).tolist():
        arcs, left = kept[part == number], ends - time.monotonic()
        limited = _limited(network, arcs, ration[number])
        rate = share * len(arcs) / max(abs(cost_of(limited, wished[arcs])), 1e-9)
        found = solve(limited, rate, left, NODES) if left > 0 else None
        if found is None or found.status in ("time_limit", "infeasible"):
            return None
        flow[arcs] = found.flow
    return flow


def _limited(network: Network, arcs: Places, ration: Numbers) -> Network:
    found = only(network, arcs)
    pools = np.unique(network.pool[arcs])
    return replace(found, pool_capacity=ration[pools[pools >= 0]])


def _rations(network: Network, wished: Numbers, part: Places) -> Numbers:
    """What each part (row) may use of each limit (column), in whole units where limits are."""
    pooled = np.flatnonzero(network.pool >= 0)
    likes = np.zeros((int(part.max(initial=0)) + 1, len(network.pool_capacity)))
    np.add.at(likes, (part[network.target[pooled]], network.pool[pooled]), wished[pooled])
    asks = np.zeros_like(likes)
    pairs = np.unique(np.stack([network.target[pooled], network.pool[pooled]]), axis=1)
    np.add.at(asks, (part[pairs[0]], pairs[1]), network.demand[pairs[0]])
    liked, asked = np.maximum(likes.sum(axis=0), 1e-9), np.maximum(asks.sum(axis=0), 1e-9)
    room = network.pool_capacity - likes.sum(axis=0)
    found = np.where(room < 0, likes * network.pool_capacity / liked, likes + np.maximum(room, 0.0) * asks / asked)
    is_whole = np.array_equal(network.pool_capacity, np.floor(network.pool_capacity))
    rations: Numbers = np.floor(found + 1e-9) if is_whole else found
    return rations
