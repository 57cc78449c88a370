"""What does a person see? Every page at a laptop's and a phone's size, filters in links, text that stays text."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import settled
from tests.dashboard import sample_build

PAGES = {
    "": "Is the flow of exceptions under control?",
    "exceptions": "What is ageing, and who owns it?",
    "data_health": "Can these numbers be trusted?",
    "executive_overview": "Is flow quality getting better, and what is at risk?",
    "aging": "What has waited too long, and when is it cleared?",
    "cycle_times": "How long until an exception is fixed?",
    "root_causes": "What causes exceptions, beyond size and chance?",
    "integration_health": "Do messages get through between the systems?",
    "kpi_catalogue": "What does each number mean, and what is it now?",
    "variants": "Which ways do cases take, and how common, fast and good is each?",
    "bottlenecks": "Where do cases wait longest, and what is behind it?",
    "process_map": "How did the cases really flow, and where do they wait?",
    "work_queue": "What shall be done first, and whose is it?",
    "case": "What happened, and what shall be done?",
    "reallocation_workbench": "How should this shortage be dealt out?",
    "approvals": "What waits for my decision?",
}
LAPTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def address(serve: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A served home with a drawn build in which a site's name and a note try to fetch and to run."""
    home = sample_build.write_home(tmp_path_factory.mktemp("browser"), rows=2_000, build_id="build-seen")
    return str(serve(home).address)


