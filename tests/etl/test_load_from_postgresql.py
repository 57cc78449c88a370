"""Does a whole load come through from a running PostgreSQL: extract, land by hash, publish, and again nothing new?"""

from pathlib import Path

import pytest
import sqlalchemy as sa

from control_tower import warehouse
from control_tower.settings import Settings
from etl import pipeline, source
from etl.intake import Request
from tests.etl.postgres_server import PASSWORD

TOML = """
name = "holds"
title = "Credit holds of the finance database"
namespace = "acme"
latency = "hourly batch"

[tables.hold]
reader = "database"
url = "postgresql+psycopg://tower:${PG_PASSWORD}@/postgres?host=${PG_SOCKET}"
table = "credit_hold"
key = ["hold_no"]

[tables.hold.columns]
hold_no = "text required"
customer_no = "text"
amount = "decimal"
held_at = { type = "timestamp", required = true }
released_at = { type = "timestamp" }
"""
EXCEPTION = """
/* Grain: one row per credit hold. */
SELECT
    hold_no AS exception_id,
    'credit_hold' AS type_code,
    CASE WHEN released_at IS NULL THEN 'new' ELSE 'resolved' END AS status,
    customer_no AS customer_id,
    held_at AS detected_at,
    released_at AS resolved_at,
    amount AS value_at_risk_amount,
    'EUR' AS currency_code,
    file_no,
    file_line
FROM raw_holds__hold
"""
OBJECT = """
/* Grain: one row per credit hold. */
SELECT
    hold_no AS object_id,
    'exception' AS object_type,
    file_no,
    file_line
FROM raw_holds__hold
"""


def _nothing(_step: str, _detail: str) -> None:
    """No progress in tests."""


@pytest.mark.postgres
def test_credit_holds_load_from_a_running_postgresql(
    postgres: sa.URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ING-01: any SQLAlchemy URL; the extract is kept by its hash, so the same rows again change nothing."""
    monkeypatch.setenv("PG_PASSWORD", PASSWORD)
    monkeypatch.setenv("PG_SOCKET", str(postgres.query["host"]))
    folder = tmp_path / "holds"
    folder.mkdir()
    for name, text in (("source.toml", TOML), ("exception.sql", EXCEPTION), ("object.sql", OBJECT)):
        (folder / name).write_text(text, encoding="utf-8")
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS credit_hold"))
        connection.execute(
            sa.text(
                "CREATE TABLE credit_hold (hold_no text PRIMARY KEY, customer_no int, amount numeric(12,2), "
                "held_at timestamptz, released_at timestamptz)"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO credit_hold VALUES ('H1', 7, 1234.50, '2026-03-29T01:30:00+01:00', NULL), "
                "('H2', 8, 10.00, '2026-03-30T09:00:00+02:00', '2026-03-30T12:00:00+02:00')"
            )
        )
    settings = Settings(home=tmp_path / "home")
    request = Request(source.find(str(folder)), folder, "tester")
    first = pipeline.load([request], settings, _nothing)
    assert [(f.read, f.loaded, f.refused) for f in first.files] == [(2, 2, 0)]
    rows = warehouse.open_current(settings).sql(
        "SELECT exception_id, customer_id, detected_at, resolved_at, value_at_risk_amount FROM core_exception ORDER BY 1"
    )
    found = [[str(value) for value in row.values()] for row in rows.to_pylist()]
    assert found == [
        ["acme:H1", "acme:7", "2026-03-29 00:30:00", "None", "1234.5000"],
        ["acme:H2", "acme:8", "2026-03-30 07:00:00", "2026-03-30 10:00:00", "10.0000"],
    ]
    assert pipeline.load([request], settings, _nothing).published is False
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE credit_hold SET released_at = '2026-04-01T00:00:00Z' WHERE hold_no = 'H1'"))
    again = pipeline.load([request], settings, _nothing)
    assert again.published
    assert warehouse.open_current(settings).sql("SELECT count(resolved_at) AS n FROM core_exception").to_pylist() == [
        {"n": 2}
    ]
    kept = b"".join(path.read_bytes() for path in settings.raw.iterdir())
    assert PASSWORD.encode() not in kept
