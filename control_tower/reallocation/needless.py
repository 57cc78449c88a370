"""Which arcs can an optimal flow do without? Those beside which another one is always at least as good.

Exact: whatever such an arc carries, the other could carry too, at no higher cost and within every limit. So a search
without them finds the same cost and proves the same bound. Never put here what an arc is in the trade.
"""

from dataclasses import dataclass

import numpy as np

from control_tower.reallocation.model_core import Flags, Network, Places


def ample(network: Network) -> Flags:
    """Sources that can serve whoever may draw on them fully and cost nothing to open: nobody competes for them."""
    pairs = np.unique(np.stack([network.source, network.target]), axis=1)
    asked = np.bincount(pairs[0], network.demand[pairs[1]], len(network.capacity))
    found: Flags = (network.capacity >= asked) & (network.opening_cost <= 0)
    return found


def instead(network: Network) -> Places:
    """Per arc the arc that carries in its place: itself where none is as good, of equals the first.

    An arc stands in for another one of the same demand when it is no dearer, per unit and per use, has the same
    limit or none, and draws on the same source or on one that is ample.
    """
    found = np.arange(len(network.source))
    order = np.argsort(network.target, kind="stable")
    ends = np.searchsorted(network.target[order], np.arange(len(network.demand) + 1))
    alone = network.upper >= network.demand[network.target]
    view = _View(network, ample(network)[network.source] & alone, alone | _empties(network))
    for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        if last - first > 1:
            arcs = order[first:last]
            found[arcs] = arcs[view.instead(arcs)]
    return found


def kept(network: Network) -> Places:
    """The arcs that no other one stands in for."""
    stands_in = instead(network)
    return np.flatnonzero(stands_in == np.arange(len(stands_in)))


def _empties(network: Network) -> Flags:
    found: Flags = network.upper >= network.capacity[network.source]
    return found


@dataclass(frozen=True)
class _View:
    """What is asked of each arc: `stands_in` for those of any source, `reaches` as far as all others of its own."""

    network: Network
    stands_in: Flags
    reaches: Flags

    def instead(self, arcs: Places) -> Places:
        """For each of the arcs of one demand the place of the one that carries in its place."""
        network, numbers = self.network, np.arange(len(arcs))
        unit, fixed, rest = network.unit_cost[arcs], network.fixed_cost[arcs], network.is_rest[arcs]
        source, pool = network.source[arcs], network.pool[arcs]
        better = (unit[:, None] <= unit) & (fixed[:, None] <= fixed) & (rest[:, None] == rest)
        better &= (pool[:, None] == pool) | (pool < 0)[:, None]
        better &= ((source[:, None] == source) & self.reaches[arcs][:, None]) | self.stands_in[arcs][:, None]
        better &= ~(better.T & (numbers[:, None] > numbers))
        np.fill_diagonal(better, False)
        kept = ~better.any(axis=0)
        first: Places = np.where(kept, numbers, (better & kept[:, None]).argmax(axis=0))
        return first
