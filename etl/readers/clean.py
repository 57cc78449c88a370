"""Where do the good records go? Nowhere, as long as the delivered file can be read as it is.

Only when something has to be left out or written differently is clean text written to the workspace:
what was good so far is copied as it stands, and from there on every good record is written. Judging
records does not belong here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from control_tower.errors import SourceError
from etl.readers.breaks import Breaks
from etl.readers.contract import Refusal
from etl.readers.scan import Positions

_COPY = 4 * 2**20
MAX_REFUSALS = 200_000
MAX_REFUSED_BYTES = 256 * 2**20


class Clean:
    """The good records of one table, in order, and the refused ones beside them."""

    def __init__(self, target: Path, raw: Path | None, mark_bytes: int) -> None:
        """`raw` is the landed file when its records may stay where they are, else None."""
        self._target, self._raw, self._mark = target, raw, mark_bytes
        self._out: BinaryIO | None = None
        self._kept_to = 0
        self.rows = 0
        self.refused = 0
        self.refusals: list[Refusal] = []
        self.breaks = Breaks()
        self._refused_bytes = 0
        self._next_line = -1
        self.newline = b"\n"

    @property
    def path(self) -> Path:
        """Where the good records are."""
        return self._target if self._out is not None or self._raw is None else self._raw

    @property
    def records(self) -> int:
        """Records found so far, refused ones included."""
        return self.rows + self.refused

    def start(self, header: bytes, newline: bytes, end: int) -> None:
        """Begin with the header line; it ends at offset `end` of the stream."""
        self.newline = b"\r\n" if newline == b"\r\n" else b"\n"
        if self._raw is None or newline not in (b"\n", b"\r\n"):
            self._raw = None
            self._open()
            self._write(header + self.newline)
        self._kept_to = end

    def take(self, piece: memoryview, offset: int, line: int, rows: int) -> None:
        """Keep `rows` records that stand at `offset` of the stream, as they are; the first starts on `line`."""
        self.mark_line(self.rows, line)
        self._next_line = line + rows
        self.rows += rows
        if self._out is None and offset != self._kept_to:
            self._open()
        if self._out is not None:
            self._write(piece)
        self._kept_to = offset + len(piece)

    def put(self, body: bytes, line: int) -> None:
        """Keep one record under another line end than it came with."""
        self.mark_line(self.rows, line)
        self._next_line = line + 1
        self.rows += 1
        self._open()
        self._write(body + self.newline)
        self._kept_to = -1

    def mark_line(self, record: int, line: int) -> None:
        """Say that record number `record` (0 = first) starts on this physical line."""
        if line != self._next_line:
            self.breaks.append(record, line)

    def jump(self, records: Positions, lines: Positions) -> None:
        """Say that records within what `take` was just given start on other lines than the count says."""
        self.breaks.extend(records, lines)

    def expect_line(self, line: int) -> None:
        """Say which line the next record stands on if it needs no break: one below the last record's first."""
        self._next_line = line

    def refuse(self, refusal: Refusal) -> None:
        """List a refused record. Raises SourceError when there are too many to be worth listing."""
        self.refusals.append(refusal)
        self.refused += refusal.records
        self._refused_bytes += len(refusal.raw or b"")

    def overflowing(self) -> bool:
        """Are there more refused records than anybody would look at one by one?"""
        return len(self.refusals) > MAX_REFUSALS or self._refused_bytes > MAX_REFUSED_BYTES

    def merge_last(self, refusal: Refusal) -> None:
        """Put a refusal in the place of the last one, which it extends."""
        last = self.refusals.pop()
        self.refused -= last.records
        self._refused_bytes -= len(last.raw or b"")
        self.refuse(refusal)

    def finish(self, length: int) -> None:
        """Close; `length` is where the stream ended, so that something refused at the very end is left out."""
        if self._raw is not None and self._out is None and self._kept_to != length:
            self._open()
        self.close()

    def close(self) -> None:
        """Close, finished or not."""
        if self._out is not None:
            self._out.close()

    def _open(self) -> None:
        if self._out is not None:
            return
        self._out = self._target.open("wb", buffering=1 << 20)
        if self._raw is not None:
            self._copy_start(self._raw)

    def _copy_start(self, raw: Path) -> None:
        with raw.open("rb") as source:
            source.seek(self._mark)
            left = self._kept_to
            while left > 0 and (block := source.read(min(_COPY, left))):
                self._write(block)
                left -= len(block)

    def _write(self, piece: bytes | memoryview) -> None:
        assert self._out is not None
        try:
            self._out.write(piece)
        except OSError as error:
            raise SourceError(
                f"{self._target}: cannot be written ({error.strerror}); free space and load again"
            ) from error


def header_line(names: Sequence[str], delimiter: str, quote: str) -> bytes:
    """A header line of declared names (which hold neither delimiter nor quote)."""
    return delimiter.join(f"{quote}{name}{quote}" for name in names).encode()
