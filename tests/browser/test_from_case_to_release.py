"""Does a person get from a figure over a case to a released plan, and does the ERP have it once? The whole way, in one browser."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from control_tower import warehouse
from control_tower.model import Proposal
from control_tower.services import cases, intake, opening, proposals, trail, users
from control_tower.settings import Settings
from control_tower.workflow.asked import Asked
from control_tower.workflow.store.store import Store
from tests import deciding_home, stand_in_erp
from tests.cli.conftest import run
from tests.conftest import Demo


@pytest.fixture(scope="module")
def home(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo in which things are decided."""
    return deciding_home.copied(demo.settings.home, tmp_path_factory.mktemp("decided") / "home")


def _settled(page: Page) -> None:
    expect(page.get_by_text("AGPL-3.0-or-later")).to_be_attached(timeout=60_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def _become(page: Page, user: str, title: str) -> None:
    page.get_by_role("combobox", name="Demo mode: act as").click()
    page.get_by_role("option", name=user, exact=True).click()
    _settled(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    _settled(page)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    _settled(page)


def _proposal(store: Store) -> Proposal:
    return proposals.find(store, users.find(store, "planner"), "P-000001")


def _from_a_bar_to_the_case(page: Page, address: str, exception_id: str) -> None:
    page.goto(address)
    _settled(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Exceptions", exact=True).click()
    _settled(page)
    page.get_by_test_id("stPlotlyChart").first.locator(".bars .point path").last.click(force=True)
    page.wait_for_url("**age=**")
    page.goto(f"{address}/case?exception={exception_id}")
    _settled(page)
    for name in ("Acknowledge", "Start"):
        if page.get_by_role("button", name=name, exact=True).count():
            _press(page, name)
            return


def _plan_and_submit(page: Page) -> None:
    page.get_by_role("link", name="Deal out the shortage").click()
    expect(page.get_by_role("heading", name="How should this shortage be dealt out?")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Who gives stock up")).to_be_visible(timeout=60_000)
    for said in ("Who gets what", "What the rules refuse", "What would change the answer", "Submits to approver"):
        expect(page.get_by_text(said).first).to_be_visible()
    _press(page, "Save draft & submit")
    expect(page.get_by_text("P-000001", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_disabled()
    expect(page.get_by_text("the role operations leader may not approve")).to_be_visible()


def _sent_once(home: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent twice, among broken answers: the ERP has every message once."""
    wanted = sorted(message.key for message in proposals.messages_of(store, "P-000001"))
    with stand_in_erp.running() as erp:
        monkeypatch.setenv("TOWER_OUTBOX_URL", erp.url)
        assert run(home, "outbox", "send").returncode == 0
        assert run(home, "outbox", "send").returncode == 0
        assert sorted(erp.effects) == wanted
        assert sorted(key for key, _ in erp.seen) == wanted
    monkeypatch.delenv("TOWER_OUTBOX_URL")


def _next_build(home: Path, store: Store, exception_id: str) -> None:
    """A build in which the moved lines have their goods and the exception has ended."""
    moved = ", ".join(f"'{move['order_line_id']}'" for move in _proposal(store).payload["moves"])
    deciding_home.newer_build(
        Settings(home=home),
        f"UPDATE core_order_line SET allocated_qty = ordered_qty WHERE order_line_id IN ({moved})",
        f"UPDATE mart_exception SET is_open = FALSE WHERE exception_id = '{exception_id}'",
    )
    intake.take_in(store, warehouse.open_current(Settings(home=home)))


def test_from_a_bar_to_a_case_to_a_released_plan_that_the_erp_has_once(
    page: Page, serve: Callable[[Path], Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REA-01, REA-08, GOV-02, GOV-04: proposed by one, approved by another, sent once, all of it in a trail that holds."""
    settings, store = deciding_home.opened(home)
    exception_id = deciding_home.shortage(settings, store).exception_id
    address = serve(home).address
    _from_a_bar_to_the_case(page, address, exception_id)
    _plan_and_submit(page)
    refused = run(home, "approve", "P-000001", "--as", "planner")  # the same wish through another door
    assert refused.returncode == 1 and "may not proposal.approve" in " ".join(refused.stderr.split())
    _become(page, "Approver", "Approvals")
    expect(page.get_by_text(_proposal(store).payload_hash)).to_be_visible()
    _press(page, "Approve")
    _press(page, "Release")
    expect(page.get_by_text("P-000001 is released")).to_be_visible(timeout=30_000)
    assert _proposal(store).state == "released"
    _sent_once(home, store, monkeypatch)
    _become(page, "Executive", "Audit and policy")
    page.get_by_role("tab", name="Is it whole?").click()
    _press(page, "Verify the chain")
    expect(page.get_by_text("every link holds")).to_be_visible(timeout=30_000)
    _everything_is_in_the_trail(store)
    assert json.loads(run(home, "audit", "verify", "--json").stdout)["ok"]
    _next_build(home, store, exception_id)
    assert _proposal(store).state == "confirmed"
    case = cases.find(store, users.find(store, "planner"), exception_id)
    assert case is not None and case.status == "closed"
    with store.reading() as unit:
        promised = unit.proposals.outcomes()[0]
    assert promised.expected["payload_hash"] == _proposal(store).payload_hash
    _become(page, "Approver", "Approvals")
    page.goto(f"{address}/approvals?proposal=P-000001")
    _settled(page)
    expect(page.get_by_text("confirmed", exact=True).first).to_be_visible(timeout=30_000)
    opening.forget()


def _everything_is_in_the_trail(store: Store) -> None:
    found = trail.page(store, users.find(store, "executive"), Asked(subject="P-000001"), 50).entries
    steps = [(entry.action.partition(".")[2], entry.actor_id, entry.outcome) for entry in reversed(found)]
    wanted = [("draft", "planner", "done"), ("submit", "planner", "done"), ("approve", "planner", "refused"),
              ("approve", "approver", "done"), ("release", "approver", "done")]  # fmt: skip
    assert [step for step in steps if step in wanted] == wanted
