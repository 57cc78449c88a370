"""Does the dashboard come back when the machine ends it, and is nothing decided lost meanwhile?"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import keeping
from control_tower import warehouse
from control_tower.services import cases, opening, users
from control_tower.services.request import Request
from control_tower.settings import Settings
from tests.dashboard import sample_build

STARTS_WITHIN_SECONDS = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_build.write_home(tmp_path_factory.mktemp("served"), rows=200, build_id="build-served")


@pytest.fixture
def served(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`tower serve` on a free port, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]
    environment = {**os.environ, "TOWER_HOME": str(home)}
    tower = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    yield tower, f"http://127.0.0.1:{port}/_stcore/health"
    os.killpg(tower.pid, signal.SIGTERM)
    tower.communicate(timeout=30)


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"the dashboard was not there in {STARTS_WITHIN_SECONDS} s"
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _children(tower: subprocess.Popen[str]) -> list[int]:
    return [int(child) for child in Path(f"/proc/{tower.pid}/task/{tower.pid}/children").read_text().split()]


def test_a_dashboard_that_the_machine_kills_comes_back_and_the_workflow_is_unaffected(
    served: tuple[subprocess.Popen[str], str], home: Path
) -> None:
    # fault 53
    tower, address = served
    _until(lambda: _answers(address))
    (first,) = _children(tower)
    store = opening.open_store(Settings(home=home))
    key = next(iter(_open_cases(home)))
    cases.acknowledge(store, Request("planner"), key)
    os.kill(first, signal.SIGKILL)
    cases.comment(store, Request("planner"), key, "decided while the dashboard was down")
    _until(lambda: bool(_children(tower)) and _children(tower) != [first] and _answers(address))
    case = cases.find(store, users.find(store, "planner"), key)
    assert case is not None and case.status == "acknowledged"
    assert store.verify().is_whole
    store.close()


def _open_cases(home: Path) -> list[str]:
    rows = warehouse.open_current(Settings(home=home)).sql(
        "SELECT exception_id FROM mart_exception WHERE is_open LIMIT 1"
    )
    return [str(one) for one in rows["exception_id"].to_pylist()]


@pytest.mark.parametrize(
    ("ending", "starts", "code"), [("exit 3", 1, 3), ("kill -TERM $$", 1, -15), ("kill -KILL $$", 6, -9)]
)
def test_only_what_was_killed_is_started_again_and_not_for_ever(
    tmp_path: Path, ending: str, starts: int, code: int
) -> None:
    said: list[str] = []
    command = ["sh", "-c", f"echo started >> began; {ending}"]
    assert keeping.keep_running(command, dict(os.environ), str(tmp_path), said.append) == code
    assert (tmp_path / "began").read_text().count("started") == starts
    assert len(said) == (starts if starts > 1 else 0)
