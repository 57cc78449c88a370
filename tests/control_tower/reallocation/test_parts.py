"""Do needless arcs, parts and rations leave the answer what it is? Beside the whole network, solved as one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from control_tower.reallocation import needless, parts, rations
from control_tower.reallocation.model_core import Network, cost_of, solve
from tests.control_tower.reallocation.test_model_core import breaks_no_limit, few, network, tiny


@few
@given(tiny())
def test_without_needless_arcs_the_optimum_is_the_same(n: Network) -> None:
    lean = parts.only(n, needless.kept(n))
    assert solve(lean).cost == pytest.approx(solve(n).cost)


def test_a_dearer_way_from_the_same_source_and_one_beside_a_source_for_everybody_are_needless() -> None:
    """By hand: arc 1 draws on what arc 0 draws on and costs more; source 2 has enough for all, so arc 2 beats 3 but not 0."""
    n = network(
        capacity=[5, 4, 20], demand=[8, 9], source=[0, 0, 2, 1, 0, 2], target=[0, 0, 0, 0, 1, 1],
        unit_cost=[1, 2, 3, 4, 9, 3],
    )  # fmt: skip
    assert needless.instead(n).tolist() == [0, 0, 2, 2, 5, 5]


@few
@given(tiny())
def test_the_parts_together_cost_what_the_whole_costs(n: Network) -> None:
    found = parts.solve_in_parts(n, 0.0, 60.0, np.zeros(len(n.source)))
    assert breaks_no_limit(n, found.flow)
    assert cost_of(n, found.flow) == pytest.approx(solve(n).cost)


@few
@given(tiny())
def test_the_stated_gap_is_never_less_than_what_the_answer_lacks(n: Network) -> None:
    """Speed: the optimality gap that a plan states, with the search let off early and in parts as for a large one."""
    best = solve(n).cost
    with pytest.MonkeyPatch.context() as hurried:
        hurried.setattr(parts, "EXACT_BELOW", 0)
        hurried.setattr(parts, "NODES", 1)
        found = parts.solve_in_parts(n, 0.5, 60.0, np.zeros(len(n.source)))
    assert breaks_no_limit(n, found.flow)
    assert found.cost == pytest.approx(cost_of(n, found.flow))
    assert found.bound <= best + 1e-6 <= found.cost + 2e-6
    assert found.cost - best <= found.gap * abs(found.cost) + 1e-6


@few
@given(tiny())
def test_rations_break_no_limit_and_are_never_better_than_the_best(n: Network) -> None:
    wished = solve(replace(n, pool=np.full(len(n.pool), -1)))
    flow = rations.rationed(n, wished.flow, 0.0, float("inf"))
    assert flow is not None and breaks_no_limit(n, flow)
    assert wished.bound - 1e-6 <= solve(n).cost <= cost_of(n, flow) + 1e-6
