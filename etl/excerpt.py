"""What did a refused row look like, byte for byte? Fetches the text of rows that failed after framing.

Framing keeps what it refuses; values that fail the cast are known only by their line. For delimited text
and JSON lines this module goes back to the kept file, once, and takes those lines out. Refuses nothing.
"""

from collections.abc import Iterator

import duckdb

from control_tower.manifest import FileEntry, Manifest
from control_tower.settings import Settings
from etl import archive
from etl.engines import ledgering
from etl.readers.contract import LandedFile, Limits
from etl.source import Source

_TEXT = frozenset({"delimited", "jsonl"})
_BLOCK = 2**22


def attach(
    connection: duckdb.DuckDBPyConnection, sources: list[Source], manifest: Manifest, settings: Settings, limits: Limits
) -> None:
    """Fill `raw` of every refusal that has none yet and comes from a text file."""
    by_name = {source.name: source for source in sources}
    for entry in manifest.files:
        for name in entry.tables:
            table = by_name[entry.source].toml.tables[name]
            wanted = ledgering.lines_without_text(connection, entry.file_no, name) if table.reader in _TEXT else set()
            if wanted:
                found = dict(_lines(entry, table.member, wanted, settings, limits))
                ledgering.keep_text(connection, entry.file_no, name, found)


def _lines(
    entry: FileEntry, member: str, wanted: set[int], settings: Settings, limits: Limits
) -> Iterator[tuple[int, bytes]]:
    landed = LandedFile(settings.raw / entry.sha256, entry.name, entry.sha256, entry.size)
    number, rest = 1, b""
    for content in archive.contents(landed, member, limits):
        while block := content.read(_BLOCK):
            *complete, rest = (rest + block).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            for line in complete:
                if number in wanted:
                    yield number, line
                number += 1
        if rest:
            if number in wanted:
                yield number, rest
            number, rest = number + 1, b""
