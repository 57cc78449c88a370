"""Does the browser draw the mined process as BPMN, and does a click on the network of hand-overs open its cases?"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.looking import settled
from tests.process_mining import escalated_home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(serve: Callable[[Path], Server], tmp_path_factory: pytest.TempPathFactory) -> str:
    home = tmp_path_factory.mktemp("escalated")
    escalated_home.made(home)
    return serve(home).address


@pytest.mark.parametrize("link", ["conformance", "conformance?process=mined"])
def test_the_process_is_drawn_with_a_shape_per_step_and_the_badge_of_its_maker(
    page: Page, address: str, link: str
) -> None:
    page.goto(f"{address}/{link}")
    drawing = page.locator(".tower-bpmn svg").first
    expect(drawing).to_be_visible()
    for step in ("Investigate", "Resolve", "Close"):
        expect(drawing.locator(".djs-shape text", has_text=step).first).to_be_visible()
    assert drawing.locator(".djs-shape").count() > len(escalated_home.INTENDED)
    assert drawing.locator(".djs-connection").count() >= len(escalated_home.INTENDED)
    expect(page.locator(".bjs-powered-by")).to_be_visible()


def test_a_click_on_a_line_of_the_network_opens_its_cases(page: Page, address: str) -> None:
    """PM-04, PM-10: 20 of 21 cases go from the desk to the stock team and straight back."""
    page.goto(f"{address}/hand_overs?drawn=graph")
    expect(page.locator(".node.activity")).to_have_count(2)
    settled(page)
    line = page.locator('.edge[data-id="e:t:desk\\a t:stock"]')
    line.focus()
    line.press("Enter")
    page.wait_for_url("**pair=**")
    settled(page)
    expect(page.get_by_test_id("stMain")).to_contain_text("20 cases")
    page.locator('.node[data-id="n:t:stock"]').click()
    settled(page)
    expect(page.locator('.node[data-id="n:t:stock"]')).to_have_attribute("aria-pressed", "true")
