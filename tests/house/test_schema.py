"""Is the contract between the floors complete, explained and spelled by the house's names?"""

import re

import duckdb
import pytest

from control_tower.contract import SCHEMA, relations
from tests.house import tree

RELATIONS = relations()

TYPES_BY_ENDING = [
    (re.compile(r"_id$|_code$"), {"VARCHAR"}),
    (re.compile(r"_date$"), {"DATE"}),
    (re.compile(r"_at$"), {"TIMESTAMP"}),
    (re.compile(r"_(qty|amount)$"), {"DECIMAL(18,4)"}),
    (re.compile(r"_rate$"), {"DECIMAL(18,4)", "DECIMAL(18,8)", "DOUBLE"}),
    (re.compile(r"_(days|hours)$"), {"DECIMAL(18,4)", "INTEGER", "BIGINT", "DOUBLE"}),
    (re.compile(r"^(is|has)_"), {"BOOLEAN"}),
]
SPELLED_BY_OTHERS = {"http_code": "INTEGER", "load_id": "INTEGER"}
"""Columns whose name scripts rely on, or the world spells so: a number behind _code or _id."""
ROOMS = re.compile(r"^(core|mart|ref)_\w+$")
BOOKKEEPING = {
    "policy",
    "policy_parameter",
    "build_definition",
    "source_clock",
    "source_registry",
    "code_map",
    "unmapped_code",
    "load_ledger",
    "load_table_ledger",
    "load_conflict",
    "quarantine",
    "parked_row",
    "suspicious_id",
    "audit_result",
}
"""How the data got here: relations without a prefix; a new one needs an entry and a reason."""


def test_the_schema_is_valid_and_nothing_of_it_escaped_the_reader_of_this_test() -> None:
    text = SCHEMA.read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(text)
        made = connection.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
    read_here = {(relation.name, column) for relation in RELATIONS.values() for column in relation.names()}
    assert read_here == set(made)


@pytest.mark.parametrize("name", RELATIONS)
def test_every_relation_says_its_grain_and_its_key(name: str) -> None:
    relation = RELATIONS[name]
    assert relation.grain.startswith("One row"), f"{name}: the comment above it must say what one row is"
    assert relation.key, f"{name}: the comment above it must name its key after 'Key:'"
    assert set(relation.key) <= set(relation.names()), f"{name}: Key names a column it does not have"


@pytest.mark.parametrize("name", RELATIONS)
def test_every_column_is_defined(name: str) -> None:
    silent = [column.name for column in RELATIONS[name].columns if len(column.comment) < 3]
    assert not silent, f"{name}: columns without a comment behind them: {silent}"


@pytest.mark.parametrize("name", RELATIONS)
def test_columns_are_spelled_by_their_meaning(name: str) -> None:
    wrong = [
        f"{name}.{column.name} is {column.type}, its name says {sorted(types)}"
        for column in RELATIONS[name].columns
        for ending, types in TYPES_BY_ENDING
        if ending.search(column.name) and column.type not in types and SPELLED_BY_OTHERS.get(column.name) != column.type
    ]
    assert not wrong, tree.report(wrong)


def test_relations_carry_the_prefix_of_their_room() -> None:
    lost = [name for name in RELATIONS if not ROOMS.match(name) and name not in BOOKKEEPING]
    assert not lost, f"neither core_, mart_, ref_ nor known bookkeeping: {lost}"
    assert set(RELATIONS) >= BOOKKEEPING, f"no longer in the schema: {sorted(BOOKKEEPING - set(RELATIONS))}"


@pytest.mark.parametrize("name", [name for name in RELATIONS if name.startswith("core_")])
def test_every_canonical_row_leads_back_to_its_file_and_line(name: str) -> None:
    """ING-11: lineage stands on the row."""
    columns = {column.name: column for column in RELATIONS[name].columns}
    assert columns["source_system"].required
    assert columns["file_no"].type == "INTEGER"
    assert columns["file_line"].type == "BIGINT"
