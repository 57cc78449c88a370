"""Is it kept what an approved plan promised, and filled in what became of it, harm to donors included? (REA-10, K50)"""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from control_tower import kpi
from control_tower.definitions import kpis
from control_tower.errors import NotAllowed
from control_tower.services import approvals, outcomes, proposals, releases
from control_tower.services.request import Request
from control_tower.warehouse import Build
from control_tower.workflow.store.extracting import EXTRACTS
from tests.control_tower.services.deciding_desk import Tower, plan
from tests.control_tower.typed_home import publish

ORDERED = {"order_id": "erp:O1", "customer_id": "erp:C1", "site_id": "erp:NORTH", "unit_price": 25, "unit_cost": 15,
           "promise_date": date(2026, 3, 4), "contract_due_at": datetime(2026, 3, 6)}  # fmt: skip


def _payload() -> dict[str, Any]:
    """Ten of L1 that would have come 5 days late come 1 day late; a donor gives them and was to be in time."""
    waits = {"option": "wait", "action": "wait", "days_late": 5, "terms": {"sla": -40.0, "margin": 80.0}}
    taken = {"option": "take_back", "action": "take_back", "days_late": 1, "terms": {"sla": 0.0, "margin": 100.0}}
    line = {
        "order_line_id": "erp:L1",
        "order_id": "erp:O1",
        "short_qty": 10,
        "chosen": "take_back",
        "options": [taken, waits],
    }
    donor = {"order_line_id": "erp:D1", "qty": 10, "days_later": 0, "is_late": False, "class": "may_lose"}
    return plan(amount="250", margin_rate="0.24", lines=[line], donors=[donor])


def _released(desk: Tower) -> str:
    number = desk.submitted(_payload())
    approvals.approve(desk.store, Request("approver"), number)
    releases.release(desk.store, Request("planner"), number)
    return number


def _line(name: str, **changes: Any) -> dict[str, Any]:
    usual = {"order_line_id": name, "ordered_qty": 30, "delivered_qty": 20, "as_of": datetime(2026, 3, 9, 12)}
    return {**ORDERED, **usual, **changes}


@pytest.fixture
def shown(tmp_path: Path) -> Callable[..., Build]:
    """A build that shows these order lines; L1 left on one shipment whose freight of 60 it shares half and half."""

    def made(build_id: str, *lines: dict[str, Any]) -> Build:
        left = {"shipment_id": "erp:S1", "shipped_at": datetime(2026, 3, 3), "freight_amount": 60}
        old = {"shipment_id": "erp:S0", "shipped_at": datetime(2026, 2, 3), "freight_amount": 999}
        parts = [("erp:S1", "erp:L1", 10), ("erp:S1", "erp:OTHER", 10), ("erp:S0", "erp:L1", 20)]
        return publish(tmp_path / build_id, build_id, datetime(2026, 3, 9, 12), {
            "mart_order_line": lines, "mart_freight": [left, old],
            "core_shipment_line": [{"shipment_id": s, "order_line_id": o, "shipped_qty": q} for s, o, q in parts],
        })  # fmt: skip

    return made


def _realised(desk: Tower) -> dict[str, Any]:
    [entry] = outcomes.find_all(desk.store, desk.user("executive"))
    assert entry.outcome.realised is not None
    return dict(entry.outcome.realised)


def test_at_approval_the_effect_is_frozen_per_line_and_donor(desk: Tower) -> None:
    number = desk.submitted(_payload())
    assert outcomes.find_all(desk.store, desk.user("executive")) == []
    approvals.approve(desk.store, Request("approver"), number)
    [entry] = outcomes.find_all(desk.store, desk.user("executive"))
    promised = outcomes.effect_of(entry.outcome)
    assert promised["lines"] == [{
        "order_line_id": "erp:L1", "short_qty": 10.0, "qty": 10.0, "days_late_before": 5, "days_late_after": 1,
        "margin_amount": 100.0, "freight_amount": 40.0, "sla_kept_before": False, "sla_kept_after": True,
    }]  # fmt: skip
    assert promised["donors"] == [{"order_line_id": "erp:D1", "qty": 10.0, "days_late_after": 0.0, "is_late": False}]
    assert (promised["benefit_amount"], promised["days_late_before"], promised["days_late_after"]) == (60.0, 5.0, 1.0)
    assert entry.outcome.realised is None


def test_what_cannot_be_known_yet_stays_open(desk: Tower, shown) -> None:
    _released(desk)
    [receipt] = outcomes.measure_all(desk.store, shown("build-2", _line("erp:L1"), _line("erp:D1")))
    found = _realised(desk)
    assert receipt.state == found["status"] == "open"
    assert found["lines"][0]["days_late"] is None
    assert found["lines"][0]["days_late_at_least"] == 5
    assert found["lines"][0]["sla_kept"] is False, "the due time has passed, whenever it comes"
    assert found["benefit_amount"] is None


