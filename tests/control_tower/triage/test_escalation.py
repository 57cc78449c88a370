"""Does the ladder take each step once, by its own account, and only when its clock is over?"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from control_tower import policy
from control_tower.services import escalating, intake
from control_tower.triage import escalation, sla
from control_tower.vocabulary import ExceptionStatus
from control_tower.workflow.rights import Action, may
from control_tower.workflow.store.store import Store
from tests.control_tower.services.deciding_desk import SHORT, Tower, tower
from tests.control_tower.triage.test_queue import reading, typed
from tests.control_tower.triage.test_sla import WEEKS

LADDER = policy.load().rules.routing.escalation
AT = datetime(2026, 3, 11, 16)  # Wednesday, 17:00 in Paris


def clocks(due_at: datetime, state: str = "late") -> list[sla.Clock]:
    return [sla.Clock(name, due_at, None, state, "stated by the source") for name in sla.NAMES]


def row(**changed: Any) -> dict[str, Any]:
    return {"level": 0, "category": "inventory", "severity": "standard", "has_alternate_stock": False} | changed


@pytest.mark.parametrize(
    ("changed", "over_hours", "step"),
    [
        ({}, 1, "no_alternate_stock"),
        ({"has_alternate_stock": True}, 1, None),
        ({"has_alternate_stock": None}, 1, None),  # nothing is known to be short: nobody is called
        ({"level": 1}, 1, None),  # taken already
        ({"category": "finance", "severity": "critical"}, 1, None),  # four working hours are granted
        ({"category": "finance", "severity": "critical"}, 4, "critical_not_decided"),
        ({"category": "finance"}, 8, None),
    ],
)
def test_a_step_is_due_when_its_conditions_hold_and_its_clock_is_over(
    changed: dict[str, Any], over_hours: float, step: str | None
) -> None:
    found = escalation.due(row(**changed), clocks(AT - timedelta(hours=over_hours)), WEEKS, AT, LADDER)
    assert (found.id if found else None) == step


def test_a_paused_or_running_clock_escalates_nothing() -> None:
    for state in ("paused", "running", "due soon", "unknown"):
        assert escalation.due(row(), clocks(AT - timedelta(hours=9), state), WEEKS, AT, LADDER) is None


@dataclass(frozen=True)
class Shown:
    """What the intake asks of a build, answered by rows that a test typed in."""

    id: str
    read: Any


@pytest.fixture
def desk(tmp_path: Path) -> Tower:
    return tower(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)


def test_without_stock_elsewhere_sales_operations_gets_it_and_procurement_a_task_once(build: Any, desk: Tower) -> None:
    """ROU-03, on rows that a test typed in: the short line's item lies at its own site alone."""
    key = next(iter(desk.facts.exceptions))
    build.insert("mart_order_line", [{
        "order_line_id": "x:O-1", "order_id": "x:O", "item_id": "x:I", "site_id": "x:A", "line_amount": 600, "open_amount": 600,
        "open_qty": 60, "unit_price": 10, "unit_cost": 6,
    }])  # fmt: skip
    stock = {"item_id": "x:I", "storage_location": "main", "snapshot_at": datetime(2026, 3, 31)}
    build.insert(
        "core_inventory",
        [stock | {"site_id": "x:A", "on_hand_qty": 500}, stock | {"site_id": "x:B", "on_hand_qty": 59}],
    )
    typed(build, exception_id=key, site_id="x:A", customer_tier="small", detected_at=datetime(2026, 2, 2))
    shown = Shown("build-2", reading(build))
    first = intake.follow(desk.store, shown).escalated  # type: ignore[arg-type]
    assert [(one.exception_id, one.step_id, one.refused) for one in first] == [(key, "no_alternate_stock", "")]
    assert intake.follow(desk.store, shown).escalated == [], "a build that is taken in again calls nobody twice"  # type: ignore[arg-type]
    _assert_escalated(desk.store, key)
    build.connection.execute("UPDATE core_inventory SET on_hand_qty = 60 WHERE site_id = 'x:B'")
    other = tower(f"sqlite:///{desk.store.engine.url.database}.other", Path(str(desk.store.engine.url.database)).parent)
    assert escalating.run(other.store, reading(build)) == []


