"""How long after a click on the map do its cases stand on the screen? `python -m tests.bench click`, on an idle machine.

A real server and a real Chromium on the build of `python -m tests.bench mining`. Every step of the map is clicked once under a
filter, so that nothing of a click was computed before; the browser's own clock runs from the press of the mouse button until
the panel says the step's name and the number of its cases, their table and their times are drawn, and one more picture was made.
"""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import mining, sections

GOAL = 1.0
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LINK = "process_map?view=order&started_since=2025-02-01&activities=100&paths=15"
STEPS = mining.ACTIVITIES


def add_to(options: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--home", type=Path, help="keep the build below this folder, or measure the one that is there")


def run(given: argparse.Namespace, child: Callable[..., dict[str, Any]], say: Callable[[str], None]) -> None:
    """Write the build if there is none, click through its map, write the section."""
    with tempfile.TemporaryDirectory(prefix="tower-click-") as folder:
        home = (given.home or Path(folder)) / str(given.events)
        if not (home / "builds" / "CURRENT").exists():
            say(
                f"{given.events:,} events written in {child('mining-write', str(home), str(given.events))['seconds']:.0f} s"
            )
        found = measured(home)
    say(str(found))
    sections.put("click", f"A click on the map of {given.events:,} events", report(found))


def measured(home: Path) -> dict[str, Any]:
    """Seconds until the map stands the first time, and for each step from the click to its cases."""
    from tests.browser.conftest import serving

    with serving(home, TOWER_MEMORY_LIMIT="6GB") as server, _browser() as page:
        page.goto(f"{server.address}/{LINK}")
        page.locator(".node.activity").first.wait_for(timeout=120_000)
        page.get_by_text("Where cases wait longest in total").wait_for(timeout=120_000)
        page.locator("svg.map").press("0")  # the whole map in view: every step can be hit
        page.evaluate(_WATCH)
        # the first click also fetches the script that draws a figure; it is shown, and counted apart
        return {"seconds": [_clicked(page, f"activity {no}") for no in range(1, STEPS + 1)]}


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(60_000)
            yield page
        finally:
            browser.close()


def _clicked(page: Any, name: str) -> float:
    page.evaluate("name => window.waitFor(name)", name)
    page.locator(f'.node[data-id="n:{name}"]').dispatch_event(
        "pointermove"
    )  # at rest: nothing is lit by a pointer passing
    page.locator(f'.node[data-id="n:{name}"]').click()
    return float(page.evaluate("window.shown")) / 1000


_WATCH = """() => {
  document.addEventListener("pointerdown", () => { window.began ??= performance.now(); }, true);
  const isShown = (name) => {
    const panel = document.querySelector(".st-key-map_panel");
    if (!panel || panel.querySelector("strong")?.textContent !== name) return false;
    if (panel.querySelector("[data-stale=true]")) return false;
    return panel.querySelectorAll("[data-testid=stMetricValue]").length === 3
      && panel.querySelector("[data-testid=stDataFrame] canvas") !== null
      && panel.querySelector(".js-plotly-plot .main-svg") !== null
      && / longest of /.test(panel.textContent);
  };
  window.waitFor = (name) => {
    window.began = undefined;
    window.shown = new Promise((resolve) => {
      const look = () => {
        if (window.began !== undefined && isShown(name))
          requestAnimationFrame(() => resolve(performance.now() - window.began));
        else requestAnimationFrame(look);
      };
      look();
    });
  };
}"""


def report(found: dict[str, Any]) -> list[str]:
    """The section's lines."""
    first, *others = found["seconds"]
    rows = [
        ("the first click of a session", f"{first:.2f} s", ""),
        ("a click, half of them within", _mark(median(others)), f"≤ {GOAL:g} s"),
        ("a click, the slowest", _mark(max(others)), f"≤ {GOAL:g} s"),
    ]
    said = (
        f"From the press of the mouse button on a step until its cases, its numbers and its times are drawn, in Chromium, "
        f"{len(others) + 1} steps one after the other, each for the first time, under a filter by period; the server on the same machine."
    )
    return [said, "", *sections.table(rows, "what", "measured", "goal")]


def _mark(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds <= GOAL else f"**{seconds:.2f} s**"
