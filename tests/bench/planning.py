"""How fast and how good are plans? Two seeded shortages, five published optima, and the rules of the field beside them."""

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import sections

GOALS = {("500", "30"): "≤ 2 s", ("2000", "30"): "≤ 15 s"}
OR_LIBRARY = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "or_library"
INSTANCE = (
    "The instance (`tests/bench/shortage.py`, seed 1): eight short lines an item on average, at 30 sites that hold a fifth of"
    " all site × item pairs, three receipts an item, for every four short lines one that holds stock; 15 % of the lines ship"
    " complete and 40 % may not be split. Stock, receipts and donors are scarce enough that lines compete, and whole-line"
    " rules make it a packing problem: harder than fixed costs alone. Time is that of the processor, facts to plan."
)


def optima(_: str = "") -> dict[str, Any]:
    """The core's cost of five warehouse location problems beside the published optimum."""
    from control_tower.reallocation.model_core import solve
    from tests.control_tower.reallocation.test_model_core import OPTIMA, warehouse_location

    found = {}
    for name, best in OPTIMA.items() if OR_LIBRARY.is_dir() else ():
        found[name] = [solve(warehouse_location(OR_LIBRARY / f"{name}.txt"), gap=1e-9).cost, best]
    return {"optima": found}


def add_to(options: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    options.add_argument(
        "--on-a-build", type=int, default=2_000, help="short lines of the proposal on a build; 0 = none"
    )


def run(given: argparse.Namespace, child: Callable[..., dict[str, Any]], say: Callable[[str], None]) -> None:
    """Measure and write the section."""
    lines: list[str] = [INSTANCE, ""]
    speed, ways = [], []
    for (short, sites), goal in GOALS.items():
        made = child("plan", short, sites)
        say(f"{short} × {sites}: {made['processor_seconds']:.1f} s, gap {made['gap']}")
        speed.append((
            f"{int(short):,} lines × {sites} sites", f"{made['processor_seconds']:.1f} s", goal,
            made["method"], "none" if made["gap"] is None else f"{made['gap']:.2%}", f"{made['options']:,}",
        ))  # fmt: skip
        ways += [
            (f"{int(short):,}", w["way"], f"{w['score']:,.0f}", f"{w['late_lines']:,}", f"{w['late_days']:,}",
             f"{w['late_donors']:,}", f"{w['freight_amount']:,.0f}")
            for w in made["compared"]
        ]  # fmt: skip
    lines += sections.table(speed, "plan", "measured", "goal", "method", "gap (≤ 0.50 %)", "options")
    lines += ["The plan beside the rules of the field, measured by the same score:", ""]
    lines += sections.table(ways, "lines", "way", "score", "late lines", "late days", "donors late", "freight")
    found = child("optima", "")["optima"]
    if found:
        lines += ["Warehouse location (OR-Library), by the same core:", ""]
        rows = [(name, f"{cost:,.3f}", f"{best:,.3f}") for name, (cost, best) in found.items()]
        lines += sections.table(rows, "problem", "found", "published")
    on_a_build = _on_a_build(child, say, given.on_a_build) if given.on_a_build else []
    sections.put("plan", "Reallocation", [*lines, *on_a_build])


def _on_a_build(child: Callable[..., dict[str, Any]], say: Callable[[str], None], short: int) -> list[str]:
    """A proposal for so many short lines on the demo's build, from its tables to what is stored."""
    with tempfile.TemporaryDirectory(prefix="tower-bench-plan-") as folder:
        home = str(Path(folder) / "home")
        child("demo", home, "26", "1500")
        made = child("proposed", home, str(Path(folder) / "scaled"), str(short))
    say(f"on a build: {made['seconds']}")
    gap = "none" if made["gap"] is None else f"{made['gap']:.2%}"
    words = (
        f"On a build: the demo's shortages copied side by side until {made['short']:,} lines are short"
        f" ({made['options']:,} options; {made['method']}, gap {gap}), and as many times the site capacity. What would change"
        f" the answer was solved again for {made['what_if']['lines']} lines, until policy's {made['what_if']['solves']} solves"
        f" {'ran out' if made['what_if']['is_used_up'] else 'sufficed'}; for the others it is estimated and says so. The payload"
        f" has {made['megabytes']:.0f} MB. Processor seconds from its tables to a stored proposal:"
    )
    rows = [(name, f"{seconds:.1f}") for name, seconds in made["seconds"].items()]
    return [words, "", *sections.table(rows, "step", "seconds")]
