"""Does the core find optima that others have published or that can be found by trying everything?"""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_tower.reallocation import filling
from control_tower.reallocation.model_core import Network, Solution, cost_of, solve

few = settings(max_examples=max(settings().max_examples // 12, 8))
"""Trying everything takes its time: few examples in each commit, many under the profile `all`."""
OPTIMA = {"cap41": 1040444.375, "cap42": 1098000.450, "cap43": 1153000.450, "cap44": 1235500.450, "cap51": 1025208.225}


def warehouse_location(path: Path) -> Network:
    """Beasley's format: sites × customers, capacity and opening cost per site, then per customer demand and its costs."""
    words = iter(path.read_text(encoding="ascii").split())
    sites, customers = int(next(words)), int(next(words))
    site = np.array([[float(next(words)), float(next(words))] for _ in range(sites)])
    demand, cost = np.zeros(customers), np.zeros((customers, sites))
    for customer in range(customers):
        demand[customer] = float(next(words))
        cost[customer] = [float(next(words)) for _ in range(sites)]
    return network(
        capacity=site[:, 0], opening_cost=site[:, 1], demand=demand,
        source=np.tile(np.arange(sites), customers), target=np.repeat(np.arange(customers), sites),
        unit_cost=(cost / demand[:, None]).ravel(),
    )  # fmt: skip


def network(**given) -> Network:
    """A network in which everything that is not stated is free or without limit."""
    demands, arcs, sources = len(given["demand"]), len(given["source"]), len(given["capacity"])
    plain = {
        "opening_cost": np.zeros(sources), "missing_cost": np.full(demands, np.inf), "is_single": np.zeros(demands, bool),
        "split_cost": np.zeros(demands), "whole": np.full(demands, -1), "fixed_cost": np.zeros(arcs),
        "upper": np.full(arcs, np.inf), "pool": np.full(arcs, -1), "pool_capacity": np.zeros(0),
    }  # fmt: skip
    return Network(**{**plain, **{name: np.asarray(value) for name, value in given.items()}})


@pytest.mark.parametrize("name", OPTIMA)
def test_the_published_optimum_of_a_warehouse_location_problem_is_found(shared_data: Path, name: str) -> None:
    found = solve(warehouse_location(shared_data / "or_library" / f"{name}.txt"), gap=1e-9)
    assert found.status == "optimal"
    assert found.cost == pytest.approx(OPTIMA[name], abs=1e-3)


@st.composite
def tiny(draw) -> Network:
    """Two or three sources, two demands, quantities up to 3: small enough to try every whole flow."""
    sources, demands = draw(st.integers(1, 3)), 2
    whole = st.integers(0, 3)
    arcs = sources * demands
    pools = draw(st.lists(st.integers(-1, 0), min_size=arcs, max_size=arcs))
    costs = st.integers(0, 9)
    return network(
        capacity=np.array(draw(st.lists(whole, min_size=sources, max_size=sources)), float),
        opening_cost=np.array(draw(st.lists(costs, min_size=sources, max_size=sources)), float),
        demand=np.array(draw(st.lists(st.integers(1, 3), min_size=demands, max_size=demands)), float),
        missing_cost=np.array(draw(st.lists(st.integers(0, 20), min_size=demands, max_size=demands)), float),
        is_single=np.array(draw(st.lists(st.booleans(), min_size=demands, max_size=demands))),
        split_cost=np.array(draw(st.lists(costs, min_size=demands, max_size=demands)), float),
        whole=np.array(draw(st.sampled_from([[-1, -1], [0, -1], [0, 0], [0, 1]]))),
        source=np.tile(np.arange(sources), demands), target=np.repeat(np.arange(demands), sources),
        unit_cost=np.array(draw(st.lists(costs, min_size=arcs, max_size=arcs)), float),
        fixed_cost=np.array(draw(st.lists(costs, min_size=arcs, max_size=arcs)), float),
        pool=np.array(pools), pool_capacity=np.array([draw(st.integers(0, 4))], float),
    )  # fmt: skip


def breaks_no_limit(n: Network, flow: np.ndarray) -> bool:
    """Every limit of the network, written once more and differently."""
    used = flow > 0
    served = np.array([flow[n.target == d].sum() for d in range(len(n.demand))])
    groups = {int(g) for g in n.whole if g >= 0}
    return (
        all(flow[n.source == s].sum() <= n.capacity[s] + 1e-6 for s in range(len(n.capacity)))
        and bool((served <= n.demand + 1e-6).all())
        and all(flow[n.pool == p].sum() <= c + 1e-6 for p, c in enumerate(n.pool_capacity))
        and all(used[n.target == d].sum() <= 1 for d in np.flatnonzero(n.is_single))
        and all(
            np.allclose(served[n.whole == g], n.demand[n.whole == g]) or np.allclose(served[n.whole == g], 0)
            for g in groups
        )
    )


@few
@given(tiny())
def test_no_flow_found_by_trying_everything_is_cheaper(n: Network) -> None:
    found: Solution = solve(n)
    every = (np.array(flow, float) for flow in product(*(range(int(most) + 1) for most in n.most)))
    best = min(cost_of(n, flow) for flow in every if breaks_no_limit(n, flow))
    assert breaks_no_limit(n, found.flow)
    assert found.cost == pytest.approx(best)


@few
@given(tiny(), st.permutations([0, 1]))
def test_filling_in_any_order_breaks_no_limit_and_never_beats_the_optimum(n: Network, order: list[int]) -> None:
    flow = filling.fill(n, np.array(order), n.unit_cost)
    assert breaks_no_limit(n, flow)
    assert cost_of(n, flow) >= solve(n).cost - 1e-6
