"""How do the tests look at what a reader of text made? With DuckDB, Python's csv and a line scanner of their own."""

import csv
import hashlib
import io
import re
from pathlib import Path

import duckdb

from etl.readers import delimited, json_rows
from etl.readers.contract import LandedFile, Limits, RawTable, Reader, lines_of
from etl.readers.grammar import max_record_bytes
from etl.source import Table

SMALL = Limits(max_field_bytes=200)
"""Small enough that a file of a few lines has many blocks."""
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_CONNECTION = duckdb.connect(config={"threads": 1, "enable_external_file_cache": False})
"""Without the cache of file contents: the tests write the same path again and again."""


def landed(content: bytes, folder: Path, name: str = "orders.csv") -> LandedFile:
    """A file as landing leaves it."""
    path = folder / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    return LandedFile(path, name, path.name, len(content))


def declared(columns: str | dict[str, object], reader: str = "delimited", **keys: object) -> Table:
    """A declared table: `declared("a b c", delimiter=";")`."""
    spec = dict.fromkeys(columns.split(), "text") if isinstance(columns, str) else columns
    return Table.model_validate({"reader": reader, "files": ["*"], "columns": spec, **keys})


def frame(content: bytes, folder: Path, table: Table, limits: Limits = Limits(), name: str = "orders.csv") -> RawTable:
    """What the declared reader makes of this content."""
    readers: dict[str, Reader] = {
        "delimited": delimited.read,
        "jsonl": json_rows.read_lines,
        "json": json_rows.read_document,
    }
    workspace = folder / "workspace"
    workspace.mkdir(exist_ok=True)
    return readers[table.reader](landed(content, folder, name), "orders", table, workspace, limits)


def rows(made: RawTable) -> list[tuple[str | None, ...]]:
    """The rows of a raw table, as DuckDB reads them for the pipeline."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in made.columns)
    quote = made.quote
    return _CONNECTION.execute(
        f"SELECT * FROM read_csv(?, columns = {{{columns}}}, auto_detect = false, header = true, delim = ?, quote = ?, "
        "escape = ?, nullstr = '\u0001', strict_mode = true, null_padding = false, max_line_size = ?)",
        [str(made.path), made.delimiter, quote, quote, max_record_bytes(Limits())],
    ).fetchall()


def parquet_rows(made: RawTable) -> list[tuple[object, ...]]:
    """The rows of a raw table in Parquet, `_line` last."""
    return _CONNECTION.execute("SELECT * FROM read_parquet(?)", [str(made.path)]).fetchall()


def starts(made: RawTable) -> list[int]:
    """The physical line on which each row starts."""
    return list(lines_of(made.breaks, made.rows))


def physical_lines(content: bytes) -> list[bytes]:
    """The lines of a file, line ends included, found without the reader."""
    return _LINE.findall(content)


def parsed(content: bytes) -> list[list[str]]:
    """What Python's csv makes of it, quoting checked."""
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))


def assert_every_line_is_accounted_for(content: bytes, made: RawTable, header_lines: int = 1) -> None:
    """Each physical line stands in exactly one row or refusal; rows and refusals hold what stands there.

    The content is UTF-8 with `,` and `"`. Rows are checked against Python's csv, line by line.
    """
    lines = physical_lines(content.removeprefix(b"\xef\xbb\xbf"))
    found, begun = rows(made), starts(made)
    assert len(found) == made.rows == len(begun)
    assert made.records == made.rows + sum(refusal.records for refusal in made.refusals)
    pieces = [(line, line, row) for line, row in zip(begun, found, strict=True)]
    pieces += [(refusal.line, refusal.last_line, refusal) for refusal in made.refusals]
    pieces.sort(key=lambda piece: piece[0])
    following = [*(piece[0] for piece in pieces), len(lines) + 1][1:]
    assert (pieces[0][0] if pieces else len(lines) + 1) == header_lines + 1
    for (first, last, piece), after in zip(pieces, following, strict=True):
        assert after > first
        text = b"".join(lines[first - 1 : after - 1])
        if isinstance(piece, tuple):
            (fields,) = parsed(text)
            assert list(piece) == (fields or [""])
        else:
            assert last == after - 1
            assert piece.raw == re.sub(rb"(\r\n|\n|\r)\Z", b"", text)
