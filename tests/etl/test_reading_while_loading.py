"""Do readers notice that builds are being published? Never: no error, and each read is of one build."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from control_tower import manifest
from control_tower.settings import Settings
from tests.conftest import PROJECT_ROOT
from tests.etl import small_source
from tests.etl.conftest import Loader

PUBLISHES, READERS, READS = 8, 2, 50
READER = """
import json, sys, threading
from pathlib import Path
from control_tower import settings, warehouse
machine = settings.Settings(home=Path(sys.argv[1]), threads=1)
reads, ended = [], threading.Event()

def read():
    while not ended.is_set():
        build = warehouse.open_current(machine)
        rows = build.sql("SELECT (SELECT count(*) FROM core_exception) AS exceptions, "
                         "(SELECT count(*) FROM core_event) AS events, (SELECT build_id FROM policy) AS build")
        reads.append([build.id, *rows.to_pylist()[0].values()])

threads = [threading.Thread(target=read) for _ in range(2)]
for thread in threads:
    thread.start()
print("reading", flush=True)
sys.stdin.read()
ended.set()
for thread in threads:
    thread.join()
json.dump(reads, sys.stdout)
"""


def readers(home: Path) -> list[subprocess.Popen[str]]:
    """Two processes, each reading in two threads until its standard input ends."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(home)],
            cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(READERS)
    ]  # fmt: skip
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "reading\n"
    return started


def test_readers_see_no_error_and_one_build_each_while_builds_are_published(loader: Loader, tmp_path: Path) -> None:
    """# fault 57"""
    base, machine = tmp_path / "base", Settings(home=tmp_path / "home")
    small_source.request(base, [0])
    published = [loader("load", machine.home, base)["current"]]
    started = readers(machine.home)
    for day in range(1, PUBLISHES + 1):
        small_source.deliver(base / "files", day)
        answer = loader("load", machine.home, base)
        assert answer.get("error") is None
        published.append(answer["current"])
    reads: list[list[Any]] = []
    for process in started:
        out, complaints = process.communicate()
        assert (process.returncode, complaints) == (0, "")
        reads += json.loads(out)
    assert len(reads) >= READERS * READS
    assert len({read[0] for read in reads}) >= PUBLISHES / 2
    expected = {build: counts(machine, build) for build in published}
    assert [read for read in reads if (read[0], read[1], read[2]) != (read[3], *expected[read[0]])] == []


def counts(machine: Settings, build: str) -> tuple[int, int]:
    relations = manifest.read(machine.builds / build / "manifest.json").relations
    return relations["core_exception"].rows, relations["core_event"].rows
