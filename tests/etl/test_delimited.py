"""Is every record of a delimited file loaded or refused with its line and a reason?"""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.readers.contract import Limits
from tests.etl.text_reading import (
    SMALL,
    assert_every_line_is_accounted_for,
    declared,
    frame,
    parsed,
    physical_lines,
    rows,
    starts,
)

ABC = declared("a b c")


def test_an_empty_file_is_a_warning_and_no_rows(tmp_path: Path) -> None:
    # fault 1
    for content in (b"", b"\xef\xbb\xbf"):
        made = frame(content, tmp_path, ABC)
        assert (made.records, made.rows, rows(made)) == (0, 0, [])
        assert made.columns == ("a", "b", "c")
        assert made.warning is not None
        assert "empty" in made.warning


@pytest.mark.parametrize("content", [b"a,b,c", b"a,b,c\n", b"a,b,c\r\n", b"a,b,c\r"])
def test_a_file_with_nothing_but_a_header_is_a_warning_and_no_rows(tmp_path: Path, content: bytes) -> None:
    # fault 1
    made = frame(content, tmp_path, ABC)
    assert (made.records, made.rows, rows(made)) == (0, 0, [])
    assert "header" in (made.warning or "")


def test_a_missing_header_refuses_the_file(tmp_path: Path) -> None:
    # fault 2
    with pytest.raises(SourceError, match=r"orders.csv, line 1: the header is missing.*expected 'a', 'b', 'c'; found"):
        frame(b"1,2,3\n4,5,6\n", tmp_path, ABC)


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_columns_in_another_order_are_found_by_name(tmp_path: Path, order: tuple[str, ...]) -> None:
    # fault 3
    content = (",".join(order) + "\n" + ",".join(f"{name}1" for name in order) + "\n").encode()
    made = frame(content, tmp_path, ABC)
    assert made.columns == order
    assert dict(zip(made.columns, rows(made)[0], strict=True)) == {"a": "a1", "b": "b1", "c": "c1"}


def test_a_header_name_that_stands_twice_refuses_the_file_with_both_positions(tmp_path: Path) -> None:
    # fault 4
    with pytest.raises(SourceError, match=r"'b' stands twice, as columns 2 and 4"):
        frame(b"a,b,c,b\n1,2,3,4\n", tmp_path, ABC)


def test_a_row_with_a_field_too_many_or_too_few_is_refused_with_line_and_column(tmp_path: Path) -> None:
    # fault 5
    content = b"a,b,c\n1,2,3\n4,5,6,seven\n8,9\n\n10,11,12\n"
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [("1", "2", "3"), ("10", "11", "12")]
    assert starts(made) == [2, 6]
    shown = [(r.line, r.rule, r.column, r.value, r.raw) for r in made.refusals]
    assert shown == [
        (3, "field_count", "field 4", "seven", b"4,5,6,seven"),
        (4, "field_count", "c", None, b"8,9"),
        (5, "field_count", "a", None, b""),
    ]
    assert_every_line_is_accounted_for(content, made)


def test_an_open_quote_costs_its_own_line_and_no_other(tmp_path: Path) -> None:
    # fault 6
    content = b'a,b,c\n1,"two,3\n4,5,6\n7,8,9\n'
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [("4", "5", "6"), ("7", "8", "9")]
    (refusal,) = made.refusals
    assert (refusal.line, refusal.last_line, refusal.rule, refusal.column) == (2, 2, "broken_quote", "b")
    assert_every_line_is_accounted_for(content, made)


def test_the_broken_lines_of_one_quote_are_one_refusal_with_a_range_of_lines(tmp_path: Path) -> None:
    # fault 6
    content = b'a,b,c\n1,"first\r\nsecond "quoted\rthird",3\n4,5,6\n'
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [("4", "5", "6")]
    (refusal,) = made.refusals
    assert (refusal.line, refusal.last_line, refusal.records) == (2, 4, 3)
    assert refusal.raw == b'1,"first\r\nsecond "quoted\rthird",3'
    assert_every_line_is_accounted_for(content, made)


