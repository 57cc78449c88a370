"""Are late rows and changed rules told apart when a figure of the past is read again?"""

from datetime import datetime
from typing import Any

import pytest

from control_tower import kpi
from control_tower.definitions import kpis
from control_tower.errors import NotAvailable
from tests.control_tower.conftest import Build

PERIOD = kpi.Period(datetime(2026, 3, 1), datetime(2026, 4, 1))
EARLIER = {
    "exception_id": "old",
    "recurrence_key": "k",
    "detected_at": datetime(2026, 1, 1),
    "resolved_at": datetime(2026, 1, 20),
}


def rows(*names: str) -> list[dict[str, Any]]:
    """Exceptions of March with the same recurrence key as one resolved 50 days before."""
    return [{"exception_id": name, "recurrence_key": "k", "detected_at": datetime(2026, 3, 11)} for name in names]


def build_of(days: int, *names: str) -> Build:
    build = Build(datetime(2026, 4, 5))
    build.insert(
        "mart_exception", [EARLIER, *rows(*names), {**rows("x")[0], "exception_id": "x", "recurrence_key": "other"}]
    )
    build.connection.execute("UPDATE policy_parameter SET value = ? WHERE name = 'recurrence_days'", [days])
    return build


def test_late_rows_and_a_changed_rule_add_up_to_the_restatement() -> None:
    """One of two is 0 within 30 days; a late row makes it 0 of 3; by 60 days both repeats count: 2 of 3."""
    then, now = build_of(30, "a"), build_of(60, "a", "late")
    found = kpi.restated(now.connection, then.connection, kpis()["repeat_exception_rate"], PERIOD, None)
    assert (found["reported"], found["restated"]) == (0, pytest.approx(2 / 3))
    assert (found["late_data"], found["changed_rules"]) == (0, pytest.approx(2 / 3))


def test_late_rows_alone_are_late_data() -> None:
    then, now = build_of(60, "a"), build_of(60, "a", "late")
    found = kpi.restated(now.connection, then.connection, kpis()["repeat_exception_rate"], PERIOD, None)
    assert found["reported"] == pytest.approx(1 / 2)
    assert (found["late_data"], found["changed_rules"]) == (pytest.approx(2 / 3 - 1 / 2), 0)
    assert found["reported"] + found["late_data"] + found["changed_rules"] == pytest.approx(found["restated"])


def test_a_build_that_cannot_give_the_figure_says_so() -> None:
    then, now = Build(datetime(2026, 4, 5)), build_of(60, "a")
    with pytest.raises(NotAvailable, match="cannot be compared with build"):
        kpi.restated(now.connection, then.connection, kpis()["repeat_exception_rate"], PERIOD, None)
    assert now.connection.execute("SELECT value FROM policy_parameter WHERE name = 'recurrence_days'").fetchone() == (
        60,
    )
