"""A small demo, loaded once by the `tower` command itself, for everything that only reads."""

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said where."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the build of six small weeks."""
    home = tmp_path_factory.mktemp("demo") / "home"
    wanted = ["--weeks", "6", "--orders-per-week", "150", "--seed", "3", "--no-serve"]
    ran = run(home, "demo", *wanted)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return home


def run(home: Path, *words: str) -> Ran:
    """Run `tower WORDS…` on a home as the installed command does, in this process: starting one takes seconds."""
    said, complained = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complained):
        patch.setenv("TOWER_HOME", str(home))
        patch.setattr(sys, "argv", ["tower", *words])
        try:
            main.run()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
    return Ran(code, said.getvalue(), complained.getvalue())


@pytest.fixture(scope="session")
def tower(demo_home: Path) -> Callable[..., Ran]:
    """Run `tower WORDS…` on the demo's build."""
    return lambda *words: run(demo_home, *words)


@pytest.fixture(scope="session")
def asked(tower: Callable[..., Ran]) -> Callable[..., Any]:
    """What `tower WORDS… --json` says: exit code 0 and one JSON document on standard output, or the test fails."""

    def ask(*words: str) -> Any:
        ran = tower(*words, "--json")
        assert ran.returncode == 0, ran.stderr[-2000:]
        return json.loads(ran.stdout)

    return ask
