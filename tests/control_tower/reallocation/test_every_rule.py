"""Does each rule refuse what it is there to refuse, in words, and is a way that a line has not said to be missing? (REA-03)"""

from typing import Any

import pytest

from control_tower.policy import Policy
from control_tower.reallocation import plan, rules
from tests.control_tower.reallocation.small_network import POLICY, prepared, raw

TEN = [{"on_hand_qty": 10.0}]
FOUR = [{"on_hand_qty": 4.0}]
DONOR = {
    "order_line_id": "L2", "order_id": "O2", "customer_id": "C2", "customer_tier": "small", "covered_qty": 10.0,
    "promise_date": "2026-04-20",
}  # fmt: skip
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "no_lane": ("alternate_site", {"stock": TEN}, "no lane with price and transit time"),
    "no_date": ("in_transit", {"supply": [{"due_date": None}]}, "receipt P1 has no expected date"),
    "blocked_supply": ("in_transit", {"supply": [{"is_blocked": True}]}, "receipt P1 is blocked"),
    "credit": ("alternate_site", {"line": {"is_credit_blocked": True}, "stock": TEN, "lanes": [{}]}, "blocked for credit"),
    "regulated_goods": (
        "alternate_site", {"line": {"is_regulated": True}, "stock": [{"site_id": "C", "on_hand_qty": 10.0}],
        "lanes": [{"lane_id": "C>A", "from_site_id": "C"}]}, "regulated goods cross no border",
    ),
    "freeze_horizon": ("take_back", {"donor": {"is_released": True}}, "order O2 is released or due within 2 days"),
    "protected_customer": ("take_back", {"donor": {"is_promise_protected": True}}, "protected customer"),
    "allocation_class": ("take_back", {"line": {"customer_tier": "small"}, "donor": {}}, "a line of class 'lose' may not take"),
    "routing_guide": (
        "alternate_site", {"line": {"routing_guide_code": "G1"}, "stock": TEN, "lanes": [{}], "guides": [("G1", "K9")]},
        "routing guide G1 does not allow carrier K1",
    ),
    "available_to_promise": ("alternate_site", {"stock": [{}], "lanes": [{}]}, "nothing is free to promise"),
    "safety_stock": (
        "alternate_site", {"stock": [{"on_hand_qty": 2.0, "safety_stock_qty": 5.0}], "lanes": [{}]}, "only safety stock is left",
    ),
    "minimum_quantity": ("alternate_site", {"stock": TEN, "lanes": [{"min_qty": 50.0}]}, "carries no less than 50"),
    "ship_complete": (
        "alternate_site", {"line": {"is_ship_complete": True}, "stock": FOUR, "lanes": [{}]}, "covers 4 of 10, and the contract says",
    ),
    "split_contract": (
        "alternate_site", {"line": {"is_split_allowed": False}, "stock": FOUR, "lanes": [{}]}, "does not allow a split",
    ),
    "split_margin": (
        "alternate_site", {"line": {"min_split_margin_rate": 0.5}, "stock": FOUR, "lanes": [{}]}, "the margin of 40.0% is below",
    ),
    "site_capacity": ("alternate_site", {"stock": TEN, "lanes": [{}], "shut": True}, "Berlin has no capacity left"),
}  # fmt: skip


def first_line(given: dict[str, Any]) -> dict[str, Any]:
    """What the plan says of the first line of a network made of these parts."""
    lines = [given.get("line", {}), *([{**DONOR, **given["donor"]}] if "donor" in given else [])]
    rows = {name: given.get(name, ()) for name in ("stock", "supply", "lanes")}
    closed = POLICY.reallocation.model_copy(update={"site_capacities_qty": {"B": 0}} if given.get("shut") else {})
    policy = Policy(POLICY.rules.model_copy(update={"reallocation": closed}), POLICY.hash)
    found = prepared(raw(lines, **rows, guides=given.get("guides", ())), policy)
    made: dict[str, Any] = plan.for_situation(found, policy).payload()
    return next(line for line in made["lines"] if line["order_line_id"] == "L1")


@pytest.mark.parametrize("rule", rules.RULES)
def test_the_rule_refuses_and_says_why(rule: str) -> None:
    action, given, words = CASES[rule]
    said = [o for o in first_line(given)["options"] if o["action"] == action and o["refused_by"]]
    assert {o["refused_by"] for o in said} == {rule}
    assert all(words in o["why"] for o in said)


@pytest.mark.parametrize(("action", "name"), [(action, name) for action, (name, _) in rules.ABSENT.items()])
def test_a_way_that_a_line_has_not_is_listed_with_what_is_missing(action: str, name: str) -> None:
    (said,) = [o for o in first_line({})["options"] if o["action"] == action]
    assert (said["refused_by"], said["why"]) == (name, rules.ABSENT[action][1])


@pytest.mark.parametrize("rule", ["ship_complete", "split_contract", "split_margin", "credit"])
def test_split_and_partial_are_refused_as_such_by_the_rule_that_forbids_them(rule: str) -> None:
    options = first_line(CASES[rule][1])["options"]
    said = {o["option"]: o["refused_by"] for o in options if o["option"] in ("split", "partial_ship")}
    assert said == {"split": rule, "partial_ship": rule}


def test_where_two_halves_are_allowed_nothing_is_refused_and_the_split_is_chosen() -> None:
    halves = {"stock": [{"on_hand_qty": 5.0}, {"site_id": "C", "on_hand_qty": 5.0}]}
    lanes = [{}, {"lane_id": "C>A", "from_site_id": "C"}]
    line = first_line({**halves, "lanes": lanes})
    assert line["chosen"] == "split"
    assert not [o for o in line["options"] if o["option"] in ("split", "partial_ship") and o["refused_by"]]


def test_an_order_blocked_for_credit_is_reserved_released_within_the_limit_or_deferred() -> None:
    """REA-06: of nine held at 100, 350 of credit release three; without credit all is deferred or lies reserved."""
    line = {"is_credit_blocked": True, "covered_qty": 10.0}
    found = prepared(raw([line], credit=[("C1", 350.0)]))
    moves = plan.for_situation(found, POLICY).payload()["moves"]
    assert [(m["action"], m["qty"]) for m in moves if m["action"] == "partial_release"] == [("partial_release", 3.0)]
    bare = first_line({"line": {"is_credit_blocked": True}})
    assert bare["chosen"] == "defer"
    arrives = next(o for o in bare["options"] if o["option"] == "defer")["arrives_on"]
    assert arrives == "2026-04-15"
