"""Does a planner's own choice hold, and is the plan measured against the field's rules?"""

from collections.abc import Mapping
from typing import Any

import pytest

from control_tower.errors import NotAllowed
from control_tower.reallocation import choice, compare, payload, plan
from control_tower.reallocation.situation import Situation
from tests.control_tower.reallocation.small_network import POLICY, prepared, raw

LINES = [
    {"order_line_id": "L1"},
    {"order_line_id": "L2", "order_id": "O2", "customer_tier": "small", "customer_id": "C2"},
]
STOCK = [{"on_hand_qty": 10.0}]
SUPPLY = [{"open_qty": 40.0, "due_date": "2026-04-09"}]
LANES: list[dict[str, Any]] = [{}]


def network(
    stock: float = 10.0, due: str = "2026-04-09", promise: str = "2026-04-01", build_id: str = "b1"
) -> Situation:
    """Two lines short of ten each; ten are at the other site, forty come to their own."""
    lines = [{**LINES[0], "promise_date": promise}, LINES[1]]
    found = raw(lines, [{"on_hand_qty": stock}], [{**SUPPLY[0], "due_date": due}], LANES)
    return Situation(**{**found.__dict__, "build_id": build_id})


def written() -> dict[str, Any]:
    return payload.of(plan.for_situation(prepared(network()), POLICY))


def chosen(content: Mapping[str, Any], line_id: str) -> str:
    return str(next(line["chosen"] for line in content["lines"] if line["order_line_id"] == line_id))


def test_the_key_customer_gets_the_stock_until_the_planner_gives_it_to_the_other() -> None:
    """REA-10: the rest is solved around the choice; the plan never scores more than the recommended one."""
    best = plan.for_situation(prepared(network()), POLICY)
    content = payload.of(best)
    stock = chosen(content, "L1")
    assert stock.startswith("alternate_site B") and chosen(content, "L2").startswith("in_transit")
    own = choice.fixed(prepared(network()), POLICY, {"L2": stock})
    assert chosen(payload.of(own), "L2") == stock
    assert chosen(payload.of(own), "L1").startswith("in_transit")
    assert own.score < best.score
    assert "the planner chose otherwise" not in str(payload.of(own))


def test_a_choice_worse_than_waiting_is_carried_out_all_the_same() -> None:
    """Nothing but a rule forbids a planner's choice: waiting for a known receipt against shipping at a loss."""
    dear = [{"unit_freight": 500.0}]
    found = prepared(raw([LINES[0]], STOCK, SUPPLY, dear))
    content = payload.of(plan.for_situation(found, POLICY))
    key = next(o["option"] for o in content["lines"][0]["options"] if o["action"] == "alternate_site")
    assert chosen(content, "L1") != key
    assert chosen(payload.of(choice.fixed(found, POLICY, {"L1": key})), "L1") == key


def test_what_a_rule_refuses_cannot_be_chosen_and_two_cannot_have_the_same_ten() -> None:
    bare = prepared(raw(LINES, [*STOCK, {"site_id": "C"}], SUPPLY, [*LANES, {"lane_id": "C>A", "from_site_id": "C"}]))
    content = payload.of(plan.for_situation(bare, POLICY))
    refused = next(o for line in content["lines"] for o in line["options"] if o["refused_by"])
    line = next(line["order_line_id"] for line in content["lines"] if refused in line["options"])
    with pytest.raises(NotAllowed, match="is refused"):
        choice.fixed(bare, POLICY, {line: refused["option"]})
    stock = chosen(content, "L1")
    with pytest.raises(NotAllowed, match="cannot go together"):
        choice.fixed(prepared(network()), POLICY, {"L1": stock, "L2": stock})
    with pytest.raises(NotAllowed, match="has no option"):
        choice.fixed(prepared(network()), POLICY, {"L1": "by balloon"})


def test_the_plan_is_never_worse_than_the_rules_of_the_field() -> None:
    best = plan.for_situation(prepared(network()), POLICY)
    rows = compare.compared(best)
    assert [row["way"] for row in rows] == ["plan", "first_come", "priority"]
    assert rows[0]["score"] == round(best.score, 2) >= max(row["score"] for row in rows[1:])
    assert rows[0]["freight_amount"] == payload.of(best)["freight_amount"]
