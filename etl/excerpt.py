"""What did a refused row look like, byte for byte? Fetches the text of rows that failed after framing.

Framing keeps what it refuses; values that fail the cast are known only by their line. For delimited text
and JSON lines this module goes back to the kept file, once, and takes those lines out. Refuses nothing.
"""

from collections.abc import Iterator

import duckdb

from control_tower.manifest import FileEntry, Manifest
from control_tower.settings import Settings
from etl import archive
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
            if table.reader not in _TEXT:
                continue
            wanted = connection.execute(
                "SELECT DISTINCT file_line FROM stage.refusal WHERE file_no = ? AND raw_table = ? AND raw IS NULL",
                [entry.file_no, name],
            ).fetchall()
            if wanted:
                lines = {row[0] for row in wanted}
                _store(connection, entry, name, dict(_lines(entry, table.member, lines, settings, limits)))


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


def _store(connection: duckdb.DuckDBPyConnection, entry: FileEntry, name: str, lines: dict[int, bytes]) -> None:
    connection.execute("CREATE OR REPLACE TEMP TABLE excerpt (file_line BIGINT, raw BLOB)")
    connection.executemany("INSERT INTO excerpt VALUES (?, ?)", [list(item) for item in lines.items()])
    connection.execute(
        "UPDATE stage.refusal SET raw = e.raw FROM excerpt AS e WHERE refusal.file_line = e.file_line "
        "AND refusal.file_no = ? AND refusal.raw_table = ? AND refusal.raw IS NULL",
        [entry.file_no, name],
    )
