"""Do the verbs of deciding speak as the others do, and answer to the user that `--as` names?"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from control_tower.errors import NotAllowed, StoreError
from control_tower.services import opening


@pytest.fixture
def tower(tower_home: Path):
    """Run a verb in an empty home; an error of ours is raised."""

    def run(*words: str) -> Result:
        result = CliRunner().invoke(app, list(words))
        if isinstance(result.exception, NotAllowed | StoreError):
            raise result.exception
        return result

    yield run
    opening.forget()


def test_a_refused_verb_is_written_down_and_the_trail_verifies(tower) -> None:
    with pytest.raises(NotAllowed, match="no proposal 'P-000001'"):
        tower("approve", "P-000001", "--as", "approver")
    with pytest.raises(NotAllowed, match="the role analyst may not"):
        tower("approve", "P-000001", "--as", "analyst")
    with pytest.raises(NotAllowed, match="is no user"):
        tower("release", "P-000001", "--as", "mallory")
    said = tower("audit", "verify", "--json")
    assert (said.exit_code, json.loads(said.stdout)["ok"], json.loads(said.stdout)["entries"]) == (0, True, 3)


def test_a_tampered_trail_is_named_and_ends_with_1(tower, tower_home: Path) -> None:
    # fault 100
    for _ in range(2):
        with pytest.raises(NotAllowed):
            tower("approve", "P-000001", "--as", "approver")
    opening.forget()
    path = tower_home / "store.sqlite"
    (tower_home / "store.sqlite-wal").unlink(missing_ok=True)
    content = path.read_bytes()
    assert content.count(b"no proposal 'P-000001'") >= 2
    path.write_bytes(content.replace(b"no proposal 'P-000001'", b"so proposal 'P-000001'"))
    said = tower("audit", "verify")
    assert said.exit_code == 1
    assert json.loads(tower("audit", "verify", "--json").stdout)["broken_at"] == 1


def test_loads_unloads_and_rollbacks_answer_to_a_user_of_the_tower(tower) -> None:
    """Ruling 17: the right is asked before anything is loaded, and the refusal is written down."""
    for words in (("rollback", "b1"), ("unload", "erp"), ("load", "frepple")):
        with pytest.raises(NotAllowed, match=r"the role operations_leader may not data\."):
            tower(*words, "--as", "planner")
    assert json.loads(tower("audit", "verify", "--json").stdout)["entries"] == 3


def test_a_backup_is_an_administrators_and_restores_elsewhere(
    tower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 54
    with pytest.raises(NotAllowed, match=r"may not store\.backup"):
        tower("backup", str(tmp_path / "b.tar"), "--as", "planner")
    assert tower("backup", str(tmp_path / "b.tar"), "--as", "admin").exit_code == 0
    assert tower("audit", "rotate", "--as", "admin", "--reason", "yearly").exit_code == 0
    assert tower("backup", str(tmp_path / "c.tar"), "--as", "admin").exit_code == 0
    assert json.loads(tower("audit", "verify", "--json").stdout)["ok"]
    for name in ("b", "c"):
        monkeypatch.setenv("TOWER_HOME", str(tmp_path / f"home_{name}"))
        assert json.loads(tower("restore", str(tmp_path / f"{name}.tar"), "--json").stdout)["ok"]
        assert tower("proposals", "--json").stdout == "[]\n"
