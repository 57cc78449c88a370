"""Which arcs carry how much at least cost? A capacitated flow with fixed costs, whatever the nodes mean.

Sources with a capacity and perhaps an opening cost, demands, arcs with a cost per unit and perhaps a fixed
cost. Solved exactly by HiGHS (`scipy.optimize.milp`) or filled in a given order. Never put here what a
source or a demand is in the trade.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LIMIT_OF_NODES = 4
"""What scipy says when the search ended at its number of nodes."""
PRESOLVED = 200
"""Arcs from which on HiGHS's presolve is used: measured on the demonstration's parts and on the benchmark's."""
STEP = 1e-4
"""The smallest quantity: what DECIMAL(18,4) can say."""


@dataclass(frozen=True)
class Network:
    """The nodes and arcs as columns. Quantities in one unit, costs in one currency.

    What is missing of a demand costs `missing_cost` a unit; inf = it must be served. `whole` numbers the
    groups of demands that are served fully or not at all (−1 = none); `is_single` demands use at most one
    arc; a demand that uses n arcs pays `split_cost` n − 1 times. What a `rest` arc carries is left over: it serves its
    demand, but not the group. `pool` numbers sets of arcs that share
    `pool_capacity` (−1 = none).
    """

    capacity: Numbers
    opening_cost: Numbers
    demand: Numbers
    missing_cost: Numbers
    is_single: Flags
    split_cost: Numbers
    whole: Places
    source: Places
    target: Places
    unit_cost: Numbers
    fixed_cost: Numbers
    upper: Numbers
    pool: Places
    pool_capacity: Numbers
    rest: Flags | None = None

    @property
    def is_rest(self) -> Flags:
        """Which arcs carry what is left over."""
        return np.zeros(len(self.source), dtype=bool) if self.rest is None else self.rest

    @property
    def most(self) -> Numbers:
        """The most each arc can carry."""
        return np.minimum(np.minimum(self.upper, self.demand[self.target]), self.capacity[self.source])

    def with_costs(self, unit_cost: Numbers, missing_cost: Numbers) -> "Network":
        """The same network with other costs per unit."""
        return replace(self, unit_cost=unit_cost, missing_cost=missing_cost)


@dataclass(frozen=True)
class Solution:
    """Flow per arc, its cost, and how far it is proven to be from the best (`gap` as share of the cost's size)."""

    flow: Numbers
    cost: float
    bound: float
    gap: float
    status: str
    """optimal | within_gap | time_limit | infeasible"""


def cost_of(network: Network, flow: Numbers) -> float:
    """What a flow costs, everything counted: arcs, opened sources, splits, what is missing."""
    used = flow > STEP / 2
    served = np.bincount(network.target, flow, len(network.demand))
    shipments = np.bincount(network.target[used], minlength=len(network.demand))
    opened = np.bincount(network.source[used], minlength=len(network.capacity)) > 0
    missing = np.maximum(network.demand - served, 0)
    must = np.isinf(network.missing_cost)
    return float(
        flow @ network.unit_cost
        + network.fixed_cost[used].sum()
        + network.opening_cost[opened].sum()
        + (network.split_cost * np.maximum(shipments - 1, 0)).sum()
        + (missing[~must] * network.missing_cost[~must]).sum()
    )


