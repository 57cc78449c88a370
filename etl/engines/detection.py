"""Which exceptions do the transactions show that no log reported? Runs `exception_types/*.sql`.

Each type's SELECT returns intervals (ruling 4); this module gives them ids, writes them as exceptions
with their two states, and ties them to their anchor and clearing events. What counts as an exception is
the definition's business, never this module's.
"""

import duckdb

from control_tower.contract import relations
from control_tower.definitions import ExceptionTypeDefinition
from control_tower.errors import DefinitionError
from etl.engines.casting import literal

_OWN = ("since", "until", "anchor_event_id", "clear_event_id")
_CONTEXT = (
    "site_id", "supplier_id", "customer_id", "item_id", "carrier_id", "order_id", "order_line_id", "shipment_id",
    "invoice_id", "owner_team_id", "magnitude", "value_at_risk_amount", "currency_code", "evidence",
)  # fmt: skip


def detect(connection: duckdb.DuckDBPyConnection, definition: ExceptionTypeDefinition, place: str) -> int:
    """Find and store the exceptions of one type. Returns how many; raises DefinitionError naming the file."""
    try:
        connection.execute(f"CREATE OR REPLACE TABLE stage.interval AS {definition.select}")
        columns = [row[0] for row in connection.execute("DESCRIBE stage.interval").fetchall()]
        _check(definition, columns, place)
        _number(connection, definition)
        _store(connection, definition, columns)
        found = connection.execute("SELECT count(*) FROM stage.found").fetchall()[0][0]
    except duckdb.Error as error:
        raise DefinitionError(f"{place}: {error}") from error
    return int(found)


def _check(definition: ExceptionTypeDefinition, columns: list[str], place: str) -> None:
    needed = {"source_system", "since", "until", "anchor_event_id", *definition.identity}
    if needed - set(columns):
        raise DefinitionError(f"{place}: the SELECT lacks column {sorted(needed - set(columns))[0]!r}")
    allowed = {"source_system", *_OWN, *_CONTEXT, *definition.identity}
    if set(columns) - allowed:
        surplus = sorted(set(columns) - allowed)[0]
        raise DefinitionError(f"{place}: unknown column {surplus!r}; allowed: {', '.join(sorted(allowed))}")


def _number(connection: duckdb.DuckDBPyConnection, definition: ExceptionTypeDefinition) -> None:
    """Ids from what it is about and where it starts: a late row that moves `since` keeps the id (ruling 4).

    A namespace whose own systems log this type is left alone: it would be counted twice.
    """
    about = ", ".join(f"coalesce(CAST(i.{name} AS VARCHAR), '')" for name in (*definition.identity, "anchor_event_id"))
    connection.execute(
        "CREATE OR REPLACE TABLE stage.found AS SELECT r.namespace || ':' || ? || ':' || md5(concat_ws('|', "
        f"{about})) AS exception_id, i.* FROM stage.interval AS i "
        "JOIN source_registry AS r ON r.source_system = i.source_system "
        "WHERE i.since IS NOT NULL AND r.namespace NOT IN (SELECT r2.namespace FROM core_exception AS e "
        "JOIN source_registry AS r2 ON r2.source_system = e.source_system WHERE e.type_code = ? AND e.file_no IS NOT NULL)",
        [definition.name, definition.name],
    )
    connection.execute(
        "CREATE OR REPLACE TABLE stage.found AS SELECT * FROM stage.found "
        "QUALIFY row_number() OVER (PARTITION BY exception_id ORDER BY since, until NULLS FIRST) = 1"
    )


def _store(connection: duckdb.DuckDBPyConnection, definition: ExceptionTypeDefinition, columns: list[str]) -> None:
    context = [name for name in _CONTEXT if name in columns]
    types = {column.name: column.type for column in relations()["core_exception"].columns}
    names = "".join(f", {name}" for name in context)
    values = "".join(f", TRY_CAST({name} AS {types[name]})" for name in context)
    due = f"since + INTERVAL {round(definition.sla_hours * 3600)} SECOND"
    connection.execute(
        "INSERT INTO core_exception (exception_id, source_system, type_code, severity, status, detected_at, resolved_at, "
        f"sla_due_at, detector_id, detected_by{names}) SELECT exception_id, source_system, {literal(definition.name)}, "
        f"{literal(definition.default_severity)}, CASE WHEN until IS NULL THEN 'new' ELSE 'resolved' END, since, until, "
        f"{due}, {literal(f'{definition.name}@{definition.version}')}, 'rule'{values} FROM stage.found"
    )
    connection.execute(
        "INSERT INTO core_exception_state (exception_id, sequence_no, source_system, status, changed_at) "
        "SELECT exception_id, 1, source_system, 'new', since FROM stage.found UNION ALL "
        "SELECT exception_id, 2, source_system, 'resolved', until FROM stage.found WHERE until IS NOT NULL"
    )
    connection.execute(
        "INSERT INTO core_object (object_id, object_type, source_system) "
        "SELECT exception_id, 'exception', source_system FROM stage.found"
    )
    for event, qualifier in (("anchor_event_id", "detected by"), ("clear_event_id", "cleared by")):
        if event in columns:
            connection.execute(
                "INSERT INTO core_event_object (event_id, object_id, object_type, qualifier, source_system) "
                f"SELECT {event}, exception_id, 'exception', {literal(qualifier)}, source_system FROM stage.found "
                f"WHERE {event} IS NOT NULL"
            )
