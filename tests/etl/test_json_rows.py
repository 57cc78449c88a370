"""Is every record of a JSON file a row of text or a refusal with its line and a reason?"""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.readers.contract import Limits
from tests.etl.text_reading import SMALL, declared, frame, parquet_rows

AB = declared("a b", "jsonl")
DOCUMENT = declared("a b", "json")


def test_numbers_stay_as_written_and_other_values_become_text(tmp_path: Path) -> None:
    content = (
        b'{"a": 1.50, "b": -0}\n{"a": 1e400, "b": 12345678901234567890123}\n{"a": true, "b": null}\n'
        b'{"a": {"x": [1.0, "\\u00e9", false, null, {}]}, "b": []}\n'
    )
    made = frame(content, tmp_path, AB)
    assert parquet_rows(made) == [
        ("1.50", "-0", 1),
        ("1e400", "12345678901234567890123", 2),
        ("true", None, 3),
        ('{"x":[1.0,"é",false,null,{}]}', "[]", 4),
    ]
    assert (made.kind, made.columns, made.records, made.rows, made.refusals) == ("parquet", ("a", "b"), 4, 4, [])
    document = frame(b"[" + content.strip().replace(b"\n", b",\n") + b"]", tmp_path, DOCUMENT)
    assert parquet_rows(document) == parquet_rows(made)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"nope", "not_json"),
        (b'{"a": 1, "b": 2} {}', "not_json"),
        (b'{"a": NaN, "b": 2}', "not_json"),
        (b'{"a": [-Infinity], "b": 2}', "not_json"),
        (b"", "not_json"),
        (b"[1]", "not_object"),
        (b"1", "not_object"),
        (b'{"a": 1, "a": 2, "b": 3}', "duplicate_key"),
        (b'{"a": {"x": 1, "x": 1}, "b": 3}', "duplicate_key"),
        (b'{"a": "\xff", "b": 2}', "encoding"),
        (b'{"a": "\\udc80", "b": 2}', "encoding"),
        (b'{"a": "\\u0000", "b": 2}', "nul_byte"),
        (b'{"a": ' + b"[" * 100 + b"]" * 100 + b', "b": 1}', "too_deep"),
        (b'{"a": ' + b"[" * 150_000, "too_deep"),
        (b'{"a": "' + b"x" * 2_200_000 + b'", "b": 1}', "field_too_long"),
        (b'{"a": "' + b"x" * 30_000_000 + b'", "b": 1}', "field_too_long"),
    ],
    ids=lambda value: value[:20].decode("latin-1") if isinstance(value, bytes) else value,
)
def test_a_bad_line_is_refused_with_its_line_and_bytes_and_the_rest_loads(
    tmp_path: Path, line: bytes, rule: str
) -> None:
    # fault 11
    # fault 12
    # fault 14
    content = b'{"a": 1, "b": 2}\r\n' + line + b'\r\n{"a": 3, "b": 4}'
    made = frame(content, tmp_path, AB)
    assert parquet_rows(made) == [("1", "2", 1), ("3", "4", 3)]
    (refusal,) = made.refusals
    assert (refusal.line, refusal.last_line, refusal.rule) == (2, 2, rule)
    assert refusal.raw == (line if len(line) < 10**7 else line[: 2**16])
    assert made.records == 3


def test_the_last_line_of_a_cut_file_is_refused_as_truncated_wherever_it_is_cut(tmp_path: Path) -> None:
    # fault 24
    content = b'{"a": 1, "b": 2}\n{"a": "\xc3\xa9", "b": 4}'
    for cut in range(17, len(content)):
        made = frame(content[:cut], tmp_path, AB)
        assert made.rows == 1
        assert [r.line for r in made.refusals] == ([2] if cut > 17 else [])
        assert {r.rule for r in made.refusals} <= {"truncated", "encoding"}


