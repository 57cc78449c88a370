"""Does a plan worked by hand come out to the cent, term by term?"""

import pytest

from control_tower.reallocation import plan
from tests.control_tower.reallocation.small_network import POLICY, prepared, raw


def test_a_short_line_is_served_from_another_site_as_worked_by_hand() -> None:
    """10 units at 100 (cost 60), key customer, promised today. Berlin has 12, 2 of them safety stock.

    From Berlin: one day to load, two on the lane, three late: lateness 3 × 3 % × 1000 = 90; the priority of a key
    customer is 1.0, so 90 more; margin 400; freight 10 × 1 + 8 = 18. Score 400 − 90 − 90 − 18 = 202.
    """
    found = raw([{}], stock=[{"on_hand_qty": 12.0, "safety_stock_qty": 2.0}], lanes=[{}])
    payload = plan.for_situation(prepared(found), POLICY).payload()
    assert payload["score_terms"] == {
        "lateness": -90, "priority": -90, "sla": 0, "margin": 400, "freight": -18, "split": 0, "donor_harm": 0,
    }  # fmt: skip
    assert payload["score"] == pytest.approx(202)
    assert payload["chosen_option"] == "alternate_site B B>A"
    assert [(m["qty"], m["ships_on"], m["arrives_on"]) for m in payload["moves"]] == [(10, "2026-04-02", "2026-04-04")]


def test_one_unit_of_safety_stock_more_and_a_contract_without_split_leaves_the_line_waiting() -> None:
    found = raw([{"is_split_allowed": False}], stock=[{"on_hand_qty": 12.0, "safety_stock_qty": 3.0}], lanes=[{}])
    payload = plan.for_situation(prepared(found), POLICY).payload()
    assert payload["chosen_option"] == "wait"
    assert [(r["option"], r["rule"], r["why"]) for r in payload["refusals"]] == [
        ("alternate_site B B>A", "split_contract", "covers 9 of 10, and the contract does not allow a split"),
        ("alternate_carrier", "no_other_carrier", "no second carrier serves a lane to the line's site"),
        ("in_transit", "no_receipt", "no receipt of the item is expected"),
        ("drop_ship", "no_supplier_lane", "no lane leads from the item's supplier straight to the line's site"),
        ("substitute", "no_substitute", "no approved substitute of the item is in stock anywhere"),
        ("take_back", "no_donor", "no other order holds stock of the item"),
        ("split", "split_contract", "the contract does not allow a split"),
        ("partial_ship", "split_contract", "the contract does not allow a split"),
    ]
    assert payload["moves"] == [] and payload["reserves"] == []


def test_stock_of_an_order_that_can_wait_goes_to_the_better_customer_and_the_donor_is_shown() -> None:
    donor = {
        "order_line_id": "L2", "order_id": "O2", "customer_id": "C2", "customer_tier": "small", "covered_qty": 10.0,
        "promise_date": "2026-04-20",
    }  # fmt: skip
    found = raw([{}, donor], supply=[{"due_date": "2026-04-10"}])
    payload = plan.for_situation(prepared(found), POLICY).payload()
    assert payload["moves"][0]["action"] == "take_back"
    (shown,) = payload["donors"]
    assert (shown["order_line_id"], shown["qty"], shown["is_late"], shown["class"]) == ("L2", 10, False, "lose")
    assert shown["expected_on"] == "2026-04-11"


