"""Hostile XML, archives and renamed files: refused before a parser or a driver can be hurt."""

import gzip
import io
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from control_tower.errors import SourceError
from etl.readers import database, excel, ocel_json, ocel_sqlite, ocel_xml, parquet, xes, xml_guard
from etl.readers.contract import LandedFile, Limits
from tests.etl.landed import LIMITS, rows, table, written

ROOT = Path(__file__).resolve().parents[2]
XES = table("xes", {"activity": {"from": "concept:name"}})
EVENT = table("ocel_xml", {"id": "text", "type": "text", "time": "text"}, part="event")
JSON_EVENT = table("ocel_json", {"id": "text", "type": "text", "time": "text"}, part="event")
SQLITE_EVENT = table("ocel_sqlite", {"id": "text", "type": "text", "time": "text"}, part="event")
SHEET = table("excel", {"a": "text"})
PARQUET = table("parquet", {"a": "text"})
DATABASE = table("database", {"a": "text"}, table="t")
READERS = {
    "log.xes": (xes.read, XES),
    "log.xml": (ocel_xml.read, EVENT),
    "log.json": (ocel_json.read, JSON_EVENT),
    "log.sqlite": (ocel_sqlite.read, SQLITE_EVENT),
    "book.xlsx": (excel.read, SHEET),
    "t.parquet": (parquet.read, PARQUET),
    "t.db": (database.read, DATABASE),
}
BODY = '<log><trace><event><string key="concept:name" value="{}"/></event></trace></log>'


class Listener:
    """A loopback server that counts who comes."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener():
    server = Listener()
    yield server
    server.close()


def entity_documents(canary: Path, port: int) -> dict[str, str]:
    outside = {"file": canary.as_uri(), "http": f"http://127.0.0.1:{port}/x.dtd"}
    return {
        "entity from a file": f'<!DOCTYPE log [<!ENTITY e SYSTEM "{outside["file"]}">]>' + BODY.format("&e;"),
        "entity from the net": f'<!DOCTYPE log [<!ENTITY e SYSTEM "{outside["http"]}">]>' + BODY.format("&e;"),
        "parameter entity": f'<!DOCTYPE log [<!ENTITY % p SYSTEM "{outside["http"]}"> %p;]>' + BODY.format("x"),
        "external DTD": f'<!DOCTYPE log SYSTEM "{outside["http"]}">' + BODY.format("x"),
        "plain DOCTYPE": "<!DOCTYPE log>" + BODY.format("x"),
        "behind a comment": "<!-- a --><?x y?>\n<!-- > --><!DOCTYPE log>" + BODY.format("x"),
        "behind a long comment": f"<!--{'x' * 300_000}--><!DOCTYPE log>" + BODY.format("x"),
        "behind a declaration": '<?xml version="1.0"?>\n\n<!DOCTYPE log [<!ENTITY e "v">]>' + BODY.format("&e;"),
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("kind", list(entity_documents(Path("/x"), 1)))
def test_a_doctype_is_refused_and_nothing_outside_is_read(
    kind: str, encoding: str, listener: Listener, tmp_path: Path
) -> None:
    # fault 33
    canary = tmp_path / "canary.txt"
    canary.write_text("CANARY-7431")
    content = entity_documents(canary, listener.port)[kind].encode(encoding)
    for name in ("log.xes", "log.xml"):
        read, spec = READERS[name]
        with pytest.raises(SourceError, match="DOCTYPE") as caught:
            read(written(tmp_path, name, content), "t", spec, tmp_path, LIMITS)
        assert "CANARY" not in str(caught.value)
    assert listener.hits == 0
    assert not [path for path in tmp_path.rglob("*.parquet") if b"CANARY" in path.read_bytes()]


def test_the_doctype_is_refused_before_a_parser_is_fed(tmp_path: Path) -> None:
    # fault 33
    chunks = xml_guard.safe_chunks(io.BytesIO(b"<!DOCTYPE log><log/>"), "log.xes")
    with pytest.raises(SourceError, match="line 1: DOCTYPE"):
        next(chunks)


def test_a_doctype_inside_the_document_is_no_xml(tmp_path: Path) -> None:
    # fault 33
    content = b'<log><!DOCTYPE log [<!ENTITY e "v">]><trace/></log>'
    with pytest.raises(SourceError, match="not well-formed"):
        xes.read(written(tmp_path, "log.xes", content), "t", XES, tmp_path, LIMITS)


def laughs() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE log [<!ENTITY l0 "lol">{levels}]>' + BODY.format("&l11;")


def quadratic() -> str:
    return f'<!DOCTYPE log [<!ENTITY a "{"a" * 100_000}">]>' + BODY.format("&a;" * 50_000)


BOUNDED = """
    import resource, sys
    from pathlib import Path
    from control_tower.errors import SourceError
    from etl.readers import ocel_xml, xes
    from etl.readers.contract import LandedFile, Limits
    from tests.etl.landed import table, landed
    path = Path(sys.argv[1])
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 50 * 2**20,) * 2)
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu.ru_utime + cpu.ru_stime) + 2,) * 2)
    for read, spec in (
        (xes.read, table("xes", {"a": {"from": "concept:name"}})),
        (ocel_xml.read, table("ocel_xml", {"id": "text"}, part="event")),
    ):
        try:
            read(landed(path, "log.xml"), "t", spec, path.parent, Limits())
        except SourceError as error:
            print(error)