def test_an_empty_file_is_a_warning(tmp_path: Path) -> None:
    # fault 1
    for table, content in ((AB, b""), (DOCUMENT, b""), (DOCUMENT, b"[]"), (DOCUMENT, b" \n")):
        made = frame(content, tmp_path, table)
        assert (made.records, parquet_rows(made)) == (0, [])
        assert "empty" in (made.warning or "")


def test_paths_reach_into_objects_and_where_keeps_the_records_of_this_table(tmp_path: Path) -> None:
    # fault 31
    table = declared(
        {"item": {"from": "fields.item.id"}, "dotted": {"from": "x.y"}}, "jsonl", where={"kind": "order", "v": "1"}
    )
    content = (
        b'{"kind": "order", "v": 1, "fields": {"item": {"id": 7}}, "x.y": "d"}\n'
        b'{"kind": "other", "surprise": 1}\n'
        b'{"kind": "order", "v": 2, "surprise": 1}\n'
    )
    made = frame(content, tmp_path, table)
    assert parquet_rows(made) == [("7", "d", 1)]
    assert made.records == 1
    none = frame(b'{"kind": "other"}\n', tmp_path, table)
    assert (none.records, "no record belongs" in (none.warning or "")) == (0, True)


def test_an_undeclared_key_holds_the_file_with_its_path_and_first_line(tmp_path: Path) -> None:
    # fault 31
    table = {"a": {"from": "f.a"}, "b": {"type": "text", "optional": True}}
    content = b'{"f": {"a": 1}}\n{"f": {"a": 1, "new": 2}, "c": 3}\n{"f": 5}\n{"f": null}\n'
    with pytest.raises(
        SourceError, match=r"held, .*'f.new' \(first in record 2\), 'c' \(first in record 2\), 'f' .*record 3"
    ):
        frame(content, tmp_path, declared(table, "jsonl"))
    made = frame(content, tmp_path, declared(table, "jsonl", extra_columns="ignore"))
    assert parquet_rows(made) == [("1", None, 1), ("1", None, 2), (None, None, 3), (None, None, 4)]


def test_a_column_that_no_record_has_holds_the_file_unless_it_is_optional(tmp_path: Path) -> None:
    # fault 31
    with pytest.raises(SourceError, match=r"held, .*missing in every record 'b'"):
        frame(b'{"a": 1}\n{"a": 2}\n', tmp_path, AB)
    assert frame(b'{"a": 1}\n{"a": 2, "b": null}\n', tmp_path, AB).rows == 2


def test_rows_are_found_at_their_path_in_a_document_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    content = b'{"m": {"rows": [9]}, "z": [1, {"rows": []}], "d": {"n": 1, "rows": [{"a": 1, "b": 2}, 3, {"a": 4, "b": 5}]}, "e": 1}'
    made = frame(content, tmp_path, declared("a b", "json", rows="d.rows"))
    assert parquet_rows(made) == [("1", "2", 1), ("4", "5", 3)]
    assert [(r.line, r.rule, r.raw) for r in made.refusals] == [(2, "not_object", b"3")]


