"""How does a browser see the dashboard? Chromium from Debian, a server per data folder, no foreign host.

A test takes `serve` to start the dashboard on a data folder, and `page` (of pytest-playwright) to look at
it. Every request to another host than this machine is stopped, recorded, and fails the test.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Route, WebSocketRoute, expect

from tests.dashboard import sample_build

PROJECT_ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERVER_OPTIONS = ["--server.address=127.0.0.1", "--server.headless=true", "--server.fileWatcherType=none"]
HERE = {"127.0.0.1", "localhost", "::1"}
STARTS_WITHIN_SECONDS = 180
expect.set_options(timeout=60_000)  # what is right comes at once; a machine that is busy is not a fault


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser, and runs on one worker, so that one Chromium is enough."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], require_tool: Callable[[str], Path]
) -> dict[str, Any]:
    """Debian's Chromium instead of a download, with nothing that talks to the network by itself."""
    return {**browser_type_launch_args, "executable_path": str(require_tool("chromium")), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A laptop's first screen; a test that wants a phone sets the viewport itself (390 × 844)."""
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture(autouse=True)
def foreign_requests(context: BrowserContext) -> Iterator[list[str]]:
    """Every address outside this machine that the page asked for; the test fails when there is one."""
    asked: list[str] = []

    def watch(route: Route) -> None:
        if urlsplit(route.request.url).hostname in HERE:
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    def watch_socket(route: WebSocketRoute) -> None:
        if urlsplit(route.url).hostname in HERE:
            route.connect_to_server()
        else:
            asked.append(route.url)
            route.close()

    context.route("**/*", watch)
    context.route_web_socket("**/*", watch_socket)
    yield asked
    assert not asked, f"the page asked other hosts: {asked}"


@dataclass(frozen=True, slots=True)
class Server:
    """A running dashboard."""

    address: str
    home: Path
    log: Path

    def said(self) -> str:
        """Everything the server wrote so far; for messages of failed tests and for tests of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _start(port: int, home: Path, log: IO[bytes], more: Mapping[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", f"--server.port={port}", *SERVER_OPTIONS]
    return subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env={**os.environ, "TOWER_HOME": str(home), **more},
        stdout=log,
        stderr=subprocess.STDOUT,
    )


@contextmanager
def serving(home: Path, port: int = 0, **more: str) -> Iterator[Server]:
    """The dashboard on this or a free port for this data folder, from healthy until the block ends; more: of its environment."""
    with tempfile.NamedTemporaryFile(suffix=".log") as log, ExitStack() as stack:
        port = port or free_port()
        server = Server(f"http://127.0.0.1:{port}", home, Path(log.name))
        process = _start(port, home, log.file, more)
        stack.callback(process.wait, timeout=20)
        stack.callback(process.terminate)
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while not _is_healthy(server.address):
            if process.poll() is not None:
                raise RuntimeError(f"the dashboard ended with {process.returncode}:\n{server.said()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the dashboard was not healthy in {STARTS_WITHIN_SECONDS} s:\n{server.said()}")
            time.sleep(0.1)
        yield server


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], Server]]:
    """Ask for a dashboard on a data folder: `serve(home).address`. One server per folder and session."""
    running: dict[Path, Server] = {}
    with ExitStack() as stack:

        def start(home: Path) -> Server:
            if home not in running:
                running[home] = stack.enter_context(serving(home))
            return running[home]

        yield start


@pytest.fixture(scope="session")
def mined(serve: Callable[[Path], Server], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of one small drawn build for every test of a mining page; an activity's name tries to fetch and to run."""
    home = sample_build.write_home(tmp_path_factory.mktemp("mined"), rows=2_000, build_id="build-map")
    return serve(home).address
