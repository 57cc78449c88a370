"""When has a page come to rest, and how is a row of a table clicked? Nothing here sleeps."""

from playwright.sync_api import Locator, Page, expect

_HEAD, _ROW = 36, 34


def settled(page: Page) -> None:
    """The run is over, every element's own code has come, and nothing failed.

    Streamlit draws a skeleton until an element's code is loaded; what is below it moves when it comes. While a page comes in
    place of another, both have their footer.
    """
    expect(page.get_by_text("AGPL-3.0-or-later").first).to_be_attached(timeout=120_000)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(timeout=120_000)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=120_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def click_row(table: Locator, text: str = "", x: int = 120) -> None:
    """Click the first row of which a cell says this, `x` pixels from the left (the boxes of a selection are at 18).

    The grid is a canvas: what it shows is read from its twin for screen readers, which is there once it is drawn.
    """
    cell = table.locator("canvas td", has_text=text).first
    expect(cell).to_be_attached(timeout=120_000)
    place = int(str(cell.get_attribute("id")).rsplit("-", 1)[1])
    table.locator(".dvn-scroller").click(position={"x": x, "y": _HEAD + _ROW * place + _ROW // 2})


def become(page: Page, user: str) -> None:
    """Act as another of the demo's users from now on.

    A list that is open closes when anything around it scrolls: the switch comes into view a frame before it is clicked.
    """
    switch = page.get_by_role("combobox", name="Demo mode: act as")
    switch.scroll_into_view_if_needed()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    switch.click()
    page.get_by_role("option", name=user, exact=True).click()
    settled(page)