"""


@pytest.mark.parametrize("document", [laughs, quadratic])
def test_an_entity_bomb_is_refused_within_fifty_megabytes_and_a_second(document, tmp_path: Path) -> None:
    # fault 34
    path = tmp_path / "bomb.xml"
    path.write_text(document())
    command = [sys.executable, "-c", textwrap.dedent(BOUNDED), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("DOCTYPE") == 2


@pytest.mark.parametrize("name", ["log.xes.gz", "log.xml.gz", "log.json.gz", "log.sqlite.gz"])
def test_a_gzip_bomb_stops_at_the_limits_while_streaming(name: str, tmp_path: Path) -> None:
    # fault 35
    filler = {"json": b" " * 1024, "sqlite": b"\0" * 1024}.get(name.split(".")[1], b"<!-- " + b"x" * 1024 + b" -->\n")
    head = {"json": b'{"events":[', "sqlite": b"SQLite format 3\0"}.get(name.split(".")[1], b"<log>")
    content = gzip.compress(head + filler * 20_000)
    read, spec = READERS[name.removesuffix(".gz")]
    ratio = Limits(ratio_counts_from_bytes=2**20)
    with pytest.raises(SourceError, match="decompression bomb"):
        read(written(tmp_path, name, content), "t", spec, tmp_path, ratio)
    size = Limits(max_expanded_bytes=2**20)
    with pytest.raises(SourceError, match="expands to more than"):
        read(written(tmp_path, name, content), "t", spec, tmp_path, size)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.part")) <= 2**21


def test_a_workbook_that_is_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    # fault 35
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(buffer)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", "<a>" + " " * (8 * 2**20) + "</a>")
    file = written(tmp_path, "book.xlsx", buffer.getvalue())
    with pytest.raises(SourceError, match=r"book\.xlsx: .*decompression bomb"):
        excel.read(file, "t", SHEET, tmp_path, Limits(ratio_counts_from_bytes=2**20))
    assert excel.read(file, "t", SHEET, tmp_path, LIMITS).records == 0


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_a_doctype_inside_a_workbook_is_refused(part: str, listener: Listener, tmp_path: Path) -> None:
    # fault 33
    buffer, hostile = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(buffer)
    doctype = f'<!DOCTYPE x SYSTEM "http://127.0.0.1:{listener.port}/">'.encode()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(hostile, "w") as new:
        for info in old.infolist():
            body = old.read(info)
            new.writestr(
                info.filename,
                doctype + body.partition(b"?>")[2]
                if info.filename == part and body.startswith(b"<?xml")
                else (doctype + body if info.filename == part else body),
            )
    with pytest.raises(SourceError, match="DOCTYPE"):
        excel.read(written(tmp_path, "book.xlsx", hostile.getvalue()), "t", SHEET, tmp_path, LIMITS)
    assert listener.hits == 0


def test_elements_nested_without_end_are_refused(tmp_path: Path) -> None:
    content = b"<log>" + b"<a>" * 100_000
    with pytest.raises(SourceError, match="nested deeper"):
        xes.read(written(tmp_path, "log.xes", content), "t", XES, tmp_path, LIMITS)
    nested = b'{"events":[' + b"[" * 100_000
    with pytest.raises(SourceError, match="nested deeper"):
        ocel_json.read(written(tmp_path, "log.json", nested), "t", JSON_EVENT, tmp_path, LIMITS)


def test_a_record_without_end_is_refused(tmp_path: Path) -> None:
    huge = b"x" * (20 * 2**20)
    with pytest.raises(SourceError, match="one record is larger"):
        xes.read(written(tmp_path, "a.xes", b'<log><trace><event a="' + huge), "t", XES, tmp_path, LIMITS)
    with pytest.raises(SourceError, match="one record is larger"):
        ocel_json.read(written(tmp_path, "a.json", b'{"events":[{"id":"' + huge), "t", JSON_EVENT, tmp_path, LIMITS)


def real_files() -> dict[str, bytes]:
    """A small genuine file of every kind, and some that no reader takes."""
    book, columns = io.BytesIO(), io.BytesIO()
    sheet = openpyxl.Workbook()
    sheet.active.append(["a"])
    sheet.active.append(["1"])
    sheet.save(book)
    pq.write_table(pa.table({"a": ["1"]}), columns)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a TEXT)")
    sqlite = connection.serialize()
    connection.close()
    return {
        "t.db": sqlite,
        "book.xlsx": book.getvalue(),
        "t.parquet": columns.getvalue(),
        "log.xes": BODY.format("x").encode(),
        "program": b"MZ\x90\0\x03\0\0\0" + b"\0" * 600,
        "duckdb": b"\0" * 8 + b"DUCK" + b"\0" * 600,
        "pdf": b"%PDF-1.7\n\0",
        "text": b"a,b\n1,2\n",
        "nothing": b"",
    }


TAKES = {("book.xlsx", "book.xlsx"), ("t.parquet", "t.parquet"), ("t.db", "t.db"), ("log.xes", "log.xes")}


@pytest.mark.parametrize("content", list(real_files()))
@pytest.mark.parametrize("name", list(READERS))
def test_a_file_of_another_kind_is_refused_whatever_its_name(name: str, content: str, tmp_path: Path) -> None:
    # fault 38
    # fault 41: the bytes of a DuckDB file are refused by every reader
    read, spec = READERS[name]
    file = written(tmp_path, name, real_files()[content])
    if (name, content) in TAKES:
        assert read(file, "t", spec, tmp_path, LIMITS).table == "t"
        return
    with pytest.raises(SourceError) as caught:
        read(file, "t", spec, tmp_path, LIMITS)
    assert name in str(caught.value)


def test_parquet_is_read_from_the_landed_path_whatever_name_it_came_with(tmp_path: Path) -> None:
    # fault 41
    raw, outside = tmp_path / "raw", tmp_path / "outside.parquet"
    raw.mkdir()
    pq.write_table(pa.table({"a": ["outside"]}), outside)
    pq.write_table(pa.table({"a": ["landed"]}), raw / "x")
    file = LandedFile(raw / "x", str(outside), "0" * 64, (raw / "x").stat().st_size)
    assert rows(parquet.read(file, "t", PARQUET, tmp_path, LIMITS))[0]["a"] == "landed"


def test_a_delivered_database_can_do_nothing_but_select(tmp_path: Path) -> None:
    # fault 38
    path = tmp_path / "x"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE u (a TEXT); CREATE VIEW t AS SELECT a FROM u")
    connection.close()
    before = path.read_bytes()
    file = LandedFile(path, "t.db", "1" * 64, len(before))
    with pytest.raises(SourceError, match="no table 't'"):
        database.read(file, "t", DATABASE, tmp_path, LIMITS)
    for query in ("ATTACH 'y.db' AS y", "CREATE TABLE z (a)", "DELETE FROM u", "PRAGMA writable_schema=1"):
        spec = table("database", {"a": "text"}, query=query)
        with pytest.raises(SourceError, match=r"t\.db"):
            database.read(file, "t", spec, tmp_path, LIMITS)
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.endswith(".parquet")) == ["x"]


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x")
    connection.execute("CREATE TABLE t (a TEXT)")
    connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
    connection.commit()
    connection.close()
    content = bytearray((tmp_path / "x").read_bytes())
    content[4096:20_000] = b"\xff" * (20_000 - 4096)
    with pytest.raises(SourceError, match=r"t\.db"):
        database.read(written(tmp_path, "t.db", bytes(content)), "t", DATABASE, tmp_path, LIMITS)


def test_a_large_log_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.xes"
    one = '<event><string key="concept:name" value="do it now"/><int key="n" value="1"/></event>\n' * 100
    with path.open("w") as out:
        out.write("<log>\n")
        out.writelines(f'<trace><string key="concept:name" value="{n}"/>{one}</trace>\n' for n in range(4_000))
        out.write("</log>")
    assert path.stat().st_size > 30 * 2**20
    script = """
        import resource, sys
        from pathlib import Path
        from etl.readers import xes
        from etl.readers.contract import Limits
        from tests.etl.landed import table, LandedFile
        path = Path(sys.argv[1])
        spec = table("xes", {"a": {"from": "concept:name"}, "c": {"from": "trace.concept:name"}, "n": "text"})
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        raw = xes.read(LandedFile(path, "big.xes", "2" * 64, path.stat().st_size), "t", spec, path.parent, Limits())
        print(raw.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    read, grown = map(int, done.stdout.split())
    assert read == 400_000
    assert grown < 150 * 1024, f"{grown / 1024:.0f} MB"
