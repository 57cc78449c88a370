"""Workbooks: stored values as text, the sheet as the place, errors and unknown values refused."""

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.readers import excel
from tests.etl.landed import LIMITS, rows, table, written

COLUMNS = {"order_id": {"from": "Order"}, "qty": "decimal", "due": "date", "at": "timestamp", "open": "boolean"}
HEADER = ["Order", "qty", "due", "at", "open"]
LINES = table("excel", COLUMNS)
ONE = table("excel", {"a": "text", "b": "text optional"})


def book(*sheets: tuple[str, list[list[object]]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, lines in sheets:
        sheet = made.create_sheet(title)
        for line in lines:
            sheet.append(line)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def read(folder: Path, content: bytes, spec=LINES):
    return excel.read(written(folder, "book.xlsx", content), "lines", spec, folder, LIMITS)


def edited(content: bytes, member: str, old: str, new: str, **more: str) -> bytes:
    """The workbook with one piece of XML replaced (and members added), as another program might have written it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for info in before.infolist():
            body = before.read(info)
            if info.filename == member:
                assert old.encode() in body
                body = body.replace(old.encode(), new.encode(), 1)
            after.writestr(info.filename, body)
        for name, body in more.items():
            after.writestr(name, body)
    return out.getvalue()


def test_values_become_text_that_the_casts_understand(tmp_path: Path) -> None:
    moment = datetime(2024, 2, 29, 13, 30, 15)
    line = [17.0, 2.5, date(2024, 2, 29), moment, True]
    raw = read(tmp_path, book(("May", [HEADER, line, ["0017", 1e21, moment, datetime(2024, 3, 1), False]])))
    assert rows(raw) == [
        {"order_id": "17", "qty": "2.5", "due": "2024-02-29", "at": "2024-02-29T13:30:15", "open": "true", "_line": 2},
        {"order_id": "0017", "qty": "1e+21", "due": "2024-02-29T13:30:15", "at": "2024-03-01T00:00:00",
         "open": "false", "_line": 3},
    ]  # fmt: skip


def test_a_text_column_keeps_dates_and_times_of_day(tmp_path: Path) -> None:
    raw = read(tmp_path, book(("s", [["a", "b"], [date(2024, 1, 2), time(8, 5)]])), ONE)
    assert [(row["a"], row["b"]) for row in rows(raw)] == [("2024-01-02", "08:05:00")]


def test_all_fitting_sheets_are_one_table_and_columns_go_by_name(tmp_path: Path) -> None:
    # fault 3
    content = book(
        ("2024-05", [["a", "b"], ["1", "x"]]), ("notes", [["whatever"]]), ("2024-06", [["b", "a"], ["y", "2"]])
    )
    raw = read(tmp_path, content, table("excel", {"a": "text", "b": "text"}, sheet="2024-*"))
    assert [(row["a"], row["b"], row["_line"]) for row in rows(raw)] == [("1", "x", 2), ("2", "y", 4)]


def test_the_header_may_stand_lower_and_empty_rows_are_no_records(tmp_path: Path) -> None:
    content = book(("s", [["Report of May"], [], ["a"], ["1"], [], [None], ["2"]]))
    raw = read(tmp_path, content, table("excel", {"a": "text"}, header_row=3))
    assert [(row["a"], row["_line"]) for row in rows(raw)] == [("1", 4), ("2", 7)]
    assert raw.records == 2


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_an_error_cell_refuses_its_row_with_sheet_and_row(error: str, tmp_path: Path) -> None:
    raw = read(tmp_path, book(("May", [["a"], ["1"], [error], ["2"]])), ONE)
    (refusal,) = raw.refusals
    assert (refusal.line, refusal.place, refusal.rule, refusal.value) == (3, "sheet 'May'", "excel_error", error)
    assert error.encode() in (refusal.raw or b"")
    assert [row["a"] for row in rows(raw)] == ["1", "2"]


def test_shared_strings_are_looked_up(tmp_path: Path) -> None:
    content = edited(
        book(("s", [["a"], ["x"]])), "xl/worksheets/sheet1.xml",
        't="inlineStr"><is><t>x</t></is>', 't="s"><v>1</v>',
    )  # fmt: skip
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{space}"><si><t>zero</t></si><si><r><t>o</t></r><r><t>ne</t></r></si></sst>'
    content = edited(content, "[Content_Types].xml", "</Types>", override, **{"xl/sharedStrings.xml": strings})
    assert rows(read(tmp_path, content, ONE))[0]["a"] == "one"


def test_a_formula_gives_its_stored_value(tmp_path: Path) -> None:
    content = book(("s", [["a", "b"], ["=1+1", "x"]]))
    content = edited(content, "xl/worksheets/sheet1.xml", "<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>")
    assert rows(read(tmp_path, content, ONE))[0]["a"] == "2"


def test_a_formula_without_stored_value_is_refused_not_read_as_empty(tmp_path: Path) -> None:
    raw = read(tmp_path, book(("s", [["a", "b"], ["=1+1", "x"], ["3", "y"], ["=2+2"]])), ONE)
    assert [(refusal.line, refusal.rule) for refusal in raw.refusals] == [
        (2, "formula_without_value"), (4, "formula_without_value"),
    ]  # fmt: skip
    assert [row["a"] for row in rows(raw)] == ["3"]


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    content = book(("s", [["a", "b"], ['=""', "x"]]))
    content = edited(content, "xl/worksheets/sheet1.xml", '<c r="A2"><f>""</f>', '<c r="A2" t="str"><f>""</f>')
    assert [(row["a"], row["b"]) for row in rows(read(tmp_path, content, ONE))] == [(None, "x")]


def test_a_value_without_header_above_it_refuses_its_row(tmp_path: Path) -> None:
    # fault 5
    raw = read(tmp_path, book(("s", [["a"], ["1", None, "stray"], ["2"]])), ONE)
    (refusal,) = raw.refusals
    assert (refusal.rule, refusal.column, refusal.line) == ("extra_field", "C2", 2)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([["a", "c"]], "not declared 'c'"),
        ([["c"]], "the header is missing"),
        ([["a", "a"]], "stands twice, as columns 1 and 2"),
        ([], "the header is missing"),
    ],
)
def test_a_header_that_differs_refuses_the_file_with_sheet_and_row(
    lines: list[list[object]], said: str, tmp_path: Path
) -> None:
    # fault 2
    # fault 4
    # fault 31
    with pytest.raises(SourceError, match=rf"book\.xlsx, sheet 'May', row 1: .*{said}"):
        read(tmp_path, book(("May", lines)), ONE)


def test_a_workbook_without_rows_says_so(tmp_path: Path) -> None:
    # fault 1
    raw = read(tmp_path, book(("s", [["a"]])), ONE)
    assert raw.records == 0
    assert "empty" in str(raw.warning)


def test_no_fitting_sheet_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there are: May, June"):
        read(tmp_path, book(("May", []), ("June", [])), table("excel", {"a": "text"}, sheet="July"))


def test_a_dimension_that_lies_and_gaps_between_rows_lose_nothing(tmp_path: Path) -> None:
    content = book(("s", [["a"], ["1"], ["2"]]))
    sheet = "xl/worksheets/sheet1.xml"
    content = edited(content, sheet, '<dimension ref="A1:A3"', '<dimension ref="A1:A1"')
    content = edited(content, sheet, '<row r="3"><c r="A3"', '<row r="900000"><c r="A900000"')
    assert [(row["a"], row["_line"]) for row in rows(read(tmp_path, content, ONE))] == [("1", 2), ("2", 900_000)]


@pytest.mark.parametrize(
    ("member", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", 't="inlineStr"><is><t>x</t></is>', 't="s"><v>999</v>'),
        ("xl/worksheets/sheet1.xml", "<v>7</v>", "<v>" + "9" * 5_000 + "</v>"),
        ("xl/worksheets/sheet1.xml", "</sheetData>", ""),
        ("xl/workbook.xml", "</workbook>", ""),
        ("[Content_Types].xml", "<Types", "<Typos"),
    ],
)
def test_a_damaged_workbook_is_refused(member: str, old: str, new: str, tmp_path: Path) -> None:
    # fault 38
    content = edited(book(("s", [["a", "b"], ["x", 7]])), member, old, new)
    with pytest.raises(SourceError, match=r"book\.xlsx"):
        read(tmp_path, content, ONE)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_cut_off_is_refused(cut: float, tmp_path: Path) -> None:
    # fault 24
    content = book(("s", [["a"], ["1"]]))
    with pytest.raises(SourceError, match=r"book\.xlsx"):
        read(tmp_path, content[: int(len(content) * cut)], ONE)


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**12), 10**12),
    st.floats(-1e300, 1e300).map(lambda number: float(f"{number:.15g}")),
    st.booleans(),
    st.datetimes(datetime(1900, 3, 1), datetime(9000, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
    st.text("abcäß 漢<&'\"_x", min_size=1, max_size=8).map(str.strip).filter(bool),
)


def as_expected(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)


@given(cells=st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_any_sheet_comes_back_cell_by_cell(cells: list[tuple[object, object]], tmp_path: Path) -> None:
    spec = table("excel", {"a": "timestamp", "b": "timestamp"})
    found = rows(read(tmp_path, book(("s", [["a", "b"], *map(list, cells)])), spec))
    kept = [pair for pair in cells if pair != (None, None)]
    assert len(found) == len(kept)
    for row, pair in zip(found, kept, strict=True):
        for text, value in zip((row["a"], row["b"]), pair, strict=True):
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            assert float(str(text)) == value if is_number else text == as_expected(value)
