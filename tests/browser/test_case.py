"""Does a case go from the queue into somebody's hands, and is the next one who opens it told?"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from control_tower.services import cases, opening, users
from control_tower.settings import Settings
from tests.browser.looking import become, click_row, settled
from tests.dashboard import sample_build


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a drawn build and a decision store of its own."""
    return sample_build.write_home(tmp_path_factory.mktemp("cases"), rows=1_000, build_id="build-worked")


def test_a_row_opens_its_case_where_it_is_acknowledged_and_the_second_opener_is_told(
    page: Page, serve: Callable[[Path], Any], home: Path
) -> None:
    address = serve(home).address
    page.goto(f"{address}/work_queue")
    settled(page)
    expect(page.get_by_text("decisions until")).to_be_visible()
    click_row(page.get_by_test_id("stDataFrame").first)
    page.wait_for_url("**/case?*exception=*")
    expect(page.get_by_role("heading", name="What happened, and what shall be done?")).to_be_visible(timeout=30_000)
    settled(page)
    key = str(page.evaluate("new URL(location.href).searchParams.get('exception')"))
    if page.get_by_role("button", name="Acknowledge", exact=True).count():
        page.get_by_role("button", name="Acknowledge", exact=True).click()
    else:
        page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("stToast")).to_be_visible()
    settled(page)
    store = opening.open_store(Settings(home=home))
    case = cases.find(store, users.find(store, "planner"), key)
    store.close()
    assert case is not None and case.status in ("acknowledged", "in_progress")
    become(page, "Engineer")
    expect(page.get_by_text("planner works this case since")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def _place(page: Page, number: int) -> Locator:
    return page.get_by_text(re.compile(rf"^{number} of \d+ as the work queue stood"))


@pytest.mark.slow
def test_the_queue_is_worked_through_by_keyboard(page: Page, serve: Callable[[Path], Any], home: Path) -> None:
    """TRI-03: j opens the first case and goes to the next, k goes back; in a field they are letters."""
    page.goto(f"{serve(home).address}/work_queue")
    settled(page)
    expect(page.locator("html[data-shortcuts=on]")).to_be_attached()
    page.keyboard.press("j")
    expect(_place(page, 1)).to_be_visible()
    settled(page)
    page.keyboard.press("j")
    expect(_place(page, 2)).to_be_visible()
    settled(page)
    remark = page.get_by_placeholder("Write a remark")
    remark.fill("")
    remark.press_sequentially("jk")
    expect(remark).to_have_value("jk")
    expect(_place(page, 2)).to_be_visible()
    remark.blur()
    settled(page)
    page.keyboard.press("k")
    expect(_place(page, 1)).to_be_visible()
    settled(page)
    expect(page.get_by_placeholder("Write a remark")).to_have_value("")