def test_rows_swallowed_by_two_stray_quotes_are_not_lost(tmp_path: Path) -> None:
    # fault 6
    content = b'a,b,c\n1,"x,3\n4,5,6\n7,y",9,9\n10,11,12\n'
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [("4", "5", "6"), ("10", "11", "12")]
    assert_every_line_is_accounted_for(content, made)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_newline_inside_quotes_belongs_to_the_record_and_lines_stay_physical(tmp_path: Path, end: bytes) -> None:
    # fault 7
    content = end.join([b"a,b,c", b'1,"two\r\nlines\nor\rmore",3', b"4,5,6", b'"7\n",8,"9"', b"10,11,12", b""])
    made = frame(content, tmp_path, ABC)
    assert rows(made)[0] == ("1", "two\r\nlines\nor\rmore", "3")
    assert starts(made) == [2, 6, 7, 9]
    assert made.path.read_bytes() == content, "nothing had to be written"
    assert_every_line_is_accounted_for(content, made)


def test_a_utf8_byte_order_mark_is_transparent(tmp_path: Path) -> None:
    # fault 8
    content = b"\xef\xbb\xbfa,b,c\n1,2,3\n4,5\n"
    made = frame(content, tmp_path, ABC)
    assert made.columns == ("a", "b", "c")
    assert rows(made) == [("1", "2", "3")]
    whole = frame(b"\xef\xbb\xbfa,b,c\n1,2,3\n", tmp_path, ABC)
    assert rows(whole) == [("1", "2", "3")]
    quoted = frame(b'\xef\xbb\xbf"a","b","c"\n1,2,3\n', tmp_path, ABC)
    assert rows(quoted) == [("1", "2", "3")]


WORDS = 'a,b,c\n1,"Zoë\nrue",Ünïcode\n2,3,4\n'


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    # fault 9
    made = frame(WORDS.encode(encoding), tmp_path, ABC)
    assert rows(made) == [("1", "Zoë\nrue", "Ünïcode"), ("2", "3", "4")]
    assert starts(made) == [2, 4]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le", "utf-16-be", "utf-32-be", "cp037", "utf-16"])
def test_a_declared_encoding_is_decoded(tmp_path: Path, encoding: str) -> None:
    # fault 9
    made = frame(WORDS.encode(encoding), tmp_path, declared("a b c", encoding=encoding))
    assert rows(made) == [("1", "Zoë\nrue", "Ünïcode"), ("2", "3", "4")]


def test_latin1_that_was_not_declared_is_refused_row_by_row_with_the_byte(tmp_path: Path) -> None:
    # fault 9
    content = b"a,b,c\n1,2,3\n4,Zo\xeb,6\n7,8,9\n"
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [("1", "2", "3"), ("7", "8", "9")]
    (refusal,) = made.refusals
    assert (refusal.line, refusal.rule, refusal.raw) == (3, "encoding", b"4,Zo\xeb,6")
    assert "byte 5" in refusal.reason
    assert_every_line_is_accounted_for(content, made)


def test_a_header_in_another_encoding_refuses_the_file_with_the_byte_offset(tmp_path: Path) -> None:
    # fault 9
    with pytest.raises(SourceError, match=r"byte 4 of the file is no character of utf-8; declare the `encoding`"):
        frame(b"a,b,\xe9\n1,2,3\n", tmp_path, ABC)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_mark_or_declaration_refuses_the_file_and_says_what_to_declare(
    tmp_path: Path, encoding: str
) -> None:
    # fault 9
    with pytest.raises(SourceError, match=f'byte [01] is NUL.*declare encoding = "{encoding}"'):
        frame("a,b,c\n1,2,3\n".encode(encoding), tmp_path, ABC)


