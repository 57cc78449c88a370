"""What would one line get if one thing were otherwise? Its corner of the plan, judged, scored and solved anew, exactly.

A corner holds every line that could ever draw on what the line could draw on, refused ways included, so that nothing
outside it can answer for the line. Never decides which things are worth asking about: `turning.py` does.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from control_tower.reallocation import assembly, needless, parts, rules, score
from control_tower.reallocation.assembly import Model
from control_tower.reallocation.model_core import STEP, Flags, Network, Numbers, Places, solve
from control_tower.reallocation.plan import Plan, settled
from control_tower.reallocation.situation import SHORT, Situation

LARGEST = 300
"""Ways that are solved together at most; of a line in a larger part it is said that its answer is an estimate."""
NODES = 500
"""Most nodes searched for one answer: what is not proven by then is not said."""
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
    """One thing that could be otherwise, in steps: `column` and `value` say which options of the corner it is about."""

    kind: Kind
    subject: str
    column: str
    value: Any
    now: float
    step: float
    guess: int
    most: int
    nearness: float
    """The guessed change as a share of what it is today; of days, of the days that a line without a date waits."""

    def at(self, steps: int) -> float:
        """What it would be."""
        return round(self.now + self.step * steps, 4)

    def touches(self, options: pd.DataFrame) -> Flags:
        """The options that it is about: `column` "" none, "row" the one of that number."""
        if not self.column:
            return np.zeros(len(options), dtype=bool)
        column = np.arange(len(options)) if self.column == "row" else options[self.column].to_numpy()
        found: Flags = np.asarray(column == self.value, dtype=bool)
        return found


@dataclass(frozen=True)
class Corner:
    """`places` are the rows of the plan's options that belong to it, in their order."""

    plan: Plan
    places: Places

    @cached_property
    def options(self) -> pd.DataFrame:
        """The options of the corner, numbered anew."""
        return self.plan.model.options.iloc[self.places].reset_index(drop=True)

    @cached_property
    def cells(self) -> dict[str, list[Any]]:
        """Options, terms and refusals as plain lists by column: for looking at one line after the other."""
        model, worth = self.plan.model, self._worth
        found = {str(name): self.options[name].tolist() for name in self.options}
        found |= {str(name): worth[name].tolist() for name in worth}
        found |= {"refused_by": self._refused.tolist(), "flow": self.plan.flow[self.places].tolist()}
        found["unit"] = score.per_unit(worth, model.weights).tolist()
        found["use"] = score.per_use(worth, model.weights).tolist()
        return found

    @cached_property
    def lines(self) -> Places:
        """The line of each option."""
        found: Places = self.options["line"].to_numpy()
        return found

    def own(self, line: int) -> Flags:
        """The rows that are about a line."""
        found: Flags = self.lines == line
        return found

    def drawn(self, source: int) -> float:
        """What the plan takes of a source."""
        return float(self.plan.flow[self.places][self.options["source"].to_numpy() == source].sum())

    def planned(self, line: int) -> frozenset[int]:
        """The line's answer in the plan: the options it uses."""
        return _used(self.plan.flow[self.places], self.own(line))

    def answer(self, line: int, change: Change | None, steps: int = 0) -> frozenset[int] | None:
        """The line's answer after a change of so many steps; None when that cannot be said for sure."""
        model = self._changed(line, change, steps)
        at = np.flatnonzero(model.demands == line)
        if not len(at):
            return None
        bare = without_limits(self._stays(model, model.network, line))
        arcs = parts.part_of(bare, int(at[0]))
        if len(arcs) > LARGEST:
            return None
        part = parts.only(bare, arcs)
        found = solve(part, 0.0, self.plan.model.rules.time_limit_seconds, NODES)
        if found.status != "optimal":
            return None
        flow = np.zeros(len(model.arcs))
        flow[arcs] = settled(part, found.flow)
        if not has_room(self.plan, model, flow, change):
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
        touched = change.touches(options)
        options = _moved(options, change, touched, steps)
        refused, worth = self._judged(options, found, touched | self.own(line))
        if change.kind == Kind.RULE:
            refused = refused.where(~touched, "")
        return assembly.with_refusals(found, model.rules, weights, (options, refused, worth))

    def _judged(self, options: pd.DataFrame, found: Situation, touched: Flags) -> tuple[pd.Series, pd.DataFrame]:
        """Refusals and terms, asked anew where the change reaches: of lines that it touches and of their orders."""
        orders = found.lines["order_id"].to_numpy()[self.lines]
        asked = np.flatnonzero(np.isin(orders, orders[touched]))
        some = options.iloc[asked]
        refused, worth = self._refused.to_numpy(dtype=object).copy(), self._worth.copy()
        refused[asked] = rules.judge(some.reset_index(drop=True), found, self.plan.model.rules).to_numpy()
        worth.iloc[asked] = score.terms(some.reset_index(drop=True), found, self.plan.model.rules).to_numpy()
        return pd.Series(refused, index=options.index), worth

    @cached_property
    def _refused(self) -> pd.Series:
        return self.plan.model.refused.iloc[self.places].reset_index(drop=True)

    @cached_property
    def _worth(self) -> pd.DataFrame:
        return self.plan.model.worth.iloc[self.places].reset_index(drop=True)

    def _stays(self, model: Model, network: Network, line: int) -> Network:
        """The line's own answer is a little cheaper, so that only a better one takes its place."""
        mine = np.isin(model.arcs, list(self.planned(line)))
        qty = float(model.situation.lines["qty"].iloc[line])
        return replace(network, unit_cost=network.unit_cost - np.where(mine, _STAYS / max(qty, STEP), 0.0))


