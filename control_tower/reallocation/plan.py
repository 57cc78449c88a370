"""Who is served from where? One plan for the lines of some exceptions: chosen, scored, proven and repeatable.

The entry point is `propose`. Solved by HiGHS to the gap that policy states; when time runs out, by the greedy
rule, and the plan says so. Never put here what is written into a proposal (`payload.py`) or said in words (`explain.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from control_tower.policy import Policy
from control_tower.reallocation import filling, score, situation
from control_tower.reallocation.assembly import NOTHING_ASSIGNED, Model, assemble
from control_tower.reallocation.model_core import STEP, Network, Numbers, Places, cost_of
from control_tower.reallocation.parts import solve_in_parts
from control_tower.reallocation.situation import SHORT, Reserved, Situation
from control_tower.vocabulary import CustomerTier
from control_tower.warehouse import Build

_TIERS = {tier.value: rank for rank, tier in enumerate(CustomerTier)}


@dataclass(frozen=True)
class Solver:
    """How the plan was found: method (milp, greedy), status, and the proven distance to the best, as a share of the score."""

    method: str
    status: str
    gap: float | None


@dataclass(frozen=True)
class Plan:
    """A flow over the options of one model: one row of `model.options` per entry of `flow`, in base units."""

    model: Model
    flow: Numbers
    solver: Solver
    policy_hash: str = ""
    policy_version: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def terms(self) -> dict[str, float]:
        """Each term of the score in money, unweighted, summed over the plan; the split cost included."""
        summed = score.of_quantity(self.model.worth, self.flow).sum()
        summed["split"] -= float(self.model.rules.split_amount) * self.splits
        return {name: float(summed[name]) for name in score.TERMS}

    @property
    def score(self) -> float:
        """The weighted sum of the terms; more is better."""
        return float(sum(self.model.weights[name] * value for name, value in self.terms.items()))

    @property
    def splits(self) -> int:
        """Shipments beyond the first, over all lines whose split costs something."""
        used = self.flow[self.model.arcs] > STEP / 2
        count = np.bincount(self.model.network.target[used], minlength=len(self.model.demands))
        return int(np.maximum(count - 1, 0)[~self._is_blocked()].sum())

    def _is_blocked(self) -> Any:
        lines = self.model.situation.lines.iloc[self.model.demands]
        return (lines["is_blocked"] & (lines["part"] == SHORT)).to_numpy()

    def payload(self) -> dict[str, Any]:
        """What a proposal stores: plain lists and numbers, the same for the same facts."""
        from control_tower.reallocation import payload

        return payload.of(self)


def propose(
    build: Build,
    exception_ids: Sequence[str],
    policy: Policy,
    reserved: Reserved = (),
    weights: Mapping[str, float] | None = None,
) -> Plan:
    """The best plan for every line that shares a shortage with these exceptions.

    `reserved` is the store's ledger; `weights` replaces some of policy's (the what-if panel). Raises
    NotAllowed when the exceptions are about no open line, PolicyError for a weight that does not exist.
    """
    return for_situation(situation.read(build, exception_ids, policy, reserved), policy, weights)


def for_situation(found: Situation, policy: Policy, weights: Mapping[str, float] | None = None) -> Plan:
    """The best plan for facts that are read already (a what-if, a benchmark, a test)."""
    rules = policy.reallocation
    model = assemble(found, rules, score.weights_of(rules, weights))
    flow, solver = best(model)
    return Plan(model, model.flow_by_option(flow), solver, policy.hash, policy.version)


def best(model: Model) -> tuple[Numbers, Solver]:
    """The cheapest flow: proven to policy's gap, or the greedy rule's when time runs out."""
    rules, network = model.rules, model.network
    others = [greedy(model), by_arrival(model), by_priority(model)]
    begun = min(others, key=lambda flow: cost_of(network, flow))
    found = solve_in_parts(network, float(rules.gap_rate), rules.time_limit_seconds, begun)
    if found.status in ("time_limit", "infeasible"):
        return begun, Solver("greedy", found.status, None)
    flow = min([settled(network, found.flow), begun], key=lambda flow: cost_of(network, flow))
    cost = cost_of(network, flow)
    distance = max(0.0, cost - found.bound) / max(abs(cost), 1e-9)
    return flow, Solver("milp", "optimal" if distance <= 1e-6 else "within_gap", round(distance, 6))


def settled(network: Network, flow: Numbers) -> Numbers:
    """The flow in quantities that can be shipped: whole units where everything is counted in whole units."""
    counted = np.concatenate([network.demand, network.capacity, network.upper, network.pool_capacity])
    counted = counted[np.isfinite(counted)]
    step = 1.0 if np.array_equal(counted, np.floor(counted)) else STEP
    begun = np.floor(flow / step + 1e-3) * step
    if np.allclose(np.bincount(network.target, begun, len(network.demand)), network.demand, atol=STEP / 2):
        return begun
    return filling.fill(network, np.arange(len(network.demand)), network.unit_cost, begun)


def _begun(model: Model) -> Numbers:
    """Everybody keeps what he has: the rules of the field take nothing back."""
    chosen, lines = model.options.iloc[model.arcs], model.situation.lines
    own = (chosen["donor"] == chosen["line"]) & (lines["part"].to_numpy()[chosen["line"]] != SHORT)
    return np.where(own, np.minimum(model.network.most, model.network.demand[model.network.target]), 0.0)


def _in_order(model: Model, keys: Sequence[Any], rank: Numbers) -> Numbers:
    """Serve the short lines sorted by these keys (first key first), each by its option of lowest rank."""
    is_short = model.situation.lines["part"].to_numpy()[model.demands] == SHORT
    order: Places = np.lexsort(tuple(reversed([np.asarray(key) for key in keys])))
    return filling.fill(model.network, order[is_short[order]], rank, _begun(model))


def _arrival(model: Model) -> Numbers:
    """What arrives first; nobody in the field sells at a loss to be early: what does comes after waiting."""
    chosen = model.options.iloc[model.arcs]
    last = chosen["action"].isin(NOTHING_ASSIGNED).to_numpy()
    at_a_loss = (model.worth["margin"].to_numpy()[model.arcs] < 0) & ~last
    days = chosen["arrives_day"].to_numpy(dtype=float)
    rank: Numbers = days + np.select([last, at_a_loss], [1e7, 2e7], 0.0) + _per_unit_at_best(model.network) * 1e-9
    return rank


def _per_unit_at_best(network: Network) -> Numbers:
    return network.unit_cost + network.fixed_cost / np.maximum(network.most, STEP)


def by_arrival(model: Model) -> Numbers:
    """First come, first served: in order of booking, each line takes what arrives first."""
    lines = model.situation.lines.iloc[model.demands]
    return _in_order(
        model, [lines["booked_at"].to_numpy(), lines["order_line_id"].to_numpy(dtype=str)], _arrival(model)
    )


def by_priority(model: Model) -> Numbers:
    """Priority sort: by tier, then the order's priority, then booking; each line takes what arrives first."""
    lines = model.situation.lines.iloc[model.demands]
    tier = np.array([_TIERS.get(t, len(_TIERS)) for t in lines["customer_tier"]])
    keys = [tier, lines["priority"].fillna(9).to_numpy(), lines["booked_at"].to_numpy()]
    return _in_order(model, [*keys, lines["order_line_id"].to_numpy(dtype=str)], _arrival(model))


def greedy(model: Model) -> Numbers:
    """The line that waiting hurts most is served first, each by what is best for it: used when time runs out."""
    network, lines = model.network, model.situation.lines.iloc[model.demands]
    cost = _per_unit_at_best(network)
    low, high = np.full(len(network.demand), np.inf), np.full(len(network.demand), -np.inf)
    np.minimum.at(low, network.target, cost)
    np.maximum.at(high, network.target, cost)
    regret = -(high - low) * network.demand
    return _in_order(model, [regret, lines["order_line_id"].to_numpy(dtype=str)], cost)


def frame(plan: Plan) -> pd.DataFrame:
    """The options that carry something, with their quantity, days late and terms: one row per used option."""
    used = np.flatnonzero(plan.flow > STEP / 2)
    chosen = plan.model.options.iloc[used].assign(
        qty=plan.flow[used], days_late=plan.model.worth["days_late"].iloc[used]
    )
    return chosen.assign(part=plan.model.situation.lines["part"].to_numpy()[chosen["line"]])