def test_a_byte_that_the_declared_encoding_lacks_is_refused_and_kept_exactly(tmp_path: Path) -> None:
    # fault 9
    made = frame(b"a,b,c\n1,\x81,\xe9\n2,\xe9,3\n", tmp_path, declared("a b c", encoding="cp1252"))
    assert rows(made) == [("2", "é", "3")]
    assert [(r.line, r.rule, r.raw) for r in made.refusals] == [(2, "encoding", b"1,\x81,\xe9")]


def test_utf16_cut_inside_a_character_refuses_the_file_with_the_byte_offset(tmp_path: Path) -> None:
    # fault 24
    with pytest.raises(SourceError, match=r"byte \d+ is no utf-16-le .*the file is cut"):
        frame("a,b,c\n1,2,3\n".encode("utf-16")[:-1], tmp_path, ABC)


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    # fault 9
    for encoding in ("klingon", "base64"):
        with pytest.raises(SourceError, match=encoding):
            frame(b"a,b,c\n", tmp_path, declared("a b c", encoding=encoding))


def test_mixed_line_ends_are_made_one_and_lines_stay_physical(tmp_path: Path) -> None:
    # fault 10
    content = b'a,b,c\n1,2,3\r\n4,5,6\r7,"8\r\n",9\n10,11\r12,13,14\r\r\n15,16,17'
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [
        ("1", "2", "3"),
        ("4", "5", "6"),
        ("7", "8\r\n", "9"),
        ("12", "13", "14"),
        ("15", "16", "17"),
    ]
    assert starts(made) == [2, 3, 4, 7, 9]
    assert [r.line for r in made.refusals] == [6, 8]
    assert_every_line_is_accounted_for(content, made)


@given(ends=st.lists(st.sampled_from([b"\n", b"\r\n", b"\r"]), min_size=3, max_size=40))
@settings(max_examples=100, deadline=None)
def test_no_mixture_of_line_ends_loses_a_row(tmp_path_factory: pytest.TempPathFactory, ends: list[bytes]) -> None:
    # fault 10
    body = [b"a,b,c", *(b'%d,"x\ny",3' % number for number in range(len(ends) - 1))]
    content = b"".join(line + end for line, end in zip(body, ends, strict=True))
    made = frame(content, tmp_path_factory.mktemp("ends"), ABC, SMALL)
    assert made.rows == len(ends) - 1
    assert not made.refusals
    assert_every_line_is_accounted_for(content, made)


def test_a_nul_byte_refuses_its_row(tmp_path: Path) -> None:
    # fault 11
    content = b'a,b,c\n1,2,3\n4,\x005,6\n"7,\x00",8,9\n10,11,12\n'
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [("1", "2", "3"), ("10", "11", "12")]
    assert [(r.line, r.rule, r.column) for r in made.refusals] == [(3, "nul_byte", "b"), (4, "nul_byte", "a")]
    assert_every_line_is_accounted_for(content, made)


