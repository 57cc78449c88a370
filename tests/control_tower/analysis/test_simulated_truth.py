"""Does the search find what the simulator planted, from the files of its systems to the verdict?

The files and truth.json come from the simulator; nothing is read but the published build. A cause counts when its
type and place are found strong or watch in the quarter in which it was at work; causes that lengthen handling
instead of adding exceptions are no matter of rates, and a place must have shown enough cases to be judged.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from control_tower import warehouse
from control_tower.analysis.exposure import QUARTER, Span, default_span
from control_tower.analysis.root_cause import search
from control_tower.settings import Settings
from tests.conftest import DemoRun

pytestmark = pytest.mark.xdist_group("demo")
COLUMN = {"supplier": "supplier_id", "site": "site_id", "carrier": "carrier_id", "family": "product_family"}
LARGE_ENOUGH = 15
"""Planted cases from which on a cause must be found."""
KNOWN_MISSES = {"credit_limit_cut"}
"""Planted and not found today: its holds fall on few customers, and the allowance for customers that fail together
takes away what is left of the evidence. The list may only shrink."""


@dataclass(frozen=True)
class Simulated:
    """What is true, and what was found in each quarter."""

    truth: dict[str, Any]
    quarters: list[tuple[Span, pd.DataFrame]]


@pytest.fixture(scope="module")
def simulated(demo_run: DemoRun) -> Simulated:
    build = warehouse.open_current(Settings(home=demo_run.home))
    last = default_span(build)
    spans = [Span(last.since - QUARTER, last.since), last]
    quarters = [(span, search(build, span).found()) for span in spans]
    return Simulated(json.loads((demo_run.files / "truth.json").read_text()), quarters)


def place(stated: dict[str, str]) -> set[tuple[str, str]]:
    """A place of truth.json as dimension and value without its namespace."""
    return {(COLUMN.get(name, name), value) for name, value in stated.items()}


def places(found: pd.DataFrame) -> list[set[tuple[str, str]]]:
    """Where each row is, values without their namespace."""
    made = []
    for row in found.itertuples():
        pairs = [(row.dimension, row.key), (row.other_dimension, row.other_key)]
        made.append({(name, value.partition(":")[2] or value) for name, value in pairs if name is not None})
    return made


def in_place(found: pd.DataFrame, stated: dict[str, str]) -> pd.DataFrame:
    return found[np.array([one == place(stated) for one in places(found)], dtype=bool)]


def test_every_planted_cause_that_is_large_enough_is_found_in_its_place(simulated: Simulated) -> None:
    wanted = [cause for cause in simulated.truth["causes"] if cause["types"] and cause["cases"] >= LARGE_ENOUGH]
    assert len(wanted) >= 8, "the run must hold causes to find"
    missed = []
    for cause in wanted:
        begins, ends = datetime.fromisoformat(cause["since"]), datetime.fromisoformat(cause["until"])
        verdicts = [
            verdict
            for span, found in simulated.quarters
            if begins < span.until and ends > span.since - timedelta(days=1)
            for verdict in in_place(found[found["type_code"].isin(cause["types"])], cause["place"])["verdict"]
        ]
        if not verdicts:
            missed.append((cause["name"], cause["place"], cause["cases"]))
    assert {name for name, *_ in missed} <= KNOWN_MISSES, missed


def test_no_decoy_is_found(simulated: Simulated) -> None:
    """The largest sites and the busiest carrier have most exceptions and no higher rate."""
    for decoy in simulated.truth["decoys"]:
        stated = {name: value for name, value in decoy.items() if name != "why"}
        for span, found in simulated.quarters:
            wrong = in_place(found[found["explained_by"].isna()], stated)
            assert wrong.empty, f"{stated} since {span.since:%Y-%m-%d}: {wrong[['type_code', 'verdict', 'ratio', 'q']]}"
