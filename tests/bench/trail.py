"""How fast is a million audit entries verified, and is every tamper found? `python -m tests.bench audit`, on an idle machine."""

import argparse
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from control_tower.workflow import audit, keys
from control_tower.workflow.anchor import Anchor
from control_tower.workflow.audit import GENESIS
from control_tower.workflow.store import engine
from control_tower.workflow.store.store import Store
from tests.bench import sections

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

SECONDS = 5
"""Figures to reach: audit verify, one million entries."""
ANCHORS = 100
"""Heads anchored over the trail; the last one a thousandth of the entries before its end."""
_PEOPLE, _ACTIONS = (
    ("ann", "bob", "mei", "system"),
    ("case.assign", "case.comment", "proposal.submit", "proposal.approve"),
)


def add_to(options: argparse.ArgumentParser) -> None:
    """The options of this benchmark."""
    options.add_argument("--entries", type=int, default=1_000_000)


def run(given: argparse.Namespace, child: Callable[..., dict[str, Any]], say: Callable[[str], None]) -> None:
    """Make the trail in a child, verify it whole and tampered with, write the section."""
    with tempfile.TemporaryDirectory(prefix="tower-bench-audit-") as folder:
        made = child("audit", folder, str(given.entries))
    say(f"{given.entries:,} entries: {made['processor_seconds']:.1f} s of processor time, {made['seconds']:.1f} s")
    rows = [
        ("processor time", f"{made['processor_seconds']:.2f} s", f"≤ {SECONDS} s"),
        ("time", f"{made['seconds']:.2f} s", ""),
        ("peak memory", f"{made['peak_gb']:.2f} GB", ""),
        ("bytes sealed an entry", f"{made['bytes']:.0f}", ""),
    ]
    lines = [
        f"A store on SQLite with {given.entries:,} entries, sealed one after the other, and {ANCHORS} heads anchored outside"
        " it; `tower audit verify` reads every entry, seals it anew and compares it with what stands there and with the heads.",
        "", *sections.table(rows, "verify", "measured", "goal"),
        "Each tamper is done to a copy of the file, below the store and its triggers:", "",
        *sections.table([(name, said) for name, said in made["tampers"].items()], "tamper", "found"),
    ]  # fmt: skip
    sections.put("audit", "The audit trail", lines)


def audited(folder: str, entries: str) -> dict[str, Any]:
    """Seconds to verify so many entries, and what verifying says of each tamper."""
    count, home = int(entries), Path(folder)
    store = opened(home)
    sealed = written(store, home / "store.sqlite", count)
    worked, began = time.process_time(), time.perf_counter()
    verdict = store.verify()
    worked, took = time.process_time() - worked, time.perf_counter() - began
    if not verdict.is_whole or verdict.entries != count:
        raise SystemExit(f"a true trail is said to be broken: {verdict}")
    store.close()
    found = {name: tampered(home, statement) for name, statement in tampers(count).items()}
    return {"processor_seconds": worked, "seconds": took, "bytes": sealed / count, "tampers": found}


def opened(home: Path) -> Store:
    """A store on SQLite in this folder, its heads anchored in a file beside it."""
    ring = keys.load(home)
    anchor = Anchor(str(home / "elsewhere" / "heads.jsonl"), ring)
    store = Store(engine.make(f"sqlite:///{home}/store.sqlite"), ring, anchor, lambda: START, _no_facts)
    store.prepare()
    return store


def _no_facts() -> Any:
    raise SystemExit("verifying asks no facts")


def written(store: Store, path: Path, count: int) -> int:
    """Seal so many entries, put them into the file, anchor heads along the way; bytes sealed."""
    size = 0

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal size
        previous, every = GENESIS, max(count // ANCHORS, 1)
        for number in range(1, count + 1):
            fields = [*_said(number), store.ring.active_id, previous]
            previous, size = audit.seal(fields, store.ring), size + len(audit.message(fields))
            if (number % every == 0 and number < count) or number == count - count // 1_000:
                store.anchor.write(number, previous, START)
            yield (*fields, previous)

    with sqlite3.connect(path) as connection:
        places = ", ".join("?" * len(audit.COLUMNS))
        names = ", ".join(f'"{name}"' for name in audit.COLUMNS)
        connection.executemany(f"INSERT INTO audit ({names}) VALUES ({places})", rows())
    return size


def _said(number: int) -> list[Any]:
    """What an entry says, as long as those of the demonstration."""
    at = (START + timedelta(seconds=number)).isoformat()
    before = f'{{"owner_id":"{_PEOPLE[number % 4]}","status":"acknowledged","version":{number % 9}}}'
    after = f'{{"note":"asked the warehouse about {number}","owner_id":"ann","status":"in_progress","version":{number % 9 + 1}}}'
    subject = [
        "exception_case",
        f"erp:E{number % 160_000:06d}",
        "called, waits for a date" if number % 5 else "called – will be told",
    ]
    policy = ["2026-1", "5d" * 32, "20261121T160729241Z-18d692c6", f"{number:032x}"]
    return [number, at, _PEOPLE[number % 4], _ACTIONS[number % 4], "done", *subject, before, after, *policy]


def tampers(count: int) -> dict[str, tuple[str, ...]]:
    """What somebody does to the file who can reach it, by name."""
    at, last = count // 2, count - count // 1_000
    names = ", ".join(f'"{name}"' for name in audit.COLUMNS[1:-1])
    return {
        "a reason changed in the middle": (f"UPDATE audit SET reason = 'nothing' WHERE sequence_no = {at}",),
        "an actor changed in the first entry": ("UPDATE audit SET actor_id = 'mei' WHERE sequence_no = 1",),
        "an entry deleted": (f"DELETE FROM audit WHERE sequence_no = {at}",),
        "two entries swapped": (
            f"UPDATE audit SET sequence_no = 0 WHERE sequence_no = {at}",
            f"UPDATE audit SET sequence_no = {at} WHERE sequence_no = {at + 1}",
            f"UPDATE audit SET sequence_no = {at + 1} WHERE sequence_no = 0",
        ),
        "an entry written twice": (
            f"INSERT INTO audit (sequence_no, {names}, \"hash\") SELECT {count + 1}, {names}, 'x'"
            f" FROM audit WHERE sequence_no = {at}",
        ),
        "the end cut off before the last anchor": (f"DELETE FROM audit WHERE sequence_no >= {last}",),
        "the end cut off after the last anchor": (f"DELETE FROM audit WHERE sequence_no > {last}",),
    }  # fmt: skip


def tampered(home: Path, statements: tuple[str, ...]) -> str:
    """What verifying says after these statements; the file is then as before."""
    path, kept = home / "store.sqlite", home / "kept.sqlite"
    if not kept.is_file():
        shutil.copy(path, kept)
    with sqlite3.connect(path) as connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        for (name,) in guards.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
    store = opened(home)
    verdict = store.verify()
    store.close()
    for left in home.glob("store.sqlite*"):
        left.unlink()
    shutil.copy(kept, path)
    return verdict.finding if verdict.broken_at else f"not found, and said so: {verdict.cannot_know}"
