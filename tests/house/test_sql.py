"""Does SQL stand where it belongs, say what it takes, and answer the same on every run?"""

import ast

import pytest

from control_tower.contract import relations
from tests.house import sql_rules, tree

SQL_IN_PYTHON = (
    "control_tower/warehouse.py",
    "control_tower/fingerprint.py",
    "control_tower/kpi/",
    "etl/engines/",
    "process_mining/",
)
PLACES_OF_SQL = (
    "etl/sources/",
    "etl/models/",
    "etl/audits/",
    "control_tower/kpis/",
    "control_tower/exception_types/",
    "control_tower/reads/",
    "control_tower/schema.sql",
    "control_tower/workflow/store/",
)


def offenders(rule) -> list[str]:
    return [tree.place(path, line) for path in tree.sql_files() for line in rule(path.read_text(encoding="utf-8"))]


def test_no_sql_file_takes_columns_it_does_not_name() -> None:
    found = offenders(sql_rules.stars)
    assert not found, tree.report(found)


def test_no_sql_file_asks_the_clock_or_chance() -> None:
    found = offenders(sql_rules.clocks)
    assert not found, f"a build must be a pure function of its manifest; time is policy.as_of: {tree.report(found)}"


def test_sql_files_stand_in_their_rooms() -> None:
    lost = [tree.place(path) for path in tree.sql_files() if not tree.place(path).startswith(PLACES_OF_SQL)]
    assert not lost, tree.report(lost)


def test_a_model_is_named_as_the_relation_it_makes() -> None:
    models = (tree.ROOT / "etl" / "models").glob("*.sql")
    strangers = [tree.place(path) for path in models if not path.stem.startswith("_") and path.stem not in relations()]
    assert not strangers, f"not in control_tower/schema.sql: {tree.report(strangers)}"


def test_a_sql_file_of_a_source_is_named_as_the_canonical_table_it_fills() -> None:
    files = [path for path in (tree.ROOT / "etl" / "sources").rglob("*.sql") if not path.stem.startswith("_")]
    strangers = [tree.place(path) for path in files if f"core_{path.stem}" not in relations()]
    assert not strangers, f"no such core_ table in control_tower/schema.sql: {tree.report(strangers)}"


def test_python_holds_no_sql() -> None:
    found = [
        tree.place(path, line)
        for path in tree.modules()
        if not tree.place(path).startswith(SQL_IN_PYTHON)
        for line in sql_rules.statements(tree.parsed(path))
    ]
    assert not found, f"SQL belongs in .sql files: {tree.report(found)}"


def test_values_are_bound_never_put_into_the_text_of_a_query() -> None:
    """# fault 86: only names from an allow-list may be put into SQL text."""
    found = [tree.place(path, line) for path in tree.modules() for line in sql_rules.values_in_sql(tree.parsed(path))]
    assert not found, tree.report(found)


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        (sql_rules.stars, "SELECT * FROM a"),
        (sql_rules.stars, "select distinct\n * from a"),
        (sql_rules.stars, "SELECT a.id, b.* FROM a, b"),
        (sql_rules.stars, "SELECT id, * EXCLUDE (x) FROM a"),
        (sql_rules.clocks, "SELECT now() AS at"),
        (sql_rules.clocks, "SELECT id FROM a WHERE at < CURRENT_TIMESTAMP"),
        (sql_rules.clocks, "SELECT id FROM a ORDER BY random()"),
    ],
)
def test_a_planted_breach_in_sql_is_found(rule, sql: str) -> None:
    assert rule("-- a comment\n" + sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS n, a * b AS c, sum(x) * 2 AS d FROM t -- not SELECT * and not now()",
        "/* SELECT * */ SELECT 'now() and SELECT *' AS text, known_at FROM t",
    ],
)
def test_honest_sql_is_not_reported(sql: str) -> None:
    assert sql_rules.stars(sql) == []
    assert sql_rules.clocks(sql) == []


@pytest.mark.parametrize(
    "python",
    [
        'q = "SELECT a FROM b"',
        'q = "select a from b"',
        'q = f"SELECT {c}\\nFROM {t}"',
        'q = f"INSERT INTO {t} VALUES (?)"',
        'q = "CREATE OR REPLACE TEMP TABLE x AS"',
        'q = "UPDATE t SET a = 1"',
        'q = "DELETE FROM t"',
    ],
)
def test_planted_sql_in_python_is_found(python: str) -> None:
    assert sql_rules.statements(ast.parse(python)) == [1]


@pytest.mark.parametrize(
    "python",
    [
        '"""SELECT a FROM b"""',
        'label = "Select a site from the list"',
        'x = "created from the update of a set"',
        'x = "every CREATE TABLE needs a comment"',
    ],
)
def test_words_that_look_like_sql_are_not_reported(python: str) -> None:
    assert sql_rules.statements(ast.parse(python)) == []


@pytest.mark.parametrize(
    ("python", "is_breach"),
    [
        ("q = f\"SELECT a FROM b WHERE c = '{value}'\"", True),
        ('q = f"SELECT a FROM b LIMIT {n}"', True),
        ('q = f"SELECT a FROM b WHERE c IN ({values})"', True),
        ('q = f"SELECT a FROM b WHERE c = {value}"', True),
        ("q = \"SELECT a FROM b WHERE c = '%s'\" % value", True),
        ('q = "SELECT a FROM {}".format(x)', True),
        ("q = f\"SELECT a FROM b WHERE c = '{literal(value)}'\"", True),
        ('q = f"SELECT a FROM b WHERE c = {literal(value)} AND {identifier(d)} = {identifier(e)}"', False),
        ("q = f\"SELECT a FROM b WHERE c LIKE 'x{value}%'\"", True),
        ("q = f\"SELECT 'rule'{values} FROM b\"", False),
        ('q = f"SELECT {column} FROM {relation} WHERE {column} = ? AND x.{key} = y.{key}"', False),
    ],
)
def test_a_value_put_into_sql_is_found(python: str, is_breach: bool) -> None:
    assert bool(sql_rules.values_in_sql(ast.parse(python))) is is_breach
