"""Does the recheck name every fact that moved since a plan was made, and nothing when none did? On builds typed row by row."""

import copy
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest

from control_tower import policy, warehouse
from control_tower.policy import Policy
from control_tower.reallocation import plan, recheck
from tests.control_tower.conftest import Build as Typed

POLICY = policy.load()
AS_OF = datetime(2026, 4, 1)
Rows = dict[str, list[dict[str, Any]]]


class Build:
    """Typed relations that the reads of a build are run on; making the schema takes its time, so once for all."""

    def __init__(self, name: str, rows: Rows) -> None:
        self.id = name
        self._typed = _typed()
        for relation, typed in rows.items():
            self._typed.connection.execute(f"DELETE FROM {relation}")
            self._typed.insert(relation, typed)

    def read(self, name: str, **bound: Any) -> pd.DataFrame:
        text = (warehouse.READS / f"{name}.sql").read_text(encoding="utf-8")
        return self._typed.connection.execute(text, {k: v for k, v in bound.items() if f"${k}" in text}).df()


@cache
def _typed() -> Typed:
    return Typed(AS_OF)


def line(name: str, qty: float, promise: date, **more: Any) -> dict[str, Any]:
    return {
        "order_line_id": name, "order_id": f"O-{name}", "customer_id": f"C-{name}", "item_id": "I1", "site_id": "A",
        "ordered_qty": qty, "open_qty": qty, "allocated_qty": 0, "confirmed_qty": 0, "unit_price": 100, "unit_cost": 60,
        "promise_date": promise, "customer_tier": "key", "order_at": datetime(2026, 3, 20), **more,
    }  # fmt: skip


