"""Does a person get from a figure over a case to a released plan, and does the ERP have it once? The whole way, in one browser."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from control_tower.model import Proposal
from control_tower.services import cases, opening, proposals, trail, users
from control_tower.workflow.asked import Asked
from control_tower.workflow.store.store import Store
from tests import deciding_home, short_world, stand_in_erp
from tests.browser.looking import become, click_row, settled
from tests.cli.conftest import run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world with one shortage, loaded."""
    return short_world.made(tmp_path_factory.mktemp("decided")).home


def _go(page: Page, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    settled(page)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def _proposal(store: Store) -> Proposal:
    return proposals.find(store, users.find(store, "planner"), "P-000001")


def _from_a_bar_to_the_case(page: Page, address: str) -> None:
    """Control room → what is ageing → the bar of the standard ones of three days → its rows → one of them → its case."""
    page.goto(address)
    settled(page)
    expect(page.get_by_role("heading", name="Is the flow of exceptions under control?")).to_be_visible()
    _go(page, "Aging")
    page.get_by_text("severity", exact=True).first.click()
    page.wait_for_url("**by=severity**")
    settled(page)
    page.get_by_test_id("stPlotlyChart").first.locator(".bars .point path").last.click(force=True)
    page.wait_for_url("**/exceptions?*severity=standard*age=3-7d*")
    settled(page)
    click_row(page.get_by_test_id("stDataFrame").first, short_world.EXCEPTION.partition(":")[2], x=18)
    page.get_by_role("link", name="Open the case").click()
    page.wait_for_url("**/case?*exception=*")
    settled(page)
    _press(page, "Acknowledge")
    expect(page.get_by_test_id("stToast")).to_be_visible()
    settled(page)


def _plan_and_submit(page: Page) -> None:
    page.get_by_role("link", name="Deal out the shortage").click()
    expect(page.get_by_role("heading", name="How should this shortage be dealt out?")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Who gives stock up")).to_be_visible(timeout=120_000)
    for said in ("Who gets what", "What the rules refuse", "What would change the answer", "Submits to approver"):
        expect(page.get_by_text(said).first).to_be_visible()
    _press(page, "Save draft & submit")
    expect(page.get_by_text("P-000001", exact=True)).to_be_visible(timeout=120_000)
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


def _next_build(home: Path, store: Store) -> None:
    """The systems' next files, loaded as every file is: the moved lines were delivered, the exceptions have ended."""
    files = str(short_world.next_files(home.parent))
    said = run(home, "load", "sim_erp", "sim_tms", "--from", files, "--as-of", "2026-08-01")
    assert said.returncode == 0, said.stderr
    assert _proposal(store).state == "confirmed"
    case = cases.find(store, users.find(store, "planner"), short_world.EXCEPTION)
    assert case is not None
    assert case.status == "closed"


def _the_outcome_appears(page: Page, home: Path, store: Store) -> None:
    """What the approved version promised, and what became of it, worked out by hand (`short_world`)."""
    with store.reading() as unit:
        (outcome,) = unit.proposals.outcomes()
    assert outcome.expected["payload_hash"] == _proposal(store).payload_hash
    assert outcome.realised is not None
    shown = {name: outcome.realised[name] for name in ("status", "benefit_amount", "donors_late", "donor_days_late")}
    assert shown == {"status": "measured", "benefit_amount": short_world.BENEFIT, "donors_late": 1,
                     "donor_days_late": short_world.DONOR_DAYS_LATE}  # fmt: skip
    assert run(home, "refresh").returncode == 0, "what was measured enters the next build as everything does"
    _go(page, "Outcomes")
    ledger = page.get_by_test_id("stDataFrame").filter(has=page.locator("canvas td", has_text="Reallocate")).first
    row = ledger.locator("canvas tr", has_text="P-000001")
    expect(row).to_have_count(1)
    assert f"{short_world.BENEFIT:,.0f}" in [cell.text_content() for cell in row.locator("td").all()]
    expect(page.get_by_text("of 1 donors; 0 were foreseen")).to_be_visible()


def test_from_a_bar_to_a_case_to_a_released_plan_that_the_erp_has_once(
    page: Page, serve: Callable[[Path], Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REA-01, REA-08, GOV-02, GOV-04: proposed by one, approved by another, sent once, measured, all in a trail that holds."""
    page.set_default_timeout(120_000)
    _settings, store = deciding_home.opened(home)
    address = serve(home).address
    _from_a_bar_to_the_case(page, address)
    _plan_and_submit(page)
    refused = run(home, "approve", "P-000001", "--as", "planner")  # the same wish through another door
    assert refused.returncode == 1 and "may not proposal.approve" in " ".join(refused.stderr.split())
    become(page, "Approver")
    _go(page, "Approvals")
    expect(page.get_by_text(_proposal(store).payload_hash)).to_be_visible()
    _press(page, "Approve")
    _press(page, "Release")
    expect(page.get_by_text("P-000001 is released")).to_be_visible(timeout=30_000)
    assert _proposal(store).state == "released"
    _sent_once(home, store, monkeypatch)
    become(page, "Executive")
    _go(page, "Audit and policy")
    page.get_by_role("tab", name="Is it whole?").click()
    _press(page, "Verify the chain")
    expect(page.get_by_text("every link holds")).to_be_visible(timeout=30_000)
    _everything_is_in_the_trail(store)
    assert json.loads(run(home, "audit", "verify", "--json").stdout)["ok"]
    _next_build(home, store)
    _the_outcome_appears(page, home, store)
    opening.forget()


def _everything_is_in_the_trail(store: Store) -> None:
    found = trail.page(store, users.find(store, "executive"), Asked(subject="P-000001"), 50).entries
    steps = [(entry.action.partition(".")[2], entry.actor_id, entry.outcome) for entry in reversed(found)]
    wanted = [("draft", "planner", "done"), ("submit", "planner", "done"), ("approve", "planner", "refused"),
              ("approve", "approver", "done"), ("release", "approver", "done")]  # fmt: skip
    assert [step for step in steps if step in wanted] == wanted
