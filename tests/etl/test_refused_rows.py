"""Does a bad delivery cost its bad rows and nothing else? Real loads of small files, one per kind of dirt (Rule R)."""

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from control_tower.errors import DefinitionError, LoadRefused
from tests.etl.desk_source import HEADER, TICKET_SQL, SmallSource, lines, row

GOOD = lines(row("T1"), row("T2"))


@pytest.fixture
def desk(tmp_path: Path) -> SmallSource:
    return SmallSource(tmp_path)


def with_bad(*bad: str) -> str:
    """Good rows on lines 2 and last, the bad ones between."""
    return lines(row("T1"), *bad, row("T2"))


ROW_DIRT = {
    "a missing field": (5, "T9,SHORT,open", 3, 3, "", "field_count"),
    "a field too many": (5, row("T9") + ",extra", 3, 3, "", "field_count"),
    "a NUL": (11, row("T9", note="a\0b"), 3, 3, "note", "nul_byte"),
    "no number": (14, row("T9", qty="NaN"), 3, 3, "qty", "decimal"),
    "infinity": (14, row("T9", qty="inf"), 3, 3, "qty", "decimal"),
    "another decimal mark": (13, row("T9", qty='"1,50"'), 3, 3, "qty", "decimal"),
    "a time without end": (15, row("T9", opened="infinity"), 3, 3, "opened", "timestamp"),
    "the year 1": (15, row("T9", opened="0001-01-01 00:00"), 3, 3, "opened", "timestamp"),
    "the year 9999": (15, row("T9", opened="9999-12-31 00:00"), 3, 3, "opened", "timestamp"),
    "the 30th of February": (18, row("T9", opened="2026-02-30 10:00"), 3, 3, "opened", "timestamp"),
    "seconds since 1970": (18, row("T9", opened="1767600000"), 3, 3, "opened", "timestamp"),
    "a date without time": (18, row("T9", opened="2026-01-05"), 3, 3, "opened", "timestamp"),
    "more than 64 bits": (26, row("T9", times="9223372036854775808"), 3, 3, "times", "integer"),
    "more than the contract's 32 bits": (26, row("T9", times="3000000000"), 3, 3, "reopen_count", "range"),
    "1e400": (26, row("T9", qty="1e400"), 3, 3, "qty", "decimal"),
    "no key": (32, row(""), 3, 3, "no", "required"),
    "an unmapped status": (32, row("T9", state="odd"), 3, 3, "status", "unmapped_code"),
    "two lines in one field": (7, row("T9", note='"one\ntwo"', qty="x"), 3, 4, "qty", "decimal"),
}  # fmt: skip


def test_a_bad_row_is_quarantined_with_its_place_and_bytes_and_the_good_ones_load(desk: SmallSource) -> None:
    # fault 5 # fault 7 # fault 11 # fault 13 # fault 14 # fault 15 # fault 18 # fault 26
    for number, (_, bad, *_) in enumerate(ROW_DIRT.values(), start=1):
        desk.deliver(f"{number:02}.csv", with_bad(bad).replace("T1,", f"A{number},").replace("T2,", f"B{number},"))
    assert desk.load().published
    assert desk.ids() == sorted(f"{letter}{n}" for letter in "AB" for n in range(1, len(ROW_DIRT) + 1))
    for what, (_, bad, line, last, column, rule), found in zip(
        ROW_DIRT, ROW_DIRT.values(), desk.refused(), strict=True
    ):
        at, upto, where, why, value, raw = found
        assert (at, upto, why, raw) == (line, last, rule, bad.encode()), what
        assert where == column or not column, what
        assert value is None or len(value) <= 80
    assert desk.ledger() == [(3, 2, 1, 0, 0)] * len(ROW_DIRT)
    desk.check_invariants()
    before = desk.hashes()
    assert not desk.load().published
    assert desk.hashes() == before


def test_an_unterminated_quote_costs_its_line_and_every_line_is_accounted_for(desk: SmallSource) -> None:
    # fault 6
    desk.deliver("a.csv", lines(row("T1"), row("T9", note='"never closed'), row("T2"), row("T3")))
    desk.load()
    assert desk.ids() == ["T1", "T2", "T3"]
    assert [r[:2] for r in desk.refused()] == [(3, 3)]
    desk.check_invariants()


