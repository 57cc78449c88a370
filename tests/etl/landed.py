"""How do reader tests hand a file to a reader? As the landing does: by hash, with its name as data."""

import hashlib
from pathlib import Path

import pyarrow.parquet as pq

from etl.readers.contract import LandedFile, Limits, RawTable
from etl.source import Table


def landed(path: Path, name: str | None = None) -> LandedFile:
    content = path.read_bytes()
    return LandedFile(path, name or path.name, hashlib.sha256(content).hexdigest(), len(content))


def written(folder: Path, name: str, content: bytes) -> LandedFile:
    """A file with this content, stored under its hash, so that no reader can lean on the suffix."""
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    path.write_bytes(content)
    return LandedFile(path, name, digest, len(content))


def table(reader: str, columns: dict[str, object], **more: object) -> Table:
    given = {"reader": reader, "files": ["*"], "columns": columns} | more
    if "url" in more:
        del given["files"]
    return Table.model_validate(given)


def rows(raw: RawTable) -> list[dict[str, object]]:
    found = pq.read_table(raw.path).to_pylist()
    assert len(found) == raw.rows
    assert raw.rows + sum(refusal.records for refusal in raw.refusals) == raw.records
    return found


LIMITS = Limits()
