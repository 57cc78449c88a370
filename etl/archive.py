"""What does a delivered file hold once unpacked? Streams of content, bounded while they are read.

Opens plain files, `.gz` and `.zip`. Never writes a file, never extracts by member name, never opens an
archive inside an archive (faults 35, 36). What the content means does not belong here.
"""

import fnmatch
import gzip
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol

from control_tower.errors import SourceError
from etl.readers import magic
from etl.readers.contract import LandedFile, Limits, show

_TAIL = 66_000
_ENTRY_BYTES = 1024
_DAMAGE = (zlib.error, EOFError, OSError, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


class Readable(Protocol):
    """What can be read forward."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; empty at the end."""


@dataclass(slots=True)
class Budget:
    """How many bytes one delivered file may still expand to: shared by all members of an archive."""

    name: str
    limits: Limits
    packed: int
    spent: int = 0

    def spend(self, count: int) -> None:
        """Count expanded bytes. Raises SourceError beyond the limits on bytes or on the ratio."""
        self.spent += count
        if self.spent > self.limits.max_expanded_bytes:
            raise SourceError(f"{self.name}: expands to more than {self.limits.max_expanded_bytes:,} bytes; refused")
        ratio = self.limits.max_expansion_ratio
        if self.spent > self.limits.ratio_counts_from_bytes and self.spent > ratio * self.packed:
            raise SourceError(
                f"{self.name}: {self.packed:,} bytes expand to more than {self.spent:,} (limit: {ratio:g} times); "
                f"refused as a decompression bomb. Send it unpacked if it is genuine"
            )


class Content:
    """A bounded stream of one file's or member's content; `read` raises SourceError on damage or excess."""

    def __init__(self, stream: Readable, budget: Budget, place: str | None, head: bytes = b"") -> None:
        """Wrap `stream`; `head` was read from it already and comes first."""
        self.place = place
        self._stream, self._budget, self._head = stream, budget, head
        self.where = f"{budget.name}, member {show(place)}" if place else budget.name

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        if self._head:
            taken, self._head = self._head[:size], self._head[size:]
            return taken if len(taken) == size else taken + self.read(size - len(taken))
        try:
            block = self._stream.read(size)
        except _DAMAGE as error:
            raise SourceError(f"{self.where}: the archive is truncated or damaged ({error}); send it again") from error
        self._budget.spend(len(block))
        return block

    def peek(self, size: int) -> bytes:
        """The first `size` bytes, which `read` gives again. Call it before the first read."""
        head = self._head
        if len(head) < size:
            self._head = b""
            head += self.read(size - len(head))
        self._head = head
        return head[:size]


def contents(file: LandedFile, member: str, limits: Limits) -> Iterator[Content]:
    """The content of a plain or `.gz` file, or of every member of a `.zip` whose name fits the glob `member`.

    Use each before asking for the next. Raises SourceError naming the file and what is wrong with it.
    """
    lowered = file.name.lower()
    if lowered.endswith(".zip"):
        yield from _members(file, member, Budget(file.name, limits, file.size))
    elif lowered.endswith((".gz", ".gzip")):
        magic.expect(file.path, "gzip", file.name)
        with gzip.open(file.path, "rb") as stream:
            yield _checked(Content(stream, Budget(file.name, limits, file.size), None))
    else:
        with file.path.open("rb") as plain:
            yield Content(plain, Budget(file.name, _unbounded(limits), file.size), None)


def is_packed(file: LandedFile) -> bool:
    """Is it, by its name, an archive that `contents` unpacks?"""
    return file.name.lower().endswith((".zip", ".gz", ".gzip"))


def _unbounded(limits: Limits) -> Limits:
    return Limits(max_expanded_bytes=2**63, max_field_bytes=limits.max_field_bytes)


def _members(file: LandedFile, member: str, budget: Budget) -> Iterator[Content]:
    magic.expect(file.path, "zip", file.name)
    with _opened(file, budget.limits) as archive:
        chosen = _chosen(archive, file.name, member)
        for info in chosen:
            try:
                stream = archive.open(info)
            except _DAMAGE as error:
                raise SourceError(
                    f"{file.name}, member {show(info.filename)}: cannot be unpacked ({error}); send it again"
                ) from error
            with stream:
                yield _checked(Content(stream, budget, info.filename))


@contextmanager
def _opened(file: LandedFile, limits: Limits) -> Iterator[zipfile.ZipFile]:
    with file.path.open("rb") as stream:
        _bound_directory(stream, file, limits)
        try:
            archive = zipfile.ZipFile(stream)
        except (*_DAMAGE, ValueError, UnicodeDecodeError) as error:
            raise SourceError(f"{file.name}: the zip is truncated or damaged ({error}); send it again") from error
        if len(archive.infolist()) > limits.max_members:
            raise SourceError(f"{file.name}: more than {limits.max_members:,} members; refused")
        yield archive


def _bound_directory(stream: BinaryIO, file: LandedFile, limits: Limits) -> None:
    """Refuse a directory with too many entries before anything reads it into memory."""
    stream.seek(max(0, file.size - _TAIL))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise SourceError(f"{file.name}: the zip is truncated (its directory is missing); send it again")
    entries, size = struct.unpack_from("<HI", tail, at + 10)
    large = tail.rfind(b"PK\x06\x06", 0, at)
    if large >= 0 and len(tail) >= large + 56:
        entries, size = struct.unpack_from("<QQ", tail, large + 32)
    if entries > limits.max_members or size > limits.max_members * _ENTRY_BYTES:
        raise SourceError(f"{file.name}: more than {limits.max_members:,} members; refused")
    stream.seek(0)


def _chosen(archive: zipfile.ZipFile, name: str, member: str) -> list[zipfile.ZipInfo]:
    for info in archive.infolist():
        reason = _hostile(info)
        if reason:
            raise SourceError(f"{name}: member {show(info.filename)} {reason}; refused, send a zip of plain files")
    chosen = [info for info in archive.infolist() if not info.is_dir() and fnmatch.fnmatchcase(info.filename, member)]
    if not chosen:
        names = ", ".join(show(info.filename) for info in archive.infolist()[:10]) or "nothing"
        raise SourceError(f"{name}: no member fits member = {member!r}; the zip holds: {names}")
    return sorted(chosen, key=lambda info: info.filename)


def _hostile(info: zipfile.ZipInfo) -> str | None:
    original = info.orig_filename
    path = PurePosixPath(original.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in original or original[1:2] == ":":
        return "has a path that leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a symbolic link"
    if info.flag_bits & 0x1:
        return "is encrypted"
    return None


def _checked(content: Content) -> Content:
    kind = magic.kind_of(content.peek(magic.HEAD))
    if kind in magic.ARCHIVES:
        raise SourceError(f"{content.where}: {magic.called(kind)} inside an archive; send it unpacked once")
    return content


def as_file(content: Content) -> io.BufferedReader:
    """The content as a file object for libraries that want one (read only, forward only)."""
    return io.BufferedReader(_Raw(content), 1 << 20)


class _Raw(io.RawIOBase):
    def __init__(self, content: Content) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._content.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)
