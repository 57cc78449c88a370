"""What does a person do with the process map? Click or press keys, see the cases, open one, come back, take it along."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.looking import settled
from tests.dashboard import sample_build

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def address(mined: str) -> str:
    return f"{mined}/process_map"


def _settled(page: Page) -> None:
    expect(page.locator(".node.activity").first).to_be_visible(timeout=30_000)
    settled(page)


def _node(page: Page, name: str) -> Locator:
    return page.locator(f'.node[data-id="n:{name}"]')


def _picture(page: Page) -> list[str]:
    return page.locator(".node, .edge").evaluate_all("parts => parts.map(part => part.getAttribute('data-id'))")


def _camera(page: Page) -> str | None:
    return page.locator(".world").get_attribute("transform")


def test_a_click_shows_the_cases_one_is_opened_and_back_is_as_before(page: Page, address: str) -> None:
    """PM-10: node → cases → one case → back: filters, map, selection and view are as they were."""
    page.goto(f"{address}?severity=critical&severity=standard&metric=median&through=Resolve&paths=60")
    _settled(page)
    page.get_by_role("button", name="Zoom in (+)").click()
    _node(page, "Investigate").click()
    page.wait_for_url("**step=Investigate**")
    panel = page.locator(".st-key-map_panel")
    expect(panel.locator("strong", has_text="Investigate")).to_be_visible()
    expect(panel.get_by_text("The 50 longest of")).to_be_visible(timeout=20_000)
    expect(panel.get_by_test_id("stMetricValue")).to_have_count(3)
    _settled(page)
    picture, camera, link = _picture(page), _camera(page), page.url
    cases = panel.get_by_test_id("stMetricValue").all_inner_texts()
    table = panel.get_by_test_id("stDataFrame")
    table.scroll_into_view_if_needed()
    table.click(position={"x": 18, "y": 53})
    page.wait_for_url("**/exceptions?*exception=acme*")
    expect(page.get_by_role("heading", name="What is ageing, and who owns it?")).to_be_visible()
    expect(page.get_by_role("button", name="Severity: critical")).to_be_visible()
    page.go_back()
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == parse_qs(urlsplit(link).query))
    _settled(page)
    expect(_node(page, "Investigate")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Severity: critical")).to_be_visible()
    expect(page.get_by_role("button", name="Through: Resolve")).to_be_visible()
    expect(panel.get_by_test_id("stMetricValue")).to_have_text(cases)
    assert _picture(page) == picture
    assert _camera(page) == camera


def test_a_reload_and_a_copied_link_give_the_same_map(page: Page, address: str, browser: Browser) -> None:
    page.goto(f"{address}?metric=p90&step=Assign+to+team&then=Investigate&activities=80")
    _settled(page)
    said = page.locator(".node").all_inner_texts()
    page.reload()
    _settled(page)
    assert page.locator(".node").all_inner_texts() == said
    stranger = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]
    stranger.goto(page.url)
    _settled(stranger)
    assert stranger.locator(".node").all_inner_texts() == said
    expect(stranger.locator('.edge[aria-pressed="true"]')).to_have_count(1)
    stranger.context.close()


def test_the_map_is_read_and_used_with_the_keyboard_alone(page: Page, address: str) -> None:
    page.goto(address)
    _settled(page)
    _node(page, "Detect").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".edge:focus")).to_have_attribute("aria-label", re.compile("^Detect → "))
    page.keyboard.press("ArrowDown")
    expect(page.locator(".node:focus")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(_node(page, "Detect")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**step=Detect**")
    expect(page.locator(".st-key-map_panel strong", has_text="Detect")).to_be_visible()
    expect(_node(page, "Detect")).to_be_focused()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "step=" not in url)
    expect(page.locator(".st-key-map_panel").get_by_text("Where cases wait longest in total")).to_be_visible()


def test_focus_is_seen_and_the_map_can_be_skipped(page: Page, address: str) -> None:
    page.goto(address)
    _settled(page)
    page.get_by_text("Skip the map").focus()
    expect(page.get_by_text("Skip the map")).to_be_in_viewport()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    box = page.locator(".node:focus-visible .box")
    expect(box).to_have_css("stroke-width", "3px")


def test_pan_zoom_and_fit_move_the_view_and_not_the_page(page: Page, address: str) -> None:
    page.goto(address)
    _settled(page)
    svg, before = page.locator("svg.map"), _camera(page)
    box = svg.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + box["height"] - 60, steps=4)
    page.mouse.up()
    dragged = _camera(page)
    assert dragged != before
    svg.focus()
    page.mouse.wheel(0, -240)
    expect(page.locator(".world")).not_to_have_attribute("transform", str(dragged))
    page.keyboard.press("0")
    expect(page.locator(".mini")).to_be_hidden()
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page.locator(".mini")).to_be_visible()
    assert "step=" not in page.url


def test_a_neighbourhood_is_lit_under_the_pointer(page: Page, address: str) -> None:
    page.goto(address)
    _settled(page)
    _node(page, "Resolve").hover()
    expect(_node(page, "Close")).to_have_class(re.compile("near"))
    expect(_node(page, "Detect")).to_have_css("opacity", "0.22")


def test_a_name_with_html_and_a_picture_is_drawn_as_its_characters(page: Page, address: str) -> None:
    """# fault 89: in the map, its tips, its panel and its tables; the fixture fails on any foreign request."""
    page.goto(address)
    _settled(page)
    hostile = page.locator(".node", has_text="<img src=x").first
    hostile.click()
    page.wait_for_url("**step=**")
    expect(page.locator(".st-key-map_panel strong", has_text=sample_build.HOSTILE_NOTE)).to_be_visible()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src='x'], image").count() == 0


