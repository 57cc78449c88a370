"""Who moved the pointer, when and why? One line of TOWER_HOME/history.jsonl per published build.

Append-only; a line is on disk before the call returns. Decides nothing and is never read to decide
which build is published: that is CURRENT's word alone.
"""

import dataclasses
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE = "history.jsonl"


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the pointer."""

    at: str
    """ISO 8601, UTC."""
    by: str
    action: str
    """load | unload | rollback | rebuild | found (the pointer had moved and nobody wrote it down)."""
    from_build: str | None
    to_build: str
    what: str = ""


def append(home: Path, move: Move) -> None:
    """Write one move and flush it to disk."""
    line = (json.dumps(dataclasses.asdict(move)) + "\n").encode()
    handle = os.open(home / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line  # what a kill cut short stays on a line of its own
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def read(home: Path) -> list[Move]:
    """Every move, oldest first; a line that a kill cut short is left out."""
    path, found = home / FILE, []
    if not path.is_file():
        return []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found.append(Move(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def heal(home: Path, current: str | None) -> None:
    """Note a pointer that moved without an entry: whoever moved it was killed before writing it down."""
    moves = read(home)
    last = moves[-1].to_build if moves else None
    if current and current != last:
        append(
            home, Move(now(), "nobody known", "found", last, current, "moved by a run that ended before it could say")
        )


def now() -> str:
    """This instant, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
