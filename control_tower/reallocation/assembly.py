"""How do options become a network? Allowed options are arcs, short lines and donors are demands.

A donor is a demand like any other, with its own stock as one more source: whoever takes it makes the donor be
served anew, and what that costs is counted. Nothing is solved here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from control_tower.policy_reallocation import Reallocation
from control_tower.reallocation import options as ways
from control_tower.reallocation import rules as constraints
from control_tower.reallocation import score
from control_tower.reallocation.model_core import Flags, Network, Numbers, Places
from control_tower.reallocation.situation import SHORT, Situation, rows
from control_tower.vocabulary import MoveAction as Action

NOTHING_ASSIGNED = (Action.WAIT.value, Action.DEFER.value)


@dataclass(frozen=True)
class Model:
    """One problem, ready to solve. `options`, `refused` and `worth` have a row per option; `arcs` are the options
    in the network and `demands` the lines in it, both as rows of their frames.
    """

    situation: Situation
    rules: Reallocation
    weights: Mapping[str, float]
    options: pd.DataFrame
    refused: pd.Series
    worth: pd.DataFrame
    arcs: Places
    demands: Places
    network: Network

    @cached_property
    def cells(self) -> dict[str, list[Any]]:
        """Options, their terms and refusals as plain lists by column: for sentences, not for sums."""
        both = {str(name): self.options[name].tolist() for name in self.options}
        worth = {str(name): self.worth[name].tolist() for name in self.worth}
        return {**both, **worth, "refused_by": self.refused.tolist(), "short_qty": self._short()}

    @cached_property
    def option_rows(self) -> list[Any]:
        """The options as named tuples: for sentences about one of them."""
        return rows(self.options)

    @cached_property
    def line_rows(self) -> list[Any]:
        """The lines as named tuples, with the rule that forbids to split each as `no_split`."""
        lines = self.situation.lines
        return rows(lines.assign(no_split=constraints.splittable(lines)))

    @cached_property
    def points(self) -> Numbers:
        """By line how much more than its plain harm a late day counts."""
        found: Numbers = score.priority(self.situation.lines, self.rules)["points"].to_numpy(dtype=float)
        return found

    def _short(self) -> list[Any]:
        found: list[Any] = self.situation.lines["qty"].astype(float).tolist()
        return found

    @cached_property
    def most(self) -> Numbers:
        """The most each option could carry by itself."""
        qty = self.situation.lines["qty"].to_numpy(dtype=float)[self.options["line"].to_numpy()]
        limit = self.options[["capacity", "upper"]].min(axis=1).to_numpy(dtype=float)
        most: Numbers = np.minimum(limit, qty)
        return most

    def flow_by_option(self, flow: Numbers) -> Numbers:
        """Flow per option from flow per arc."""
        full = np.zeros(len(self.options))
        full[self.arcs] = flow
        return full


def assemble(situation: Situation, rules: Reallocation, weights: Mapping[str, float]) -> Model:
    """Generate, judge and score every option and make the network of the allowed ones."""
    found = ways.generate(situation, rules)
    refused = constraints.judge(found, situation, rules)
    return with_refusals(situation, rules, weights, (found, refused, score.terms(found, situation, rules)))


Judged = tuple[pd.DataFrame, pd.Series, pd.DataFrame]
"""Options, the rule that refuses each, and their terms."""


def with_refusals(
    situation: Situation,
    rules: Reallocation,
    weights: Mapping[str, float],
    judged: Judged,
    always: Flags | None = None,
) -> Model:
    """The network for options that are judged and scored already (a what-if lifts a refusal or changes a weight).

    `always` marks options that stay even when waiting is better: a planner chose them.
    """
    found, refused, worth = judged
    unit, use = -score.per_unit(worth, weights), -score.per_use(worth, weights)
    kept = _kept(found, refused, situation.lines, (unit, use))
    arcs = np.flatnonzero(kept if always is None else kept | (always & (refused == "").to_numpy()))
    chosen = found.iloc[arcs]
    demands, target = np.unique(chosen["line"].to_numpy(), return_inverse=True)
    network = _network(chosen, situation, rules, (unit[arcs], use[arcs], demands, target))
    split = float(rules.split_amount) * weights["split"]
    network = _with_splits(network, situation.lines.iloc[demands], split)
    return Model(situation, rules, weights, found, refused, worth, arcs, demands, network)


def _kept(options: pd.DataFrame, refused: pd.Series, lines: pd.DataFrame, cost: tuple[Numbers, Numbers]) -> Flags:
    """Allowed, of a line that is short or can lose stock, and at its best not worse than waiting."""
    unit, use = cost
    allowed = (refused == "").to_numpy()
    taken = allowed & (options["action"] == Action.TAKE_BACK.value).to_numpy()
    part = lines["part"].to_numpy()
    plays = part == SHORT
    plays[np.unique(options["donor"].to_numpy()[taken])] = True
    line = options["line"].to_numpy()
    waits = allowed & options["action"].isin(NOTHING_ASSIGNED).to_numpy()
    most = np.minimum(options[["capacity", "upper"]].min(axis=1).to_numpy(), lines["qty"].to_numpy()[line])
    waiting = np.full(len(lines), np.inf)
    waiting[line[waits]] = unit[waits]
    at_best = unit + use / np.maximum(most, 1e-9)
    own = options["donor"].to_numpy() == line
    kept: Flags = allowed & plays[line] & (waits | own | (at_best < waiting[line]))
    return kept


def _network(
    chosen: pd.DataFrame, situation: Situation, rules: Reallocation, parts: tuple[Numbers, Numbers, Places, Places]
) -> Network:
    unit, use, demands, target = parts
    numbers, source = np.unique(chosen["source"].to_numpy(), return_inverse=True)
    capacity = np.full(len(numbers), np.inf)
    limited = np.where(chosen["capacity"].to_numpy() >= ways.UNLIMITED, np.inf, chosen["capacity"].to_numpy())
    np.minimum.at(capacity, source, limited)
    leaves = (chosen["lane_id"] != "").to_numpy() & (chosen["from_site_id"] != "").to_numpy()
    sites, site = np.unique(chosen["from_site_id"].to_numpy(dtype=str), return_inverse=True)
    qty = situation.lines["qty"].to_numpy(dtype=float)[demands]
    return Network(
        capacity=capacity, opening_cost=np.zeros(len(numbers)), demand=qty,
        missing_cost=np.full(len(demands), np.inf), is_single=np.zeros(len(demands), dtype=bool),
        split_cost=np.zeros(len(demands)), whole=np.full(len(demands), -1), source=source, target=target,
        unit_cost=unit, fixed_cost=use, upper=chosen["upper"].to_numpy(dtype=float),
        pool=np.where(leaves, site, -1),
        pool_capacity=np.array([constraints.site_capacity(str(name), rules) for name in sites]),
        rest=chosen["action"].isin(NOTHING_ASSIGNED).to_numpy(dtype=bool),
    )  # fmt: skip


def _with_splits(network: Network, lines: pd.DataFrame, split_amount: float) -> Network:
    """Who may be served by several shipments, what each beyond the first costs, and which lines ship together."""
    blocked = (lines["is_blocked"] & (lines["part"] == SHORT)).to_numpy()
    single = (constraints.splittable(lines) != "").to_numpy() & ~blocked
    cost = np.where(blocked, 0.0, split_amount)
    return replace(network, is_single=single, split_cost=cost, whole=_whole(lines))


def _whole(lines: pd.DataFrame) -> Places:
    """A number for each order that ships complete and has several short lines in the plan; −1 for all others."""
    orders = lines["order_id"].astype("object").where(constraints.ships_together(lines))
    several = orders.notna() & (orders.groupby(orders).transform("size") > 1)
    found: Places = pd.factorize(orders.where(several))[0].astype(np.int64)
    return found
