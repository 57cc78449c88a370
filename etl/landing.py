"""Is the file safely ours? Copies what somebody delivered into raw/, by the hash of its content.

From here on a file name is data, never a path. Reading what the file holds does not belong here.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from control_tower.errors import SourceError
from etl.readers.contract import LandedFile

_BLOCK = 4 * 2**20
_NAME_LENGTH = 255


def match(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """The delivered files that the patterns name, strictly below `folder`: sorted, each once.

    Raises SourceError when the folder is missing, or a pattern or a link leads out of it (fault 36, 37).
    """
    if not folder.is_dir():
        raise SourceError(f"{name_of(folder)}: not a folder; --from takes the folder that holds the delivered files")
    found: set[Path] = set()
    for pattern in patterns:
        _refuse_climbing(pattern)
        for path in folder.glob(pattern):
            if not path.is_dir():
                _inside(path, folder)
                found.add(path)
    return sorted(found)


def land(path: Path, raw_folder: Path, source_folder: Path | None = None) -> LandedFile:
    """Copy one delivered file to `raw_folder/<sha256>` and say what it is. Landing it again changes nothing.

    `source_folder` is the folder that a link may not lead out of; default: the file's own folder.
    Raises SourceError when the file is not a regular file, cannot be read, changes meanwhile (fault 25)
    or does not fit on the disk.
    """
    _inside(path, source_folder or path.parent)
    raw_folder.mkdir(parents=True, exist_ok=True)
    try:
        with _open(path) as source:
            before = _state(os.fstat(source.fileno()))
            landed = _copy(source, path, raw_folder, before[0])
    except OSError as error:
        raise SourceError(f"{name_of(path)}: could not be copied to {raw_folder}: {error.strerror or error}") from error
    return landed


def name_of(path: Path | str) -> str:
    r"""A file's own name as data: control characters escaped, at most 255 characters (fault 37).

    >>> name_of("in/a\nb.csv")
    'a\\nb.csv'
    """
    last = Path(path).name or str(path)
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in last)
    return shown if len(shown) <= _NAME_LENGTH else shown[: _NAME_LENGTH - 1] + "…"


def _open(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError(f"{name_of(path)}: not a regular file (a folder, pipe or device); only files are loaded")
    return os.fdopen(descriptor, "rb", buffering=0)


def _copy(source: BinaryIO, path: Path, raw_folder: Path, expected: int) -> LandedFile:
    before = _state(os.fstat(source.fileno()))
    handle, temporary = tempfile.mkstemp(prefix=".landing-", dir=raw_folder)
    try:
        with os.fdopen(handle, "wb", buffering=0) as target:
            digest, size = _stream(source, target)
            os.fsync(target.fileno())
        if size != expected or _state(path.stat()) != before:
            raise SourceError(f"{name_of(path)}: the file is still being written; try again later, nothing was loaded")
        final = raw_folder / digest
        if not (final.is_file() and final.stat().st_size == size):
            Path(temporary).chmod(0o444)
            Path(temporary).replace(final)
            _sync_folder(raw_folder)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return LandedFile(final, name_of(path), digest, size)


def _stream(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        digest.update(block)
        rest = memoryview(block)
        while rest:
            rest = rest[target.write(rest) :]
        size += len(block)
    return digest.hexdigest(), size


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_climbing(pattern: str) -> None:
    parts = pattern.replace("\\", "/").split("/")
    if not pattern or "\0" in pattern or pattern.startswith(("/", "~")) or ".." in parts or ":" in parts[0]:
        raise SourceError(
            f"source.toml: the pattern {name_of(pattern)!r} leads out of the delivery folder; "
            f"give a pattern relative to --from, without '..', drive letters or a leading '/'"
        )


def _inside(path: Path, folder: Path) -> None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise SourceError(f"{name_of(path)}: cannot be opened: {error}") from error
    if not target.is_relative_to(folder.resolve()):
        raise SourceError(
            f"{name_of(path)}: a link that leads out of the delivery folder; copy the file itself into the folder"
        )
