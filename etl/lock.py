"""Is another load at work in this home? One load at a time, and the second is told who holds the lock.

The operating system frees the lock when its holder dies, however it dies (fault 56). Knows nothing of
what a load does.
"""

import fcntl
import getpass
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from control_tower.errors import Conflict


@contextmanager
def held(home: Path, doing: str) -> Iterator[None]:
    """Hold the home's lock while the block runs. Raises Conflict naming process, user, start and work."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "load.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise Conflict(f"{home}: {_holder(file.read())}; wait for it to end and try again") from error
        file.seek(0)
        file.truncate()
        file.write(json.dumps({"pid": os.getpid(), "user": user(), "since": _now(), "doing": doing}))
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()


def user() -> str:
    """The operating-system account that this process runs as; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _holder(text: str) -> str:
    try:
        who = json.loads(text)
        return f"{who['doing']} is running (process {who['pid']}, user {who['user']}, since {who['since']})"
    except (ValueError, KeyError, TypeError):
        return "another load has just begun"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
