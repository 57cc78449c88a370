"""Does the worked example of docs/sources.md load as the guide says?"""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from control_tower import settings
from etl import pipeline, source

GUIDE = Path(__file__).resolve().parents[1] / "examples" / "source_guide"


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The published build that holds nothing but the guide's tickets."""
    home = tmp_path_factory.mktemp("guide")
    request = pipeline.Request(source.read(GUIDE), GUIDE / "files", "a data engineer", None)
    report = pipeline.load([request], settings.Settings(home=home), lambda *_: None)
    assert report.published
    folder = home / "builds"
    published = folder / (folder / "CURRENT").read_text(encoding="utf-8").strip()
    return duckdb.connect(str(published / "warehouse.duckdb"), read_only=True)


def test_the_worked_example_of_the_guide_loads_as_the_guide_says(build: duckdb.DuckDBPyConnection) -> None:
    ledger = "SELECT read_rows, loaded_rows, refused_rows, duplicate_rows, superseded_rows FROM load_ledger"
    assert build.sql(ledger).fetchall() == [(7, 5, 2, 0, 1)]
    refused = "SELECT file_line, column_name, value FROM quarantine ORDER BY file_line"
    assert build.sql(refused).fetchall() == [(7, "opened_at", "29/03/2026 02:30"), (8, "amount", "2.10,00")]
    assert build.sql("SELECT file_line, kept_line FROM load_conflict").fetchall() == [(3, 4)]
    assert build.sql("SELECT kind, local_code FROM unmapped_code").fetchall() == [("exception_type", "INVENTAIRE")]


def test_the_tickets_of_the_guide_carry_utc_namespaces_codes_and_amounts(build: duckdb.DuckDBPyConnection) -> None:
    tickets = build.sql(
        "SELECT exception_id, type_code, severity, status, site_id, detected_at, sla_due_at, value_at_risk_amount "
        "FROM core_exception ORDER BY exception_id"
    ).fetchall()
    assert [ticket[0] for ticket in tickets] == ["acme:T-1001", "acme:T-1002", "acme:T-1003", "acme:T-1004"]
    winter, summer = datetime(2026, 1, 12, 7, 15), datetime(2026, 7, 3, 9, 20)
    due = datetime(2026, 1, 13, 17)
    first = ("out_of_stock", "critical", "resolved", "acme:LYON", winter, due, Decimal("1234.5000"))
    assert tickets[0][1:] == first
    assert (tickets[1][3], tickets[2][5], tickets[3][1]) == ("resolved", summer, "unmapped")
