"""Does a case go from the queue into somebody's hands, and is the next one who opens it told?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from control_tower.services import cases, opening, users
from control_tower.settings import Settings
from tests.dashboard import sample_build


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a drawn build and a decision store of its own."""
    return sample_build.write_home(tmp_path_factory.mktemp("cases"), rows=1_000, build_id="build-worked")


def _settled(page: Page) -> None:
    expect(page.get_by_text("AGPL-3.0-or-later")).to_be_attached(timeout=30_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)


def test_a_row_opens_its_case_where_it_is_acknowledged_and_the_second_opener_is_told(
    page: Page, serve: Callable[[Path], Any], home: Path
) -> None:
    address = serve(home).address
    page.goto(f"{address}/work_queue")
    _settled(page)
    expect(page.get_by_text("decisions until")).to_be_visible()
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 120, box["y"] + 54)
    expect(page.get_by_role("heading", name="What happened, and what shall be done?")).to_be_visible(timeout=30_000)
    _settled(page)
    key = str(page.evaluate("new URL(location.href).searchParams.get('exception')"))
    if page.get_by_role("button", name="Acknowledge", exact=True).count():
        page.get_by_role("button", name="Acknowledge", exact=True).click()
    else:
        page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("done", exact=False).first).to_be_visible()
    _settled(page)
    store = opening.open_store(Settings(home=home))
    case = cases.find(store, users.find(store, "planner"), key)
    store.close()
    assert case is not None and case.status in ("acknowledged", "in_progress")
    page.get_by_role("combobox", name="Demo mode: act as").click()
    page.get_by_role("option", name="Engineer").click()
    expect(page.get_by_text("planner works this case since")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
