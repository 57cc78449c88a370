"""Who is told what when a proposal is released, and in which words? (ROU-08, ROU-10)"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from control_tower.errors import DefinitionError
from control_tower.model import Proposal
from control_tower.vocabulary import ProposalState
from control_tower.workflow import messages, templates
from tests.control_tower.services.deciding_desk import plan

AT = datetime(2026, 3, 2, tzinfo=UTC)
MOVE = plan()["moves"][0]
LINE = {"order_line_id": "erp:L1", "order_id": "erp:O1", "customer_id": "erp:C1", "chosen": "in_transit"}


def told(**changes: object) -> dict[str, messages.Leaving]:
    payload = plan(**{"lines": [LINE], **changes})
    proposal = Proposal(
        "P-1", 1, 1, ProposalState.APPROVED, payload, "h", (), ("erp:E1",), "planner", "planner", AT, AT, AT, "1", "p", "b"
    )  # fmt: skip
    return {leaving.key.removeprefix("P-1:1:"): leaving for leaving in messages.of(proposal)}


def test_a_plan_that_rests_on_a_supply_has_procurement_expedite_it() -> None:
    found = told(moves=[{**MOVE, "action": "in_transit", "supply_id": "erp:PO7"}])["procurement:erp:PO7"]
    assert found.content["subject"] == "Expedite erp:PO7 (P-1)"
    assert "10 of item erp:I1 for line erp:L1: leaves 2026-03-03, at the customer 2026-03-05" in found.content["text"]


def test_finance_is_told_who_gains_goods_and_who_loses_them() -> None:
    donor = {"order_line_id": "erp:L9", "order_id": "erp:O9", "customer_id": "erp:C9", "qty": 4, "days_later": 3,
             "is_late": True, "expected_on": "2026-03-09"}  # fmt: skip
    found = told(donors=[donor])
    text = found["finance"].content["text"]
    assert "2500 EUR" in text
    assert "customer erp:C1, line erp:L1: + 10" in text
    assert "customer erp:C9, line erp:L9: − 4" in text
    assert "expected on 2026-03-09" in found["customer:erp:O9"].content["text"], "who waits longer is told too"


def test_a_plan_that_moves_nothing_changes_no_exposure() -> None:
    assert "finance" not in told(moves=[{**MOVE, "action": "wait"}], reserves=[])


def test_what_is_filled_in_is_data_and_cannot_write_a_line_or_name_a_field() -> None:
    nasty = {**LINE, "order_id": "O1\r\nBcc: all@example\u2028$customer_id"}
    found = next(one for key, one in told(lines=[nasty]).items() if key.startswith("customer"))
    assert found.content["subject"] == "Your order O1 Bcc: all@example $customer_id: new delivery date"


def test_the_text_says_which_template_in_which_version_said_so() -> None:
    content = told()["customer:erp:O1"].content
    approved = templates.all_of()["customer"]
    assert (content["template_version"], content["template_hash"]) == (approved.version, approved.digest)
    assert content["payload_hash"] == "h", "tied to the plan that was approved"


@pytest.mark.parametrize("broken", ['subject = "$password"', 'subject = "$"', 'kind = "other"'])
def test_a_template_that_names_what_there_is_not_is_refused(tmp_path: Path, broken: str) -> None:
    for path in templates.FOLDER.glob("*.toml"):
        text = path.read_text()
        if path.stem == "customer":
            name = broken.split(" ")[0]
            text = "\n".join(broken if line.startswith(f"{name} =") else line for line in text.splitlines())
        (tmp_path / path.name).write_text(text)
    with pytest.raises(DefinitionError, match=r"customer\.toml"):
        templates.all_of(tmp_path)


def test_keys_are_the_same_on_every_try() -> None:
    assert list(told()) == list(told())
