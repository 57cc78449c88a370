"""Relational sources: streamed, read-only, exact, and no password anywhere."""

import json
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from control_tower.errors import SourceError
from etl.readers import database
from tests.etl.landed import LIMITS, landed, rows, table, written
from tests.etl.postgres_server import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
ORDERS = {"order_id": {"from": "Order Id"}, "qty": {"type": "decimal"}, "note": "text"}


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "orders.db"
    connection = sqlite3.connect(path)
    connection.execute('CREATE TABLE "Order Lines" ("Order Id" TEXT, qty NUMERIC, note TEXT, secret TEXT)')
    connection.executemany(
        'INSERT INTO "Order Lines" VALUES (?, ?, ?, ?)',
        [("b", 1.5, "ü", "x"), ("a", 2, None, "x"), ("c", 3.0, b"\x00\xff", "x")],
    )
    connection.execute("INSERT INTO \"Order Lines\" VALUES ('d', 0.1, CAST(x'61FF' AS TEXT), '')")
    connection.execute("INSERT INTO \"Order Lines\" VALUES ('e', 0.1, 'a' || char(0) || 'b', '')")
    connection.commit()
    connection.close()
    return path


def spec(**more: object):
    return table("database", ORDERS, **({"table": "Order Lines", "key": ["order_id"]} | more))


def test_a_landed_file_gives_its_rows_in_key_order_as_exact_text(orders: Path, tmp_path: Path) -> None:
    raw = database.read(landed(orders), "lines", spec(), tmp_path, LIMITS)
    assert rows(raw) == [
        {"order_id": "a", "qty": "2", "note": None, "_line": 1},
        {"order_id": "b", "qty": "1.5", "note": "ü", "_line": 2},
        {"order_id": "c", "qty": "3", "note": "00ff", "_line": 3},
    ]


def test_a_text_that_is_no_unicode_or_holds_nul_refuses_its_row(orders: Path, tmp_path: Path) -> None:
    # fault 11
    raw = database.read(landed(orders), "lines", spec(), tmp_path, LIMITS)
    assert [(r.line, r.rule, r.column) for r in raw.refusals] == [(4, "bad_encoding", "note"), (5, "nul_byte", "note")]
    assert all(b"order_id=" in (refusal.raw or b"") for refusal in raw.refusals)


def test_a_missing_column_is_named_and_never_read_as_a_literal(orders: Path, tmp_path: Path) -> None:
    # fault 31
    strange = table("database", ORDERS | {"more": {"from": "No Such"}}, table="Order Lines")
    with pytest.raises(SourceError, match="missing 'No Such'"):
        database.read(landed(orders), "lines", strange, tmp_path, LIMITS)


def test_an_optional_column_may_be_missing(orders: Path, tmp_path: Path) -> None:
    more = table("database", ORDERS | {"more": "text optional"}, table="Order Lines")
    assert database.read(landed(orders), "lines", more, tmp_path, LIMITS).columns == ("order_id", "qty", "note")


def test_a_query_runs_as_it_is_written(orders: Path, tmp_path: Path) -> None:
    query = """SELECT "Order Id", '12:30 ::int %s :x' AS note, qty FROM "Order Lines" WHERE note <> ':y' OR 1 = 1;"""
    raw = database.read(landed(orders), "lines", spec(query=query), tmp_path, LIMITS)
    assert {row["note"] for row in rows(raw)} == {"12:30 ::int %s :x"}
    assert [row["order_id"] for row in rows(raw)] == list("abcde")


def test_a_column_of_a_query_that_is_not_declared_holds_it(orders: Path, tmp_path: Path) -> None:
    # fault 31
    query = 'SELECT "Order Id", qty, note, secret FROM "Order Lines"'
    with pytest.raises(SourceError, match="not declared 'secret'"):
        database.read(landed(orders), "lines", spec(query=query), tmp_path, LIMITS)


def test_an_extract_is_the_same_file_twice_and_reads_like_the_database(orders: Path, tmp_path: Path) -> None:
    # an unchanged database lands under the same hash
    url = table("database", ORDERS, url="sqlite:///${DB}", table="Order Lines", key=["order_id"])
    found = []
    for run in ("one", "two"):
        folder = tmp_path / run
        folder.mkdir()
        found.append(database.extract("lines", url, folder, {"DB": str(orders)}).read_bytes())
    assert found[0] == found[1]
    file = written(tmp_path, "lines.parquet", found[0])
    through_url = database.read(file, "lines", url, tmp_path, LIMITS)
    direct = database.read(landed(orders), "lines", spec(), tmp_path, LIMITS)
    assert rows(through_url) == rows(direct)
    assert through_url.refusals == direct.refusals


def test_an_unset_variable_is_named(tmp_path: Path) -> None:
    url = table("database", ORDERS, url="postgresql://tower:${TOWER_TEST_PW}@h/d")
    with pytest.raises(SourceError, match="TOWER_TEST_PW is not set"):
        database.extract("lines", url, tmp_path, {})


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://tower:${PW}@127.0.0.1:1/d",
        "${WHOLE}",
        "nosuchdb://tower:${PW}@h/d",
        "sqlite:////nowhere/${PW_FREE}.db",
        "postgresql+psycopg://tower:${PW}@127.0.0.1:port/d",
        "rubbish ${PW}",
    ],
)
def test_no_message_holds_the_password(url: str, tmp_path: Path) -> None:
    whole = f"postgresql+psycopg://tower:{'CANARY99'}@127.0.0.1:1/d"
    given = {"PW": "CANARY99", "WHOLE": whole, "PW_FREE": "x"}
    with pytest.raises(SourceError) as caught:
        database.extract("lines", table("database", ORDERS, url=url), tmp_path, given)
    chain = [caught.value, caught.value.__cause__]
    assert "CANARY99" not in " ".join(str(error) for error in chain)