def test_an_order_that_ships_complete_waits_as_a_whole_while_one_of_its_lines_cannot_be_served() -> None:
    """Berlin has ten of the first item and none of the second: neither line is served, and the first one says why."""
    whole = {"is_ship_complete": True, "is_split_allowed": False}
    lines = [whole, {**whole, "order_line_id": "L2", "item_id": "I2"}]
    found = raw(lines, stock=[{"on_hand_qty": 10.0}], lanes=[{}])
    payload = plan.for_situation(prepared(found), POLICY).payload()
    assert [line["chosen"] for line in payload["lines"]] == ["wait", "wait"]
    refused = next(o for o in payload["lines"][0]["options"] if o["action"] == "alternate_site")
    assert (refused["refused_by"], refused["why"]) == (
        "ship_complete", "the order ships complete, and another line of it cannot be served",
    )  # fmt: skip
    both = [{"on_hand_qty": 10.0}, {"item_id": "I2", "on_hand_qty": 10.0}]
    served = plan.for_situation(prepared(raw(lines, stock=both, lanes=[{}])), POLICY).payload()
    assert {line["chosen"] for line in served["lines"]} == {"alternate_site B B>A"}


@pytest.mark.parametrize(("due", "lateness"), [("2026-04-02", -150), ("2026-03-30", -180), ("2026-05-01", -90)])
def test_the_other_lines_of_an_order_that_ships_complete_are_late_with_its_last(due: str, lateness: float) -> None:
    """The first example, and 20 at 50 of another item wait in the same order: from Berlin on day 3, 90 for the line itself.

    Promised for day 1 they are 2 days late, 2 × 3 % × 1000 = 60 more; promised for day −2 they are late today already,
    and the 3 days more cost 90; promised for May they lose nothing.
    """
    whole = {"is_ship_complete": True, "is_split_allowed": False}
    stock, beside = [{"on_hand_qty": 12.0, "safety_stock_qty": 2.0}], [{"due_date": due}]
    found = raw([whole], stock, lanes=[{}], companions=[*beside, {"order_line_id": "L1", "due_date": due}])
    payload = plan.for_situation(prepared(found), POLICY).payload()
    assert payload["chosen_option"] == "alternate_site B B>A"
    assert (payload["score_terms"]["lateness"], payload["score_terms"]["priority"]) == (lateness, -90)
    loose = raw([{}], stock, lanes=[{}], companions=beside)
    assert plan.for_situation(prepared(loose), POLICY).payload()["score_terms"]["lateness"] == -90


@pytest.mark.parametrize(("worth", "action"), [(1.0, "take_back"), (500.0, "in_transit")])
def test_a_donor_whose_order_ships_complete_keeps_its_stock_when_the_rest_of_the_order_is_worth_more(
    worth: float, action: str
) -> None:
    """Its 20 others are promised for day 1 and would leave on day 10, nine days late: 9 × 3 % × 20 × 500 = 2,700 of harm.

    The key customer's line gains less by not waiting for the receipt: at most 30 days × 3 % × 1000 for lateness and as much
    for priority, 1,800. At a price of 1 the harm is 5.40, and the stock is taken.
    """
    donor = {
        "order_line_id": "L2", "order_id": "O2", "customer_id": "C2", "customer_tier": "small", "covered_qty": 10.0,
        "promise_date": "2026-04-20", "is_ship_complete": True,
    }  # fmt: skip
    beside = [{"order_id": "O2", "unit_price": worth}]
    found = raw([{}, donor], supply=[{"due_date": "2026-04-10"}], companions=beside)
    payload = plan.for_situation(prepared(found), POLICY).payload()
    assert payload["moves"][0]["action"] == action


def test_of_one_ten_for_two_lines_of_a_complete_order_nothing_goes_to_it_and_another_order_gets_the_ten() -> None:
    whole = {"is_ship_complete": True, "is_split_allowed": False, "customer_tier": "strategic"}
    lines = [
        whole,
        {**whole, "order_line_id": "L2"},
        {"order_line_id": "L3", "order_id": "O3", "customer_tier": "small"},
    ]
    found = raw(lines, stock=[{"on_hand_qty": 10.0}], lanes=[{}])
    payload = plan.for_situation(prepared(found), POLICY).payload()
    assert [line["chosen"] for line in payload["lines"]] == ["wait", "wait", "alternate_site B B>A"]
    assert "its order ships complete" in str(payload["lines"][0]["options"])
