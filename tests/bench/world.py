"""How long does a simulated year take to make, and how much memory? `python -m tests.bench world`, on an idle machine."""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import sections

MINUTES, GB, EXCEPTIONS = 10, 8, 160_000
"""Issue 3, "Size and speed"."""


def add_to(options: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    options.add_argument("--weeks", type=int, default=52)
    options.add_argument("--orders", type=int, default=40_000, help="orders a week")


def run(given: argparse.Namespace, child: Callable[..., dict[str, Any]], say: Callable[[str], None]) -> None:
    """Make the files, count what truth.json says of them, write the section."""
    with tempfile.TemporaryDirectory(prefix="tower-world-") as folder:
        made = child("simulated", folder, str(given.weeks), str(given.orders))
    rows = [
        ("time to make", f"{made['seconds'] / 60:.1f} min", f"< {MINUTES} min"),
        ("peak memory", f"{made['peak_gb']:.1f} GB", f"< {GB} GB"),
        ("orders", f"{made['orders']:,}", "about 2 million"),
        ("exceptions", f"{made['exceptions']:,}", f"about {EXCEPTIONS:,}"),
        ("files", f"{made['bytes'] / 1e9:.1f} GB", ""),
    ]
    lines = sections.table(rows, "what", "measured", "goal")
    say("\n".join(lines))
    sections.put("world", f"Simulating {given.weeks} weeks × {given.orders:,} orders", lines)


def simulated(folder: str, weeks: str, orders_per_week: str) -> dict[str, Any]:
    """Seconds of one simulation with its files, and what they hold."""
    from etl.sources.network_simulator import simulate

    began = time.perf_counter()
    report = simulate.simulate(Path(folder), int(weeks), int(orders_per_week), 1)
    seconds = time.perf_counter() - began
    size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return {"seconds": seconds, "orders": report.orders, "exceptions": report.exceptions, "bytes": size}