def facts() -> Rows:
    """L1 is served from Berlin, L2 by a receipt of its own site, L3 by taking back from D1, L4 is blocked for credit."""
    exception = {
        "severity": "standard",
        "status": "new",
        "item_id": "I1",
        "recurrence_key": "-",
        "is_open": True,
        "detected_at": AS_OF,
    }
    customers = [
        {"customer_id": f"C-{name}", "tier": "key", "country_code": "DE", "is_split_allowed": name == "L4",
         "routing_guide_code": "G1" if name == "L1" else None, "credit_limit_amount": 700 if name == "L4" else None,
         "currency_code": "EUR"}
        for name in ("L1", "L2", "L3", "L4", "D1")
    ]  # fmt: skip
    return {
        "mart_exception": [
            exception | {"exception_id": "E1", "type_code": "out_of_stock", "category": "inventory"},
            exception | {"exception_id": "E4", "type_code": "credit_hold", "category": "credit", "order_id": "O-L4",
                         "item_id": None},
        ],
        "mart_order_line": [
            line("L1", 10, date(2026, 4, 1)),
            line("L2", 7, date(2026, 4, 4)),
            line("L3", 5, date(2026, 4, 1), customer_tier="strategic", contract_due_at=datetime(2026, 4, 2)),
            line("L4", 9, date(2026, 4, 1), allocated_qty=9, confirmed_qty=9),
            line("D1", 5, date(2026, 4, 25), customer_tier="small", allocated_qty=5, confirmed_qty=5),
        ],
        "core_customer": customers,
        "core_site": [{"site_id": "A", "name": "Aachen", "country_code": "DE"}, {"site_id": "B", "name": "Berlin", "country_code": "DE"}],
        "core_inventory": [
            {"site_id": "B", "item_id": "I1", "storage_location": "1", "snapshot_at": AS_OF, "on_hand_qty": 11, "reserved_qty": 0, "safety_stock_qty": 1},
        ],
        "core_lane": [{"lane_id": "B>A", "from_site_id": "B", "site_id": "A", "carrier_id": "K1", "lead_time_days": 1, "cost_amount": 1, "currency_code": "EUR"}],
        "core_routing_guide": [{"routing_guide_code": "G1", "carrier_id": "K1"}],
        "core_supply": [
            {"supply_id": "P1", "supply_type": "purchase_order", "site_id": "A", "item_id": "I1", "ordered_qty": 12, "promised_date": date(2026, 4, 2)},
        ],
        "ref_currency_rate": [{"currency_code": "EUR", "valid_from": date(2020, 1, 1), "rate": 1}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def payload() -> dict[str, Any]:
    first = Build("test-build", facts())
    made = plan.propose(first, ["E1", "E4"], POLICY).payload()  # type: ignore[arg-type]
    moves = {move["order_line_id"]: move["action"] for move in made["moves"]}
    wanted = {"L1": "alternate_site", "L2": "in_transit", "L3": "take_back", "L4": "partial_release"}
    assert {name: moves.get(name) for name in wanted} == wanted
    return made


def said(payload: Mapping[str, Any], rows: Rows, rules: Policy = POLICY, name: str = "b2") -> list[str]:
    return recheck.changes(payload, Build(name, rows), rules)  # type: ignore[arg-type]


def changed(relation: str, name: str, **values: Any) -> Rows:
    """The same facts with one row different: the row whose first column is `name`."""
    rows = copy.deepcopy(facts())
    found = [row for row in rows[relation] if next(iter(row.values())) == name]
    assert len(found) == 1
    found[0].update(values)
    return rows


def test_another_build_with_the_same_facts_changes_nothing(payload: dict[str, Any]) -> None:
    """# fault 62"""
    assert said(payload, facts()) == []
    assert said(payload, facts(), name="test-build") == []


CASES = [
    ("core_inventory", "B", {"on_hand_qty": 4}, "I1 at B: the plan takes 10, 3 are free to promise now"),
    ("core_inventory", "B", {"safety_stock_qty": 6}, "I1 at B: the plan takes 10, 5 are free to promise now"),
    ("core_supply", "P1", {"promised_date": date(2026, 4, 9)}, "receipt P1 was due on 2026-04-02, is due on 2026-04-09 now"),
    ("core_supply", "P1", {"received_qty": 12}, "receipt P1 is not expected any more"),
    ("core_supply", "P1", {"asn_qty": 3}, "receipt P1: the plan takes"),
    ("core_supply", "P1", {"is_blocked": True}, "receipt P1 is blocked by the buyer or by compliance"),
    ("mart_order_line", "L1", {"open_qty": 6, "shipped_qty": 4}, "order line L1: 10 were planned for, it is 6 now (4 of 10 shipped)"),
    ("mart_order_line", "L1", {"ordered_qty": 12, "open_qty": 12}, "order line L1: 10 were planned for, it is 12 now"),
    ("mart_order_line", "L1", {"open_qty": 0, "shipped_qty": 10}, "order line L1 is shipped by now (10 of 10)"),
    ("mart_order_line", "L1", {"cancelled_at": AS_OF}, "order line L1 was cancelled on 2026-04-01"),
    ("mart_order_line", "L1", {"released_at": AS_OF}, "order line L1 was released to the warehouse on 2026-04-01"),
    ("mart_order_line", "L1", {"promise_date": date(2026, 4, 6)}, "order line L1: promised for 2026-04-01, for 2026-04-06 now"),
    ("mart_order_line", "L1", {"allocated_qty": 10, "confirmed_qty": 10}, "order line L1 is no longer short"),
    ("mart_order_line", "D1", {"allocated_qty": 0}, "order line D1 is short itself by now"),
    ("mart_order_line", "D1", {"released_at": AS_OF}, "order O-D1 is released or due within 2 days: frozen"),
    ("core_customer", "C-L1", {"routing_guide_code": "G9"}, "order line L1: the routing guide was G1, is G9 now"),
    ("core_customer", "C-L1", {"is_ship_complete": True}, "order line L1: ship complete by contract was no, is yes now"),
    ("core_customer", "C-D1", {"is_promise_protected": True}, "order O-D1 is promised by contract to a protected customer"),
    ("core_routing_guide", "G1", {"carrier_id": "K2"}, "order line L1: routing guide G1 does not allow carrier K1"),
    ("core_lane", "B>A", {"lead_time_days": 6}, "lane B>A: the transit time in days was 1, is 6 now"),
    ("core_lane", "B>A", {"cost_amount": 3}, "lane B>A: the freight a unit was 1, is 3 now"),
    ("core_lane", "B>A", {"carrier_id": "K7"}, "lane B>A: the carrier was K1, is K7 now"),
    ("core_lane", "B>A", {"min_qty": 50}, "order line L1: the lane carries no less than 50"),
    ("core_lane", "B>A", {"lane_id": "new"}, "lane B>A is not offered any more"),
    ("core_customer", "C-L4", {"credit_limit_amount": 250}, "order line L4: the customer has 250.00 of credit left; 2 of the 7 planned can be released"),
    ("core_customer", "C-L4", {"credit_limit_amount": 20}, "order line L4: the customer has 20.00 of credit left: not one unit can be released"),
]  # fmt: skip


@pytest.mark.parametrize(("relation", "name", "values", "words"), CASES)
def test_what_changed_is_named_in_words(
    payload: dict[str, Any], relation: str, name: str, values: dict[str, Any], words: str
) -> None:
    """# fault 62: stock, supply, order line, contract, guide, lane and credit, one at a time."""
    found = said(payload, changed(relation, name, **values))
    assert any(words in sentence for sentence in found), found


def test_what_is_better_than_planned_is_no_objection(payload: dict[str, Any]) -> None:
    assert said(payload, changed("core_inventory", "B", on_hand_qty=99)) == []
    assert said(payload, changed("core_lane", "B>A", cost_amount=0.5)) == []
    assert said(payload, changed("core_supply", "P1", promised_date=date(2026, 4, 1))) == []
    assert said(payload, changed("core_customer", "C-L4", credit_limit_amount=900)) == []


def test_a_rule_of_a_new_policy_that_forbids_a_move_is_named(payload: dict[str, Any]) -> None:
    """# fault 62: the same build, another policy: nobody loses stock any more."""
    stricter = POLICY.reallocation.model_copy(update={"losing_classes": ()})
    rules = type(POLICY)(POLICY.rules.model_copy(update={"reallocation": stricter}), "another")
    assert said(payload, facts(), rules, "test-build") == [
        "order line L3: order O-D1 is of class 'lose' and may not lose its stock"
    ]


def test_a_plan_of_lines_that_are_all_gone_says_what_became_of_each(payload: dict[str, Any]) -> None:
    rows = facts()
    for row in rows["mart_order_line"]:
        row["cancelled_at"] = AS_OF
    found = said(payload, rows)
    assert "order line L1 was cancelled on 2026-04-01" in found and "nothing to reallocate" in found[-1]
