"""What becomes of the plan when a planner decides some lines himself? The best plan around fixed choices.

A choice is one option of a line, by its name (`explain.option_keys`); what no rule allows cannot be chosen. Everything
else is solved anew, so that what a choice costs the other lines is seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from control_tower.errors import NotAllowed
from control_tower.policy import Policy
from control_tower.reallocation import assembly, explain, plan, rules, score
from control_tower.reallocation.assembly import NOTHING_ASSIGNED, Model
from control_tower.reallocation.model_core import STEP, Flags, Numbers, cost_of, solve
from control_tower.reallocation.parts import EXACT_BELOW
from control_tower.reallocation.plan import Plan, Solver
from control_tower.reallocation.situation import Situation


@dataclass(frozen=True)
class _Kept:
    """Which options of a model stay, and how much each may carry at most, by option."""

    allowed: Flags
    chosen: Flags
    upper: Numbers


def fixed(
    found: Situation, policy: Policy, chosen: Mapping[str, str], weights: Mapping[str, float] | None = None
) -> Plan:
    """The best plan in which each of these lines (order line id → option) gets its option, as far as that option reaches.

    Raises NotAllowed for a line or option that the plan does not know, that a rule refuses, or that cannot go together.
    """
    limits = policy.reallocation
    model = assembly.assemble(found, limits, score.weights_of(limits, weights))
    kept = _kept(Plan(model, np.zeros(len(model.options)), Solver("none", "not solved", None)), chosen)
    options = model.options.assign(upper=kept.upper)
    refused = model.refused.where(kept.allowed | (model.refused != ""), "not_chosen")
    around = assembly.with_refusals(found, limits, model.weights, (options, refused, model.worth), kept.chosen)
    flow, solver = _solved(around)
    whole = replace(around, options=model.options, refused=model.refused)
    return Plan(whole, around.flow_by_option(flow), solver, policy.hash, policy.version)


def _kept(empty: Plan, chosen: Mapping[str, str]) -> _Kept:
    model = empty.model
    keys = np.array(explain.option_keys(empty), dtype=object)
    line = model.options["line"].to_numpy()
    ids = model.situation.lines["order_line_id"].to_numpy()[line]
    waits = model.options["action"].isin(NOTHING_ASSIGNED).to_numpy()
    allowed, picked = np.ones(len(keys), dtype=bool), np.zeros(len(keys), dtype=bool)
    upper = model.options["upper"].to_numpy(dtype=float).copy()
    for line_id, key in sorted(chosen.items()):
        own, wanted = ids == line_id, (ids == line_id) & (keys == key)
        if not wanted.any():
            raise NotAllowed(f"order line {line_id}: has no option {key!r} in this plan; look at its options again")
        place = int(np.flatnonzero(wanted)[0])
        if model.refused.iloc[place]:
            why = rules.why(model.refused.iloc[place], explain.case(empty, place))
            raise NotAllowed(f"order line {line_id}: {key} is refused, {why}; choose another option")
        allowed &= ~own | wanted | waits
        picked |= wanted
        if not waits[place]:
            qty = float(model.situation.lines["qty"].iloc[line[place]])
            upper[own & waits] = max(qty - float(model.most[place]), 0.0)
    return _Kept(allowed, picked, upper)


def _solved(model: Model) -> tuple[Numbers, Solver]:
    network = model.network
    gap = 0.0 if len(model.arcs) <= EXACT_BELOW else float(model.rules.gap_rate)
    found = solve(network, gap, model.rules.time_limit_seconds)
    if found.status == "infeasible":
        raise NotAllowed("these choices cannot go together: one of them needs what another one takes; choose fewer")
    if found.status == "time_limit":
        raise NotAllowed("no plan around these choices was found in time; choose for fewer lines at once")
    flow = plan.settled(network, found.flow)
    if not np.allclose(np.bincount(network.target, flow, len(network.demand)), network.demand, atol=STEP):
        flow = found.flow
    cost = cost_of(network, flow)
    distance = max(0.0, cost - found.bound) / max(abs(cost), 1e-9)
    return flow, Solver("milp", "optimal" if distance <= 1e-6 else "within_gap", round(distance, 6))


def worded(payload: dict[str, Any], chosen: Mapping[str, str]) -> dict[str, Any]:
    """The payload with a planner's reason where a line got his option: what scores more lost to him, not to other lines."""
    return {
        **payload,
        "lines": [_worded(line) if line["order_line_id"] in chosen else line for line in payload["lines"]],
    }


def _worded(line: dict[str, Any]) -> dict[str, Any]:
    own = next(option for option in line["options"] if option["option"] == line["chosen"])
    return {**line, "options": [_option(option, own) for option in line["options"]]}


def _option(option: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    if option is own:
        return {**option, "why": "chosen by the planner"}
    if option["refused_by"] or option["score"] <= own["score"]:
        return option
    return {
        **option,
        "why": f"worth {option['score'] - own['score']:,.2f} more for this line; the planner chose otherwise",
    }
