"""How do a source's own SELECTs become canonical rows?

For each `<canonical>.sql` of a source: run it on the staged raw tables, put the namespace before ids,
translate local codes, insert into `core_<canonical>`; then refuse rows that lack a required column or
repeat a key. Knows no file and no reader; decides no business rule: those are the source's SQL and codes.
"""

import duckdb

from control_tower.contract import ContractColumn, Relation, canonical_tables
from control_tower.errors import DefinitionError
from etl.engines import refusing, units
from etl.engines.casting import identifier, literal
from etl.engines.refusing import MAPPED
from etl.source import Source

NO_WORK_LIST = frozenset({"business_event"})
"""Kinds where a code without a mapping is normal: not every activity is a business event."""
_MOMENT = {"exception": "detected_at", "exception_state": "changed_at", "order": "order_at"}


def fill(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Run every SQL file of the source. Raises DefinitionError naming file and what DuckDB said."""
    known = canonical_tables()
    connection.execute("DELETE FROM code_map WHERE source_system = ?", [source.name])
    for kind, codes in source.toml.codes.items():
        for local, canonical in codes.items():
            connection.execute("INSERT INTO code_map VALUES (?, ?, ?, ?)", [source.name, kind, local, canonical])
    for name, text in source.sql.items():
        select = text.strip().rstrip(";")
        try:
            if name.startswith("_"):
                connection.execute(f"CREATE TABLE stage.{identifier(name)} AS {select}")
            elif name in known:
                _fill_one(connection, source, known[name], select)
            else:
                allowed = ", ".join(sorted(known))
                raise DefinitionError(f"{source.folder / name}.sql: no canonical table {name!r}; allowed: {allowed}")
        except duckdb.Error as error:
            raise DefinitionError(f"{source.folder / name}.sql: {error}") from error
    for name in source.sql:
        if name.startswith("_"):
            connection.execute(f"DROP TABLE stage.{identifier(name)}")
    _exceptions_are_objects(connection, source)


def _exceptions_are_objects(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """A source that logs exceptions and no events need not say that each exception is an object."""
    connection.execute(
        "INSERT INTO core_object BY NAME SELECT exception_id AS object_id, 'exception' AS object_type, source_system, "
        "file_no, file_line FROM core_exception AS e WHERE source_system = ? AND NOT EXISTS (SELECT 1 FROM core_object AS o "
        "WHERE o.object_id = e.exception_id AND o.object_type = 'exception')",
        [source.name],
    )


def _fill_one(connection: duckdb.DuckDBPyConnection, source: Source, relation: Relation, select: str) -> None:
    described = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {select}").fetchall()}
    _check_columns(source, relation, described)
    mapped = _mapped_columns(relation, described)
    listed = {column: rule for column, rule in mapped.items() if rule[0] not in NO_WORK_LIST}
    filled = refusing.Filled(source, relation, refusing.raw_tables(source, select))
    narrow = [c for c in relation.columns if c.name in described and refusing.may_not_fit(described[c.name], c.type)]
    if listed or narrow:
        connection.execute(f"CREATE OR REPLACE TABLE stage._selected AS {select}")
        refusing.refuse_unfitting(connection, filled, narrow)
        select = "SELECT * FROM stage._selected"
    for kind, local in listed.values():
        _list_unmapped(connection, source, relation, kind, local)
    columns = [c for c in relation.columns if c.name in described or c.name in mapped or c.name == "source_system"]
    values = ", ".join(f"{_value(source, relation, column, mapped)} AS {identifier(column.name)}" for column in columns)
    joins = "".join(
        f" LEFT JOIN code_map AS m_{column} ON m_{column}.source_system = {literal(source.name)} "
        f"AND m_{column}.kind = {literal(kind)} AND m_{column}.local_code = CAST(s.{identifier(local)} AS VARCHAR)"
        for column, (kind, local) in mapped.items()
    )
    _insert(connection, filled, f"SELECT {values} FROM ({select}) AS s{joins}")
    units.to_base(connection, filled)
    refusing.refuse_repeated(connection, filled)


def _insert(connection: duckdb.DuckDBPyConnection, filled: refusing.Filled, select: str) -> None:
    """Insert what the SELECT gives; only when a required column is empty somewhere, look for the rows that lack it."""
    relation = filled.relation.name
    try:
        connection.execute(f"INSERT INTO {relation} BY NAME {select}")
    except duckdb.ConstraintException:
        connection.execute(f"CREATE OR REPLACE TABLE stage._mapped AS {select}")
        refusing.refuse_incomplete(connection, filled, "stage._mapped")
        connection.execute(f"INSERT INTO {relation} BY NAME SELECT * FROM stage._mapped")
    refusing.check_lineage(connection, filled)


def _check_columns(source: Source, relation: Relation, described: dict[str, str]) -> None:
    place = source.folder / f"{relation.canonical}.sql"
    missing = {"file_no", "file_line"} - set(described)
    if missing:
        raise DefinitionError(
            f"{place}: selects no {' and no '.join(sorted(missing))}; every row must lead to its line"
        )
    locals_ = {local for (table, _), (_, local) in MAPPED.items() if table == relation.canonical}
    unknown = set(described) - set(relation.names()) - locals_
    if unknown:
        raise DefinitionError(
            f"{place}: column {sorted(unknown)[0]!r} is not in {relation.name}; allowed: {', '.join(relation.names())}"
        )


def _mapped_columns(relation: Relation, described: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {
        column: rule
        for (table, column), rule in MAPPED.items()
        if table == relation.canonical and column not in described and rule[1] in described
    }


def _value(source: Source, relation: Relation, column: ContractColumn, mapped: dict[str, tuple[str, str]]) -> str:
    if column.name == "source_system":
        return literal(source.name)
    if column.name in mapped:
        kind, local = mapped[column.name]
        rest = source.toml.codes.get(kind, {}).get("*") or ("unmapped" if kind == "exception_type" else None)
        given = f"m_{column.name}.canonical_code"
        if rest is None:
            return given
        known = (
            "true"
            if rest == "unmapped" or "*" in source.toml.codes.get(kind, {})
            else f"s.{identifier(local)} IS NOT NULL"
        )
        return f"coalesce({given}, CASE WHEN {known} THEN {literal(rest)} END)"
    value = f"s.{identifier(column.name)}"
    if column.is_local_id and not source.toml.has_full_ids:
        return f"{literal(source.toml.namespace + ':')} || nfc_normalize(CAST({value} AS VARCHAR))"
    return f"CAST({value} AS {column.type})"


def _list_unmapped(
    connection: duckdb.DuckDBPyConnection, source: Source, relation: Relation, kind: str, local: str
) -> None:
    if "*" in source.toml.codes.get(kind, {}):
        return
    moment = _MOMENT.get(relation.canonical)
    columns = {row[0] for row in connection.execute("DESCRIBE stage._selected").fetchall()}
    seen = f"CAST({moment} AS TIMESTAMP)" if moment in columns else "CAST(NULL AS TIMESTAMP)"
    connection.execute(
        "INSERT INTO unmapped_code "
        f"SELECT {literal(source.name)}, {literal(kind)}, CAST({identifier(local)} AS VARCHAR), count(*), min({seen}), max({seen}) "
        f"FROM stage._selected AS s WHERE {identifier(local)} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM code_map AS m "
        f"WHERE m.source_system = {literal(source.name)} AND m.kind = {literal(kind)} "
        f"AND m.local_code = CAST(s.{identifier(local)} AS VARCHAR)) AND NOT EXISTS (SELECT 1 FROM unmapped_code AS u "
        f"WHERE u.source_system = {literal(source.name)} AND u.kind = {literal(kind)} "
        f"AND u.local_code = CAST(s.{identifier(local)} AS VARCHAR)) GROUP BY ALL"
    )
