"""May two loads run at once? No, and the second is told who is at work; a dead holder holds nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_tower.errors import Conflict
from etl import lock
from tests.conftest import PROJECT_ROOT
from tests.etl.conftest import Season

HOLDER = """
import sys
from pathlib import Path
from etl import lock
with lock.held(Path(sys.argv[1]), "tower load corner_shop"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the home's lock until it ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "home")],
        cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def tower(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TOWER_HOME": str(home), "COLUMNS": "300"}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_second_load_ends_with_1_and_says_who_is_at_work(
    tmp_path: Path, holder: subprocess.Popen[str], season: Season
) -> None:
    """# fault 56"""
    home = tmp_path / "home"
    said = json.loads((home / "load.lock").read_text())
    done = tower(home, "load", str(season.first / "corner_shop"), "--from", str(season.first / "files"))
    assert done.returncode == 1
    assert done.stdout == ""
    message = " ".join(done.stderr.split())
    assert (
        f"tower load corner_shop is running (process {holder.pid}, user {said['user']}, since {said['since']})"
        in message
    )
    assert "Traceback" not in done.stderr
    assert not (home / "builds").exists()


@pytest.mark.parametrize("verb", [["unload", "corner_shop"], ["rollback", "x"], ["doctor", "--rebuild"]])
def test_every_verb_that_changes_a_home_asks_for_the_lock(
    tmp_path: Path, holder: subprocess.Popen[str], verb: list[str]
) -> None:
    """# fault 56"""
    done = tower(tmp_path / "home", *verb)
    assert (done.returncode, f"process {holder.pid}" in done.stderr) == (1, True)


def test_the_lock_of_a_killed_holder_is_free(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """# fault 56"""
    home = tmp_path / "home"
    with pytest.raises(Conflict, match=f"process {holder.pid}"), lock.held(home, "another"):
        pass
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with lock.held(home, "tower load later"):
        assert json.loads((home / "load.lock").read_text())["doing"] == "tower load later"
    assert (home / "load.lock").read_text() == ""


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', '{"pid": 1}'])
def test_a_holder_that_has_not_said_who_it_is_yet_is_still_a_holder(
    tmp_path: Path, holder: subprocess.Popen[str], text: str
) -> None:
    """# fault 56"""
    (tmp_path / "home" / "load.lock").write_text(text)
    with pytest.raises(Conflict, match="another load has just begun"), lock.held(tmp_path / "home", "mine"):
        pass