def test_a_database_that_is_missing_is_not_created(tmp_path: Path) -> None:
    url = table("database", ORDERS, url=f"sqlite:///{tmp_path}/none.db")
    with pytest.raises(SourceError, match="missing"):
        database.extract("lines", url, tmp_path, {})
    assert not list(tmp_path.iterdir())


def environment(postgres: sa.URL) -> dict[str, str]:
    return {"PG_PASSWORD": PASSWORD, "PG_SOCKET": str(postgres.query["host"])}


URL_TEMPLATE = "postgresql+psycopg://tower:${PG_PASSWORD}@/postgres?host=${PG_SOCKET}"


@pytest.mark.postgres
def test_postgresql_values_arrive_exactly(postgres: sa.URL, tmp_path: Path) -> None:
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE SCHEMA "Odd Name"'))
        connection.execute(sa.text(
            'CREATE TABLE "Odd Name"."T" (id int primary key, amount numeric, ratio float8, flag bool, '
            "moment timestamptz, local timestamp, day date, body jsonb, raw bytea, words text[], nothing text)"
        ))  # fmt: skip
        connection.execute(sa.text(
            """INSERT INTO "Odd Name"."T" VALUES
            (2, 1234567890123456789.10, 0.1, true, '2024-03-31T01:30:00+01:00', '2024-01-01 10:00:00.5', '2024-02-29',
             '{"b": 1, "a": "ü"}', '\\xdead', '{x,y}', NULL),
            (1, 'NaN', 'Infinity', false, 'infinity', '0044-03-15 BC', '-infinity', 'null', '', '{}', '')"""
        ))  # fmt: skip
    engine.dispose()
    names = ["id", "amount", "ratio", "flag", "moment", "local", "day", "body", "raw", "words", "nothing"]
    spec = table("database", dict.fromkeys(names, "text"), url=URL_TEMPLATE, table="Odd Name.T", key=["id"])
    path = database.extract("t", spec, tmp_path, environment(postgres))
    first, second = pq.read_table(path).to_pylist()
    assert json.loads(second.pop("body")) == {"a": "ü", "b": 1}
    assert second == {
        "id": "2", "amount": "1234567890123456789.10", "ratio": "0.1", "flag": "true",
        "moment": "2024-03-31T00:30:00+00:00", "local": "2024-01-01T10:00:00.500000", "day": "2024-02-29",
        "raw": "dead", "words": '["x", "y"]', "nothing": None, "_refused": None, "_line": 2,
    }  # fmt: skip
    assert (first["moment"], first["local"], first["day"]) == ("infinity", "0044-03-15 00:00:00 BC", "-infinity")
    assert (first["amount"], first["ratio"], first["nothing"]) == ("NaN", "inf", "")


@pytest.mark.postgres
def test_a_query_on_postgresql_can_change_nothing(postgres: sa.URL, tmp_path: Path) -> None:
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE kept AS SELECT 1 AS a"))
        connection.execute(sa.text(
            "CREATE FUNCTION emptied() RETURNS int LANGUAGE sql AS 'DELETE FROM kept RETURNING a'"
        ))  # fmt: skip
    for query in ("SELECT emptied() AS a", "DELETE FROM kept RETURNING a", "DROP TABLE kept"):
        spec = table("database", {"a": "text"}, url=URL_TEMPLATE, query=query)
        with pytest.raises(SourceError) as caught:
            database.extract("t", spec, tmp_path, environment(postgres))
        assert PASSWORD not in str(caught.value)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM kept")) == 1
    engine.dispose()


STREAMED = """
    import json, resource, sys
    from pathlib import Path
    from etl.readers import database
    from tests.etl.landed import table
    url, rows, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    query = f"SELECT n, repeat('x', 500) AS filler FROM generate_series(1, {rows}) AS n"
    spec = table("database", {"n": "text", "filler": "text"}, url=url, query=query)
    path = database.extract("t", spec, folder)
    print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, path.stat().st_size]))
"""


@pytest.mark.postgres
def test_two_hundred_thousand_rows_are_streamed(postgres: sa.URL, tmp_path: Path) -> None:
    peaks = {}
    for count in (60_000, 260_000):
        address = postgres.render_as_string(hide_password=False)
        command = [sys.executable, "-c", textwrap.dedent(STREAMED), address, str(count), str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        peaks[count] = json.loads(done.stdout)[0] / 1024
        assert pq.ParquetFile(tmp_path / "t-extract.parquet").metadata.num_rows == count
    # 200,000 more rows of 500 characters are 100 MB when they are not streamed
    assert peaks[260_000] - peaks[60_000] < 40, peaks


@pytest.mark.postgres
def test_rows_come_through_a_server_side_cursor(postgres: sa.URL) -> None:
    with database.opened(postgres, "t") as opened:
        statement = sa.select(sa.literal_column("name"), sa.literal_column("statement")).select_from(
            sa.table("pg_cursors")
        )
        found = list(opened._stream(statement))
    assert len(found) == 1
    assert "pg_cursors" in found[0][1]


def test_the_inventory_database_gives_its_known_stock_rows(shared_data: Path, tmp_path: Path) -> None:
    columns = {"plant": "text", "material": {"from": "material_number"}}
    spec = table("database", columns, table="MaterialStocks", key=["plant", "material"])
    raw = database.read(landed(shared_data / "inventory_sim" / "inventory_management.db"), "s", spec, tmp_path, LIMITS)
    plants = [row["plant"] for row in rows(raw)]
    assert [plants.count(f"Plant{n}") for n in range(1, 6)] == [24, 28, 20, 12, 16]
