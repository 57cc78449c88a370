"""What did the search find of what the simulator planted? Shared by the tests and the benchmark of causes.

A cause counts when one of its types is found strong or watch at its place in a quarter in which it was at work. It is
large enough when its planted cases would be found with a power of 80 %, against the rest's rate and with failures that
come together as they do there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from control_tower import warehouse
from control_tower.analysis.exposure import QUARTER, Span, default_span
from control_tower.analysis.root_cause import RootCause, search
from control_tower.analysis.verdict import Verdict
from control_tower.settings import Settings
from control_tower.warehouse import Build
from etl import pipeline, source
from etl.intake import Request
from etl.sources.network_simulator import simulate

COLUMN = {"supplier": "supplier_id", "site": "site_id", "carrier": "carrier_id", "family": "product_family"}
ENOUGH = 0.8
"""Power from which on a cause must be found."""


@dataclass(frozen=True)
class Simulated:
    """What is true of a run, and what was found in its two quarters."""

    build: Build
    truth: dict[str, Any]
    quarters: list[RootCause]

    def causes(self) -> "list[Planted]":
        """Every cause that adds exceptions, and what became of it."""
        return [_planted(cause, self.quarters) for cause in self.truth["causes"] if cause["types"] and cause["cases"]]

    def decoys(self) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
        """Every decoy with what is found there and not explained by another place."""
        for decoy in self.truth["decoys"]:
            stated = {name: value for name, value in decoy.items() if name != "why"}
            for quarter in self.quarters:
                found = quarter.found()
                yield stated, in_place(found[found["explained_by"].isna()], stated)


@dataclass(frozen=True)
class Planted:
    """A planted cause: its cases, the best verdict in its place and its power there."""

    name: str
    place: dict[str, str]
    cases: int
    verdict: str
    power: float

    @property
    def is_found(self) -> bool:
        """Whether it is found in its place."""
        return self.verdict in (Verdict.STRONG, Verdict.WATCH)


def simulated(files: Path, home: Path, seed: int = 1) -> Simulated:
    """Simulate the default demonstration, load it and search both quarters."""
    simulate.simulate(files, seed=seed)
    settings = Settings(home=home)
    requests = [Request(source.find(name), files / part, "test") for name, part in simulate.sources()]
    pipeline.load(requests, settings, lambda name, detail: None)
    return searched(files, warehouse.open_current(settings))


def searched(files: Path, build: Build) -> Simulated:
    """Search both quarters of a run that is loaded."""
    last = default_span(build)
    quarters = [search(build, Span(last.since - QUARTER, last.since)), search(build, last)]
    return Simulated(build, json.loads((files / "truth.json").read_text()), quarters)


def _planted(cause: dict[str, Any], quarters: list[RootCause]) -> Planted:
    begins, ends = datetime.fromisoformat(cause["since"]), datetime.fromisoformat(cause["until"])
    best, power = "", 0.0
    order = [Verdict.TOO_FEW, Verdict.NOISE, Verdict.WATCH, Verdict.STRONG]
    for quarter in quarters:
        shared = min(ends, quarter.span.until) - max(begins, quarter.span.since)
        rows = quarter.looked[quarter.looked["type_code"].isin(cause["types"])]
        rows = in_place(rows, cause["place"])
        if shared.total_seconds() <= 0 or rows.empty:
            continue
        cases = cause["cases"] * shared / (ends - begins) * rows["failed"] / rows["failed"].sum()
        cases = np.minimum(cases, rows["failed"])  # a case that the build does not show there cannot be found there
        power = max(power, float(detectable(rows, cases, quarter).max()))
        best = max([*rows["verdict"], *([best] if best else [])], key=lambda one: order.index(Verdict(one)))
    return Planted(cause["name"], cause["place"], int(cause["cases"]), str(best), power)


def detectable(rows: pd.DataFrame, cases: "pd.Series[float]", quarter: RootCause) -> "pd.Series[float]":
    """The chance that so many planted cases are found, by type.

    Normal: the count has the mean rest + planted and the variance mean × dispersion; it is found when it lies above
    the expected count by the quantile of the largest p-value that was found in this quarter.
    """
    looked = quarter.looked
    limit = float(looked.loc[looked["q"] <= quarter.limits.level, "p"].max())
    mean = rows["rest_rate"] * rows["exposed"] + cases
    reach = stats.norm.isf(limit) * np.sqrt(rows["expected"] * rows["dispersion"])
    chance = stats.norm.cdf((mean - rows["expected"] - reach) / np.sqrt(mean * rows["dispersion"]))
    enough = mean >= quarter.limits.min_failed
    return pd.Series(np.where(enough, chance, 0.0), index=rows.index)


def in_place(found: pd.DataFrame, stated: dict[str, str]) -> pd.DataFrame:
    """Rows exactly at a place of truth.json, in either order of a pair."""
    wanted = {(COLUMN.get(name, name), value) for name, value in stated.items()}
    return found[np.array([one == wanted for one in _places(found)], dtype=bool)]


def _places(found: pd.DataFrame) -> list[set[tuple[str, str]]]:
    """Where each row is, values without their namespace."""
    made = []
    for row in found.itertuples():
        pairs = [(row.dimension, row.key), (row.other_dimension, row.other_key)]
        made.append({(name, value.partition(":")[2] or value) for name, value in pairs if isinstance(name, str)})
    return made