def test_mixed_line_ends_and_a_byte_order_mark_lose_nothing_and_keep_line_numbers(desk: SmallSource) -> None:
    # fault 8 # fault 10
    text = f"\ufeff{HEADER}\r\n{row('T1')}\n{row('T2')}\r{row('T3', qty='x')}\r\n{row('T4')}"
    desk.deliver("a.csv", text)
    desk.load()
    assert desk.ids() == ["T1", "T2", "T4"]
    assert [(r[0], r[5]) for r in desk.refused()] == [(4, row("T3", qty="x").encode())]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_declared_encoding_is_read_without_mojibake_and_refused_rows_keep_its_bytes(
    desk: SmallSource, encoding: str
) -> None:
    # fault 9
    desk.table["encoding"] = encoding
    bad = row("T2", note="Zürich", qty="x")
    desk.deliver("a.csv", lines(row("T1", note="Müller"), bad).encode(encoding))
    desk.load()
    assert desk.sql_rows("SELECT note FROM core_exception") == [("Müller",)]
    assert desk.refused()[0][5] == bad.encode(encoding).removeprefix(b"\xff\xfe")


def test_a_byte_that_is_no_character_costs_its_row(desk: SmallSource) -> None:
    # fault 9
    desk.deliver("a.csv", with_bad(row("T9", note="@")).encode().replace(b"@", b"\xfc"))
    desk.load()
    assert desk.ids() == ["T1", "T2"]
    assert b"\xfc" in desk.refused()[0][5]


def test_a_field_beyond_the_limit_costs_its_row(desk: SmallSource) -> None:
    # fault 12
    desk.deliver("a.csv", with_bad(row("T9", note="x" * 5_000_000)))
    desk.load()
    assert desk.ids() == ["T1", "T2"]
    assert [(r[0], r[3]) for r in desk.refused()] == [(3, "field_too_long")]


def test_a_file_cut_within_its_last_row_loses_that_row_only(desk: SmallSource) -> None:
    # fault 24
    for number, cut in enumerate((1, 12, 30)):
        text = lines(*(row(f"F{number}T{i}") for i in range(3)))
        desk.deliver(f"{number}.csv", text[: -len(row("F0T2")) - 1 + cut])
    desk.load()
    assert desk.ids() == [f"F{number}T{i}" for number in range(3) for i in range(2)]
    assert desk.ledger() == [(3, 2, 1, 0, 0)] * 3
    desk.check_invariants()


FILE_DIRT = {
    "no header": (GOOD.split("\n", 1)[1], "header is missing"),
    "a header twice": (GOOD.replace("note", "qty", 1), "stands twice"),
    "a column less": (GOOD.replace(",note", "", 1).replace(",0,", ",0"), "missing 'note'"),
    "a new column": (GOOD.replace("note", "note,extra", 1).replace(",0,", ",0,,"), "not declared 'extra'"),
    "another encoding": (GOOD.encode("utf-16-le"), "utf-16-le"),
}


def test_a_file_of_another_shape_is_held_and_the_published_build_stays(desk: SmallSource) -> None:
    # fault 2 # fault 4 # fault 9 # fault 31
    desk.deliver("a.csv", GOOD)
    desk.load()
    build, before = desk.build, desk.hashes()
    for content, words in FILE_DIRT.values():
        bad = desk.deliver("b.csv", content)
        with pytest.raises(LoadRefused, match=words) as refused:
            desk.load()
        assert "b.csv" in str(refused.value)
        assert (desk.build, desk.hashes()) == (build, before)
        bad.unlink()
    assert not desk.load().published


