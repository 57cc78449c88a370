"""Does each exception stand at the layer that is known best, and does it say by what?"""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pandas as pd
import pytest

from control_tower import policy
from control_tower.analysis.cause_layer import Basis, Known, Layer, assign, cause_layers, overrides
from control_tower.analysis.exposure import Span
from control_tower.settings import PROJECT_ROOT
from control_tower.warehouse import READS, Build

LAYERS = policy.load().rules.cause_layers
SCHEMA = READS.with_name("schema.sql")


def test_the_surest_knowledge_comes_first() -> None:
    assert assign(Known("asn_mismatch", "Warehouse", "timeout", True), LAYERS) == (Layer.WAREHOUSE, Basis.DISPOSITION)
    assert assign(Known("asn_mismatch", "RC-17", "timeout", True), LAYERS) == (Layer.TIMEOUT, Basis.MESSAGE)
    assert assign(Known("asn_mismatch", None, None, True), LAYERS) == (Layer.POLICY, Basis.OVERRIDE)
    assert assign(Known("asn_mismatch", None, None, False), LAYERS) == (Layer.SUPPLIER, Basis.TYPE)
    assert assign(Known("it_incident", None, None, False), LAYERS) == (Layer.NOT_KNOWN, Basis.NOTHING)


def test_every_type_with_a_layer_is_one_of_the_taxonomy() -> None:
    known = set(pd.read_csv(PROJECT_ROOT / "data" / "reference" / "exception_types.csv")["type_code"])
    assert set(LAYERS.by_type) <= known


def test_layers_of_a_build_add_up_to_its_exceptions(planted: Build) -> None:
    found = cause_layers(planted)
    by_layer = found.set_index("layer")["n"]
    counted = planted.sql(
        "SELECT type_code, count(*) AS n FROM mart_exception "
        "WHERE detected_at >= '2026-04-01 00:00:01' AND detected_at < '2026-07-01 00:00:01' GROUP BY 1"
    ).to_pandas()
    counted = counted.set_index("type_code")["n"]
    assert by_layer.sum() == counted.sum()
    assert by_layer[Layer.SUPPLIER] == counted["asn_mismatch"]
    assert by_layer[Layer.NOT_KNOWN] == counted["it_incident"]
    assert found["share"].sum() == pytest.approx(1)


@pytest.fixture
def decided(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Four exceptions with decisions and messages, read as a build reads."""
    connection = duckdb.connect()
    connection.execute(SCHEMA.read_text(encoding="utf-8"))
    for number in range(4):
        connection.execute(
            "INSERT INTO mart_exception (exception_id, source_system, type_code, type_title, category, severity, status, "
            "recurrence_key, detected_at, reopen_count, paused_seconds, is_open, is_time_suspect, value_at_risk_amount, "
            "order_line_id) VALUES (?, 's', 'credit_hold', 'Credit hold', 'credit', 'standard', 'new', 'k', "
            "'2026-03-01', 0, 0, true, false, 50, 'l:1')", [f"e:{number}"],
        )  # fmt: skip
    for approval, exception, waiver in (("a:1", "e:0", "freight"), ("a:2", "e:1", None), ("a:3", "e:0", None)):
        connection.execute(
            "INSERT INTO core_approval (approval_id, source_system, exception_id, policy_rule_id, waiver) VALUES (?, 's', ?, 'R1', ?)",
            [approval, exception, waiver],
        )
    connection.execute(
        "INSERT INTO core_integration_message (message_id, attempt, source_system, interface_id, sent_at, status, "
        "error_class, exception_id) VALUES ('m', 1, 's', 'i', '2026-03-01', 'failed', 'schema', 'e:2')"
    )

    def read(name: str, filters: None = None, **bound: object) -> pd.DataFrame:
        text = (READS / f"{name}.sql").read_text(encoding="utf-8")
        return connection.execute(text, {key: value for key, value in bound.items() if f"${key}" in text}).df()

    yield SimpleNamespace(read=read, rules=policy.load().rules)
    connection.close()


def test_an_override_is_policy_and_counts_under_its_rule(decided: SimpleNamespace) -> None:
    """RCA-07."""
    span = Span(pd.Timestamp("2026-01-01").to_pydatetime(), pd.Timestamp("2026-04-01").to_pydatetime())
    found = cause_layers(decided, span).set_index(["layer", "basis"])
    assert found.loc[(Layer.POLICY, Basis.OVERRIDE), "n"] == 1
    assert found.loc[(Layer.POLICY, Basis.TYPE), "n"] == 2
    assert found.loc[(Layer.TRANSFORMATION, Basis.MESSAGE), "n"] == 1
    assert found["overrides"].sum() == 1
    (rule,) = overrides(decided, span).to_dict("records")
    assert (rule["policy_rule_id"], rule["n"], rule["decided"], rule["rate"]) == ("R1", 1, 2, 0.5)
