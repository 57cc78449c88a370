"""Does every plan keep the rules, whatever the network? Written from the payload, as an approver reads it."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_tower.reallocation import compare, plan, rules
from control_tower.reallocation.assembly import NOTHING_ASSIGNED
from control_tower.reallocation.model_core import STEP
from control_tower.reallocation.situation import Situation
from tests.control_tower.reallocation.small_network import POLICY, networks, prepared, raw, shuffled

few = settings(max_examples=max(settings().max_examples // 12, 8))
"""Planning takes its time: few examples in each commit, many under the profile `all`."""


def planned(found: Situation, **given: Any) -> plan.Plan:
    return plan.for_situation(prepared(found), POLICY, **given)


def summed(rows: list[dict[str, Any]], *names: str) -> dict[Any, float]:
    found: dict[Any, float] = defaultdict(float)
    for row in rows:
        found[tuple(row[name] for name in names)] += row["qty"]
    return found


def never_more_than_available_and_never_below_safety_stock(found: Situation, made: plan.Plan) -> None:
    """# fault 61: what one plan reserves is at most on hand − reserved − safety stock, per site and item."""
    reserves = made.payload()["reserves"]
    stock = found.stock.set_index(["site_id", "item_id"])
    own = [row for row in reserves if not row["supply_id"] and not row["donor_order_line_id"]]
    for key, qty in summed(own, "site_id", "item_id").items():
        row = stock.loc[key]
        assert row["on_hand_qty"] - row["reserved_qty"] - qty >= row["safety_stock_qty"] - STEP
    supply = found.supply.set_index("supply_id")
    for (name,), qty in summed([row for row in reserves if row["supply_id"]], "supply_id").items():
        assert qty <= supply.loc[name, "open_qty"] + STEP
        assert not supply.loc[name, "is_blocked"]


@few
@given(networks())
def test_two_plans_one_after_the_other_never_promise_the_same_stock(found: Situation) -> None:
    """# fault 61: the second plan sees what the first one reserved."""
    first = planned(found).payload()["reserves"]
    blind = [row | {"order_line_id": None} for row in first]
    second = plan.for_situation(prepared(found, reserved=blind), POLICY).payload()["reserves"]
    stock = found.stock.set_index(["site_id", "item_id"])
    both = [row for row in first + second if not row["supply_id"] and not row["donor_order_line_id"]]
    for key, qty in summed(both, "site_id", "item_id").items():
        row = stock.loc[key]
        assert qty <= max(row["on_hand_qty"] - row["reserved_qty"] - row["safety_stock_qty"], 0) + STEP
    held = found.lines.set_index("order_line_id")["covered_qty"]
    given = [row for row in first + second if row["donor_order_line_id"]]
    for (donor,), qty in summed(given, "donor_order_line_id").items():
        assert qty <= held[donor] + STEP


def nothing_is_taken_from_a_protected_or_frozen_line_or_from_who_may_not_lose(
    found: Situation, made: plan.Plan
) -> None:
    lines = made.model.situation.lines.assign(
        klass=rules.allocation_class(made.model.situation.lines, POLICY.reallocation)
    )
    for donor in made.payload()["donors"]:
        row = lines.set_index("order_line_id").loc[donor["order_line_id"]]
        assert not row["is_promise_protected"] and not row["is_released"] and row["klass"] == "lose"
        assert row["promise_day"] >= POLICY.reallocation.freeze_days or row["is_credit_blocked"]
        assert donor["qty"] <= row["covered_qty"] + STEP


def no_donor_comes_late_without_being_shown(found: Situation, made: plan.Plan) -> None:
    shown = {donor["order_line_id"]: donor for donor in made.payload()["donors"]}
    lines, options = made.model.situation.lines, made.model.options
    for place in options.index[made.flow > STEP / 2]:
        line = lines.iloc[options["line"].iat[place]]
        if line["part"] == "holds" and options["donor"].iat[place] != options["line"].iat[place]:
            donor = shown[line["order_line_id"]]
            late = int(made.model.worth["days_late"].iat[place])
            assert donor["days_later"] >= late and donor["is_late"] == (donor["days_later"] > 0)


@few
@given(networks(), st.integers(0, 1000))
def test_the_same_facts_in_any_order_give_the_same_plan(found: Situation, seed: int) -> None:
    assert planned(shuffled(found, seed)).payload() == planned(found).payload()


def every_refused_option_names_its_rule_and_says_why(found: Situation, made: plan.Plan) -> None:
    payload = made.payload()
    for line in payload["lines"]:
        assert sum(option["option"] == line["chosen"] for option in line["options"]) == 1
        for option in line["options"]:
            assert option["refused_by"] is None or option["refused_by"] in rules.NAMES
            assert len(option["why"]) >= len("chosen")
            assert option["option"] != line["chosen"] or option["refused_by"] is None
    refused = sum(bool(option["refused_by"]) for line in payload["lines"] for option in line["options"])
    assert refused == len(payload["refusals"])