def test_a_trailer_that_states_another_number_holds_the_file(desk: SmallSource) -> None:
    # fault 24
    desk.table["expected_rows"] = r"END (\d+)"
    desk.deliver("a.csv", lines(row("T1"), row("T2", qty="x")) + "END 2\n")
    desk.load()
    assert (desk.ids(), desk.ledger()) == (["T1"], [(2, 1, 1, 0, 0)])
    assert desk.refused()[0][5] == row("T2", qty="x").encode()
    desk.deliver("b.csv", lines(row("T3")) + "END 2\n")
    with pytest.raises(LoadRefused, match="states 2 rows"):
        desk.load()


def test_an_empty_file_is_said_and_never_silently_fine(desk: SmallSource) -> None:
    # fault 1
    for number, content in enumerate(("", f"{HEADER}\n", HEADER)):
        desk.deliver(f"{number}.csv", content)
    report = desk.load()
    assert [f.warning is not None and "empty" in f.warning for f in report.files] == [True] * 3
    assert desk.sql_rows("SELECT count(*) FROM load_ledger WHERE warning LIKE '%empty%'") == [(3,)]
    assert desk.ledger() == [(0, 0, 0, 0, 0)] * 3


def test_a_value_is_shown_in_eighty_characters_without_control_characters(desk: SmallSource) -> None:
    # Rule R
    desk.deliver("a.csv", with_bad(row("T9", qty='"' + "\t\n\x1b\u202e" * 40 + '"')))
    desk.load()
    [(_, _, column, _, value, _)] = desk.refused()
    assert column == "qty"
    assert len(value) == 80
    assert value.isprintable()


def test_an_empty_word_that_means_no_value_nowhere_is_refused_when_typed_and_kept_as_text(desk: SmallSource) -> None:
    desk.top["null_words"] = ["?"]
    desk.deliver("a.csv", lines(row("T1", closed="?"), row("T2"), row("T3", closed="2026-01-06 00:00", qty="")))
    desk.load()
    assert desk.sql_rows("SELECT exception_id, note FROM core_exception") == [("acme:T1", "")]
    assert [(r[0], r[2], r[3], r[4]) for r in desk.refused()] == [
        (3, "closed", "timestamp", ""),
        (4, "qty", "decimal", ""),
    ]


def test_two_reasons_for_one_row_count_it_once(desk: SmallSource) -> None:
    desk.deliver("a.csv", with_bad(row("T9", qty="x", times="y"), row("T8", kind="", state="odd", times="3000000000")))
    desk.load()
    assert [(r[0], r[2]) for r in desk.refused()] == [(3, "qty"), (3, "times"), (4, "reopen_count")]
    assert desk.ledger() == [(4, 2, 2, 0, 0)]
    desk.check_invariants()


def test_a_line_that_two_canonical_tables_refuse_counts_once(desk: SmallSource) -> None:
    desk.sql = {
        "exception": TICKET_SQL,
        "exception_state": "SELECT no AS exception_id, 1 AS sequence_no, state AS local_status, opened AS changed_at, "
        "file_no, file_line FROM raw_{name}__ticket",
    }
    desk.deliver("a.csv", with_bad(row("T9", state="odd")))
    desk.load()
    assert [(r[0], r[3]) for r in desk.refused()] == [(3, "unmapped_code")]
    assert desk.ledger() == [(3, 2, 1, 0, 0)]
    desk.check_invariants()


def test_a_refusal_of_a_union_stands_under_the_table_its_line_belongs_to(desk: SmallSource) -> None:
    one = {"reader": "delimited", "files": ["a*"], "columns": desk.columns}
    desk.tables = {"ticket": one, "other": {**one, "files": ["b*"]}}
    columns = "no AS exception_id, kind AS local_code, state AS local_status, opened AS detected_at, file_no, file_line"
    desk.sql = {"exception": f"SELECT {columns} FROM raw_desk__ticket UNION ALL SELECT {columns} FROM raw_desk__other"}
    desk.deliver("a.csv", GOOD)
    desk.deliver("b.csv", lines(row("T3"), row("T4", state="odd")))
    desk.load()
    assert desk.sql_rows("SELECT raw_table, file_line FROM quarantine") == [("other", 3)]
    assert desk.ledger() == [(2, 2, 0, 0, 0), (2, 1, 1, 0, 0)]
    desk.check_invariants()