def _used(flow: Numbers, own: Flags) -> frozenset[int]:
    return frozenset(np.flatnonzero((flow > STEP / 2) & own).tolist())


def _moved(options: pd.DataFrame, change: Change, touched: Flags, steps: int) -> pd.DataFrame:
    """The options with another freight a unit, another day or another quantity."""
    by = np.where(touched, change.step * steps, 0.0)
    if change.kind == Kind.FREIGHT:
        return options.assign(unit_freight=options["unit_freight"] + by)
    if change.kind == Kind.QUANTITY:
        return options.assign(capacity=(options["capacity"] + by).clip(lower=0.0))
    if change.kind == Kind.DATE:
        days = by.astype(int)
        return options.assign(ships_day=options["ships_day"] + days, arrives_day=options["arrives_day"] + days)
    return options


def without_limits(network: Network) -> Network:
    """The network as if sites could ship anything: what they can is asked of the answer (`has_room`)."""
    return replace(network, pool=np.full(len(network.pool), -1, dtype=np.int64))


def has_room(plan: Plan, model: Model, flow: Numbers, change: Change | None) -> bool:
    """Whether no site ships more than it can, whatever the other lines do that the change touches.

    Lines outside the answer that are not touched do as planned; those that are may ship from wherever they can.
    """
    known, lines = plan.model, plan.model.situation.lines["qty"].to_numpy(dtype=float)
    chosen = known.options.iloc[known.arcs]
    site, line = chosen["from_site_id"].to_numpy(dtype=str), chosen["line"].to_numpy()
    leaves = (chosen["lane_id"] != "").to_numpy()
    answered = np.unique(model.options["line"].to_numpy()[model.arcs[flow > STEP / 2]])
    touched = np.ones(len(line), dtype=bool)
    if change is None or change.kind != Kind.WEIGHT:
        touched = np.isin(line, line[change.touches(chosen)]) if change and change.column != "row" else ~touched
    other = leaves & ~np.isin(line, answered)
    pairs = pd.DataFrame({"site": site, "line": line})[other & touched].drop_duplicates()
    standing = pd.Series(plan.flow[known.arcs])[other & ~touched].groupby(site[other & ~touched]).sum()
    asked = pd.Series(lines[pairs["line"]]).groupby(pairs["site"].to_numpy()).sum()
    moved = model.options.iloc[model.arcs]
    out = (moved["lane_id"] != "").to_numpy() & (flow > STEP / 2)
    own = pd.Series(flow[out]).groupby(moved["from_site_id"].to_numpy(dtype=str)[out]).sum()
    return all(
        float(own[name]) + float(standing.get(name, 0.0)) + float(asked.get(name, 0.0))
        <= rules.site_capacity(str(name), known.rules) - STEP
        for name in own.index
    )


def splittable(found: Situation, line: int) -> Situation:
    """The facts with a contract that lets this line be served in parts."""
    lines = found.lines.copy()
    at = lines.index[line]
    lines.loc[at, ["is_split_allowed", "is_ship_complete", "min_split_margin_rate"]] = [True, False, 0.0]
    lines = lines.astype({"is_split_allowed": bool, "is_ship_complete": bool})
    return replace(found, lines=lines)


def ways(plan: Plan) -> dict[int, int]:
    """How many ways must be solved together to answer for a short line, by its row: what asking costs."""
    model = plan.model
    bare = without_limits(model.network)
    kept = needless.kept(bare)
    lean = parts.only(bare, kept)
    part = parts.labels(lean)
    found = pd.Series(np.bincount(part)[part], index=model.demands[bare.target[kept]])
    return dict(zip(found.index.tolist(), found.tolist(), strict=True))


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
