"""What does a delimited text file (CSV and its kin) hold? The reader `delimited`.

Matches the header with the declared columns and has the records framed; the answer is text that DuckDB
reads without losing or altering a row, often the landed file itself. Casting never belongs here.
"""

from contextlib import closing
from pathlib import Path

from control_tower.errors import SourceError
from etl.archive import Content, Readable, contents, is_packed
from etl.readers.clean import Clean, header_line
from etl.readers.contract import LandedFile, Limits, RawTable, show
from etl.readers.framing import Framer
from etl.readers.grammar import Grammar, check_dialect
from etl.readers.header import match_header
from etl.readers.text import Text, Trailer, Window, check_expected_rows, check_trailer
from etl.source import Table

_HEADER_BYTES = 2**20


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """One delimited file (or the fitting members of an archive) as one raw table; see `Reader`.

    Raises SourceError when the file as a whole cannot be read: no or another header, columns that are
    missing or not declared, an encoding that does not fit, a trailer that states another number of rows.
    """
    check_dialect(table.delimiter, table.quote, name)
    if table.expected_rows:
        check_expected_rows(table, name)
    with closing(_Reading(file, name, table, workspace, limits)) as reading:
        for content in contents(file, table.member, limits):
            reading.add(content)
        return reading.finish()


class _Reading:
    """One file on its way to a raw table; every member of an archive is added to it."""

    def __init__(self, file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> None:
        self._file, self._name, self._table, self._limits = file, name, table, limits
        self._target = workspace / f"{name}.csv"
        self._clean: Clean | None = None
        self._columns: tuple[str, ...] = ()
        self._header: tuple[str, ...] = ()
        self._length = self._lines = 0
        self._parts: list[tuple[int, str]] = []

    def add(self, content: Content) -> None:
        """Frame one content: the file itself or a member of it."""
        text = Text(content, self._table.encoding)
        trailer = Trailer(text, self._table.expected_rows, text.where) if self._table.expected_rows else None
        stream: Readable = trailer or text
        window = Window(stream)
        if not window.fill(_HEADER_BYTES):
            return
        as_is = text.exact and trailer is None and not is_packed(self._file)
        before = self._clean.records if self._clean else 0
        grammar, line = self._start(window, text, as_is)
        clean = self._clean
        assert clean is not None
        framer = Framer(window, text, grammar, clean, content.place)
        framer.line = self._lines + line
        framer.run()
        if content.place:
            self._parts.append((self._lines, content.place))
        self._lines = framer.line - 1
        self._length = window.offset
        if trailer:
            check_trailer(trailer, clean.records - before, text.where)

    def finish(self) -> RawTable:
        """The raw table of everything that was added."""
        warning = None
        if self._clean is None:
            warning = f"{self._file.name}: the file is empty"
            self._begin(None, 0, tuple(self._table.columns), b"\n", 0)
        elif not self._clean.records:
            warning = f"{self._file.name}: the file is empty but for its header"
        clean = self._clean
        assert clean is not None
        clean.finish(self._length)
        return RawTable(
            table=self._name,
            path=clean.path,
            kind="delimited",
            columns=self._columns,
            records=clean.records,
            rows=clean.rows,
            refusals=clean.refusals,
            breaks=clean.breaks,
            delimiter=self._table.delimiter,
            quote=self._table.quote,
            newline=clean.newline.decode(),
            parts=self._parts,
            warning=warning,
        )

    def close(self) -> None:
        """Close what is open."""
        if self._clean is not None:
            self._clean.close()

    def _start(self, window: Window, text: Text, as_is: bool) -> tuple[Grammar, int]:
        """Read the header line; the grammar of the records below it and the line they begin on."""
        table, where = self._table, text.where
        delimiter, quote = table.delimiter.encode(), table.quote.encode()
        shape = Grammar(delimiter, quote, (), self._limits)
        match = shape.record.match(window.data, window.pos)
        body = match.group(1) if match else window.data[:200].splitlines()[0]
        _check_header(body, match is not None, text)
        assert match is not None
        found = tuple(shape.value(raw) for raw in shape.split(body))
        names = match_header(found, self._name, table, f"{where}, line 1")
        window.pos = match.end()
        if self._clean is None:
            self._header = found
            columns = _columns(found, names)
            self._begin(self._file.path if as_is else None, text.mark_bytes, columns, match.group(2), match.end())
        elif found != self._header:
            raise SourceError(
                f"{where}, line 1: the members of one archive must have the same header; expected "
                f"{show(','.join(self._header))!r}, found {show(','.join(found))!r}; send them as separate files"
            )
        return Grammar(delimiter, quote, found, self._limits), 2 + len(body.splitlines()) - 1

    def _begin(self, raw: Path | None, mark: int, columns: tuple[str, ...], newline: bytes, end: int) -> None:
        self._columns = columns
        self._clean = Clean(self._target, raw, mark)
        header = header_line(columns, self._table.delimiter, self._table.quote)
        self._clean.start(header, newline or b"\n", end)


def _columns(found: tuple[str, ...], names: dict[str, str]) -> tuple[str, ...]:
    """Declared names in the file's order; undeclared columns under names that no declared column has."""
    columns: list[str] = []
    ignored = 0
    for header in found:
        ignored += header not in names
        columns.append(names.get(header) or f"_ignored_{ignored}")
    return tuple(columns)


def _check_header(body: bytes, framed: bool, text: Text) -> None:
    where = f"{text.where}, line 1"
    if b"\0" in body:
        raise SourceError(f"{where}: byte {body.index(0)} is NUL: this is no text in {text.encoding}")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        at = text.mark_bytes + len(text.original(body[: error.start]))
        raise SourceError(
            f"{where}: byte {at} of the file is no character of {text.encoding}; declare the `encoding` of the "
            f"file in source.toml, e.g. cp1252 or utf-16-le"
        ) from error
    if not framed:
        raise SourceError(f"{where}: the quoting of the header is broken: {show(body)!r}; correct the export")
