"""What do all tests share? Where data lies, how much is generated, and what must not be missing in CI.

Never put the fixtures of one package here.
"""

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from control_tower import warehouse
from control_tower.settings import Settings
from etl import pipeline, source
from etl.intake import Request
from etl.sources.network_simulator import simulate

PROJECT_ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
MAY_BE_ABSENT = "shared data"
"""Skips for this reason are allowed in CI; every other skip is a failure there."""
INSTALLS = {
    "chromium": "apt-get install chromium",
    "initdb": "apt-get install postgresql",
    "postgres": "apt-get install postgresql",
}

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("all", max_examples=2_000, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "dev"))


def find_tool(name: str) -> Path | None:
    """A program on the path or among Debian's PostgreSQL programs (which are not on the path)."""
    found = shutil.which(name)
    if found:
        return Path(found)
    return max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)


@pytest.fixture(scope="session")
def require_tool() -> Callable[[str], Path]:
    """Ask for a program: `require_tool("chromium")` gives its path, or skips the test (in CI: fails it)."""

    def require(name: str) -> Path:
        found = find_tool(name)
        if found is None:
            pytest.skip(f"{name} is not installed ({INSTALLS.get(name, 'install it')})")
        return found

    return require


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public logs with known answers, beside the project or named by SHARED_DATA."""
    folder = Path(os.environ.get("SHARED_DATA", PROJECT_ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"{MAY_BE_ABSENT} is not on this machine (SHARED_DATA names its folder)")
    return folder


@dataclass(frozen=True, slots=True)
class Demo:
    """The default demonstration: what the simulator wrote with truth.json, and the home that a load of it made."""

    files: Path
    settings: Settings


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Demo:
    """Simulated and loaded once for all tests of all workers. Read it; whoever decides something copies the home first."""
    own = tmp_path_factory.getbasetemp()
    place = (own if worker_id == "master" else own.parent) / "demo"
    place.mkdir(exist_ok=True)
    made, done = Demo(place / "files", Settings(home=place / "home")), place / "done"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other workers wait for the first
        if not done.exists():
            _make_demo(made)
            done.touch()
    return made


def _make_demo(made: Demo) -> None:
    simulate.simulate(made.files)
    requests = [Request(source.find(name), made.files / part, "test") for name, part in simulate.sources()]
    pipeline.load(requests, made.settings, lambda name, detail: None)


@pytest.fixture(scope="session")
def demo_build(demo: Demo) -> Iterator[warehouse.Build]:
    """The demo's published build; one cursor may serve a whole module, so the watchdog waits that long."""
    build = warehouse.open_current(demo.settings.model_copy(update={"query_seconds": 600.0}))
    yield build
    build.close()


@pytest.fixture
def tower_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that `TOWER_HOME` points to for the length of one test."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("TOWER_HOME", str(home))
    return home


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI nothing may be missing: a skip is a failure there, unless it is for absent shared data."""
    report: pytest.TestReport = yield  # type: ignore[assignment, misc]
    is_skip = report.skipped and not hasattr(report, "wasxfail")
    if IN_CI and is_skip and not _reason(report).startswith(MAY_BE_ABSENT):
        reason = _reason(report)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} did not run, and in CI every test must: {reason}"
    return report  # type: ignore[return-value]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end which tests did not run on this machine, and why."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("did not run here")
        for reason, count in sorted(reasons.items()):
            terminalreporter.write_line(f"{count} test{'s' if count > 1 else ''}: {reason}")
