"""Does the loop close? Goods moved by a released proposal appear in the ERP's next file: confirmed, and the case closed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from control_tower import builds, warehouse
from control_tower.services import approvals, cases, intake, opening, proposals, releases, sending
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.workflow.receivers import Folder
from etl import intake as landing
from etl import pipeline, source
from tests.control_tower.services.deciding_desk import SetClock, plan
from tests.etl.test_own_store import Desk

TOML = """
name = "mill"
title = "Mill"
namespace = "mill"
latency = "nightly"

[tables.line]
reader = "delimited"
files = ["line_*.csv"]
key = ["line"]

[tables.line.columns]
line = "text required"
ordered = "decimal required"
allocated = "decimal"
shipped = "decimal"

[tables.trouble]
reader = "delimited"
files = ["trouble_*.csv"]
key = ["no"]

[tables.trouble.columns]
no = "text required"
line = "text"
since = { type = "timestamp", required = true }
until = "timestamp"

[codes.exception_type]
"short" = "out_of_stock"
"""
SQL = {
    "order": "SELECT line AS order_id, file_no, file_line FROM raw_mill__line",
    "order_line": (
        "SELECT line AS order_line_id, line AS order_id, ordered AS ordered_qty, allocated AS allocated_qty, "
        "shipped AS shipped_qty, file_no, file_line FROM raw_mill__line"
    ),
    "exception": (
        "SELECT no AS exception_id, 'short' AS local_code, CASE WHEN until IS NULL THEN 'new' ELSE 'resolved' END AS status, "
        "line AS order_line_id, since AS detected_at, until AS resolved_at, file_no, file_line FROM raw_mill__trouble"
    ),
}


class Mill(Desk):
    """A home that loads what the mill's ERP says: per day, quantities of line L1 and when its shortage ended."""

    def says(self, day: int, allocated: int, shipped: int, until: str = "") -> pipeline.LoadReport:
        files, folder = self.base / "files", self.base / "mill"
        for place in (files, folder):
            place.mkdir(exist_ok=True)
        (folder / "source.toml").write_text(TOML)
        for name, text in SQL.items():
            (folder / f"{name}.sql").write_text(text + "\n")
        (files / f"line_{day}.csv").write_text(f"line,ordered,allocated,shipped\nL1,20,{allocated},{shipped}\n")
        (files / f"trouble_{day}.csv").write_text(f"no,line,since,until\nE1,L1,2026-03-02 08:00:00,{until}\n")
        request = landing.Request(source.read(folder), files, "a tester")
        return pipeline.load([request], self.settings, lambda _name, _detail: None)

    def take_in(self) -> list[tuple[str, str]]:
        build = warehouse.open_current(self.settings)
        receipts = intake.take_in(self.store, build)
        return [(r.subject_id, r.state) for r in receipts if r.subject_type != "outcome"]


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[Mill]:
    settings, clock = Settings(home=tmp_path / "home", threads=1), SetClock(datetime.now(UTC))
    made = Mill(tmp_path, settings, opening.open_store(settings, clock), clock)
    made.says(1, allocated=5, shipped=0)
    yield made
    made.store.close()


def released(mill: Mill) -> str:
    """Ten of the fifteen that L1 lacks come from a supplier."""
    move = {**plan()["moves"][0], "action": "drop_ship", "order_line_id": "mill:L1", "from_site_id": None, "qty": 10}
    payload = plan(
        exception_ids=["mill:E1"], build_id=builds.current_id(mill.settings.builds), moves=[move], reserves=[],
        lines=[{"order_line_id": "mill:L1", "order_id": "mill:L1", "chosen": "drop_ship", "short_qty": 15.0}],
    )  # fmt: skip
    number = proposals.draft(mill.store, Request("planner"), payload).subject_id
    proposals.submit(mill.store, Request("planner"), number)
    approvals.approve(mill.store, Request("approver"), number)
    releases.release(mill.store, Request("planner"), number)
    return number


def test_a_proposal_is_confirmed_by_the_build_that_shows_its_goods_and_by_none_before(mill: Mill) -> None:
    number = released(mill)
    cases.acknowledge(mill.store, Request("planner"), "mill:E1")
    assert mill.take_in() == [], "the build it was planned on shows nothing"
    mill.says(2, allocated=15, shipped=5)
    assert mill.take_in() == [], "the receiver has not got the messages, so these goods are not ours"
    sending.send_due(mill.store, Folder(mill.base / "out"), random.Random(1))
    mill.says(3, allocated=14, shipped=5)
    assert mill.take_in() == [], "one of the ten is not there"
    mill.says(4, allocated=15, shipped=6)
    assert mill.take_in() == [(number, "confirmed")]
    assert mill.take_in() == [], "once"
    mill.says(5, allocated=20, shipped=20, until="2026-03-06 10:00:00")
    assert mill.take_in() == [("mill:E1", "resolved"), ("mill:E1", "closed")]
    assert [r.state for r in proposals.reservations_of(mill.store, number)] == []
    mill.load()
    assert mill.rows("core_proposal", "state") == [("confirmed",)]
    assert mill.rows("core_exception_case", "status", "resolution") == [("closed", "ended in its own system")]
    trail = {row for row in mill.rows("core_audit", "actor", "action") if row[0] == "service.intake_service"}
    assert {action for _, action in trail} == {"proposal.confirm", "case.resolve", "case.close", "outcome.measure"}
    assert mill.store.verify().is_whole


def test_a_build_of_files_that_are_older_than_the_release_shows_nothing(mill: Mill) -> None:
    mill.says(2, allocated=20, shipped=0)
    mill.clock.at = datetime.now(UTC)
    number = released(mill)
    sending.send_due(mill.store, Folder(mill.base / "out"), random.Random(1))
    assert mill.load().published, "the decisions are new, the facts are not"
    assert mill.take_in() == []
    mill.says(3, allocated=20, shipped=7)
    assert mill.take_in() == [(number, "confirmed")]


def test_a_case_resolved_here_is_closed_when_its_system_says_so_too(mill: Mill) -> None:
    cases.resolve(mill.store, Request("planner"), "mill:E1", "called the supplier")
    mill.says(2, allocated=6, shipped=0)
    assert mill.take_in() == []
    mill.says(3, allocated=20, shipped=0, until="2026-03-05 10:00:00")
    assert mill.take_in() == [("mill:E1", "closed")]
    with mill.store.reading() as unit:
        case = unit.cases.find("mill:E1")
    assert case is not None
    assert case.resolution == "called the supplier"
