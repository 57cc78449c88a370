"""What did a refused row look like, byte for byte? Fetches the text of rows that failed after framing.

Framing keeps what it refuses; values that fail the cast are known only by their line. For delimited text
and JSON lines this module goes back to the kept file, once, and takes those records out, in the file's own
encoding and with the last of their lines. Refuses nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from control_tower.manifest import Manifest
from control_tower.settings import Settings
from etl import archive
from etl.engines import ledgering
from etl.engines.staging import LINES_OF_TEXT
from etl.readers.contract import LandedFile, Limits
from etl.readers.grammar import LINE_END, Grammar
from etl.readers.text import READ, Text, Trailer, Window
from etl.source import Source, Table

_TO_THE_END = 2**62
_JSON_LINE_END = re.compile(rb"\n")
_JSON_RECORD = re.compile(rb"([^\n]*?)(\r?\n|\r?\Z)")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What ends a line, and what a record is, for one reader."""

    ends: re.Pattern[bytes]
    record: re.Pattern[bytes]
    longest: int


def attach(
    connection: duckdb.DuckDBPyConnection, sources: list[Source], manifest: Manifest, settings: Settings, limits: Limits
) -> None:
    """Fill `raw` and `last_line` of every refusal that has no text yet; elsewhere than in text, the row as JSON."""
    by_name = {source.name: source for source in sources}
    for entry in manifest.files:
        source = by_name[entry.source]
        for name in entry.tables:
            table = source.toml.tables[name]
            wanted = sorted(ledgering.lines_without_text(connection, entry.file_no, name))
            if wanted and table.reader in LINES_OF_TEXT:
                landed = LandedFile(settings.raw / entry.sha256, entry.name, entry.sha256, entry.size)
                ledgering.keep_text(connection, entry.file_no, name, list(_records(landed, table, wanted, limits)))
            elif wanted:
                ledgering.keep_values(connection, entry.file_no, name, source.raw_name(name))


def _records(file: LandedFile, table: Table, wanted: list[int], limits: Limits) -> Iterator[tuple[int, int, bytes]]:
    """First line, last line and bytes of every record that starts on a wanted line; counted as the readers count."""
    shape = _shape(table, limits)
    before = 0
    for content in archive.contents(file, table.member, limits):
        text = Text(content, table.encoding)
        window = Window(Trailer(text, table.expected_rows, text.where) if table.expected_rows else text)
        at = before
        for line in (line for line in wanted if line > before):
            at += _forward(window, shape.ends, line - 1 - at)
            if at < line - 1 or not window.fill(1):
                break
            body = _record(window, shape)
            yield line, line + len(shape.ends.findall(body)), text.original(body)
        before = at + _forward(window, shape.ends, _TO_THE_END)


def _shape(table: Table, limits: Limits) -> _Shape:
    grammar = Grammar(table.delimiter.encode(), table.quote.encode(), tuple(table.columns), limits)
    if table.reader == "jsonl":
        return _Shape(_JSON_LINE_END, _JSON_RECORD, grammar.max_record_bytes)
    return _Shape(LINE_END, grammar.record, grammar.max_record_bytes)


def _forward(window: Window, ends: re.Pattern[bytes], lines: int) -> int:
    """Go behind so many physical lines, or to the end; how many there were."""
    passed = 0
    while passed < lines and window.fill(READ):
        stuck = window.pos
        for end in ends.finditer(window.data, window.pos):
            if passed == lines or (end.end() == len(window.data) and not window.ended):
                break  # a CR at the very end of the block may be half of a CR LF
            window.pos, passed = end.end(), passed + 1
        if window.pos == stuck and not window.ended:
            window.fill(window.left + READ)
        elif window.pos == stuck:
            window.pos, passed = len(window.data), passed + 1
    return passed


def _record(window: Window, shape: _Shape) -> bytes:
    """The record at the window's position."""
    for reach in (READ, shape.longest + READ):
        window.fill(reach)
        found = shape.record.match(window.data, window.pos)
        if found and (found.end() < len(window.data) or window.ended):
            break
    return found.group(1) if found else b""
