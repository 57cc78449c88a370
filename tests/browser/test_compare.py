"""What does a person do with the map of differences? See who has more, open the cases of either side, come back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

PHONE = {"width": 390, "height": 844}
TWO = "compare=severity&first=critical&second=standard"


@pytest.fixture(scope="session")
def address(mined: str) -> str:
    return f"{mined}/compare"


def _node(page: Page, name: str) -> Locator:
    return page.locator(f'.node[data-id="n:{name}"]')


def _settled(page: Page) -> None:
    expect(page.locator(".node.activity").first).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)


def test_a_click_on_the_differences_shows_the_cases_of_either_side_and_back_is_as_before(
    page: Page, address: str
) -> None:
    """PM-08, PM-10: the map of two, a part of it, the other side's cases, one of them, and back."""
    page.goto(f"{address}?{TWO}&by=time&paths=100")
    _settled(page)
    expect(page.locator(".legend")).to_contain_text("longer in critical")
    expect(page.get_by_role("button", name="Play the cases over time")).to_have_count(0)
    _node(page, "Investigate").click()
    page.wait_for_url("**step=Investigate**")
    panel = page.locator(".st-key-map_panel")
    expect(panel.get_by_text("longest of")).to_be_visible(timeout=20_000)
    panel.get_by_role("radio", name="standard").click()
    page.wait_for_url("**side=second**")
    _settled(page)
    link, table = page.url, panel.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 18, "y": 53})
    page.wait_for_url("**/exceptions?*exception=acme*")
    page.go_back()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == parse_qs(urlsplit(link).query))
    _settled(page)
    expect(_node(page, "Investigate")).to_have_attribute("aria-pressed", "true")
    expect(panel.get_by_role("radio", name="standard")).to_be_checked()


@pytest.mark.slow
def test_two_maps_beside_each_other_have_their_steps_in_the_same_places_and_fit_a_phone(
    page: Page, address: str
) -> None:
    page.goto(f"{address}?{TWO}&draw=beside")
    expect(page.locator(".stage")).to_have_count(2, timeout=30_000)
    _settled(page)
    where = "found => found.map(one => [...one.querySelectorAll('.node')].map(node => node.getAttribute('transform')))"
    first, second = page.locator(".world").evaluate_all(where)
    assert first == second
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.locator(".stage").last).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