def solve(network: Network, gap: float = 0.0, seconds: float = 60.0, nodes: int = 10**6) -> Solution:
    """The cheapest flow, proven to within `gap` of the best (relative), or the status `time_limit`.

    With HiGHS's presolve from `PRESOLVED` arcs on: on smaller parts its restarts cost more than they save.
    A search that ends at `nodes` states the gap it has reached (`within_gap`): the same on every machine.

    Deterministic while the time limit is not reached: one thread, rows and columns in the order given.
    """
    columns = _Columns.of(network)
    objective, rows = _objective(network, columns), _constraints(network, columns)
    found = milp(
        objective,
        constraints=rows,
        integrality=columns.integrality,
        bounds=Bounds(0, columns.upper),
        options={
            "mip_rel_gap": gap,
            "time_limit": max(seconds, 1e-3),
            "presolve": len(network.source) >= PRESOLVED,
            "node_limit": nodes,
        },
    )
    constant = _constant(network) - float(columns.each_use.sum())
    if found.x is None or found.status not in (0, 1, _LIMIT_OF_NODES):
        status = "infeasible" if found.status == 2 else "time_limit"
        return Solution(np.zeros(len(network.source)), float("nan"), float("nan"), float("nan"), status)
    flow = np.where(found.x[: columns.arcs] > STEP / 2, found.x[: columns.arcs], 0.0)
    cost = cost_of(network, flow)
    dual = getattr(found, "mip_dual_bound", None)
    bound = cost if dual is None else min(float(dual) + constant, cost)
    distance = (cost - bound) / max(abs(cost), 1e-9)
    if found.status == 1:
        return Solution(flow, cost, bound, distance, "time_limit")
    return Solution(flow, cost, bound, distance, "optimal" if distance <= 1e-6 else "within_gap")


@dataclass(frozen=True)
class _Columns:
    """Where each kind of variable stands: flows, arcs used, sources opened, groups served, shipments beyond one.

    A demand that must be served uses at least one arc: its shipments beyond the first cost `each_use` an arc,
    less one. That is tighter than counting them in a variable of their own.
    """

    arcs: int
    used: Places
    opened: Places
    groups: int
    split: Places
    each_use: Numbers
    integrality: Places
    upper: Numbers

    @classmethod
    def of(cls, network: Network) -> "_Columns":
        several = np.bincount(network.target, minlength=len(network.demand)) > 1
        pays_split = several & (network.split_cost > 0) & ~network.is_single
        always = pays_split & np.isinf(network.missing_cost)
        used = np.flatnonzero(
            (network.fixed_cost > 0) | (network.is_single & several)[network.target] | pays_split[network.target]
        )
        opened, split = np.flatnonzero(network.opening_cost > 0), np.flatnonzero(pays_split & ~always)
        groups, arcs = int(network.whole.max(initial=-1)) + 1, len(network.source)
        binary = len(used) + len(opened) + groups
        kinds = np.concatenate([np.zeros(arcs), np.ones(binary), np.zeros(len(split))]).astype(np.int64)
        upper = np.concatenate([network.most, np.ones(binary), np.full(len(split), np.inf)])
        return cls(arcs, used, opened, groups, split, np.where(always, network.split_cost, 0.0), kinds, upper)

    @property
    def first_opened(self) -> int:
        return self.arcs + len(self.used)

    @property
    def first_group(self) -> int:
        return self.first_opened + len(self.opened)

    @property
    def first_split(self) -> int:
        return self.first_group + self.groups

    @property
    def count(self) -> int:
        return self.first_split + len(self.split)


def _saved(network: Network) -> Numbers:
    """Cost a unit saves by not being missing; 0 where it must be served."""
    return np.where(np.isinf(network.missing_cost), 0.0, network.missing_cost)


def _constant(network: Network) -> float:
    return float(_saved(network) @ network.demand)


def _objective(network: Network, columns: _Columns) -> Numbers:
    return np.concatenate([
        network.unit_cost - _saved(network)[network.target],
        network.fixed_cost[columns.used] + columns.each_use[network.target[columns.used]],
        network.opening_cost[columns.opened],
        np.zeros(columns.groups),
        network.split_cost[columns.split],
    ])  # fmt: skip


def _matrix(values: Any, rows: Places, places: Places, shape: tuple[int, int]) -> Any:
    data = np.broadcast_to(np.asarray(values, dtype=float), rows.shape)
    return sparse.csr_array((data, (rows, places)), shape=shape)


def _constraints(network: Network, columns: _Columns) -> list[LinearConstraint]:
    built = [
        _supply_rows(network, columns),
        _demand_rows(network, columns),
        *_whole_rows(network, columns),
        *_use_rows(network, columns),
        *_opening_rows(network, columns),
        *_pool_rows(network, columns),
    ]
    return [rows for rows in built if rows.A.shape[0]]