def _assert_escalated(store: Store, key: str) -> None:
    with store.reading() as unit:
        case, tasks = unit.cases.find(key), unit.cases.tasks(key)
        entries = [entry for entry in unit.audit.of_subject("exception_case", key) if entry.action == "case.escalate"]
    assert case is not None and (case.status, case.escalation_level, case.owner_team_id) == (
        "escalated",
        1,
        "sales_operations",
    )
    assert [task.owner for task in tasks] == ["procurement"]
    assert [entry.actor_id for entry in entries] == [escalating.ACCOUNT]
    assert "ladder step no_alternate_stock: not decided by" in entries[0].reason


def test_the_backlog_of_a_year_is_escalated_in_a_few_transactions_and_every_step_is_still_its_own(
    build: Any, desk: Tower
) -> None:
    """ROU-03: a thousand cases at once. What is refused (one was closed since the build was read) undoes nothing else."""
    keys = [f"erp:M{number:03}" for number in range(1_000)]
    desk.facts.exceptions |= {key: replace(SHORT, exception_id=key) for key in keys}
    desk.facts.exceptions[keys[300]] = replace(SHORT, exception_id=keys[300], status=ExceptionStatus.CLOSED)
    _short_of_stock(build, keys)
    said: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    sa.event.listen(
        desk.store.engine, "before_cursor_execute", lambda *given: said.update([given[2].split()[0].lower()])
    )
    read = reading(build)

    def counted(name: str, *rest: Any, **bound: Any) -> Any:
        asked.update([name])
        return read(name, *rest, **bound)

    found = escalating.run(desk.store, counted)
    assert [one.exception_id for one in found if one.refused] == [keys[300]]
    assert {one.exception_id for one in found} == set(keys)
    assert said["begin"] <= 2 * (len(keys) / 250) + 4, "a transaction, and a look for the anchor, for 250 cases"
    assert sum(said.values()) < 40 * len(keys)
    assert asked == {"queue_row": 1, "queue_calendar": 1}
    outcomes = Counter((action, outcome) for _, action, outcome in desk.trail())
    assert outcomes == {
        ("case.escalate", "done"): 999, ("case.task_add", "done"): 999, ("case.escalate", "refused"): 1,
    }  # fmt: skip
    assert desk.store.verify().is_whole
    assert [one.refused == "" for one in escalating.run(desk.store, counted)] == [False], "no step is taken twice"


def _short_of_stock(build: Any, keys: list[str]) -> None:
    """An item that lies nowhere else, and an open exception of it per key, whose time to decide is long over."""
    build.insert("mart_order_line", [{
        "order_line_id": "x:O-1", "order_id": "x:O", "item_id": "x:I", "site_id": "x:A", "line_amount": 600, "open_amount": 600,
        "open_qty": 60, "unit_price": 10, "unit_cost": 6,
    }])  # fmt: skip
    stock = {"item_id": "x:I", "storage_location": "main", "snapshot_at": datetime(2026, 3, 31), "site_id": "x:A"}
    build.insert("core_inventory", [{**stock, "on_hand_qty": 500}, {**stock, "site_id": "x:B", "on_hand_qty": 1}])
    typed(build, exception_id=keys[0], site_id="x:A", customer_tier="small", detected_at=datetime(2026, 2, 2))
    build.connection.execute(
        "INSERT INTO mart_exception SELECT m.* REPLACE (k AS exception_id) FROM mart_exception AS m, unnest($keys) AS u(k)",
        {"keys": keys[1:]},
    )


def test_the_escalation_account_may_do_nothing_else_to_a_case() -> None:
    role = escalating.ACCOUNT.removeprefix("service.")
    allowed = {action for action in Action if may(role, action)}
    assert allowed == {Action.CASE_ESCALATE, Action.CASE_ASSIGN, Action.CASE_TASK_ADD}
