"""What would one line get if one thing were otherwise? Its corner of the plan, judged, scored and solved anew, exactly.

A corner holds every line that could ever draw on what the line could draw on, refused ways included, so that nothing
outside it can answer for the line. Never decides which things are worth asking about: `turning.py` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from control_tower.reallocation import assembly, rules, score
from control_tower.reallocation.assembly import Model
from control_tower.reallocation.model_core import STEP, Flags, Network, Numbers, Places, solve
from control_tower.reallocation.parts import NODES
from control_tower.reallocation.plan import Plan, settled
from control_tower.reallocation.situation import SHORT, Situation

_STAYS = 1e-3
"""Money by which another answer must be better: between equals the plan's own stays."""


class Kind(StrEnum):
    """What can be otherwise."""

    FREIGHT = "freight"
    DATE = "date"
    QUANTITY = "quantity"
    WEIGHT = "weight"
    CONTRACT = "contract"
    RULE = "rule"


@dataclass(frozen=True)
class Change:
    """One thing that could be otherwise, in steps: `touched` are the options of the corner that it is about."""

    kind: Kind
    subject: str
    touched: Flags
    now: float
    step: float
    guess: int
    most: int
    nearness: float
    """The guessed change as a share of what it is today; of days, of the days that a line without a date waits."""

    def at(self, steps: int) -> float:
        """What it would be."""
        return round(self.now + self.step * steps, 4)


@dataclass(frozen=True)
class Corner:
    """`places` are rows of the plan's options; `labels` say, for all of them, to which corner each belongs."""

    plan: Plan
    places: Places

    @cached_property
    def options(self) -> pd.DataFrame:
        """The options of the corner, numbered anew."""
        return self.plan.model.options.iloc[self.places].reset_index(drop=True)

    @cached_property
    def cells(self) -> dict[str, list[Any]]:
        """Options, terms and refusals as plain lists by column: for looking at one line after the other."""
        model = self.plan.model
        worth = model.worth.iloc[self.places]
        found = {str(name): self.options[name].tolist() for name in self.options}
        found |= {str(name): worth[name].tolist() for name in worth}
        found |= {"refused_by": model.refused.iloc[self.places].tolist(), "flow": self.plan.flow[self.places].tolist()}
        found["unit"] = score.per_unit(worth, model.weights).tolist()
        found["use"] = score.per_use(worth, model.weights).tolist()
        return found

    @cached_property
    def ways(self) -> int:
        """How many arcs it has: what solving it costs."""
        return int(np.isin(self.plan.model.arcs, self.places).sum())

    def own(self, line: int) -> Flags:
        """The rows that are about a line."""
        found: Flags = self.options["line"].to_numpy() == line
        return found

    def planned(self, line: int) -> frozenset[int]:
        """The line's answer in the plan: the options it uses."""
        return _used(self.plan.flow[self.places], self.own(line))

    def answer(self, line: int, change: Change | None, steps: int = 0) -> frozenset[int] | None:
        """The line's answer after a change of so many steps; None when that cannot be said for sure."""
        model = self._changed(line, change, steps)
        network = self._with_room(model)
        if not np.isin(line, model.demands):
            return None
        network = self._stays(model, network, line)
        found = solve(network, 0.0, self.plan.model.rules.time_limit_seconds, NODES)
        if found.status != "optimal":
            return None
        flow = settled(network, found.flow)
        used = np.bincount(network.pool[network.pool >= 0], flow[network.pool >= 0], len(network.pool_capacity))
        if (used > network.pool_capacity - STEP).any():
            return None
        return _used(model.flow_by_option(flow), self.own(line))

    def _changed(self, line: int, change: Change | None, steps: int) -> Model:
        """The corner's own model with the change in it, by the planner's own rules and scores."""
        model = self.plan.model
        found, options, weights = model.situation, self.options, dict(model.weights)
        if change is None or change.kind == Kind.WEIGHT:
            weights |= {change.subject: change.at(steps)} if change else {}
            judged = (options, self._refused, self._worth)
            return assembly.with_refusals(found, model.rules, weights, judged)
        if change.kind == Kind.CONTRACT:
            found = splittable(found, line)
        options = _moved(options, change, steps)
        refused = rules.judge(options, found, model.rules)
        if change.kind == Kind.RULE:
            refused = refused.where(~change.touched, "")
        worth = score.terms(options, found, model.rules)
        return assembly.with_refusals(found, model.rules, weights, (options, refused, worth))

    @cached_property
    def _refused(self) -> pd.Series:
        return self.plan.model.refused.iloc[self.places].reset_index(drop=True)

    @cached_property
    def _worth(self) -> pd.DataFrame:
        return self.plan.model.worth.iloc[self.places].reset_index(drop=True)

    def _with_room(self, model: Model) -> Network:
        """What sites can still ship after what the plan ships for lines outside the corner."""
        network = model.network
        names = np.unique(model.options.iloc[model.arcs]["from_site_id"].to_numpy(dtype=str))
        left = [self._elsewhere.get(str(name), 0.0) for name in names]
        return replace(network, pool_capacity=np.maximum(network.pool_capacity - np.array(left), 0.0))

    @cached_property
    def _elsewhere(self) -> Mapping[str, float]:
        outside = np.ones(len(self.plan.flow), dtype=bool)
        outside[self.places] = False
        options = self.plan.model.options
        shipped = options.assign(qty=self.plan.flow)[outside & (options["lane_id"] != "").to_numpy()]
        summed = shipped.groupby("from_site_id")["qty"].sum()
        return {str(site): float(qty) for site, qty in summed.items()}

    def _stays(self, model: Model, network: Network, line: int) -> Network:
        """The line's own answer is a little cheaper, so that only a better one takes its place."""
        mine = np.isin(model.arcs, list(self.planned(line)))
        qty = float(model.situation.lines["qty"].iloc[line])
        return replace(network, unit_cost=network.unit_cost - np.where(mine, _STAYS / max(qty, STEP), 0.0))