def test_the_cases_move_when_asked_and_stand_still_when_paused(page: Page, address: str) -> None:
    """The browser asks for less motion here: nothing starts by itself, and the day is set by hand."""
    page.goto(address)
    _settled(page)
    expect(page.locator(".replay")).to_have_count(0)
    page.get_by_role("button", name="Play the cases over time").click()
    expect(page.locator(".replay .date")).to_have_text(re.compile(r"^\d+ \w+ 202\d$"))
    assert 0 < page.locator(".token").count() <= 300
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    first = page.locator(".replay .date").inner_text()
    page.get_by_role("slider", name="Day shown").fill("500")
    expect(page.locator(".replay .date")).not_to_have_text(first)
    assert page.locator(".token[visibility=visible]").count() > 0


def test_the_cases_stand_still_while_paused_and_go_on_when_played(page: Page, address: str) -> None:
    """The browser's clock is ours here: three seconds of playing, five of pause, three of playing."""
    page.goto(address)
    _settled(page)
    page.get_by_role("button", name="Play the cases over time").click()
    day = page.locator(".replay .date")
    expect(day).to_have_text(re.compile(r"^\d+ \w+ 202\d$"))
    page.clock.install()
    first = day.inner_text()
    page.get_by_role("button", name="Play", exact=True).click()
    page.clock.run_for(3_000)
    played = day.inner_text()
    assert played != first
    page.get_by_role("button", name="Pause", exact=True).click()
    page.clock.run_for(5_000)
    assert day.inner_text() == played
    page.get_by_role("button", name="Play", exact=True).click()
    page.clock.run_for(3_000)
    assert day.inner_text() not in (first, played)


def test_the_picture_leaves_as_svg_and_as_png(page: Page, address: str) -> None:
    page.goto(address)
    _settled(page)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save as SVG").click()
    drawn = ElementTree.parse(Path(caught.value.path())).getroot()
    said = {text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Investigate", "Resolve"} <= said
    assert all(shape.get("fill") for shape in drawn.iter("{http://www.w3.org/2000/svg}rect"))
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save as PNG").click()
    assert caught.value.suggested_filename == "process_map_exception.png"
    assert Path(caught.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_map_fits_a_phone_and_the_dark(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(address)
    _settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.locator("svg.map")).to_have_css("background-color", "rgb(18, 23, 28)")
    box = page.locator(".stage").bounding_box()
    assert box is not None
    assert box["height"] < PHONE["height"]


def test_the_table_twin_selects_as_the_map_does(page: Page, address: str) -> None:
    page.goto(f"{address}?as=table")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=30_000)
    expect(page.locator("svg.map")).to_have_count(0)
    page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 53})
    page.wait_for_url("**step=**")
