"""Fixtures of the loading tests: a database server, loads that may be killed, what uncrashed loads give."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from tests.conftest import PROJECT_ROOT
from tests.etl import postgres_server, small_source


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """The URL of a real PostgreSQL of this test run; skips with the reason when there is none to start."""
    try:
        postgres_server.program("initdb")
    except postgres_server.NoServerError as missing:
        pytest.skip(str(missing))
    with postgres_server.running() as url:
        yield url


class Loader:
    """Loads in processes of their own; see tests/etl/load_server.py for the jobs."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.etl.load_server"]
        self._server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT
        )

    def __call__(self, do: str, home: Path, base: Path, **job: Any) -> dict[str, Any]:
        """Run one job in a fresh fork. `killed` is the signal that ended it, 0 when it ended by itself."""
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps({"do": do, "home": str(home), "base": str(base), **job}) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer

    def close(self) -> None:
        """End the server."""
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.close()
        self._server.wait()
        self._server.stdout.close()


@pytest.fixture(scope="session")
def loader() -> Iterator[Loader]:
    """Loads in forked processes that a test may have killed."""
    made = Loader()
    yield made
    made.close()


@dataclass(frozen=True)
class Season:
    """Two deliveries of the small source, a home that holds the first, and what uncrashed loads give."""

    first: Path
    both: Path
    home: Path
    build: str
    """The published build of `home`."""
    tables: Mapping[str, Any]
    """`first` and `both` → relation → rows and hash."""
    seconds: Mapping[str, float]


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory, loader: Loader) -> Season:
    """The uncrashed loads that crashed ones are compared with."""
    folder = tmp_path_factory.mktemp("season")
    small_source.request(folder / "first", [0])
    small_source.request(folder / "both", [0, 1])
    home = folder / "home"
    first = loader("load", home, folder / "first")
    shutil.copytree(home, folder / "second")
    both = loader("load", folder / "second", folder / "both")
    tables = {"first": first["tables"], "both": both["tables"]}
    seconds = {"first": first["seconds"], "both": both["seconds"]}
    return Season(folder / "first", folder / "both", home, first["current"], tables, seconds)
