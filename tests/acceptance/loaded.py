"""How do acceptance tests load a source? With the `tower` command itself, into a home of their own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from control_tower import builds

TOWER = Path(sys.executable).with_name("tower")


@dataclass(frozen=True)
class Loaded:
    """What `tower load` said, and the build it published."""

    home: Path
    report: dict[str, Any]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the published build."""
        folder = self.home / "builds" / str(builds.current_id(self.home / "builds"))
        with duckdb.connect(str(folder / builds.WAREHOUSE), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """The only row of an answer."""
        (only,) = self.rows(query)
        return only

    def one(self, query: str) -> Any:
        """The only value of an answer."""
        (value,) = self.row(query)
        return value


def tower_load(source: str, files: Path, home: Path) -> Loaded:
    """Run `tower load SOURCE --from FILES --json` in `home`; a refusal fails the test with what it said."""
    command = [str(TOWER), "load", source, "--from", str(files), "--json"]
    ran = subprocess.run(
        command, env=os.environ | {"TOWER_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:] + ran.stdout[-2000:]
    return Loaded(home, json.loads(ran.stdout))


def assert_every_row_is_accounted_for(loaded: Loaded, refused: int = 0) -> None:
    """Rule R for whole loads: read = loaded + refused + known already, file by file, and nothing else waits."""
    for file in loaded.report["files"]:
        assert file["read"] == file["loaded"] + file["refused"] + file["duplicate"], file
    assert sum(file["refused"] for file in loaded.report["files"]) == refused
    assert loaded.one("SELECT count(*) FROM quarantine") == refused
    assert loaded.one("SELECT count(*) FROM load_conflict") == 0
    assert loaded.one("SELECT count(*) FROM suspicious_id") == 0
