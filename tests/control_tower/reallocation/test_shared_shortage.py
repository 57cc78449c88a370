"""Does a plan find all lines that share a shortage, and only those? (REA-04) On a build typed row by row."""

from datetime import date, datetime
from typing import Any

import pytest

from control_tower.errors import NotAllowed
from control_tower.reallocation import plan
from tests.control_tower.reallocation.test_recheck import POLICY, Build, Rows, facts, line

EXCEPTION = {
    "type_code": "out_of_stock", "category": "inventory", "severity": "standard", "status": "new", "recurrence_key": "-",
    "is_open": True, "detected_at": datetime(2026, 4, 1),
}  # fmt: skip
DUE = date(2026, 4, 2)


def build() -> Build:
    """L1 to L3 wait for I1; beside them lines of it that do not, a waiting one at another site, and one of another item."""
    rows: Rows = facts()
    rows["mart_exception"] = [
        EXCEPTION
        | {"exception_id": "line", "order_line_id": "L1", "order_id": "O-L1", "item_id": "I1", "site_id": "A"},
        EXCEPTION | {"exception_id": "item", "item_id": "I1"},
        EXCEPTION | {"exception_id": "gone", "order_line_id": "CANCELLED"},
    ]
    rows["mart_order_line"] = [
        *rows["mart_order_line"],
        line("FAR", 3, DUE, site_id="B", customer_id="C-L2"),
        line("OTHER", 3, DUE, item_id="I2", customer_id="C-L2"),
        line("RELEASED", 3, DUE, released_at=datetime(2026, 3, 30), customer_id="C-L2"),
        line("CANCELLED", 3, DUE, cancelled_at=datetime(2026, 3, 30), customer_id="C-L2"),
    ]
    return Build("shared", rows)


def planned(*asked: str, **how: Any) -> list[str]:
    made = plan.propose(build(), list(asked), POLICY, **how)  # type: ignore[arg-type]
    return sorted(one["order_line_id"] for one in made.payload()["lines"])


@pytest.mark.parametrize("asked", ["line", "item"])
def test_one_short_line_or_its_item_brings_every_line_that_waits_for_it_at_all_sites(asked: str) -> None:
    """L4 and D1 have their goods, one line is of another item, one has left and one was cancelled."""
    assert planned(asked) == ["FAR", "L1", "L2", "L3"]


def test_what_has_left_or_was_cancelled_is_no_shortage() -> None:
    with pytest.raises(NotAllowed, match="gone is about no line that is open and not released"):
        planned("gone")
