"""Does what is said to change the answer change it, and one step less not? Tried on the facts themselves, not on options."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from control_tower.policy import Policy
from control_tower.reallocation import payload, plan, turning
from control_tower.reallocation.situation import Situation
from tests.control_tower.reallocation.small_network import POLICY, networks, prepared, raw, shuffled

few = settings(max_examples=max(settings().max_examples // 25, 4))
Said = dict[str, Any]
LATE = {"supply_id": "P1", "due_date": "2026-04-06", "open_qty": 30.0}
STOCK = {"on_hand_qty": 12.0}


def said(found: Situation, policy: Policy = POLICY) -> dict[str, list[Said]]:
    return turning.of(plan.for_situation(prepared(found), policy))


def chosen(found: Situation, line: str, weights: dict[str, float] | None = None) -> str:
    made = payload.of(plan.for_situation(prepared(found), POLICY, weights))
    return str(next(row["chosen"] for row in made["lines"] if row["order_line_id"] == line))


def of_kind(entries: Sequence[Said], kind: str) -> Said:
    return next(entry for entry in entries if entry["change"] == kind and entry["is_confirmed"])


def with_freight(found: Situation, lane: str, price: float) -> Situation:
    lanes = found.lanes.assign(unit_freight=found.lanes["unit_freight"].where(found.lanes["lane_id"] != lane, price))
    return replace(found, lanes=lanes)


def test_the_price_of_freight_at_which_the_receipt_wins_is_stated_to_the_tenth() -> None:
    """By hand, 10 of Berlin for a key line promised today at 100: 3 days late, 2 × 3 % × 1000 × 3 = 180, and freight
    10 × 10.05 + 8 = 108.50, 288.50 in all. The receipt, 4 days on and 1 to stock: 5 days, 300 in all. Equal at 11.20.
    """
    found = raw([{}], [STOCK], [{**LATE, "due_date": "2026-04-05"}], [{"unit_freight": 10.05}])
    entry = of_kind(said(found)["L1"], "freight")
    assert (entry["subject"], entry["now"], entry["at"]) == ("B>A", 10.05, 11.25)
    assert entry["words"] == "If freight on lane B>A were 11.25 a unit, not 10.05, in_transit A P1 would win"
    assert chosen(with_freight(found, "B>A", 11.25), "L1") == entry["instead"] == "in_transit A P1"
    assert chosen(with_freight(found, "B>A", 11.15), "L1") == "alternate_site B B>A"


def test_a_receipt_so_many_days_later_loses_the_line_and_one_day_less_does_not() -> None:
    found = raw([{}], [STOCK], [{**LATE, "due_date": "2026-04-02"}], [{"unit_freight": 12.0}])
    assert chosen(found, "L1") == "in_transit A P1"
    entry = of_kind(said(found)["L1"], "date")
    days = entry["at"] - entry["now"]
    assert days > 0 and f"came {days:g} day" in entry["words"]
    for later, way in ((days, "alternate_site B B>A"), (days - 1, "in_transit A P1")):
        due = found.supply["due_date"] + pd.Timedelta(days=later)
        assert chosen(replace(found, supply=found.supply.assign(due_date=due)), "L1") == way


def test_so_many_fewer_at_the_other_site_lose_the_line_and_one_more_does_not() -> None:
    found = raw([{"is_split_allowed": False}], [STOCK], [LATE], [{}])
    entry = of_kind(said(found)["L1"], "quantity")
    assert entry["now"] - entry["at"] == 3 and "3 fewer of I1 at Berlin" in entry["words"]
    for fewer, way in ((3, "in_transit A P1"), (2, "alternate_site B B>A")):
        assert chosen(raw([{"is_split_allowed": False}], [{"on_hand_qty": 12.0 - fewer}], [LATE], [{}]), "L1") == way


@few
@given(networks())
def test_every_confirmed_weight_and_price_turns_the_answer_and_a_step_less_does_not(found: Situation) -> None:
    """Whatever the network: the facts or weights are changed as stated and planned as a whole."""
    for line, entries in said(found).items():
        before = chosen(found, line)
        for entry in entries:
            if not entry["is_confirmed"] or entry["change"] not in ("weight", "freight"):
                continue
            if entry["change"] == "weight":
                assert chosen(found, line, {entry["subject"]: entry["at"]}) != before
            else:
                assert chosen(with_freight(found, entry["subject"], entry["at"]), line) != before


def test_the_same_facts_in_any_order_say_the_same() -> None:
    lines = [{}, {"order_line_id": "L2", "order_id": "O2", "customer_tier": "small", "customer_id": "C2"}]
    found = raw(lines, [STOCK], [LATE], [{}, {"lane_id": "B>A/2", "lead_time_days": 1.0, "unit_freight": 4.0}])
    assert said(found) == said(shuffled(found, 3))


@pytest.mark.parametrize("solves", [0, 1, 5])
def test_no_more_is_solved_than_policy_allows_and_what_was_not_solved_says_so(solves: int) -> None:
    fewer = POLICY.reallocation.model_copy(update={"what_if_solves": solves})
    policy = type(POLICY)(POLICY.rules.model_copy(update={"reallocation": fewer}), POLICY.hash)
    found = prepared(raw([{}], [STOCK], [LATE], [{}]), policy)
    made = plan.for_situation(found, policy)
    written = turning.answered(payload.of(made), made)
    entries = written["lines"][0]["would_change"]
    assert entries and written["what_if"]["used"] <= solves
    assert {entry["estimated_because"] for entry in entries if not entry["is_confirmed"]} <= {"budget"}
    assert written["what_if"]["is_used_up"]
    if solves < 3:
        assert not any(entry["is_confirmed"] or entry["instead"] for entry in entries)
    else:
        assert any(entry["is_confirmed"] for entry in entries)


def test_a_line_that_a_planner_decided_is_not_asked() -> None:
    made = plan.for_situation(prepared(raw([{}], [STOCK], [LATE], [{}])), POLICY)
    assert turning.of(made, {"L1"}) == {}
    assert turning.answered(payload.of(made), made, {"L1"})["lines"][0]["would_change"] == []


def test_lines_that_hang_together_in_too_many_ways_get_estimates_that_say_so() -> None:
    """26 lines that compete for 13 receipts: 26 × 13 ways to the receipts alone, more than are solved together."""
    lines = [
        {"order_line_id": f"L{n:02d}", "order_id": f"O{n}", "unit_price": 80.0 + n, "open_qty": 10.0} for n in range(26)
    ]
    receipts = [{"supply_id": f"P{n:02d}", "due_date": f"2026-04-{3 + n:02d}", "open_qty": 10.0} for n in range(13)]
    roomy = POLICY.reallocation.model_copy(update={"gap_rate": 0.05, "wait_days": 90})
    policy = type(POLICY)(POLICY.rules.model_copy(update={"reallocation": roomy}), POLICY.hash)
    made = plan.for_situation(prepared(raw(lines, [], receipts), policy), policy)
    entries = [entry for line in turning.of(made).values() for entry in line]
    assert entries and {entry["estimated_because"] for entry in entries} == {"large"}
    assert not any(entry["is_confirmed"] for entry in entries)
