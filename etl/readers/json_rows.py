"""What do records in JSON hold? The readers `jsonl` (one object per line) and `json` (one array of objects).

Values become text per declared column, in Parquet beside the line they came from. Casting, and deciding
what a key means, never belong here.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from control_tower.errors import SourceError
from etl.archive import contents
from etl.readers.clean import Clean
from etl.readers.contract import LandedFile, Limits, RawTable, Refusal, show
from etl.readers.grammar import Fault, max_record_bytes
from etl.readers.json_document import Document, Element
from etl.readers.json_values import Flattener, Parser, TooDeepError
from etl.readers.text import Text, Window
from etl.source import Table

_BATCH_ROWS = 50_000
_BATCH_CHARACTERS = 32 * 2**20
_KEPT = 2**16
Elements = Callable[[Text, Table, Limits], Iterator[Element]]


def read_lines(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """One file with a JSON object per line as one raw table; see `Reader`. `_line` is the physical line.

    A line that is no JSON object is refused. Raises SourceError when keys appear that are not declared.
    """
    return _read(file, table, _Rows(file, name, table, workspace, limits), _lines)


def read_document(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """One JSON document with an array of objects as one raw table; see `Reader`. `_line` is the element's number.

    Raises SourceError when the document is not JSON, has no such array, or keys appear that are not declared.
    """
    return _read(file, table, _Rows(file, name, table, workspace, limits), _elements)


def _read(file: LandedFile, table: Table, rows: "_Rows", elements: Elements) -> RawTable:
    with rows.writer:
        for content in contents(file, table.member, rows.limits):
            text = Text(content, table.encoding)
            rows.begin(content.place)
            for element in elements(text, table, rows.limits):
                rows.add(element, content.place, text.where)
        rows.flush()
    return rows.finish()


class _Rows:
    """The rows of one raw table on their way to Parquet."""

    def __init__(self, file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> None:
        self._file, self._name, self._table, self.limits = file, name, table, limits
        self._flat = Flattener(table, limits)
        self._path = workspace / f"{name}.parquet"
        self._schema = pa.schema([*((column, pa.string()) for column in table.columns), ("_line", pa.int64())])
        self.writer = pq.ParquetWriter(self._path, self._schema)
        self._refused = Clean(self._path, None, 0)
        self._batch: list[list[str | None]] = []
        self._lines: list[int] = []
        self._characters = self._count = self._found = self._before = 0
        self._parts: list[tuple[int, str]] = []

    def begin(self, place: str | None) -> None:
        """Number what follows behind what was found so far."""
        self._before = self._found
        if place:
            self._parts.append((self._before, place))

    def add(self, element: Element, place: str | None, where: str) -> None:
        """Keep one element, refuse it, or leave it to another table."""
        fault = element.flaw
        self._found += 1
        if fault is None and not isinstance(element.value, dict):
            fault = Fault("not_object", "a record is a JSON object", value=show(element.raw))
        if fault is None:
            if not self._wanted(element):
                return
            made = self._flat.row(element.value, element.number)
            if not isinstance(made, Fault):
                self._keep(made, element)
                return
            fault = made
        n = self._before + element.number
        self._refused.refuse(Refusal(n, fault.rule, fault.reason, n, fault.column, fault.value, place, element.raw))
        if self._refused.overflowing():
            raise SourceError(
                f"{where}: refused as a whole: by record {n} {self._refused.refused:,} are malformed, the first is "
                f"record {self._refused.refusals[0].line} ({self._refused.refusals[0].reason})"
            )

    def finish(self) -> RawTable:
        """The raw table. Raises SourceError when its columns are not the declared ones: the file is held."""
        missing = self._flat.missing() if self._count else []
        if missing or self._flat.drift:
            raise SourceError(self._held(missing))
        warning = None if self._found else f"{self._file.name}: the file is empty"
        records = self._count + self._refused.refused
        return RawTable(
            table=self._name,
            path=self._path,
            kind="parquet",
            columns=tuple(self._table.columns),
            records=records,
            rows=self._count,
            refusals=self._refused.refusals,
            parts=self._parts,
            warning=warning if warning or records else f"{self._file.name}: no record belongs to table {self._name}",
        )

    def _wanted(self, element: Element) -> bool:
        try:
            return self._flat.wanted(element.value)
        except TooDeepError:
            return False

    def _keep(self, values: list[str | None], element: Element) -> None:
        self._batch.append(values)
        self._lines.append(self._before + element.number)
        self._characters += len(element.raw)
        self._count += 1
        if len(self._batch) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Write what is in memory."""
        if self._batch:
            columns = [pa.array(column, pa.string()) for column in zip(*self._batch, strict=True)]
            self.writer.write_table(pa.Table.from_arrays([*columns, pa.array(self._lines)], schema=self._schema))
        self._batch, self._lines, self._characters = [], [], 0

    def _held(self, missing: list[str]) -> str:
        extra = [f"{show(path)!r} (first in record {line})" for path, line in list(self._flat.drift.items())[:40]]
        parts = [f"missing in every record {', '.join(map(repr, missing))}"] if missing else []
        parts += [f"not declared {', '.join(extra)}"] if extra else []
        return (
            f"{self._file.name}: held, the keys differ from those declared for table {self._name}: {'; '.join(parts)}. "
            f'Declare them in source.toml, mark missing ones optional, or set extra_columns = "ignore"'
        )