def quantities_conserve_and_terms_add_up_to_the_score(found: Situation, made: plan.Plan) -> None:
    served = made.model.options.assign(qty=made.flow).groupby("line")["qty"].sum()
    lines = made.model.situation.lines
    for place in made.model.demands:
        assert served[place] == pytest.approx(lines["qty"].iat[place])
    payload = made.payload()
    assert payload["score"] == pytest.approx(sum(payload["score_terms"].values()), abs=0.05)


def a_line_that_may_not_be_split_comes_in_one_shipment(found: Situation, made: plan.Plan) -> None:
    no_split = rules.splittable(made.model.situation.lines)
    used = made.model.options[made.flow > STEP / 2].groupby("line")["source"].size()
    for place, count in used.items():
        line = made.model.situation.lines.iloc[place]
        assert count == 1 or no_split.iloc[place] == "" or line["is_blocked"]


def an_order_that_ships_complete_gets_all_its_short_lines_or_none(found: Situation, made: plan.Plan) -> None:
    lines = made.model.situation.lines
    waits = made.model.options["action"].isin(NOTHING_ASSIGNED).to_numpy()
    left = {made.model.options["line"].iat[place] for place in np.flatnonzero((made.flow > STEP / 2) & waits)}
    together = lines[rules.ships_together(lines)]
    for _, order in together.groupby("order_id"):
        assert len({place in left for place in order.index}) == 1


def every_way_of_the_trade_is_an_option_of_every_line_or_its_absence_is_explained(
    found: Situation, made: plan.Plan
) -> None:
    for line in made.payload()["lines"]:
        named = {option["action"] for option in line["options"]} | {line["chosen"].split(" ")[0]}
        assert {"in_transit", "drop_ship", "substitute", "take_back", "alternate_site", "alternate_carrier"} <= named
        assert named & {"wait", "defer"}
        parts = [o for o in line["options"] if not o["refused_by"] and 0 < o["qty"] < line["short_qty"]]
        assert "partial_ship" in named or parts


def the_plan_is_at_least_as_good_as_both_rules_of_the_field(found: Situation, made: plan.Plan) -> None:
    assert made.solver.status == "optimal"
    first, *field = compare.compared(made)
    assert all(first["score"] >= other["score"] - 0.01 for other in field)


@few
@given(networks())
def test_without_time_the_greedy_rule_plans_says_so_and_keeps_every_limit(found: Situation) -> None:
    hurried = POLICY.reallocation.model_copy(update={"time_limit_seconds": 0.0})
    policy = type(POLICY)(POLICY.rules.model_copy(update={"reallocation": hurried}), POLICY.hash)
    made = plan.for_situation(prepared(found, policy), policy)
    assert made.solver == plan.Solver("greedy", "time_limit", None)
    assert made.score <= planned(found).score + 0.01
    for rule in (plan.greedy, plan.by_arrival, plan.by_priority):
        dealt = replace(made, flow=made.model.flow_by_option(rule(made.model)))
        for check in EVERY_WAY:
            check(found, dealt)
    stock = found.stock.set_index(["site_id", "item_id"])
    own = [r for r in made.payload()["reserves"] if not r["supply_id"] and not r["donor_order_line_id"]]
    for key, qty in summed(own, "site_id", "item_id").items():
        assert (
            qty <= stock.loc[key, "on_hand_qty"] - stock.loc[key, "reserved_qty"] - stock.loc[key, "safety_stock_qty"]
        )


CHECKS = [
    never_more_than_available_and_never_below_safety_stock,
    nothing_is_taken_from_a_protected_or_frozen_line_or_from_who_may_not_lose,
    no_donor_comes_late_without_being_shown,
    every_refused_option_names_its_rule_and_says_why,
    quantities_conserve_and_terms_add_up_to_the_score,
    a_line_that_may_not_be_split_comes_in_one_shipment,
    the_plan_is_at_least_as_good_as_both_rules_of_the_field,
    an_order_that_ships_complete_gets_all_its_short_lines_or_none,
    every_way_of_the_trade_is_an_option_of_every_line_or_its_absence_is_explained,
]


EVERY_WAY = [
    never_more_than_available_and_never_below_safety_stock,
    nothing_is_taken_from_a_protected_or_frozen_line_or_from_who_may_not_lose,
    no_donor_comes_late_without_being_shown,
    a_line_that_may_not_be_split_comes_in_one_shipment,
    an_order_that_ships_complete_gets_all_its_short_lines_or_none,
]
"""What holds however stock is dealt out: planned, greedy, first come, by priority."""


@few
@given(networks())
def test_a_plan_keeps_every_rule(found: Situation) -> None:
    """# fault 61: one plan per example, because planning is what takes time; each check is a sentence."""
    made = planned(found)
    for check in CHECKS:
        check(found, made)


def test_every_rule_has_a_sentence() -> None:
    assert set(rules.SENTENCES) == set(rules.RULES)
    assert set(NOTHING_ASSIGNED) == {"wait", "defer"}
    assert raw([{}]).lines.shape[0] == 1
