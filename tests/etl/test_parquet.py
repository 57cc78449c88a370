"""Parquet: types kept, instants in UTC, nested values as JSON text."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from control_tower.errors import SourceError
from etl.readers import parquet
from etl.readers.contract import Limits
from tests.etl.landed import LIMITS, landed, rows, table


def read(folder: Path, data: pa.Table, *, limits: Limits = LIMITS, **more: object):
    path = folder / "t.parquet"
    pq.write_table(data, path)
    columns = more.pop("columns", None) or dict.fromkeys(data.column_names, "text")
    return parquet.read(landed(path), "t", table("parquet", columns, **more), folder, limits)


def test_types_are_kept_and_rows_numbered(tmp_path: Path) -> None:
    given = {
        "n": [1, None],
        "x": [0.5, 1.0],
        "d": [Decimal("1.10"), None],
        "b": [True, None],
        "day": [date(2024, 2, 29)] * 2,
    }
    raw = read(tmp_path, pa.table(given))
    assert [{**row} for row in rows(raw)] == [
        {"n": 1, "x": 0.5, "d": Decimal("1.10"), "b": True, "day": date(2024, 2, 29), "_line": 1},
        {"n": None, "x": 1.0, "d": None, "b": None, "day": date(2024, 2, 29), "_line": 2},
    ]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_an_instant_becomes_utc_without_zone(unit: str, tmp_path: Path) -> None:
    # fault 16
    local = datetime(2024, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    column = pa.array([local], pa.timestamp(unit, "Europe/Berlin"))
    raw = read(tmp_path, pa.table({"at": column}))
    assert rows(raw)[0]["at"] == local.astimezone(UTC).replace(tzinfo=None)
    assert pq.read_schema(raw.path).field("at").type == pa.timestamp("us")


def test_a_moment_that_does_not_fit_refuses_the_file_rather_than_wrap(tmp_path: Path) -> None:
    column = pa.array([2**62], pa.timestamp("ms"))
    with pytest.raises(SourceError, match=r"t\.parquet"):
        read(tmp_path, pa.table({"at": column}))


def test_nested_values_are_json_text_and_bytes_text_or_hex(tmp_path: Path) -> None:
    given = {"list": [[1, 2]], "map": [{"b": "ü", "a": None}], "bytes": [b"ab"], "binary": [b"\xff\x00"]}
    (row,) = rows(read(tmp_path, pa.table(given)))
    assert row == {"list": "[1, 2]", "map": '{"a": null, "b": "ü"}', "bytes": "ab", "binary": "ff00", "_line": 1}


def test_dictionaries_and_large_strings_are_text(tmp_path: Path) -> None:
    given = {"d": pa.array(["a", None, "a"]).dictionary_encode(), "l": pa.array(["x", "y", None], pa.large_string())}
    assert [(row["d"], row["l"]) for row in rows(read(tmp_path, pa.table(given)))] == [
        ("a", "x"), (None, "y"), ("a", None),
    ]  # fmt: skip


def test_columns_go_by_name_and_drift_holds_the_file(tmp_path: Path) -> None:
    # fault 3
    # fault 31
    data = pa.table({"B": ["2"], "a": ["1"]})
    raw = read(tmp_path, data, columns={"a": "text", "b": {"from": "B"}})
    assert raw.columns == ("b", "a")
    with pytest.raises(SourceError, match="not declared 'B'"):
        read(tmp_path, data, columns={"a": "text"})
    with pytest.raises(SourceError, match="missing 'c'"):
        read(tmp_path, data, columns={"a": "text", "b": {"from": "B"}, "c": "text"})
    assert read(tmp_path, data, columns={"a": "text"}, extra_columns="ignore").columns == ("a",)


def test_a_text_that_cannot_be_kept_refuses_its_row(tmp_path: Path) -> None:
    # fault 11
    # fault 12
    raw = read(tmp_path, pa.table({"a": ["ok", "n\0ul", "x" * 100, None]}), limits=Limits(max_field_bytes=50))
    assert [(r.line, r.rule) for r in raw.refusals] == [(2, "nul_byte"), (3, "field_too_long")]
    assert raw.refusals[0].raw == b"a=n\0ul\n"
    assert [row["_line"] for row in rows(raw)] == [1, 4]


def test_row_numbers_go_on_over_batches(tmp_path: Path) -> None:
    count = parquet.BATCH_ROWS + 10
    raw = read(tmp_path, pa.table({"n": list(range(count))}), columns={"n": "integer"})
    assert raw.rows == count
    assert all(row["_line"] == row["n"] + 1 for row in rows(raw))


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    # fault 1
    raw = read(tmp_path, pa.table({"a": pa.array([], pa.string())}))
    assert "empty" in str(raw.warning)


@pytest.mark.parametrize("damage", [10, 30, 60, -10, -20, -60])
def test_a_damaged_file_is_refused_or_read_whole(damage: int, tmp_path: Path) -> None:
    # fault 38
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": ["x", "y"] * 50}), path, compression="none", use_dictionary=False)
    content = bytearray(path.read_bytes())
    content[damage : damage + 4 if damage < -4 else None] = b"\xff" * 4
    path.write_bytes(bytes(content))
    spec = table("parquet", {"a": "text"})
    if damage == -20:  # the name of the program that wrote it
        found = rows(parquet.read(landed(path), "t", spec, tmp_path, LIMITS))
        assert [row["a"] for row in found] == ["x", "y"] * 50
        return
    with pytest.raises(SourceError, match=r"t\.parquet"):
        parquet.read(landed(path), "t", spec, tmp_path, LIMITS)