@pytest.mark.parametrize(
    ("content", "rows", "what"),
    [
        (b'{"a": 1}', "", "no array of rows here"),
        (b'{"x": []}', "y", "no key 'y'"),
        (b'{"x": [1]}', "x.y", "no object here"),
        (b'{"x": [], "x": []}', "x", "stands twice"),
        (b'[{"a": 1, "b": 2}] x', "", "something follows the end"),
        (b'[{"a": 1, "b": 2},', "", "cut"),
        (b'[{"a": 1, "b": 2} {"a": 1}]', "", "expected"),
        (b"{1: []}", "x", "a key is not a string"),
        (b"[" + b"[" * 200_000, "", "nested more than 64"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_document_that_is_not_as_declared_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, rows: str, what: str
) -> None:
    # fault 2
    # fault 24
    with pytest.raises(SourceError, match=rf"orders.csv, character .*{what}"):
        frame(content, tmp_path, declared("a b", "json", rows=rows))


def test_a_document_cut_anywhere_is_refused(tmp_path: Path) -> None:
    # fault 24
    content = b'{"rows": [{"a": 1, "b": "x"}, {"a": 2.5, "b": null}], "end": true}'
    table = declared("a b", "json", rows="rows")
    assert frame(content, tmp_path, table).rows == 2
    for cut in range(1, len(content)):
        with pytest.raises(SourceError, match=r"orders.csv"):
            frame(content[:cut], tmp_path, table)


def test_a_document_with_records_beyond_the_limit_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    # fault 12
    content = b'[{"a": "' + b"x" * 20_000_000 + b'", "b": 1}]'
    with pytest.raises(SourceError, match=r"larger than"):
        frame(content, tmp_path, DOCUMENT, SMALL)
    made = frame(b'[{"a": 1, "b": 2}, ' + content[1:], tmp_path, DOCUMENT)
    assert (made.rows, [r.rule for r in made.refusals]) == (1, ["field_too_long"])


def test_other_encodings_are_read(tmp_path: Path) -> None:
    # fault 8
    # fault 9
    text = '{"a": "Zoë", "b": 1}\n'
    for encoding, table in (
        ("utf-8-sig", AB),
        ("utf-16", AB),
        ("latin-1", declared("a b", "jsonl", encoding="latin-1")),
    ):
        assert parquet_rows(frame(text.encode(encoding), tmp_path, table)) == [("Zoë", "1", 1)]
    assert parquet_rows(frame(f"[{text}]".encode("utf-16"), tmp_path, DOCUMENT)) == [("Zoë", "1", 1)]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="xyz", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.fixed_dictionaries({"a": VALUES, "b": VALUES}), min_size=1, max_size=8), st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_json_value_comes_back_from_its_text(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], ascii_only: bool
) -> None:
    folder = tmp_path_factory.mktemp("json")
    lines = [json.dumps(record, ensure_ascii=ascii_only).encode() for record in records]
    made = frame(b"\n".join(lines), folder, AB)
    again = parquet_rows(frame(b"[" + b",".join(lines) + b"]", folder, DOCUMENT))
    assert parquet_rows(made) == again
    for number, (record, row) in enumerate(zip(records, again, strict=True), start=1):
        assert row[2] == number
        for value, text in zip((record["a"], record["b"]), row, strict=False):
            assert (text == value) if isinstance(value, str) else (json.loads(text or "null") == value)


def test_in_a_thousand_dirty_files_no_line_is_lost(tmp_path: Path) -> None:
    # fault 24: 1,000 generated bad inputs
    for seed in range(1_000):
        rng = random.Random(seed)
        lines = [json.dumps({"a": number, "b": rng.choice(["x", "é\n", None, 1.5])}).encode() for number in range(6)]
        at = rng.randrange(6)
        cut = rng.randrange(len(lines[at]))
        lines[at] = (
            lines[at][:cut] + rng.choice([b"", b'"', b"\xff", b"{", b"\0"]) + lines[at][cut + rng.randrange(3) :]
        )
        content = b"\n".join(lines)
        try:
            made = frame(content, tmp_path, declared("a b", "jsonl", extra_columns="ignore"), SMALL)
        except SourceError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        numbers = [row[2] for row in parquet_rows(made)] + [refusal.line for refusal in made.refusals]
        assert sorted(numbers) == list(range(1, 7))
        assert {row[2] for row in parquet_rows(made)} >= set(range(1, 7)) - {at + 1}
        for path in tmp_path.glob("[0-9a-f]*"):
            path.unlink()


def test_limits_of_a_small_reader_hold(tmp_path: Path) -> None:
    # fault 12
    made = frame(b'{"a": "' + b"x" * 201 + b'", "b": 1}\n', tmp_path, AB, Limits(max_field_bytes=200))
    assert [r.rule for r in made.refusals] == ["field_too_long"]
