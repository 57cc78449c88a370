"""Is a definition file read as written, and refused with file, key and what is allowed?"""

from pathlib import Path

import pytest

from control_tower.definitions import KpiDefinition, exception_types, kpis, read_exception_type, read_kpi
from control_tower.errors import DefinitionError

KPI = """/* ---
title     = "Open exceptions"
question  = "How many are open?"
formula   = "count of exceptions valid at T"
grain     = "exception"
aggregate = "stock"
unit      = "count"
better    = "lower"
owner     = "Operations"
needs     = ["mart_exception", "mart_exception.sla_due_at"]
--- */
SELECT exception_id, detected_at AS valid_from, ended_at AS valid_to, 1 AS value, 1 AS weight
FROM mart_exception;
"""
TYPE = """/* ---
title             = "Late receipt"
category          = "supply"
default_severity  = "standard"
owner_team        = "Procurement"
sla_hours         = 48.0
clears_when       = "the receipt is posted"
suggested_actions = ["Expedite", "Reallocate"]
identity          = ["supply_id"]
version           = 1
needs             = ["core_supply"]
--- */
SELECT supply_id FROM core_supply
"""


def _file(tmp_path: Path, text: str, name: str = "open_exceptions") -> Path:
    path = tmp_path / f"{name}.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_kpi_file_becomes_a_definition_named_after_the_file(tmp_path: Path) -> None:
    definition = read_kpi(_file(tmp_path, KPI))
    assert isinstance(definition, KpiDefinition)
    assert definition.name == "open_exceptions"
    assert definition.aggregate == "stock"
    assert definition.stock_figure == "sum"
    assert definition.needs == ("mart_exception", "mart_exception.sla_due_at")
    assert definition.select.startswith("SELECT exception_id")
    assert not definition.select.endswith(";")


def test_an_exception_type_file_becomes_a_definition_named_after_its_code(tmp_path: Path) -> None:
    definition = read_exception_type(_file(tmp_path, TYPE, "late_receipt"))
    assert (definition.name, definition.sla_hours, definition.version) == ("late_receipt", 48.0, 1)
    assert definition.suggested_actions == ("Expedite", "Reallocate")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'better    = "lower"',
            'better    = "lower"\ncolour = "red"',
            ["unknown key colour", "allowed: number, title"],
        ),
        ('owner     = "Operations"\n', "", ["key owner is missing"]),
        ('aggregate = "stock"', 'aggregate = "total"', ["key aggregate", "'sum'", "'survival'", "'total'"]),
        ('aggregate = "stock"', 'aggregate = "sum"\nonce_per = "order_line_id"', ["once_per", "stock"]),
        ('better    = "lower"', 'better    = "less"', ["key better", "'higher'"]),
        ('"mart_exception.sla_due_at"', '"mart_exception; DROP"', ["key needs.1"]),
        ('title     = "Open exceptions"', "title     = ", ["not TOML"]),
        ("/* ---", "-- no header", ["must begin with a header"]),
        ("FROM mart_exception;", "FROM mart_exception; SELECT 1", ["more than one statement"]),
        ("SELECT exception_id", "DELETE exception_id", ["one SELECT"]),
    ],
)
def test_a_malformed_kpi_is_refused_in_words(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in KPI
    path = _file(tmp_path, KPI.replace(old, new, 1))
    with pytest.raises(DefinitionError) as refusal:
        read_kpi(path)
    for word in [str(path), *words]:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"supply"', '"suply"', ["category 'suply' is unknown", "supply"]),
        ('"standard"', '"urgent"', ["default_severity 'urgent'", "critical"]),
        ("sla_hours         = 48.0", "sla_hours         = 0.0", ["key sla_hours"]),
        ("version           = 1\n", "", ["key version is missing"]),
    ],
)
def test_a_malformed_exception_type_is_refused_in_words(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in TYPE
    with pytest.raises(DefinitionError) as refusal:
        read_exception_type(_file(tmp_path, TYPE.replace(old, new, 1), "late_receipt"))
    for word in words:
        assert word in str(refusal.value)


def test_a_file_name_that_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="lower_case"):
        read_kpi(_file(tmp_path, KPI, "Open-Exceptions"))


def test_all_shipped_definitions_can_be_read() -> None:
    assert all(name == definition.name for name, definition in {**kpis(), **exception_types()}.items())
