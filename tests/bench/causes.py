"""Does the root-cause search find what is planted, and nothing where nothing is? `python -m tests.bench causes`.

Simulates and loads the demonstration with four seeds, names every planted cause with its verdict and its power, every
decoy that was found, and deals the outcome of the first seed 1,000 times anew.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from control_tower.analysis.exposure import default_span
from control_tower.analysis.verdict import limits
from tests.bench import sections
from tests.control_tower.analysis import permuted
from tests.control_tower.analysis.truth import ENOUGH, Simulated, simulated

SEEDS = (1, 2, 3, 4)


def add_to(options: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    options.add_argument("--runs", type=int, default=1_000)


def run(given: argparse.Namespace, say: Callable[[str], None]) -> None:
    """Find, deal, write the section."""
    with tempfile.TemporaryDirectory(prefix="tower-causes-") as folder:
        runs = [simulated(Path(folder) / f"files{seed}", Path(folder) / f"home{seed}", seed) for seed in SEEDS]
        build, held, began = runs[0].build, limits(), time.perf_counter()
        alarms = permuted.run(build, default_span(build), held, given.runs)
        seconds = time.perf_counter() - began
    lines = [
        f"Of {alarms.runs:,} deals of the outcome within strata (seed 1; all kinds of units, dimensions and pairs together, "
        f"{alarms.looked_at:,} comparisons each) {alarms.strong} had a strong verdict: {alarms.strong_share:.1%}, stated "
        f"level {held.level:.0%}; {seconds:.0f} s.", "",
        f"Planted causes, by seed: best verdict in its place (power). A cause must be found from a power of {ENOUGH:g} on.", "",
        *sections.table(_rows(runs), "cause", *(f"seed {seed}" for seed in SEEDS)),
        f"Decoys found and explained by nothing: {sum(len(wrong) for one in runs for _, wrong in one.decoys())}.",
    ]  # fmt: skip
    say("\n".join(lines))
    sections.put("causes", "Planted causes and false alarms", lines)


def _rows(runs: list[Simulated]) -> list[tuple[str, ...]]:
    found = [{one.name: one for one in run.causes()} for run in runs]
    names = list(dict.fromkeys(name for one in found for name in one))
    return [
        (name, *(f"{one[name].verdict} ({one[name].power:.2f})" if name in one else "–" for one in found))
        for name in names
    ]
