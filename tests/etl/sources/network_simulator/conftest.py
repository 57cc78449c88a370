"""What do the simulator's tests share? One small run, written and loaded once, and worlds by their causes."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from control_tower import settings
from etl import pipeline, source
from etl.intake import Request
from etl.sources.network_simulator import causes, simulate, world
from etl.sources.network_simulator.run import Run
from etl.sources.network_simulator.world import World

WEEKS, ORDERS, SEED = 9, 600, 3


@dataclass(frozen=True)
class Loaded:
    """A run as it was written, its truth, and the build that a load made of it."""

    folder: Path
    truth: dict[str, Any]
    cases: pd.DataFrame
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the build."""
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of one small run."""
    folder = tmp_path_factory.mktemp("distributor")
    simulate.simulate(folder, WEEKS, ORDERS, SEED)
    return folder


@pytest.fixture(scope="session")
def loaded(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The same run, loaded from all its systems into a build of its own."""
    home = tmp_path_factory.mktemp("home")
    before = os.environ.get("TOWER_HOME")
    os.environ["TOWER_HOME"] = str(home)
    try:
        here = settings.current()
        requests = [Request(source.find(name), written / part, "test") for name, part in simulate.sources()]
        report = pipeline.load(requests, here, lambda *_: None)
    finally:
        os.environ.pop("TOWER_HOME")
        if before is not None:
            os.environ["TOWER_HOME"] = before
    warehouse = here.builds / report.build_id / "warehouse.duckdb"
    connection = duckdb.connect(str(warehouse), read_only=True)
    truth = json.loads((written / "truth.json").read_text(encoding="utf-8"))
    cases = pd.read_csv(written / "truth_cases.csv", keep_default_na=False)
    yield Loaded(written, truth, cases, connection)
    connection.close()


@cache
def _made(off: frozenset[str]) -> World:
    return world.make(Run(26, 1500, 1, causes.NAMES - off))


@pytest.fixture(scope="session")
def world_without() -> Callable[..., World]:
    """The world of the default demo with some causes switched off (none named = all causes at work)."""
    return lambda *names: _made(frozenset(names))