def _used(flow: Numbers, own: Flags) -> frozenset[int]:
    return frozenset(np.flatnonzero((flow > STEP / 2) & own).tolist())


def _moved(options: pd.DataFrame, change: Change, steps: int) -> pd.DataFrame:
    """The options with another freight a unit, another day or another quantity."""
    by = np.where(change.touched, change.step * steps, 0.0)
    if change.kind == Kind.FREIGHT:
        return options.assign(unit_freight=options["unit_freight"] + by)
    if change.kind == Kind.QUANTITY:
        return options.assign(capacity=(options["capacity"] + by).clip(lower=0.0))
    if change.kind == Kind.DATE:
        days = by.astype(int)
        return options.assign(ships_day=options["ships_day"] + days, arrives_day=options["arrives_day"] + days)
    return options


def splittable(found: Situation, line: int) -> Situation:
    """The facts with a contract that lets this line be served in parts."""
    lines = found.lines.copy()
    at = lines.index[line]
    lines.loc[at, ["is_split_allowed", "is_ship_complete", "min_split_margin_rate"]] = [True, False, 0.0]
    lines = lines.astype({"is_split_allowed": bool, "is_ship_complete": bool})
    return replace(found, lines=lines)


def corners(plan: Plan) -> dict[int, Corner]:
    """The corner of every short line, by its row."""
    model = plan.model
    options, lines = model.options, model.situation.lines
    line, count = options["line"].to_numpy(), len(lines)
    shared = np.unique(options["source"].to_numpy(), return_inverse=True)[1]
    orders = pd.factorize(lines["order_id"])[0]
    kept = np.flatnonzero(lines["is_ship_complete"].to_numpy(dtype=bool))
    first = count + int(shared.max(initial=-1)) + 1
    rows, columns = np.concatenate([line, kept]), np.concatenate([count + shared, first + orders[kept]])
    size = first + int(orders.max(initial=-1)) + 1
    edges = coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    label = connected_components(edges, directed=False)[1]
    by_label = pd.Series(label[line]).groupby(label[line]).indices
    made = {number: Corner(plan, np.sort(places)) for number, places in by_label.items()}
    shorts = np.flatnonzero(lines["part"].to_numpy() == SHORT)
    return {int(row): made[label[row]] for row in shorts}
