"""Measure and write the figures to docs/benchmarks.md: `make bench`, `python -m tests.bench year`, `… causes`, `… plan`, `… audit`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import causes, click, events, mining, planning, sections, trail, world, year

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "tests" / "bench" / "order_events"
SERVICENOW = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data")) / "servicenow_incidents"


def child(*arguments: str, home: str | None = None) -> dict[str, Any]:
    """Run one measurement in its own process."""
    environment = {**os.environ, **({"TOWER_HOME": home} if home else {})}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.child", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{arguments[0]} failed:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main() -> None:
    """Run the benchmark that was asked for; without a name one after the other, which takes two hours."""
    options = argparse.ArgumentParser(prog="python -m tests.bench")
    named = options.add_subparsers(dest="what")
    named.add_parser("load").add_argument("--events", type=int, default=10_000_000)
    year.add_to(named.add_parser("year", help=year.__doc__))
    world.add_to(named.add_parser("world", help=world.__doc__))
    causes.add_to(named.add_parser("causes", help=causes.__doc__))
    mining.add_to(named.add_parser("mining", help=mining.__doc__))
    click.add_to(named.add_parser("click", help=click.__doc__))
    trail.add_to(named.add_parser("audit", help=trail.__doc__))
    planning.add_to(named.add_parser("plan", help=planning.__doc__))
    given = options.parse_args()
    what = {
        "load": load,
        "causes": lambda one: causes.run(one, say),
        "mining": lambda one: mining.run(one, child, say),
        "click": lambda one: click.run(one, child, say),
        "audit": lambda one: trail.run(one, child, say),
        "plan": lambda one: planning.run(one, child, say),
        "world": lambda one: world.run(one, child, say),
        "year": lambda one: year.run(one, child, say),
    }
    for name in [given.what] if given.what else sections.ORDER:
        say(name)
        what[name](given if given.what else options.parse_args([name]))


def load(given: argparse.Namespace) -> None:
    """Load ten million events, the demonstration and the service log, and write their section."""
    with tempfile.TemporaryDirectory(prefix="tower-bench-") as folder:
        files = Path(folder) / "files"
        events.write(files, given.events)
        size = sum(path.stat().st_size for path in files.iterdir())
        say(f"{given.events:,} events, {size / 1e6:.0f} MB")
        bare = child("bare", str(files / "*.csv"), str(Path(folder) / "bare.duckdb"))
        say(f"bare {bare['seconds']:.1f} s")
        home = str(Path(folder) / "home")
        loaded = child("load", str(SOURCE), str(files), home)
        say(f"core {loaded['core']:.1f} s, published {loaded['published']:.1f} s, peak {loaded['peak_gb']:.2f} GB")
        pages = child("pages", home, home=home)
        demo_home = str(Path(folder) / "demo")
        demo = child("demo", demo_home, "26", "1500")
        demo["pages"] = child("pages", demo_home, home=demo_home)["pages"]
        say(f"demo {demo['published']:.1f} s")
        servicenow = None
        if SERVICENOW.is_dir():
            other = str(Path(folder) / "servicenow")
            servicenow = child("load", "servicenow", str(SERVICENOW), other)
            servicenow["pages"] = child("pages", other, home=other)["pages"]
    title = f"Loading {given.events:,} events from CSV ({size / 1e6:,.0f} MB in {events.FILES} files)"
    sections.put("load", title, document(bare, loaded, {**pages, "demo": demo}, servicenow))
    say(f"written {sections.OUT}")


def document(
    bare: dict[str, Any],
    loaded: dict[str, Any],
    pages: dict[str, Any],
    log: dict[str, Any] | None,
) -> list[str]:
    """The figures as Markdown: ratios first, seconds for orientation."""
    base = bare["seconds"]
    rows = [
        ("validated core tables", f"{loaded['core'] / base:.2f} × bare", "≤ 4 ×", f"{loaded['core']:.1f} s"),
        (
            "published, mining views included",
            f"{loaded['published'] / base:.2f} × bare",
            "≤ 6 ×",
            f"{loaded['published']:.1f} s",
        ),
        ("peak memory of the load", f"{loaded['peak_gb']:.2f} GB", "< 4 GB", ""),
        ("slowest page, warm", f"{max(pages['pages'].values()):.2f} s", "< 0.5 s", slowest(pages["pages"])),
    ]
    demo = pages["demo"]
    rows += [
        (
            "`tower demo --no-serve` (26 weeks × 1,500 orders)",
            f"{demo['published']:.1f} s",
            "< 60 s",
            f"{demo['simulated']:.1f} s of it simulating",
        ),
        ("demo, slowest page, warm", f"{max(demo['pages'].values()):.2f} s", "< 0.5 s", slowest(demo["pages"])),
    ]
    if log:
        rows += [
            ("ServiceNow, zip to published build", f"{log['published']:.1f} s", "< 15 s", f"{log['rows']:,} events"),
            ("ServiceNow, slowest page, warm", f"{max(log['pages'].values()):.2f} s", "< 0.5 s", slowest(log["pages"])),
        ]
    return [
        f"Bare = `CREATE TABLE event AS SELECT * FROM read_csv('*.csv')` of the same files into a DuckDB file: {base:.1f} s.", "",
        *sections.table(rows, "what", "measured", "goal", ""),
        "Seconds from the start at which each step of the load began:", "",
        *sections.table([(name, f"{at:.1f}") for name, at in loaded["steps"].items()], "step", "at"),
    ]  # fmt: skip


def slowest(pages: dict[str, float]) -> str:
    """The slowest page's name."""
    return max(pages, key=lambda name: pages[name])


def say(text: str) -> None:
    """Progress on standard error."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