def test_delivered_lines_and_a_harmed_donor_are_measured_by_hand(desk: Tower, shown) -> None:
    """L1: 10 × (25 − 15) less half of 60 freight; D1 came 3 days late and 2 of its 30 were cancelled: 2 × 10 lost."""
    _released(desk)
    served = _line("erp:L1", delivered_qty=30, delivered_at=datetime(2026, 3, 5, 9))
    donor = _line("erp:D1", delivered_qty=28, cancelled_qty=2, delivered_at=datetime(2026, 3, 7, 9))
    outcomes.measure_all(desk.store, shown("build-2", served, donor))
    found = _realised(desk)
    assert found["status"] == "measured"
    assert found["lines"][0] == {
        "order_line_id": "erp:L1", "days_late": 1, "days_late_at_least": None, "sla_kept": True, "is_over": True,
        "served_qty": 10.0, "margin_amount": 100.0, "freight_amount": 30.0,
    }  # fmt: skip
    assert found["donors"][0]["days_late"] == 3
    assert found["donors"][0]["margin_lost_amount"] == 20.0
    assert (found["donors_late"], found["benefit_amount"]) == (1, 50.0)


def test_measuring_again_writes_nothing_and_a_corrected_fact_writes_anew(desk: Tower, shown) -> None:
    _released(desk)
    both = [_line(n, delivered_qty=30, delivered_at=datetime(2026, 3, 4, 9)) for n in ("erp:L1", "erp:D1")]
    [promised] = outcomes.find_all(desk.store, desk.user("executive"))
    assert len(outcomes.measure_all(desk.store, shown("build-2", *both))) == 1
    before = len(desk.trail())
    assert outcomes.measure_all(desk.store, shown("build-3", *both)) == []
    assert len(desk.trail()) == before
    both[1]["delivered_at"] = datetime(2026, 3, 6, 9)
    [again] = outcomes.measure_all(desk.store, shown("build-4", *both))
    assert again.state == "measured"
    assert _realised(desk)["donors_late"] == 1
    assert desk.trail()[-1] == ("service.intake_service", "outcome.measure", "done")
    [entry] = outcomes.find_all(desk.store, desk.user("executive"))
    assert entry.outcome.expected == promised.outcome.expected, "what was promised is frozen"
    assert entry.outcome.frozen_at == promised.outcome.frozen_at


def test_the_build_of_the_plan_itself_measures_nothing_nor_does_a_plan_that_was_not_carried_out(
    desk: Tower, shown
) -> None:
    number = desk.submitted(_payload())
    approvals.approve(desk.store, Request("approver"), number)
    lines = [_line("erp:L1"), _line("erp:D1")]
    assert outcomes.measure_all(desk.store, shown("build-9", *lines)) == []
    releases.release(desk.store, Request("planner"), number)
    assert outcomes.measure_all(desk.store, shown("build-1", *lines)) == []


def test_only_the_intakes_account_may_fill_the_ledger(desk: Tower) -> None:
    _released(desk)
    [entry] = outcomes.find_all(desk.store, desk.user("executive"))
    with pytest.raises(NotAllowed):
        outcomes.measure(desk.store, Request("planner"), entry.outcome, {"status": "measured", "benefit_amount": 1e9})
    assert outcomes.find_all(desk.store, desk.user("south_planner")) == [], "another site's ledger is not theirs"


def test_the_measured_benefit_goes_into_the_next_extract(desk: Tower, shown) -> None:
    number = _released(desk)
    both = [_line(n, delivered_qty=30, delivered_at=datetime(2026, 3, 4, 9)) for n in ("erp:L1", "erp:D1")]
    outcomes.measure_all(desk.store, shown("build-2", *both))
    with desk.store.reading() as unit:
        [row] = EXTRACTS["proposal"](unit.connection)
    assert row["proposal_id"] == number
    assert float(row["expected_benefit_amount"]) == 60.0
    assert row["realised_benefit_amount"] == 70.0
    assert proposals.find(desk.store, desk.user("executive"), number).state == "released"
    assert json.dumps(_realised(desk))


def test_the_return_says_what_it_waits_for_and_is_there_with_benefits_and_cost(tmp_path: Path) -> None:
    # K50: 600 realised over two days at 100 a day is a return of (600 − 200) / 200
    at = datetime(2026, 3, 2, 12)
    done = {"proposal_id": "p", "state": "confirmed", "created_at": datetime(2026, 3, 1), "confirmed_at": at,
            "realised_benefit_amount": 600, "currency_code": "EUR"}  # fmt: skip
    cost = [{"name": "running_cost_per_day_amount", "value": 100}]
    given = {
        "both": ([done], cost),
        "no cost": ([done], []),
        "no outcome": ([{**done, "realised_benefit_amount": None}], cost),
    }
    found = {}
    for number, (name, (rows, parameters)) in enumerate(given.items()):
        made = publish(
            tmp_path / str(number), f"b{number}", at, {"core_proposal": rows, "policy_parameter": parameters}
        )
        with made.cursor() as cursor:
            found[name] = kpi.evaluate(cursor, kpis()["return_on_cost"])
    assert found["both"].value == pytest.approx(2.0)
    assert found["no cost"].value is None
    assert "running_cost_per_day_amount" in str(found["no cost"].not_available)
    assert found["no outcome"].value is None
    assert "realised_benefit_amount" in str(found["no outcome"].not_available)