def _supply_rows(network: Network, columns: _Columns) -> LinearConstraint:
    """No source gives more than it has, and a source with an opening cost nothing unless opened."""
    arcs = np.arange(columns.arcs)
    finite = np.isfinite(network.capacity)
    matrix = _matrix(1.0, network.source, arcs, (len(network.capacity), columns.count))
    if len(columns.opened):
        places = columns.first_opened + np.arange(len(columns.opened))
        matrix = matrix + _matrix(-network.capacity[columns.opened], columns.opened, places, matrix.shape)
    limit = np.where(network.opening_cost > 0, 0.0, network.capacity)
    return LinearConstraint(matrix[finite], -np.inf, limit[finite])


def _demand_rows(network: Network, columns: _Columns) -> LinearConstraint:
    """Served at most, exactly when it must be."""
    shape = (len(network.demand), columns.count)
    matrix = _matrix(1.0, network.target, np.arange(columns.arcs), shape)
    return LinearConstraint(matrix, np.where(np.isinf(network.missing_cost), network.demand, -np.inf), network.demand)


def _whole_rows(network: Network, columns: _Columns) -> list[LinearConstraint]:
    """All of a group or nothing of it; what rest arcs carry counts as nothing."""
    grouped = np.flatnonzero(network.whole >= 0)
    if not len(grouped):
        return []
    shape = (len(network.demand), columns.count)
    arcs = np.flatnonzero((network.whole >= 0)[network.target] & ~network.is_rest)
    served = _matrix(1.0, network.target[arcs], arcs, shape)
    chosen = _matrix(network.demand[grouped], grouped, columns.first_group + network.whole[grouped], shape)
    return [LinearConstraint((served - chosen)[grouped], 0.0, 0.0)]


def _use_rows(network: Network, columns: _Columns) -> list[LinearConstraint]:
    """An arc carries only when used; a single demand uses one; shipments beyond the first are counted."""
    used = columns.used
    if not len(used):
        return []
    order, places = np.arange(len(used)), columns.arcs + np.arange(len(used))
    shape = (len(used), columns.count)
    carry = _matrix(1.0, order, used, shape) - _matrix(network.most[used], order, places, shape)
    alone = (network.is_single & np.isinf(network.missing_cost))[network.target[used]]
    rows = [LinearConstraint(carry, np.where(alone, 0.0, -np.inf), 0.0)]
    count = len(network.demand)
    chosen = _matrix(1.0, network.target[used], places, (count, columns.count))
    if network.is_single.any():
        rows.append(LinearConstraint(chosen[network.is_single], -np.inf, 1.0))
    sure = np.isinf(network.missing_cost) & (np.bincount(network.target[used], minlength=count) > 1)
    everything = np.bincount(network.target[used], minlength=count) == np.bincount(network.target, minlength=count)
    if (sure & everything).any():
        rows.append(LinearConstraint(chosen[sure & everything], 1.0, np.inf))
    if len(columns.split):
        extra = _matrix(1.0, columns.split, columns.first_split + np.arange(len(columns.split)), chosen.shape)
        rows.append(LinearConstraint((chosen - extra)[columns.split], -np.inf, 1.0))
    return rows


def _opening_rows(network: Network, columns: _Columns) -> list[LinearConstraint]:
    """An arc carries only from an opened source: stated arc by arc, because that is tighter than the sum."""
    if not len(columns.opened):
        return []
    where = np.full(len(network.capacity), -1, dtype=np.int64)
    where[columns.opened] = columns.first_opened + np.arange(len(columns.opened))
    arcs = np.flatnonzero(where[network.source] >= 0)
    order, shape = np.arange(len(arcs)), (len(arcs), columns.count)
    opened = _matrix(network.most[arcs], order, where[network.source[arcs]], shape)
    return [LinearConstraint(_matrix(1.0, order, arcs, shape) - opened, -np.inf, 0.0)]


def _pool_rows(network: Network, columns: _Columns) -> list[LinearConstraint]:
    """Arcs that share a capacity stay within it."""
    arcs = np.flatnonzero(network.pool >= 0)
    if not len(arcs):
        return []
    matrix = _matrix(1.0, network.pool[arcs], arcs, (len(network.pool_capacity), columns.count))
    return [LinearConstraint(matrix, -np.inf, network.pool_capacity)]
