"""Does every exception type catch the intervals of its worked example, and only those?

One file per type in tests/examples/exception_types: rows typed into schema.sql's tables, and the intervals
that must come out (DET-01). An expected interval without `until` is open; columns it does not name are free.
"""

import csv
import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from control_tower.definitions import ExceptionTypeDefinition, exception_types
from control_tower.settings import PROJECT_ROOT

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "exception_types"
NAMES = sorted(exception_types())
MUST_BE_EMPTY_UNLESS_NAMED = ("until", "clear_event_id")
NOT_ON_EVERY_ENGINE = r"\b(quantile_cont|percentile|date_diff|epoch_ms|list|asof|qualify|arg_min|arg_max|exclude)\b"


def _example(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / f"{name}.toml").read_text(encoding="utf-8"))


def _found(connection: duckdb.DuckDBPyConnection, definition: ExceptionTypeDefinition) -> list[dict[str, Any]]:
    cursor = connection.execute(definition.select)
    columns = [column[0] for column in cursor.description or []]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _order(interval: dict[str, Any], definition: ExceptionTypeDefinition) -> list[str]:
    return [*(str(interval.get(name) or "") for name in definition.identity), str(interval["since"])]


@pytest.mark.parametrize("name", NAMES)
def test_a_type_catches_the_intervals_of_its_worked_example_and_no_other(name: str, new_build: Any) -> None:
    example, definition = _example(name), exception_types()[name]
    assert set(example) == {"as_of", "explanation", "expected", "rows"}
    build = new_build(example["as_of"])
    for relation, rows in example["rows"].items():
        build.insert(relation, rows)

    found = sorted(_found(build.connection, definition), key=lambda i: _order(i, definition))
    expected = sorted(example["expected"], key=lambda i: _order(i, definition))

    assert [_order(i, definition) for i in found] == [_order(i, definition) for i in expected]
    for got, wanted in zip(found, expected, strict=True):
        full = {column: None for column in MUST_BE_EMPTY_UNLESS_NAMED if column in got} | wanted
        assert {column: got[column] for column in full} == full
        assert got["evidence"]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_holds_open_and_ended_cases_or_says_why_not(name: str) -> None:
    example = _example(name)
    open_ones = [interval for interval in example["expected"] if "until" not in interval]
    assert open_ones, "every type's example shows what still stands"
    assert len(example["explanation"]) > 40


@pytest.mark.parametrize("name", NAMES)
def test_a_type_finds_nothing_in_an_empty_build(name: str, build: Any) -> None:
    assert _found(build.connection, exception_types()[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_type_judges_by_canonical_facts_never_by_a_source(name: str, build: Any) -> None:
    """A definition reads core_ relations and the policy's numbers; a raw table or a source's name has no place."""
    read = set(build.connection.get_table_names(exception_types()[name].select))
    strangers = {relation for relation in read if not relation.startswith("core_")}
    assert strangers <= {"policy_parameter", "source_clock"}
    assert "source_system = '" not in exception_types()[name].select


@pytest.mark.parametrize("name", NAMES)
def test_a_type_stays_in_the_sql_that_a_bigger_engine_runs_alike(name: str) -> None:
    code = re.sub(r"--[^\n]*", "", exception_types()[name].select)
    assert not re.search(NOT_ON_EVERY_ENGINE, code, re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_header_and_taxonomy_say_the_same_of_a_type(name: str) -> None:
    """ING-05: the taxonomy and the definition must not drift apart."""
    with (PROJECT_ROOT / "data" / "reference" / "exception_types.csv").open(encoding="utf-8", newline="") as file:
        taxonomy = {row["type_code"]: row for row in csv.DictReader(file)}
    definition, row = exception_types()[name], taxonomy[name]
    said = (definition.title, definition.category, definition.default_severity, definition.owner_team)
    assert said == (row["title"], row["category"], row["default_severity"], row["owner_function"])
    assert definition.sla_hours == float(row["sla_hours"])


def test_a_late_row_that_ends_an_exception_keeps_what_identifies_it(new_build: Any) -> None:
    """Ruling 4: an invoice paid later is the same exception with an end."""
    example, definition = _example("payment_overdue"), exception_types()["payment_overdue"]
    build = new_build(example["as_of"])
    for relation, rows in example["rows"].items():
        build.insert(relation, rows)
    before = {tuple(_order(i, definition)[:-1]): i["until"] for i in _found(build.connection, definition)}
    build.connection.execute(
        "UPDATE core_invoice SET paid_at = TIMESTAMP '2026-04-09 10:00:00' WHERE invoice_id = 'fin:I2'"
    )
    after = {tuple(_order(i, definition)[:-1]): i["until"] for i in _found(build.connection, definition)}
    assert set(after) == set(before)
    assert before[("fin:O2", "fin:I2")] is None
    assert after[("fin:O2", "fin:I2")] == datetime(2026, 4, 9, 10)
