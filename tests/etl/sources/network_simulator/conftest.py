"""What do the simulator's tests share? One small run, written and loaded once, and worlds by their causes."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from control_tower.settings import Settings
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

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query on the build, with the values bound."""
        return self.connection.execute(query, list(values)).fetchall()


def _load(written: Path, home: Path) -> Loaded:
    """The run, loaded from all its systems into a build of its own."""
    here = Settings(home=home)
    requests = [Request(source.find(name), written / part, "test") for name, part in simulate.sources()]
    report = pipeline.load(requests, here, lambda *_: None)
    connection = duckdb.connect(str(here.builds / report.build_id / "warehouse.duckdb"), read_only=True)
    truth = json.loads((written / "truth.json").read_text(encoding="utf-8"))
    cases = pd.read_csv(written / "truth_cases.csv", keep_default_na=False)
    return Loaded(written, truth, cases, connection)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of one small run."""
    folder = tmp_path_factory.mktemp("distributor")
    simulate.simulate(folder, WEEKS, ORDERS, SEED)
    return folder


@pytest.fixture(scope="session")
def loaded(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The small run, loaded."""
    made = _load(written, tmp_path_factory.mktemp("home"))
    yield made
    made.connection.close()


@pytest.fixture(scope="session")
def unplanted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The same run with every cause switched off, loaded."""
    folder = tmp_path_factory.mktemp("unplanted")
    simulate.simulate(folder / "files", WEEKS, ORDERS, SEED, causes=())
    made = _load(folder / "files", folder / "home")
    yield made
    made.connection.close()


@pytest.fixture
def load_without(tmp_path: Path) -> Iterator[Callable[[str], Loaded]]:
    """Loads the same run with one cause switched off."""
    made: list[Loaded] = []

    def load(name: str) -> Loaded:
        simulate.simulate(tmp_path / "files", WEEKS, ORDERS, SEED, causes=causes.NAMES - {name})
        made.append(_load(tmp_path / "files", tmp_path / "home"))
        return made[-1]

    yield load
    for one in made:
        one.connection.close()


@cache
def _made(off: frozenset[str]) -> World:
    return world.make(Run(26, 1500, 1, causes.NAMES - off))


@pytest.fixture(scope="session")
def world_without() -> Callable[..., World]:
    """The world of the default demo with some causes switched off (none named = all causes at work)."""
    return lambda *names: _made(frozenset(names))
