"""In which unit are quantities kept? In base units: converts by the declared reference (ruling 14).

A quantity in a unit that the reference does not know stays as it came, and the audit `unit_unknown` lists it.
Never guesses a unit and never converts money between currencies.
"""

import duckdb

from etl.engines.casting import identifier
from etl.engines.refusing import Filled

_PER_UNIT = frozenset({"unit_price", "unit_cost"})


def to_base(connection: duckdb.DuckDBPyConnection, filled: Filled) -> None:
    """Convert what the source just filled: quantities times the factor, prices and costs per unit divided by it.

    Only in tables that say the unit of a row (`uom_code`). A quantity that gets too large is refused (fault 26).
    """
    names = filled.relation.names()
    if "uom_code" not in names:
        return
    quantities = [name for name in names if name.endswith("_qty")]
    prices = [name for name in names if name in _PER_UNIT]
    table, mine = filled.relation.name, filled.mine
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE conversion AS SELECT upper(uom_code) AS given, base_uom_code, factor FROM ref_uom"
    )
    for name in quantities:
        _refuse_too_large(connection, filled, name)
    changes = [f"{identifier(n)} = TRY_CAST({_times(identifier(n))} AS DECIMAL(18,4))" for n in quantities]
    changes += [f"{identifier(n)} = TRY_CAST({identifier(n)} / u.factor AS DECIMAL(18,4))" for n in prices]
    connection.execute(
        f"UPDATE {table} SET {', '.join(changes)}, uom_code = u.base_uom_code FROM conversion AS u "
        f"WHERE u.given = upper(trim({table}.uom_code)) AND {table}.uom_code <> u.base_uom_code AND {mine}"
    )


def _times(column: str) -> str:
    return f"(CAST({column} AS DECIMAL(38,4)) * u.factor)"


def _refuse_too_large(connection: duckdb.DuckDBPyConnection, filled: Filled, name: str) -> None:
    table = filled.relation.name
    condition = (
        f"FROM {table} AS t JOIN conversion AS u ON u.given = upper(trim(t.uom_code)) WHERE t.{filled.mine} "
        f"AND t.{identifier(name)} IS NOT NULL AND TRY_CAST({_times('t.' + identifier(name))} AS DECIMAL(18,4)) IS NULL"
    )
    reason = f"{table}.{name}: in base units the quantity does not fit DECIMAL(18,4)"
    connection.execute(
        f"INSERT INTO stage.refusal SELECT t.file_no, {filled.origin('t')}, t.file_line, t.file_line, NULL, ?, 'range', "
        f"CAST(t.{identifier(name)} AS VARCHAR), ?, NULL, 1 {condition}",
        [name, reason],
    )
    connection.execute(f"DELETE FROM {table} WHERE rowid IN (SELECT t.rowid {condition})")
