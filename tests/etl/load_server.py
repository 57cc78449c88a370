"""A program that loads in forked children, so that a test can kill one without paying for its imports.

Reads one JSON job per line on standard input, forks, writes one JSON answer per line. The parent never
opens DuckDB, so forking it is safe. Run by the fixture `loader` (tests/etl/conftest.py).
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from control_tower import builds, warehouse
from control_tower import settings as machine
from control_tower.errors import ControlTowerError
from etl import pipeline, source

REQUEST_AT = ("corner_shop", "files")
Step = Callable[[str, str], None]


def request(base: Path) -> pipeline.Request:
    """What tests/etl/small_source.py wrote under `base`, as a request."""
    return pipeline.Request(source.read(base / REQUEST_AT[0]), base / REQUEST_AT[1], "a tester")


def load(job: dict[str, Any]) -> dict[str, Any]:
    """Load; end as the job says: at a step, at a file operation, or after some seconds."""
    settings = machine.Settings(home=Path(job["home"]), threads=1)
    steps: list[str] = []
    kill = job.get("kill") or {}

    def step(name: str, _detail: str) -> None:
        steps.append(name)
        if kill.get("step") == name:
            os.kill(os.getpid(), signal.SIGKILL)

    if "event" in kill:
        sys.addaudithook(_killer(kill))
    if "seconds" in kill:  # SIGALRM is left at its default: the kernel ends the process, nothing of ours runs
        signal.setitimer(signal.ITIMER_REAL, kill["seconds"])
    begun = time.monotonic()
    report = pipeline.load([request(Path(job["base"]))], settings, step)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return {"steps": steps, "seconds": time.monotonic() - begun, "published": report.published, **state(job)}


def _killer(kill: dict[str, Any]) -> Callable[[str, tuple[Any, ...]], None]:
    """Ends the process when Python is about to do this to a file whose path holds these words."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == kill["event"] and any(kill["path"] in str(part) for part in args[:2]):
            os.kill(os.getpid(), signal.SIGKILL)

    return hook


def state(job: dict[str, Any]) -> dict[str, Any]:
    """The published build as a reader finds it: every relation's rows and hash, counted anew."""
    settings = machine.Settings(home=Path(job["home"]), threads=1)
    current = builds.current_id(settings.builds)
    if current is None:
        return {"current": None}
    build = warehouse.open_current(settings)
    try:
        return {
            "current": current,
            "differing": build.differing(),
            "tables": {name: [entry.rows, entry.hash] for name, entry in build.manifest.relations.items()},
            "builds": sorted(path.name for path in settings.builds.glob("*/")),
            "staged": sorted(path.name for path in settings.staging.glob("*")),
        }
    finally:
        warehouse.forget(settings)


JOBS = {"load": load, "state": state}


def _in_child(job: dict[str, Any], out: int) -> None:
    try:
        answer = JOBS[job["do"]](job)
    except ControlTowerError as error:
        answer = {"error": str(error)}
    with os.fdopen(out, "w", encoding="utf-8") as stream:
        json.dump(answer, stream)
    os._exit(0)


def serve() -> None:
    """Answer jobs until standard input ends."""
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            _in_child(json.loads(line), write)
        os.close(write)
        with os.fdopen(read, encoding="utf-8") as stream:
            text = stream.read()
        _, status = os.waitpid(child, 0)
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        answer = {"killed": killed, "code": code, **(json.loads(text) if text and not killed else {})}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
