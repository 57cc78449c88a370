"""Does every import contract report the import it forbids? Each is broken on purpose, in a copy."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house import tree

CONTRACTS = {
    contract["id"]: contract["name"]
    for contract in tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}
PLANTED = [
    ("floors", "control_tower/planted.py", "import etl"),
    ("floors", "control_tower/planted.py", "def f():\n    from dashboard import app_pages"),
    ("floors", "etl/planted.py", "import process_mining"),
    ("floors", "process_mining/planted.py", "import etl.source"),
    ("floors", "process_mining/planted.py", "import cli"),
    ("floors", "dashboard/planted.py", "import cli"),
    ("dashboard-reads-builds", "dashboard/planted.py", "from etl import source"),
    ("meaning-has-no-window", "control_tower/planted.py", "import streamlit"),
    ("meaning-has-no-window", "control_tower/planted.py", "import pm4py"),
    ("loading-has-no-window", "etl/planted.py", "import plotly.graph_objects"),
    ("mining-has-no-window", "process_mining/planted.py", "import streamlit"),
    ("mining-library-in-one-room", "dashboard/planted.py", "import pm4py"),
    ("mining-library-in-one-room", "cli/planted.py", "import r4pm"),
    ("sqlalchemy-in-two-rooms", "etl/readers/planted.py", "import sqlalchemy"),
    ("sqlalchemy-in-two-rooms", "control_tower/planted.py", "import sqlalchemy.orm"),
    ("sqlalchemy-in-two-rooms", "dashboard/planted.py", "import sqlalchemy"),
    ("command-line-draws-nothing", "cli/planted.py", "import streamlit"),
]
ALLOWED = [
    ("etl/readers/database.py", "import sqlalchemy"),
    ("control_tower/workflow/store.py", "import sqlalchemy"),
    ("process_mining/planted.py", "import pm4py\nimport r4pm\nimport control_tower.errors"),
    ("dashboard/planted.py", "import streamlit\nimport plotly\nimport process_mining\nimport control_tower"),
    ("cli/planted.py", "import etl.source\nimport dashboard\nimport process_mining"),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of the five packages and the contracts, where planting harms nobody."""
    folder = tmp_path_factory.mktemp("house")
    for path in tree.modules():
        target = folder / path.relative_to(tree.ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    shutil.copyfile(tree.ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


@pytest.fixture
def linted(copied: Path):
    """Plant code in the copy, lint it, and give what import-linter said; the plant is taken out afterwards."""
    restore: list[tuple[Path, bytes | None]] = []

    def lint(place: str, code: str) -> subprocess.CompletedProcess[str]:
        path = copied / place
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
            (path.parent / "__init__.py").touch()
        restore.append((path, path.read_bytes() if path.exists() else None))
        path.write_text(code + "\n", encoding="utf-8")
        return subprocess.run(
            [Path(sys.executable).parent / "lint-imports", "--no-cache", "--config", "pyproject.toml"],
            cwd=copied,
            env={**os.environ, "PYTHONPATH": str(copied), "NO_COLOR": "1", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    yield lint
    for path, before in restore:
        path.unlink() if before is None else path.write_bytes(before)


def test_every_contract_is_broken_here_once() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)


def verdict(said: subprocess.CompletedProcess[str]) -> str:
    """What import-linter said, without its banner."""
    return said.stdout.rpartition("Contracts\n---------")[2].strip() or said.stdout[-2000:] + said.stderr


@pytest.mark.parametrize(("contract", "place", "code"), PLANTED)
def test_a_forbidden_import_is_reported(linted, contract: str, place: str, code: str) -> None:
    said = verdict(linted(place, code))
    is_broken = f"{CONTRACTS[contract]} BROKEN" in said
    assert is_broken, said
    is_named = place.removesuffix(".py").replace("/", ".") in said
    assert is_named, said


@pytest.mark.parametrize(("place", "code"), ALLOWED)
def test_an_allowed_import_is_not_reported(linted, place: str, code: str) -> None:
    said = linted(place, code)
    is_kept = said.returncode == 0
    assert is_kept, verdict(said)
