"""Can this build answer at all? Which relations a figure reads, and which of them are missing or empty.

A figure that cannot be computed says why and is never 0. Never compute a figure here.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """What every figure of one build shares: its id, its clock, and below which n it says "too few"."""

    build: str
    as_of: datetime | None
    small_sample: int


def build_facts(connection: duckdb.DuckDBPyConnection) -> BuildFacts:
    """Read the one row of `policy`. Raises NotAvailable when the connection holds no build."""
    try:
        row = connection.execute("SELECT build_id, as_of, small_sample FROM policy").fetchone()
    except duckdb.CatalogException as error:
        raise NotAvailable("there is no relation policy: this is no build; load something first") from error
    if row is None:
        raise NotAvailable("the relation policy is empty: the build was not finished; load again")
    return BuildFacts(*row)


def lineage(connection: duckdb.DuckDBPyConnection, definition: KpiDefinition) -> tuple[str, ...]:
    """The relations that a definition's SELECT reads, sorted; computed by DuckDB, not typed."""
    plain = definition.select.replace("$at", "NULL").replace(
        "ASOF ", ""
    )  # DuckDB lists tables of plain statements only
    return tuple(sorted(connection.get_table_names(plain)))


def require(connection: duckdb.DuckDBPyConnection, definition: KpiDefinition) -> None:
    """Check everything a definition reads and needs.

    Raises NotAvailable listing every relation or column that is missing or holds nothing.
    """
    read = lineage(connection, definition)
    columns = {name: columns_of(connection, name) for name in (*read, *(n.partition(".")[0] for n in definition.needs))}
    missing = [f"relation {name} is missing in this build" for name in read if not columns[name]]
    for need in definition.needs:
        relation, _, column = need.partition(".")
        if not columns[relation]:
            missing.append(f"relation {relation} is missing in this build")
        elif column and column not in columns[relation]:
            missing.append(f"column {need} is missing in this build")
        elif not _holds_something(connection, relation, column):
            missing.append(f"{need} holds no value in this build" if column else f"{need} is empty in this build")
    missing += [
        f"policy.toml states no {name} under [measures]"
        for name in definition.parameters
        if not connection.execute("SELECT 1 FROM policy_parameter WHERE name = ?", [name]).fetchall()
    ]
    if missing:
        raise NotAvailable("; ".join(dict.fromkeys(missing)))


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> frozenset[str]:
    """The columns of a relation, none where the build lacks it; far quicker to ask for than the catalogue of all."""
    try:
        described = connection.execute(f'FROM "{relation}" LIMIT 0').description or []
    except duckdb.CatalogException:
        return frozenset()
    return frozenset(str(column[0]) for column in described)


def _holds_something(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> bool:
    """Names come from a checked header and exist in the catalogue."""
    condition = f'WHERE "{column}" IS NOT NULL' if column else ""
    return connection.execute(f'SELECT 1 FROM "{relation}" {condition} LIMIT 1').fetchone() is not None
