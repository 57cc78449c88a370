"""What does a load do when the disk is full? It says so, publishes nothing and leaves nothing half-made."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_tower import builds, settings
from control_tower.errors import LoadRefused
from etl import disk, doctoring
from tests.conftest import PROJECT_ROOT
from tests.etl.conftest import Season

PROGRAM = """
import json, resource, sys
from pathlib import Path
from control_tower import settings
from control_tower.errors import ControlTowerError
from etl import pipeline
from tests.etl.load_server import request
home, base, limit = sys.argv[1:]
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
steps = []
try:
    pipeline.load([request(Path(base))], settings.Settings(home=Path(home), threads=1), lambda n, _d: steps.append(n))
    print(json.dumps({"error": None, "steps": steps}))
except ControlTowerError as error:
    print(json.dumps({"error": str(error), "kind": type(error).__name__, "steps": steps}))
"""


def load(home: Path, base: Path, limit: int = 0) -> dict[str, object]:
    """Load in a process of its own whose files may not grow beyond `limit` bytes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home), str(base), str(limit)],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def is_served_as_before(home: Path, season: Season) -> None:
    """The first delivery's build, sound, and nothing half-made beside it."""
    machine = settings.Settings(home=home)
    assert builds.current_id(machine.builds) == season.build
    assert [path.name for path in machine.builds.glob("*/")] == [season.build]
    assert list(machine.staging.iterdir()) == []
    assert [path.name for path in machine.raw.glob(".*")] == []
    assert [f for f in doctoring.examine(machine) if not f.is_fine and f.where != str(home)] == []


@pytest.mark.parametrize("limit", [1_000, 40_000, 200_000, 600_000, 1_500_000])
def test_a_load_that_hits_the_end_of_the_disk_says_so_and_the_build_before_is_served(
    tmp_path: Path, season: Season, limit: int
) -> None:
    """# fault 48: no file may grow beyond the limit, at whatever step that is."""
    home = tmp_path / "home"
    shutil.copytree(season.home, home)
    answer = load(home, season.both, limit)
    assert answer["kind"] == "LoadRefused", answer
    assert str(answer["error"]).startswith("the disk is full")
    assert "switch" not in answer["steps"]  # type: ignore[operator]
    is_served_as_before(home, season)
    assert load(home, season.both)["error"] is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB; skips where this account may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("left", [0, 300_000, 4_000_000])
def test_a_load_on_a_disk_that_is_full_says_so_and_the_build_before_is_served(
    small_disk: Path, season: Season, left: int
) -> None:
    """# fault 48: a real file system without room."""
    home = small_disk / "home"
    shutil.copytree(season.home, home)
    free = shutil.disk_usage(home).free
    (small_disk / "ballast").write_bytes(b"x" * max(0, free - left))
    answer = load(home, season.both)
    assert answer["kind"] == "LoadRefused"
    assert str(answer["error"]).startswith("the disk is full")
    is_served_as_before(home, season)


def test_a_load_that_may_not_fit_is_refused_before_it_begins(tmp_path: Path) -> None:
    """# fault 48: free bytes are asked for in multiples of what is read."""
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(LoadRefused, match=r"GB free, this build may need .* GB; free some space"):
        disk.require(tmp_path, free * 3)
    disk.require(tmp_path, 0)
