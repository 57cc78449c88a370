"""How fast are the pages on one year of a large distributor? `python -m tests.bench year`, on an idle machine.

Simulates 52 weeks × 40,000 orders (about ten minutes, 4 GB), loads them, and measures in a process of its own the
server time of every page, cold (nothing cached of the build) and warm, and of the root-cause search. `--home` keeps
what was loaded, and a home that holds a build is measured as it is.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import sections

COLD, WARM, SEARCH, SURVIVAL = 2.0, 0.5, 3.0, 1.0
"""Seconds: issue 4, "Speed"."""
PROJECT = Path(__file__).resolve().parents[2]


def add_to(options: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    options.add_argument("--home", type=Path, help="keep the loaded year there, or measure the one that is there")
    options.add_argument("--weeks", type=int, default=52)
    options.add_argument("--orders", type=int, default=40_000, help="orders a week")
    options.add_argument("--pages", nargs="*", default=[], help="only these pages; nothing is written then")


def run(given: argparse.Namespace, child: Callable[..., dict[str, Any]], say: Callable[[str], None]) -> None:
    """Load the year unless it is there, measure, write the section."""
    with tempfile.TemporaryDirectory(prefix="tower-year-") as folder:
        home = given.home or Path(folder) / "home"
        loaded = None
        if not (home / "builds" / "CURRENT").exists():
            home.parent.mkdir(parents=True, exist_ok=True)
            loaded = child("demo", str(home), str(given.weeks), str(given.orders))
            say(f"simulated {loaded['simulated']:.0f} s, published {loaded['published']:.0f} s")
        measured = child("served", str(home), *given.pages, home=str(home))
    lines = report(measured, loaded)
    say("\n".join(lines))
    if not given.pages:
        title = f"One year of the simulated distributor ({given.weeks} weeks × {given.orders:,} orders)"
        sections.put("year", title, lines)


def served(_home: str, *pages: str) -> dict[str, Any]:
    """Seconds of every page cold and warm, of the root-cause search, and what the build holds."""
    from control_tower import settings, warehouse
    from control_tower.analysis import counting, root_cause

    build = warehouse.open_current(settings.current())
    seconds = []
    for _ in range(3):
        counting.count.cache_clear()
        began = time.perf_counter()
        found = root_cause.search(build)
        seconds.append(time.perf_counter() - began)
    counted = {name: build.manifest.relations[name].rows for name in ("core_order", "core_event", "mart_exception")}
    made = {"search": seconds, "looked_at": found.looked_at, "rows": counted, "survival": survival(1_000_000)}
    return made | {"pages": _pages(pages)}


def survival(exceptions: int) -> float:
    """Seconds from rows in the engine to a Kaplan–Meier median with its interval, as every survival figure goes."""
    import duckdb

    from control_tower.analysis.cycle_time import cycle_time
    from control_tower.kpi import listed

    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.4)")
        connection.execute(
            "CREATE TABLE ended AS SELECT round(-ln(1 - random()) * 72, 4) AS hours, "
            f"CASE WHEN random() < 0.8 THEN 1 WHEN random() < 0.5 THEN 2 ELSE 0 END AS outcome FROM range({exceptions})"
        )
        began = time.perf_counter()
        for hours, outcomes in listed.rows(connection, "SELECT list(hours), list(outcome) FROM ended", {}):
            assert cycle_time(hours, outcomes).median.value
        return time.perf_counter() - began


def _pages(wanted: tuple[str, ...]) -> dict[str, dict[str, float]]:
    import streamlit
    from streamlit.testing.v1 import AppTest

    measured = {}
    for page in sorted((PROJECT / "dashboard" / "app_pages").glob("*.py")):
        if page.stem == "__init__" or (wanted and page.stem not in wanted):
            continue
        app = AppTest.from_file(str(PROJECT / "dashboard" / "app.py"), default_timeout=600)
        app.run()
        try:
            app.switch_page(str(page))
        except ValueError:  # not a page of the demo's planner
            continue
        app.run()  # modules are imported once per server, not per build: not part of cold
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()
        cold = _run(app)
        while _is_unfinished(app):
            app.run()
        measured[page.stem] = {"cold": cold, "warm": _run(app)}
        assert not app.exception, f"{page.stem}: {app.exception}"
    return measured


def _run(app: Any) -> float:
    began = time.perf_counter()
    app.run()
    return time.perf_counter() - began


def _is_unfinished(app: Any) -> bool:
    """The catalogue shows a hundred figures as they come, over several runs by itself."""
    from dashboard import figures

    held = app.session_state.get("catalogue_known", None)
    return held is not None and len(held[1]) < len(figures.catalogue())


def report(measured: dict[str, Any], loaded: dict[str, Any] | None) -> list[str]:
    """The section's lines."""
    rows = measured["rows"]
    said = f"{rows['core_order']:,} orders, {rows['core_event']:,} events, {rows['mart_exception']:,} exceptions."
    if loaded:
        said += (
            f" Simulated in {loaded['simulated']:.0f} s, loaded in {loaded['published'] - loaded['simulated']:.0f} s, "
        )
        said += f"peak {loaded['peak_gb']:.1f} GB."
    found = [
        ("root-cause search, all dimensions and pairs", f"{min(measured['search']):.2f} s", f"< {SEARCH:g} s",
         f"{measured['looked_at']:,} comparisons"),
        ("cycle time of 1,000,000 exceptions, with intervals", f"{measured['survival']:.2f} s", f"< {SURVIVAL:g} s", ""),
    ]  # fmt: skip
    pages = [
        (name, _mark(one["cold"], COLD), _mark(one["warm"], WARM)) for name, one in sorted(measured["pages"].items())
    ]
    return [
        said, "", *sections.table(found, "what", "measured", "goal", ""),
        f"Server time of each page: cold (nothing of the build cached, goal < {COLD:g} s) and warm (goal < {WARM:g} s).", "",
        *sections.table(pages, "page", "cold", "warm"),
    ]  # fmt: skip


def _mark(seconds: float, goal: float) -> str:
    return f"{seconds:.2f} s" if seconds < goal else f"**{seconds:.2f} s**"
