"""Is a file refused when it is really something else than its name or its declaration says?"""

import sqlite3
import zipfile
from pathlib import Path

import duckdb
import pytest

from control_tower.errors import SourceError
from etl.readers import magic
from tests.etl.text_reading import declared, frame


def _made(kind: str, path: Path) -> bytes:
    if kind == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE t (a)")
        connection.close()
    elif kind == "duckdb":
        duckdb.connect(str(path)).close()
    elif kind == "parquet":
        duckdb.sql("SELECT 1 AS a").write_parquet(str(path))
    elif kind == "xlsx":
        with zipfile.ZipFile(path, "w") as archive:
            for name in ("[Content_Types].xml", "xl/workbook.xml"):
                archive.writestr(name, "<x/>")
    else:
        path.write_bytes(
            {
                "exe": b"MZ\x90\x00\x03" + bytes(60) + b"PE\0\0" + bytes(400),
                "elf": b"\x7fELF\x02\x01\x01" + bytes(100),
                "pdf": b"%PDF-1.7\n1 0 obj\n",
                "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            }[kind]
        )
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["exe", "elf", "pdf", "xls", "xlsx", "sqlite", "duckdb", "parquet"])
@pytest.mark.parametrize("reader", ["delimited", "jsonl", "json"])
def test_a_binary_file_renamed_to_text_is_refused_by_its_bytes(tmp_path: Path, kind: str, reader: str) -> None:
    # fault 38
    # fault 41
    content = _made(kind, tmp_path / f"made.{kind}")
    with pytest.raises(SourceError, match=r"orders.csv: declared as text, but its first bytes are those of"):
        frame(content, tmp_path, declared("a", reader))


@pytest.mark.parametrize("kind", ["parquet", "sqlite", "xlsx"])
def test_a_declared_kind_must_have_its_own_bytes(tmp_path: Path, kind: str) -> None:
    # fault 38
    path = tmp_path / "x"
    _made(kind, path)
    magic.expect(path, kind)
    for other in {"parquet", "sqlite", "xlsx"} - {kind}:
        with pytest.raises(SourceError, match=r"x: declared as"):
            magic.expect(path, other)
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(SourceError, match=r"declared as"):
        magic.expect(path, kind)


def test_a_parquet_file_that_lost_its_end_is_refused(tmp_path: Path) -> None:
    # fault 38
    # fault 24
    path = tmp_path / "x.parquet"
    path.write_bytes(_made("parquet", path)[:-3])
    with pytest.raises(SourceError, match=r"damaged"):
        magic.expect(path, "parquet")


@pytest.mark.parametrize("header", ["MZ_CODE,b", "PAR1,b", "ORC,b", "BZh,b", "%PDF,b"])
def test_text_that_begins_with_the_letters_of_a_binary_format_stays_text(tmp_path: Path, header: str) -> None:
    # fault 38
    first = header.split(",")[0]
    table = declared({"a": {"from": first}, "b": "text"})
    assert frame(f"{header}\n".encode() + b"1,2\n" * 200, tmp_path, table).rows == 200