@pytest.mark.parametrize("size", [pytest.param(LAPTOP, marks=pytest.mark.slow), PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_without_an_error_box_and_fits_the_screen(
    page: Page, address: str, path: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(f"{address}/{path}")
    settled(page)
    expect(page.get_by_role("heading", name=PAGES[path])).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    main = page.get_by_test_id("stMainBlockContainer")
    assert sum(char.isdigit() for char in main.inner_text()) > 20
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


LEADERS = {"": 5, "executive_overview": 5, "aging": 5, "cycle_times": 5, "integration_health": 5, "exceptions": 0}
"""Pages to share, and how many tiles each has."""
AT_EACH_COMMIT = {"executive_overview", "aging", "exceptions"}
"""Of these; `make test-all` opens the links of all."""


def _answer(page: Page) -> Any:
    """The sentence under the title."""
    return page.get_by_test_id("stMainBlockContainer").locator("h1").locator("xpath=following::p[1]")


@pytest.mark.parametrize(
    "path", [one if one in AT_EACH_COMMIT else pytest.param(one, marks=pytest.mark.slow) for one in LEADERS]
)
def test_a_copied_link_shows_a_stranger_the_same_numbers(page: Page, address: str, browser: Browser, path: str) -> None:
    page.goto(f"{address}/{path}?site=acme%3ADC1&since=2025-12-01&until=2026-03-15")
    settled(page)
    expect(page.get_by_test_id("stMetricValue")).to_have_count(LEADERS[path])
    numbers = page.get_by_test_id("stMetricValue").all_inner_texts()
    answer = _answer(page).inner_text()
    assert any(char.isdigit() for char in answer)
    stranger = browser.new_context(viewport=LAPTOP).new_page()  # type: ignore[arg-type]
    stranger.goto(page.url)
    settled(stranger)
    expect(stranger.get_by_test_id("stMetricValue")).to_have_text(numbers)
    expect(_answer(stranger)).to_have_text(answer)
    expect(stranger.get_by_role("button", name="Site: DC Lyon")).to_be_visible()
    stranger.context.close()


@pytest.mark.slow
def test_a_copied_link_to_a_definition_opens_it_with_the_same_number(
    page: Page, address: str, browser: Browser
) -> None:
    page.goto(f"{address}/kpi_catalogue?site=acme%3ADC1&since=2025-12-01&until=2026-03-15&kpi=sla_breach_rate")
    settled(page)
    said = page.locator(".st-key-kpi_panel p").all_inner_texts()
    assert "%" in said[2]
    stranger = browser.new_context(viewport=LAPTOP).new_page()  # type: ignore[arg-type]
    stranger.goto(page.url)
    expect(stranger.locator(".st-key-kpi_panel p").nth(0)).to_have_text(said[0])
    expect(stranger.locator(".st-key-kpi_panel p").nth(2)).to_have_text(said[2])
    stranger.context.close()


@pytest.mark.slow
def test_slash_goes_to_the_search_and_escape_closes(page: Page, address: str) -> None:
    page.goto(f"{address}/exceptions")
    settled(page)
    expect(page.locator("html[data-shortcuts=on]")).to_be_attached()
    search = page.get_by_label("Search", exact=True)
    page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    page.goto(f"{address}/kpi_catalogue?kpi=sla_breach_rate")
    settled(page)
    expect(page.get_by_text("this build gives")).to_be_visible(timeout=60_000)  # it computes a moment at a time
    expect(page.locator(".st-key-kpi_panel")).to_be_visible()
    expect(page.locator("html[data-shortcuts=on]")).to_be_attached()
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-kpi_panel")).to_have_count(0)


def test_the_executive_overview_is_read_without_scrolling(page: Page, address: str) -> None:
    """EXE-01, EXE-07: the tiles, the leading figure and the three causes stand in a laptop's first screen."""
    page.goto(f"{address}/executive_overview")
    settled(page)
    for last in (page.get_by_test_id("stPlotlyChart").last, page.locator(".st-key-cause_3")):
        box = last.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= LAPTOP["height"]


def test_a_bar_of_the_aging_page_opens_its_cases(page: Page, address: str) -> None:
    page.goto(f"{address}/aging?by=severity")
    settled(page)
    bar = page.get_by_test_id("stPlotlyChart").first.locator(".bars .point path").last
    bar.click(force=True)
    page.wait_for_url("**/exceptions?*severity=*age=*")
    expect(page.get_by_role("heading", name=PAGES["exceptions"])).to_be_visible()


def test_the_control_room_answers_in_the_first_screen(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    figure = page.get_by_test_id("stPlotlyChart").first
    expect(figure).to_be_visible()
    box = figure.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= LAPTOP["height"]
    assert page.get_by_test_id("stMetric").count() == 5


@pytest.mark.slow
def test_the_filters_survive_a_page_change_a_reload_and_a_copied_link(
    page: Page, address: str, browser: Browser
) -> None:
    page.goto(f"{address}/?severity=critical&site=acme%3ADC1")
    settled(page)
    expect(page.get_by_role("button", name="Severity: critical")).to_be_visible()
    page.get_by_test_id("stSidebarNavLink").filter(has_text="Exceptions").click()
    expect(page.get_by_role("heading", name=PAGES["exceptions"])).to_be_visible()
    page.wait_for_url("**/exceptions?*severity=critical*")
    expect(page.get_by_role("button", name="Site: DC Lyon")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_role("button", name="Severity: critical")).to_be_visible()
    answer = page.get_by_text("exceptions,", exact=False).first.inner_text()
    stranger = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]
    stranger.goto(page.url)
    settled(stranger)
    expect(stranger.get_by_text(answer)).to_be_visible()
    expect(stranger.get_by_role("button", name="Site: DC Lyon")).to_be_visible()
    stranger.context.close()


def test_removing_a_chip_changes_the_link(page: Page, address: str) -> None:
    page.goto(f"{address}/exceptions?severity=critical&state=open")
    settled(page)
    page.get_by_role("button", name="Severity: critical").click()
    page.wait_for_url(lambda url: "severity" not in url and "state=open" in url)
    expect(page.get_by_role("button", name="State: Open")).to_be_visible()


def test_a_tile_opens_the_rows_behind_it(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    n = page.get_by_test_id("stMetric").first.get_by_test_id("stMetricValue").inner_text()
    links = page.get_by_role("link", name="Show rows")
    expect(links).to_have_count(5)
    links.first.click()
    page.wait_for_url("**/exceptions?*state=open*")
    expect(page.get_by_text(f"{n} exceptions, {n} open")).to_be_visible()


@pytest.mark.slow
def test_a_click_on_a_bar_filters_by_it(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)
    bar = page.get_by_test_id("stPlotlyChart").nth(2).locator(".bars .point path").last
    bar.scroll_into_view_if_needed()
    bar.click(force=True)
    page.wait_for_url("**site=acme%3ADC*")
    expect(page.get_by_role("button", name="Site: DC")).to_be_visible()


def test_a_note_with_html_and_a_picture_is_shown_as_its_characters(page: Page, address: str) -> None:
    """# fault 89: no picture is fetched (the fixture fails on any foreign request), no script runs, no tag is made."""
    page.goto(f"{address}/exceptions?exception=acme%3AE000007")
    settled(page)
    expect(page.get_by_text(sample_build.HOSTILE_NOTE)).to_be_visible()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src='x']").count() == 0


def test_a_value_of_a_link_is_shown_as_its_characters(page: Page, address: str) -> None:
    """# fault 89: a chip is a label, and labels read markdown, pictures included."""
    page.goto(f"{address}/exceptions?site=%21%5Bx%5D(http%3A%2F%2Fbeacon.invalid%2Fb.png)%20%3Cimg%20src%3Dx%3E")
    settled(page)
    expect(page.get_by_role("button", name="![x](http://beacon.invalid/b.png) <img src=x>")).to_be_visible()
    assert page.locator("img[src*='beacon'], img[src='x']").count() == 0


def test_no_table_offers_its_own_download(page: Page, address: str) -> None:
    """# fault 90: rows leave through our CSV only."""
    page.goto(f"{address}/exceptions")
    settled(page)
    page.get_by_test_id("stDataFrame").first.hover()
    assert page.get_by_role("button", name="Download as CSV").count() == 0
    with page.expect_download() as caught:
        page.get_by_role("button", name="CSV of all 2,000").click()
    text = Path(caught.value.path()).read_bytes()
    assert text.count(b"\r\n") == 2_001


def test_nothing_is_told_to_who_asks_the_server_directly(page: Page, address: str) -> None:
    """# fault 84: health says only that it runs; there are no files, no agent and no traceback to get."""
    assert page.request.get(f"{address}/_stcore/health").text() == "ok"
    for path in ("_stcore/metrics", "app/static/app.py", "_stcore/agent", "../data/builds/CURRENT"):
        answer = page.request.get(f"{address}/{path}")
        assert "build-seen" not in answer.text()
        assert "Traceback" not in answer.text()


def test_the_dark_page_is_dark_and_complete(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(address)
    settled(page)
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert background == "rgb(18, 23, 28)"
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_home_without_a_build_says_which_command_to_run(
    page: Page, serve: Callable[[Path], Any], tmp_path: Path
) -> None:
    page.goto(serve(tmp_path).address)
    expect(page.get_by_role("heading", name="Nothing is loaded yet")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("tower load SOURCE --from PATH").first).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "figure", "place", "expected"),
    [
        ("cycle_times", "figure_survival", (0.3, 0.8), r"/exceptions\?lasted=[\d.]+$"),
        ("integration_health", "figure_error_classes", (0.1, 0.05), r"interface=[^&]+&error=[^&]+$"),
        ("integration_health", "figure_interface_rates", (0.02, 0.5), r"interface=[^&]+$"),
    ],
)
def test_a_click_on_a_figure_leads_to_its_rows(
    page: Page, address: str, path: str, figure: str, place: tuple[float, float], expected: str
) -> None:
    """A line, a heat table and bars; what a mark carries is tested where the figures are."""
    page.set_viewport_size({"width": 1440, "height": 1400})
    page.goto(f"{address}/{path}")
    settled(page)
    box = page.locator(f"[class*='st-key-{figure}'] .nsewdrag").first.bounding_box()
    assert box is not None
    x, y = box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"]
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    expect(page).to_have_url(re.compile(expected), timeout=30_000)
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
