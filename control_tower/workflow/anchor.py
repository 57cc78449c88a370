"""Where else is the head of the audit trail? Signed heads in a file, or sent to an HTTP endpoint, at a stated interval.

What is cut off the trail after the last anchor cannot be noticed (fault 102): that window is `interval_seconds`, 0 for a
file (after every action), at most 60. Never holds the entries themselves.
"""

import json
import os
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from control_tower.errors import StoreError
from control_tower.log import redacted
from control_tower.workflow.audit import Head, sign
from control_tower.workflow.keys import KeyRing

LONGEST_INTERVAL = 60
_WAIT_SECONDS = 5


@dataclass
class Anchor:
    """The place elsewhere, and when it last got a head."""

    place: str
    """A path, or a URL that takes POST of one head and answers GET with one head per line."""
    ring: KeyRing
    interval_seconds: int = 0
    _last: tuple[int, datetime] | None = field(default=None, repr=False)

    def is_due(self, sequence_no: int, at: datetime) -> bool:
        """Whether an entry is newer than the last head and that head is old enough (or the clock was set back)."""
        if self._last is None or self._last[0] > sequence_no:
            return True
        if self._last[0] == sequence_no:
            return False
        passed = (at - self._last[1]).total_seconds()
        return passed < 0 or passed >= min(self.interval_seconds, LONGEST_INTERVAL)

    def write(self, sequence_no: int, entry_hash: str, at: datetime) -> Head:
        """Sign a head and write it there. Raises StoreError when that place cannot be reached."""
        plain = Head(sequence_no, sequence_no, entry_hash, self.ring.active_id, at.isoformat())
        head = replace(plain, signature=sign(plain, self.ring))
        line = json.dumps(asdict(head), sort_keys=True)
        if self._is_url:
            self._asked(line.encode())
        else:
            _append(Path(self.place), line)
        self._last = (sequence_no, at)
        return head

    def heads(self) -> list[Head]:
        """Every head written so far. A line that a kill cut short is left out; any other that is no head raises StoreError."""
        if self._is_url:
            text = self._asked(None)
        else:
            path = Path(self.place)
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
        return [self._head(line) for line in text.splitlines() if line.endswith("}")]

    def _head(self, line: str) -> Head:
        try:
            return Head(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise StoreError(f"{redacted(self.place)}: holds a line that is no head of ours: it was changed") from error

    @property
    def _is_url(self) -> bool:
        return self.place.startswith(("http://", "https://"))

    def _asked(self, body: bytes | None) -> str:
        asked = urllib.request.Request(self.place, data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=_WAIT_SECONDS) as answer:
                said: bytes = answer.read()
                return said.decode("utf-8")
        except (urllib.error.URLError, TimeoutError, UnicodeDecodeError) as error:
            raise StoreError(
                f"{redacted(self.place)}: the audit anchor cannot be reached ({type(error).__name__}); "
                "what is decided stays in the store, and the next action anchors again"
            ) from error


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        cut = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        os.write(handle, (("\n" if cut else "") + line + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
