"""Which characters does this text hold? A stream of UTF-8 from any declared encoding, and a window on it.

A byte-order mark wins over the declaration. Bytes that are not characters of the encoding stay in the
stream as bytes that are not UTF-8, so that framing refuses their record and `original` gives them back.
What a line means does not belong here.
"""

import codecs
import re
from typing import Protocol

from control_tower.errors import SourceError
from etl.archive import Content, Readable
from etl.readers import magic
from etl.readers.contract import show
from etl.source import Table

READ = 4 * 2**20
_SNIFF = 4096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Text:
    """One content as a stream of UTF-8: `read` raises SourceError where characters cannot be told apart."""

    def __init__(self, content: Content, declared: str) -> None:
        """Look at the first bytes and settle on the encoding."""
        self.where = content.where
        self._content = content
        head = content.peek(_SNIFF)
        mark, self.encoding = _settle(head, declared, self.where)
        magic.refuse_binary(head[: magic.HEAD], self.where)
        self.mark_bytes = len(content.read(len(mark))) if mark else 0
        self.exact = self.encoding == "utf-8"
        """The stream is the content byte for byte (after the mark)."""
        self._errors = "surrogatepass" if self.encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(self.encoding)(self._errors)
        self._offset = self.mark_bytes
        self._ended = False

    def read(self, size: int) -> bytes:
        """The next characters as UTF-8; empty only at the end."""
        if self.exact:
            return self._content.read(size)
        while not self._ended:
            block = self._content.read(size)
            self._ended = not block
            text = self._decode(block)
            self._offset += len(block)
            if text:
                return text.encode("utf-8", "surrogatepass")
        return b""

    def original(self, piece: bytes) -> bytes:
        """The bytes of the file for a piece of the stream."""
        if self.exact:
            return piece
        return piece.decode("utf-8", "surrogatepass").encode(self.encoding, self._errors)

    def _decode(self, block: bytes) -> str:
        try:
            return self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{self.where}: byte {self._offset + error.start} is no {self.encoding} ({error.reason}); "
                f"the file is cut there or `encoding` in source.toml is wrong"
            ) from error


class Window:
    """The part of a stream that is in memory: `data[pos:]` is what is not yet framed."""

    def __init__(self, stream: Readable) -> None:
        """Start at the beginning of `stream`."""
        self._stream = stream
        self.data, self.pos, self.base, self.ended = b"", 0, 0, False

    @property
    def left(self) -> int:
        """Bytes in memory from `pos` on."""
        return len(self.data) - self.pos

    @property
    def offset(self) -> int:
        """Where `pos` is in the stream."""
        return self.base + self.pos

    def fill(self, need: int) -> bool:
        """Have `need` bytes from `pos` on if the stream has them; whether anything is left at all."""
        if self.left < need and not self.ended:
            blocks, have = [self.data[self.pos :]], self.left
            while have < need and not self.ended:
                block = self._stream.read(READ)
                self.ended = not block
                blocks.append(block)
                have += len(block)
            self.base += self.pos
            self.data, self.pos = b"".join(blocks), 0
        return self.left > 0


class _Inner(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Trailer:
    """A stream without its last line, which states the number of rows (fault 24)."""

    _KEEP = 1 << 16

    def __init__(self, stream: _Inner, pattern: str, where: str) -> None:
        """Hold the end of `stream` back until it is known to be the end."""
        self._stream, self._where = stream, where
        self._pattern = re.compile(pattern)
        self._held, self._ended = b"", False
        self.stated: int | None = None
        """Known when the stream is read to its end; stays None for an empty one."""

    def read(self, size: int) -> bytes:
        """The next bytes that certainly stand before the trailer."""
        while not self._ended:
            block = self._stream.read(size)
            self._held += block
            if not block:
                self._ended = True
                return self._without_trailer() if self._held else b""
            ready, self._held = self._held[: -self._KEEP], self._held[-self._KEEP :]
            if ready:
                return ready
        return b""

    def _without_trailer(self) -> bytes:
        body = self._held.rstrip(b"\r\n")
        start = max(body.rfind(b"\n"), body.rfind(b"\r")) + 1
        line = body[start:].decode("utf-8", "replace")
        found = self._pattern.fullmatch(line)
        if not found:
            raise SourceError(
                f"{self._where}: held, the last line is not the trailer declared by expected_rows but "
                f"{show(line)!r}; the file is probably cut, send it again"
            )
        self.stated = int(found.group(1))
        return body[:start]


def check_trailer(trailer: Trailer, records: int, where: str) -> None:
    """Raise SourceError (the file is held) when the stated number of rows is not what was found."""
    if trailer.stated is not None and trailer.stated != records:
        raise SourceError(
            f"{where}: held, its trailer states {trailer.stated:,} rows and {records:,} were found; send it again"
        )


def check_expected_rows(table: Table, name: str) -> None:
    """Raise SourceError when the declared trailer is no regular expression with exactly one group."""
    try:
        groups = re.compile(table.expected_rows or "()").groups
    except re.error as error:
        raise SourceError(f"source.toml, table {name}: expected_rows is no regular expression: {error}") from error
    if groups != 1:
        raise SourceError(f"source.toml, table {name}: expected_rows needs exactly one group, the number of rows")


def _settle(head: bytes, declared: str, where: str) -> tuple[bytes, str]:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return mark, encoding
    try:
        info = codecs.lookup(declared)
    except LookupError as error:
        raise SourceError(f"source.toml: unknown encoding {show(declared)!r}; e.g. utf-8, cp1252, utf-16-le") from error
    if not info._is_text_encoding:
        raise SourceError(f"source.toml: {show(declared)!r} is no encoding of text; e.g. utf-8, cp1252, utf-16-le")
    encoding = {"utf-8-sig": "utf-8", "ascii": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(
        info.name, info.name
    )
    if not encoding.startswith(("utf-16", "utf-32")):
        _refuse_wide(head, encoding, where)
    return b"", encoding


def _refuse_wide(head: bytes, encoding: str, where: str) -> None:
    """UTF-16 without a mark shows as a NUL in every other byte of its Latin letters."""
    first, pairs = head[:8], len(head) // 2
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if first.count(0) >= 3 and max(even, odd) > 0.4 * pairs and max(even, odd) > 4 * min(even, odd):
        wide = "utf-16-be" if even > odd else "utf-16-le"
        raise SourceError(
            f"{where}: byte {head.index(0)} is NUL and so is every other one: this is not {encoding}; "
            f'declare encoding = "{wide}" in source.toml'
        )