@pytest.mark.parametrize(("quote", "inside"), [(b"", b"x"), (b'"', b"x"), (b'"', b"x\n"), (b'"', b'""')])
def test_a_field_of_five_megabytes_refuses_its_row_and_the_rest_loads(
    tmp_path: Path, quote: bytes, inside: bytes
) -> None:
    # fault 12
    long = quote + inside * (6 * 2**20 // len(inside)) + quote
    content = b"a,b,c\n1,2,3\n4," + long + b",6\n7,8,9\n"
    made = frame(content, tmp_path, ABC)
    assert rows(made) == [("1", "2", "3"), ("7", "8", "9")]
    (refusal,) = made.refusals
    assert (refusal.line, refusal.rule, refusal.raw) == (3, "field_too_long", b"4," + long + b",6")
    assert refusal.last_line == 3 + long.count(b"\n")
    assert starts(made) == [2, refusal.last_line + 1]


def test_a_field_as_long_as_allowed_loads(tmp_path: Path) -> None:
    # fault 12
    limit = Limits().max_field_bytes
    long = "x" * limit
    content = f'a,b,c\n1,{long},3\n4,"{long}",6\n7,8,9\n'.encode()
    made = frame(content, tmp_path, ABC)
    assert [len(row[1] or "") for row in rows(made)] == [limit, limit, 1]
    assert not made.refusals


def test_a_line_longer_than_memory_is_given_is_refused_and_the_rest_loads(tmp_path: Path) -> None:
    # fault 12
    for end in (b"\n", b"\r\n", b""):
        content = b"a,b,c\n1,2,3\n" + b"4,5," + b"y" * (20 * 2**20) + end + (b"7,8,9\n" if end else b"")
        made = frame(content, tmp_path, ABC)
        assert [(r.line, r.rule) for r in made.refusals] == [(3, "field_too_long")]
        assert "20,971,524 bytes" in made.refusals[0].reason
        assert starts(made) == ([2, 4] if end else [2])


def test_a_file_cut_at_any_byte_keeps_every_whole_row(tmp_path: Path) -> None:
    # fault 24
    content = 'a,b,c\n1,"Zoë ""x""",3\n4,"5\n6",7\r\n8,9,é\n'.encode()
    whole = rows(frame(content, tmp_path, ABC))
    header = content.index(b"\n")
    for cut in range(header, len(content)):
        made = frame(content[:cut], tmp_path, ABC, SMALL)
        assert_every_line_is_accounted_for(content[:cut], made)
        complete = sum(cut >= end for end in (22, 32, 40))
        assert rows(made)[:complete] == whole[:complete]
        if cut == content.index(b",9,") + 1:
            assert [(r.line, r.rule) for r in made.refusals] == [(5, "truncated")]


TRAILED = declared("a b c", expected_rows=r"TOTAL;(\d+)")


def test_a_trailer_with_the_right_number_is_taken_out(tmp_path: Path) -> None:
    # fault 24
    for end in (b"", b"\n", b"\r\n"):
        made = frame(b"a,b,c\n1,2,3\n4,5\n7,8,9\nTOTAL;3" + end, tmp_path, TRAILED)
        assert (made.records, rows(made)) == (3, [("1", "2", "3"), ("7", "8", "9")])


def test_a_trailer_with_another_number_holds_the_file(tmp_path: Path) -> None:
    # fault 24
    with pytest.raises(SourceError, match=r"held, its trailer states 4 rows and 2 were found"):
        frame(b"a,b,c\n1,2,3\n4,5,6\nTOTAL;4\n", tmp_path, TRAILED)


def test_a_file_cut_before_its_trailer_is_held_wherever_it_is_cut(tmp_path: Path) -> None:
    # fault 24
    content = b"a,b,c\n1,2,3\n4,5,6\nTOTAL;2"
    for cut in range(1, len(content)):
        with pytest.raises(SourceError, match=r"held|header"):
            frame(content[:cut], tmp_path, TRAILED)


def test_a_trailer_pattern_without_a_group_is_refused(tmp_path: Path) -> None:
    # fault 24
    for pattern in ("TOTAL", "(", r"(\d)(\d)"):
        with pytest.raises(SourceError, match=r"expected_rows"):
            frame(b"a,b,c\n", tmp_path, declared("a b c", expected_rows=pattern))


def test_a_new_column_holds_the_file_and_can_be_ignored(tmp_path: Path) -> None:
    # fault 31
    content = b"a,new,b,other,c\n1,n,2,o,3\n"
    with pytest.raises(SourceError, match=r"held, .*not declared 'new', 'other'"):
        frame(content, tmp_path, ABC)
    made = frame(content, tmp_path, declared("a b c", extra_columns="ignore"))
    assert made.columns == ("a", "_ignored_1", "b", "_ignored_2", "c")
    assert rows(made) == [("1", "n", "2", "o", "3")]


def test_a_missing_column_holds_the_file_unless_it_is_optional(tmp_path: Path) -> None:
    # fault 31
    with pytest.raises(SourceError, match=r"held, .*missing 'c'"):
        frame(b"a,b\n1,2\n", tmp_path, ABC)
    made = frame(b"a,b\n1,2\n", tmp_path, declared({"a": "text", "b": "text", "c": "text optional"}))
    assert (made.columns, rows(made)) == (("a", "b"), [("1", "2")])


def test_what_is_well_formed_is_read_where_it_is(tmp_path: Path) -> None:
    content = b'a,b,c\n1,2,3\n4,"5 ""x""\ny",\n"", ,\tz \n'
    made = frame(content, tmp_path, ABC)
    assert made.path.parent == tmp_path
    assert rows(made) == [("1", "2", "3"), ("4", '5 "x"\ny', ""), ("", " ", "\tz ")]
    assert [[value or "" for value in row] for row in rows(made)] == parsed(content)[1:]


def test_an_empty_line_is_a_row_of_a_table_with_one_column(tmp_path: Path) -> None:
    for end in (b"\n", b"\r\n"):
        content = end.join([b"a", b"1", b"", b'""', b"2", b"", b"", b"3", b""])
        made = frame(content, tmp_path, declared("a"))
        assert [row[0] for row in rows(made)] == ["1", "", "", "2", "", "", "3"]
        assert starts(made) == list(range(2, 9))
        assert_every_line_is_accounted_for(content, made)
    unquoted = frame(b"a\n1\n\n2\n", tmp_path, declared("a", quote=""))
    assert (rows(unquoted), [r.line for r in unquoted.refusals]) == ([("1",), ("2",)], [3])


@given(
    st.lists(st.sampled_from(["", " ", "x", '""', "\t", '"\n"', '"\r\n\r\n"']), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_a_table_with_one_column_loses_no_line(
    tmp_path_factory: pytest.TempPathFactory, values: list[str], end: str, ended: bool
) -> None:
    # fault 7
    content = end.join(["a", *values, *([""] if ended else [])]).encode()
    made = frame(content, tmp_path_factory.mktemp("one"), declared("a"), SMALL)
    assert not made.refusals
    assert made.rows == len(values) - (not ended and bool(values) and not values[-1])
    assert_every_line_is_accounted_for(content, made)


def test_other_delimiters_and_quotes_frame_too(tmp_path: Path) -> None:
    table = declared("a b", delimiter=";", quote="'")
    made = frame(b"a;b\n1;'x;''y'''\n2;\"z\n", tmp_path, table)
    assert rows(made) == [("1", "x;'y'"), ("2", '"z')]
    unquoted = frame(b'a\tb\n1\t5" pipe\n', tmp_path, declared("a b", delimiter="\t", quote=""))
    assert rows(unquoted) == [("1", '5" pipe')]
    for keys in ({"delimiter": "é"}, {"delimiter": '"'}, {"quote": "\n"}):
        with pytest.raises(SourceError, match=r"delimiter|quote"):
            frame(b"a,b\n", tmp_path, declared("a b", **keys))


def test_a_file_that_is_malformed_throughout_is_refused_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"refused as a whole: .*check delimiter, quote and encoding"):
        frame(b"a,b,c\n" + b"1;2;3\n" * 200_002, tmp_path, ABC)


def test_a_header_may_have_quotes_and_line_ends_of_its_own(tmp_path: Path) -> None:
    table = declared({"a": {"from": "a\nname"}, "b": "text"})
    content = b'"a\nname","b"\n1,2\n3\n'
    made = frame(content, tmp_path, table)
    assert (rows(made), starts(made)) == ([("1", "2")], [3])
    assert [r.line for r in made.refusals] == [4]
    assert len(physical_lines(content)) == 4
    with pytest.raises(SourceError, match=r"quoting of the header"):
        frame(b'a,"b\n1,2\n', tmp_path, table)
