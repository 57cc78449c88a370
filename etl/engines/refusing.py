"""Which canonical rows cannot stand? Rows that lack a required column, repeat a key or do not fit a column's type.

What is taken out stands in quarantine under the line it came from, or in the list of conflicts when another
system of the same company had delivered the same key first. Never decides what a column means.
"""

import re
from dataclasses import dataclass

import duckdb

from control_tower.contract import ContractColumn, Relation
from control_tower.errors import DefinitionError, LoadRefused
from etl.engines.casting import identifier, literal
from etl.source import Source

MAPPED = {
    ("exception", "type_code"): ("exception_type", "local_code"),
    ("exception", "status"): ("status", "local_status"),
    ("exception", "severity"): ("severity", "local_severity"),
    ("exception_state", "status"): ("status", "local_status"),
    ("event", "business_event"): ("business_event", "activity"),
    ("event", "resource_type"): ("resource_type", "local_resource_type"),
    ("user", "resource_type"): ("resource_type", "local_resource_type"),
    ("customer", "tier"): ("tier", "local_tier"),
    ("order", "channel"): ("channel", "local_channel"),
}
"""(canonical table, column) → (kind of code, column that holds the source's own code)."""
_ALWAYS_FITS = {
    ("INTEGER", "BIGINT"),
    ("INTEGER", "DECIMAL(18,4)"),
    ("DATE", "TIMESTAMP"),
    ("TIMESTAMP", "DATE"),
    ("BOOLEAN", "INTEGER"),
}
"""(type selected, type of the contract): no value can fail to convert."""


_FIRST_FILE = "(SELECT min(f.file_no) FROM stage.framed AS f WHERE f.source_system = r.source_system)"
"""Expression: the number of the first file that the source of row `r` ever delivered."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A canonical table that one source has just filled, and the raw tables its SELECT reads, first named first."""

    source: Source
    relation: Relation
    raw_tables: tuple[str, ...]

    @property
    def mine(self) -> str:
        """Condition for the rows of this source."""
        return f"source_system = {literal(self.source.name)}"

    def origin(self, row: str) -> str:
        """Expression: the raw table whose line `row` (an alias) refers to."""
        if len(self.raw_tables) == 1:
            return literal(self.raw_tables[0])
        whens = " ".join(
            f"WHEN EXISTS (SELECT 1 FROM stage.{identifier('all_' + self.source.raw_name(name))} AS o "
            f"WHERE {row}.file_no = o.file_no AND {row}.file_line = o.file_line) THEN {literal(name)}"
            for name in self.raw_tables
        )
        return f"CASE {whens} ELSE {literal(self.raw_tables[0])} END"


def raw_tables(source: Source, select: str) -> tuple[str, ...]:
    """Raw tables that a SELECT names, through `_views`, in the order it names them.

    Looked up in the text: DuckDB resolves the views of raw tables to what lies below them.
    """
    tables = {source.raw_name(name): name for name in source.toml.tables}
    found: dict[str, None] = {}
    for word in re.findall(r"\w+", select):
        if word in tables:
            found[tables[word]] = None
        elif word.startswith("_") and word in source.sql:
            found |= dict.fromkeys(raw_tables(source, source.sql[word]))
    return tuple(found) or tuple(source.toml.tables)[:1]


def may_not_fit(selected: str, wanted: str) -> bool:
    """Whether a value of the selected type can fail to become the contract's type."""
    return wanted != "VARCHAR" and selected not in (wanted, '"NULL"') and (selected, wanted) not in _ALWAYS_FITS


def refuse_unfitting(connection: duckdb.DuckDBPyConnection, filled: Filled, columns: list[ContractColumn]) -> None:
    """Selected rows with a value beyond the contract's type go to quarantine instead (fault 26)."""
    wrong = {
        c.name: f"(s.{identifier(c.name)} IS NOT NULL AND TRY_CAST(s.{identifier(c.name)} AS {c.type}) IS NULL)"
        for c in columns
    }
    every = " OR ".join(wrong.values())
    if not wrong or not connection.execute(f"SELECT count(*) FROM stage._selected AS s WHERE {every}").fetchall()[0][0]:
        return
    for column in columns:
        reason = f"{filled.relation.name}.{column.name} takes {column.type} ({column.comment}); the value does not fit"
        connection.execute(
            f"INSERT INTO stage.refusal SELECT s.file_no, {filled.origin('s')}, s.file_line, s.file_line, NULL, ?, 'range', "
            f"CAST(s.{identifier(column.name)} AS VARCHAR), ?, NULL, 1 FROM stage._selected AS s WHERE {wrong[column.name]}",
            [column.name, reason],
        )
    connection.execute(f"DELETE FROM stage._selected AS s WHERE {every}")