def zipped(members: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return target.getvalue()


def test_lines_are_numbered_on_through_the_members_of_an_archive(desk: SmallSource) -> None:
    bad, broken = row("T9", qty="x", note='"two\nlines"'), "T8,SHORT"
    members = {
        "1.csv": lines(row("T1"), bad).removesuffix("\n"),
        "2.csv": lines(row("T2"), bad.replace("T9", "T7"), broken),
    }
    desk.deliver("a.zip", zipped(members))
    desk.table |= {"member": "*.csv"}
    desk.load()
    assert desk.ids() == ["T1", "T2"]
    assert desk.ledger() == [(5, 2, 3, 0, 0)]
    found = desk.sql_rows("SELECT file_line, last_line, place, raw FROM quarantine ORDER BY 1")
    assert found == [
        (3, 4, "1.csv, line 3", bad.encode()),
        (7, 8, "2.csv, line 3", bad.replace("T9", "T7").encode()),
        (9, 9, "2.csv, line 5", broken.encode()),
    ]
    desk.check_invariants()


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
    book.save(path)


def test_lines_are_numbered_on_through_the_sheets_of_a_workbook(desk: SmallSource) -> None:
    header, good = HEADER.split(","), row("T1").split(",")
    bad = row("T9", qty="x").split(",")
    workbook(desk.inbox / "a.xlsx", {"Jan": [header, good, bad], "Feb": [header, row("T2").split(","), bad]})
    desk.table = {"reader": "excel", "files": ["*.xlsx"]}
    desk.load()
    assert desk.ids() == ["T1", "T2"]
    found = desk.sql_rows("SELECT file_line, place, CAST(raw AS VARCHAR) LIKE '%T9%' FROM quarantine ORDER BY 1")
    assert found == [(3, "sheet 'Jan', line 3", True), (6, "sheet 'Feb', line 3", True)]
    assert desk.ledger() == [(4, 2, 2, 0, 0)]
    desk.check_invariants()


def test_refused_json_lines_keep_their_bytes_through_members(desk: SmallSource) -> None:
    def document(*nos: str, qty: str) -> str:
        return "".join(
            json.dumps(dict(zip(HEADER.split(","), row(no, qty=qty).split(","), strict=True))) + "\n" for no in nos
        )

    members = {"1.jsonl": document("T1", qty="1") + document("T8", qty="x"), "2.jsonl": document("T9", qty="y")}
    desk.deliver("a.zip", zipped(members))
    desk.table = {"reader": "jsonl", "member": "*"}
    desk.load()
    assert desk.ids() == ["T1"]
    found = desk.sql_rows("SELECT file_line, place, raw FROM quarantine ORDER BY 1")
    second = members["1.jsonl"].splitlines()[1]
    assert found == [
        (2, "1.jsonl, line 2", second.encode()),
        (3, "2.jsonl, line 1", members["2.jsonl"].strip().encode()),
    ]


def test_a_cr_lf_across_the_edge_of_a_block_does_not_move_line_numbers(desk: SmallSource) -> None:
    # fault 10
    padding = [row(f"P{i}", note="x" * 1000) for i in range(4_200)]
    text = "\r\n".join((HEADER, *padding, row("T9", qty="bad"), row("T1"))) + "\r\n"
    at = 4 * 2**20 - 1
    assert len(text) > at
    shift = (text.index("\r", at) - at) if text[at] != "\r" else 0
    text = text.replace(padding[0], padding[0][: len(padding[0]) - shift] if shift < 900 else padding[0], 1)
    desk.deliver("a.csv", text)
    desk.load()
    assert [(r[0], r[5]) for r in desk.refused()] == [(4_202, row("T9", qty="bad").encode())]


def test_rows_without_a_line_of_origin_are_a_fault_of_the_definition(desk: SmallSource) -> None:
    desk.sql = {"exception": TICKET_SQL.replace("file_line", "CAST(NULL AS BIGINT) AS file_line")}
    desk.deliver("a.csv", GOOD)
    with pytest.raises(DefinitionError, match="every row must lead to the line"):
        desk.load()