def _elements(text: Text, table: Table, limits: Limits) -> Iterator[Element]:
    yield from Document(text, limits).elements(table.rows)


def _lines(text: Text, _table: Table, limits: Limits) -> Iterator[Element]:
    window, parser, number = Window(text), Parser(), 0
    most = max_record_bytes(limits)
    while window.fill(1):
        number += 1
        line, length = _line(window, most)
        value, flaw = None, None
        if length > most:
            flaw = Fault("field_too_long", f"the line has {length:,} bytes; the limit is {most:,}")
        else:
            value, flaw = _parse(parser, line, cut=window.ended and not window.left)
        yield Element(number, value, text.original(line.removesuffix(b"\n").removesuffix(b"\r")), flaw)


def _line(window: Window, most: int) -> tuple[bytes, int]:
    """The next physical line and its length; of one that is too long only the beginning."""
    end = window.data.find(b"\n", window.pos) + 1
    if not end:
        window.fill(most + 1)
        end = window.data.find(b"\n", window.pos) + 1
    if end or window.ended:
        start, window.pos = window.pos, end or len(window.data)
        line = window.data[start : window.pos]
        return (line if len(line) <= most else line[:_KEPT]), len(line)
    head, length = window.data[window.pos : window.pos + _KEPT], 0
    while not end and window.fill(1):
        end = window.data.find(b"\n", window.pos) + 1
        stop = end or len(window.data)
        length, window.pos = length + stop - window.pos, stop
    return head, length


def _parse(parser: Parser, line: bytes, cut: bool) -> tuple[object, Fault | None]:
    cut = cut and not line.endswith(b"\n")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, Fault("encoding", f"byte {error.start + 1} of the line is no character of the declared encoding")
    body = text.strip(" \t\r\n")
    if not body:
        return None, Fault("not_json", "the line is empty")
    try:
        value, end = parser.parse(body)
    except json.JSONDecodeError as error:
        rule = "truncated" if cut else "not_json"
        return None, Fault(
            rule, f"character {error.pos + 1}: {error.msg}", value=show(body[error.pos : error.pos + 80])
        )
    except TooDeepError as error:
        return None, Fault("too_deep", str(error))
    if end != len(body):
        return None, Fault("not_json", f"character {end + 1}: something follows the object", value=show(body[end:]))
    return value, parser.flaws[0] if parser.flaws else None