def refuse_incomplete(connection: duckdb.DuckDBPyConnection, filled: Filled, mapped: str) -> None:
    """Rows of the table `mapped` that lack a required column go to quarantine instead (ING-04)."""
    relation = filled.relation
    given = {row[0] for row in connection.execute(f"DESCRIBE {mapped}").fetchall()}
    required = [c for c in relation.columns if c.required]
    for column in required:
        reason = f"{relation.name} needs {column.name} ({column.comment}); the row gives none"
        if column.name not in given:
            raise DefinitionError(f"{filled.source.folder / relation.canonical}.sql: {reason}")
        mapping = MAPPED.get((relation.canonical, column.name))
        if mapping:
            reason += f", or its code is not mapped: add it under [codes.{mapping[0]}] in source.toml"
        connection.execute(
            f"INSERT INTO stage.refusal SELECT r.file_no, {filled.origin('r')}, r.file_line, r.file_line, NULL, ?, ?, NULL, "
            f"?, NULL, 1 FROM {mapped} AS r WHERE r.{identifier(column.name)} IS NULL AND r.file_line IS NOT NULL",
            [column.name, "unmapped_code" if mapping else "required", reason],
        )
    where = " OR ".join(f"{identifier(c.name)} IS NULL" for c in required)
    connection.execute(f"DELETE FROM {mapped} WHERE {where}")


def check_lineage(connection: duckdb.DuckDBPyConnection, filled: Filled) -> None:
    """Raises DefinitionError when the source selects rows without file and line."""
    lost = connection.execute(
        f"SELECT count(*) FROM {filled.relation.name} WHERE (file_no IS NULL OR file_line IS NULL) AND {filled.mine}"
    ).fetchall()[0][0]
    if lost:
        raise DefinitionError(
            f"{filled.source.folder / filled.relation.canonical}.sql: {lost:,} rows have no file_no or no file_line; "
            "every row must lead to the line it came from"
        )


def refuse_repeated(connection: duckdb.DuckDBPyConnection, filled: Filled) -> None:
    """Of rows with one key the one that came first stays (by file and line).

    The others go to quarantine; but that another system delivers the same key is no mistake: the source
    that was loaded first is the system of record, and the row of the other is listed as a conflict.
    """
    relation = filled.relation
    keys = ", ".join(identifier(k) for k in relation.key)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS SELECT h FROM "
        f"(SELECT hash({keys}) AS h FROM {relation.name}) GROUP BY h HAVING count(*) > 1"
    )
    if not connection.execute("SELECT count(*) FROM repeated").fetchall()[0][0]:
        return
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE surplus AS SELECT * FROM (SELECT rowid AS rid, file_no, file_line, source_system, "
        f"concat_ws(' | ', {keys}) AS row_key, CAST(to_json(r) AS VARCHAR) AS old_row, row_number() OVER first_come AS nth, "
        "first_value(source_system) OVER first_come AS kept_source, first_value(file_no) OVER first_come AS kept_file_no, "
        f"first_value(file_line) OVER first_come AS kept_line FROM {relation.name} AS r WHERE hash({keys}) IN (SELECT h "
        f"FROM repeated) WINDOW first_come AS (PARTITION BY {keys} "
        f"ORDER BY {_FIRST_FILE}, file_no, file_line, rowid)) WHERE nth > 1"
    )
    _write_surplus(connection, filled)
    connection.execute(f"DELETE FROM {relation.name} WHERE rowid IN (SELECT rid FROM surplus)")
    _refuse_collision(connection, relation.name, keys)


def _write_surplus(connection: duckdb.DuckDBPyConnection, filled: Filled) -> None:
    relation = filled.relation
    reason = f"{relation.name}: the key ({', '.join(relation.key)}) is taken by an earlier row; keys identify one row"
    connection.execute(
        f"INSERT INTO stage.refusal SELECT s.file_no, {filled.origin('s')}, s.file_line, s.file_line, NULL, ?, 'unique', "
        f"left(s.row_key, 200), ?, NULL, 1 FROM surplus AS s WHERE s.kept_source = s.source_system",
        [", ".join(relation.key), reason],
    )
    connection.execute(
        f"INSERT INTO stage.outranked SELECT CASE WHEN {filled.mine} THEN {filled.origin('s')} ELSE (SELECT min(f.raw_table) "
        "FROM stage.framed AS f WHERE f.file_no = s.file_no) END, s.file_no, s.file_line, ? || s.row_key, s.old_row, "
        "s.kept_file_no, s.kept_line FROM surplus AS s WHERE s.kept_source <> s.source_system",
        [f"{relation.canonical}: "],
    )


def _refuse_collision(connection: duckdb.DuckDBPyConnection, relation: str, keys: str) -> None:
    """Two keys with one 64-bit hash: mining joins by hash, so such a load must not pass (about 3 in a million at 10 M)."""
    found = connection.execute(
        f"SELECT count(*) FROM (SELECT hash({keys}) AS h FROM {relation} WHERE hash({keys}) IN (SELECT h FROM repeated) "
        "GROUP BY h HAVING count(*) > 1)"
    ).fetchall()
    if found[0][0]:
        raise LoadRefused(f"{relation}: two different keys share a hash; rename one of them and load again")
