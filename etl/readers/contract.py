"""What does every reader promise? The types that pass between readers and the pipeline.

A reader turns one landed file into one `RawTable` per declared table: all values as text (or typed,
for Parquet), each record with the physical line (or element number) it came from, and every record
that it could not frame as a `Refusal`. It never casts, never dedupes, never decides what a value
means: that happens in SQL, for all readers alike.

Rule R: `records = rows of the table + refusals that stand for whole records`; nothing is dropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from etl.source import Table

VALUE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that cannot be loaded, and why.

    `line` and `last_line` are physical line numbers for text (1 = first line of the file), row numbers
    for sheets, element numbers otherwise. `raw` is the record as it came, byte for byte. `records` is
    how many records this refusal accounts for (1, or 0 when it only adds a second reason).
    """

    line: int
    rule: str
    reason: str
    last_line: int = 0
    column: str = ""
    value: str | None = None
    place: str | None = None
    raw: bytes | None = None
    records: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a hostile file we are willing to look at. From policy."""

    max_expanded_bytes: int = 64 * 2**30
    max_expansion_ratio: float = 50.0
    ratio_counts_from_bytes: int = 100 * 2**20
    max_members: int = 10_000
    max_field_bytes: int = 2 * 2**20


@dataclass(frozen=True, slots=True)
class LandedFile:
    """A file that is safely in raw/: its content there, and the name it came with (data, never a path)."""

    path: Path
    name: str
    sha256: str
    size: int


@dataclass(slots=True)
class RawTable:
    """What a reader made of one file for one declared table.

    Either `path` is a Parquet file with the declared columns (text, or typed when it was Parquet) and
    `_line` BIGINT; or it is clean delimited text: UTF-8, LF or CRLF (one kind), one header line, every
    record well-formed with `columns` fields, readable by DuckDB without loss. For delimited text the line
    of record n (0 = first) is found from `breaks`: the last (record, line) at or before n gives
    line + (n - record). Invariant: breaks[0][0] == 0 when there are rows.
    """

    table: str
    path: Path
    kind: str  # "parquet" | "delimited"
    columns: tuple[str, ...]
    """Columns in the order they stand in `path`; declared names (already renamed from headers).

    An undeclared column that is ignored stays in delimited text under the name `_ignored_1`,
    `_ignored_2`, … (never a declared name); an optional column that the file lacks is not listed.
    """
    records: int
    """Records found in the file for this table, refused ones included."""
    rows: int
    """Records in `path`."""
    refusals: list[Refusal] = field(default_factory=list)
    breaks: Sequence[tuple[int, int]] = ()
    """A list, or `breaks.Breaks` where there may be millions."""
    delimiter: str = ","
    quote: str = '"'
    newline: str = "\n"
    """The one kind of line end in `path`. Do not hand it to DuckDB's `new_line`: with \\r\\n it reads no rows at all."""
    parts: list[tuple[int, str]] = field(default_factory=list)
    """Where members of an archive or sheets of a workbook make up the table: (lines before it, its name), in order.

    Lines are numbered on through all parts, so that a line stands for one record; the name and the line
    within the part become the place of a refusal.
    """
    warning: str | None = None
    """E.g. "the file is empty": said in the ledger and by the command, never silent."""


class Reader(Protocol):
    """What a reader is: a function from one landed file to one raw table.

    `workspace` is an empty folder of this load where it may write (clean text, Parquet). It raises
    SourceError when the file as a whole cannot be read (wrong header, wrong type, hostile content),
    naming file, line, expected and found.
    """

    def __call__(self, file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
        """Read `file` for the declared `table` called `name`."""


def show(value: str | bytes) -> str:
    r"""A value as messages quote it: at most 80 characters, control characters escaped.

    >>> show("a\tb")
    'a\\tb'
    """
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    text = text[: VALUE_LENGTH + 1]
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= VALUE_LENGTH else shown[: VALUE_LENGTH - 1] + "…"


def lines_of(breaks: Sequence[tuple[int, int]], rows: int) -> Iterator[int]:
    """The physical line of every record, in order, from the breaks of a RawTable.

    >>> list(lines_of([(0, 2), (2, 6)], 4))
    [2, 3, 6, 7]
    """
    ends = [*(record for record, _ in breaks), rows][1:]
    for (record, line), following in zip(breaks, ends, strict=True):
        yield from range(line, line + following - record)
