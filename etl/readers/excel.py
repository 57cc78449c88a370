"""How are the sheets of an Excel workbook read? Row by row, the stored values, never a macro or formula.

All sheets whose name fits the declared glob make one table. Must never hold: casts, guesses where the
header is (`header_row` says so), or any opening of a workbook that `workbook` has not checked.
"""

import fnmatch
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import repeat
from pathlib import Path
from typing import Any

import openpyxl

from control_tower.errors import SourceError
from etl.readers import workbook
from etl.readers.contract import LandedFile, Limits, RawTable, Refusal, show
from etl.readers.header import match_header, normal
from etl.readers.parquet_out import TextParquet, raw_of
from etl.readers.value_text import as_sheet_text
from etl.source import Table

LAST_ROW = 1_048_576
_DAMAGE = (KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError, OSError, zipfile.BadZipFile)


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """Read an `.xlsx` or `.xlsm` workbook; `_line` is the row's number, counted on through the fitting sheets.

    Wholly empty rows are no records. Rows with an error cell, a formula without a stored value or a value
    beyond the last header are refused. Raises SourceError for a workbook that is hostile, damaged or not
    one, when no sheet fits, and for drift of the header.
    """
    found = workbook.checked(file, limits)
    path = workspace / f"{name}-{file.sha256[:16]}.parquet"
    with warnings.catch_warnings(), TextParquet(path, tuple(table.columns), limits) as out:
        warnings.simplefilter("ignore")
        sheets = _Sheets(file, name, table, out)
        try:
            sheets.read(found.has_formulas)
        except _DAMAGE as error:
            raise SourceError(f"{file.name}: the workbook is damaged: {type(error).__name__}: {error}") from error
    refusals = sorted([*sheets.refusals, *out.refusals], key=lambda refusal: refusal.line)
    result = RawTable(name, path, "parquet", out.columns, sheets.records, out.rows, refusals, parts=sheets.parts)
    result.warning = None if sheets.records else f"{file.name}: the file is empty: no row below the header"
    return result


class _Sheets:
    """The sheets of one workbook, appended to one table."""

    def __init__(self, file: LandedFile, name: str, table: Table, out: TextParquet) -> None:
        self._file, self._name, self._table, self._out = file, name, table, out
        self.refusals: list[Refusal] = []
        self.parts: list[tuple[int, str]] = []
        self.records = self._before = 0

    def read(self, has_formulas: bool) -> None:
        """All fitting sheets, in the workbook's order."""
        with self._opened(values=True) as book:
            sheets = [sheet for sheet in book.worksheets if fnmatch.fnmatchcase(sheet.title, self._table.sheet)]
            if not sheets:
                titles = ", ".join(show(sheet.title) for sheet in book.worksheets)
                raise SourceError(
                    f"{self._file.name}: no sheet fits sheet = {self._table.sheet!r}; there are: {titles}"
                )
            if not has_formulas:
                for sheet in sheets:
                    self._sheet(sheet.title, _rows(sheet), repeat(()))
                return
            with self._opened(values=False) as formulas:
                for sheet in sheets:
                    self._sheet(sheet.title, _rows(sheet), _rows(formulas[sheet.title]))

    @contextmanager
    def _opened(self, values: bool) -> Iterator[Any]:
        with self._file.path.open("rb") as stream:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=values, keep_links=False)
            with closing(book):
                yield book

    def _sheet(self, title: str, rows: Iterator[tuple[Any, ...]], formulas: Iterator[tuple[Any, ...]]) -> None:
        columns: dict[int, str] | None = None
        number = 0
        self.parts.append((self._before, f"sheet {show(title)!r}"))
        for number, (cells, written) in enumerate(zip(rows, formulas, strict=False), start=1):
            if number < self._table.header_row:
                continue
            if number == self._table.header_row:
                columns, width = self._header(title, cells)
                continue
            if columns is not None and any(cell.value is not None for cell in (*cells, *written)):
                self.records += 1
                self._row((number, title), cells, written, (columns, width))
        if columns is None:
            self._header(title, ())
        self._before += number

    def _header(self, title: str, cells: tuple[Any, ...]) -> tuple[dict[int, str], int]:
        where = f"{self._file.name}, sheet {show(title)!r}, row {self._table.header_row}"
        headers = [as_sheet_text(cell.value) or "" for cell in cells]
        while headers and not normal(headers[-1]):
            headers.pop()
        names = match_header(headers, self._name, self._table, where)
        return {index: names[header] for index, header in enumerate(headers) if header in names}, len(headers)

    def _row(
        self, at: tuple[int, str], cells: tuple[Any, ...], written: tuple[Any, ...], header: tuple[dict[int, str], int]
    ) -> None:
        columns, width = header
        number, title = at
        values: dict[str, str | None] = {}
        for index, cell in enumerate(cells):
            column = columns.get(index)
            fault = _fault(cell, written[index] if index < len(written) else None, index >= width)
            if fault and (column or index >= width):
                self._refuse(at, column or cell.coordinate, fault, cells)
                return
            if column:
                values[column] = _text(cell, self._table.columns[column].type)
        self._out.add(
            self._before + number, [values.get(column) for column in self._out.columns], f"sheet {show(title)!r}"
        )

    def _refuse(self, at: tuple[int, str], column: str, fault: tuple[str, str, object], cells: tuple[Any, ...]) -> None:
        number, title = at
        rule, reason, value = fault
        texts = [as_sheet_text(cell.value) for cell in cells]
        raw = raw_of([getattr(cell, "coordinate", f"column {i}") for i, cell in enumerate(cells, 1)], texts)
        shown = None if value is None else show(str(value))
        place = f"sheet {show(title)!r}"
        reason = f"{place}, row {number}, column {column}: {reason}"
        self.refusals.append(Refusal(self._before + number, rule, reason, 0, column, shown, place, raw))


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(min_row=1, max_row=LAST_ROW)
    return rows


def _fault(cell: Any, written: Any, is_beyond: bool) -> tuple[str, str, object] | None:
    """Rule, reason and value of what makes a row unreadable, or None. `written` is the cell with its formula."""
    if is_beyond:
        what = "there is a value, but no header above it"
        return ("extra_field", what, cell.value) if cell.value is not None else None
    if cell.data_type == "e":
        return "excel_error", f"the cell holds the error {cell.value}", cell.value
    if cell.value is None and cell.data_type == "n" and getattr(written, "data_type", "n") == "f":
        what = "the formula has no stored value; open the workbook in Excel and save it"
        return "formula_without_value", what, written.value
    return None


def _text(cell: Any, kind: str) -> str | None:
    """A cell's value; a date without time of day stays a date unless a timestamp is declared."""
    value = cell.value
    if isinstance(value, datetime) and kind != "timestamp":
        has_time = value.time().isoformat() != "00:00:00" or (kind == "text" and "h" in cell.number_format.lower())
        value = value if has_time else value.date()
    return as_sheet_text(value)
