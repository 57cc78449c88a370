"""How do marts come out of canonical tables? Runs `models/*.sql` and `audits/*.sql` in the right order.

The order is computed from the SELECTs themselves; a file is one relation and is named as it. Holds no
model and no rule of its own.
"""

import json
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

from control_tower.contract import relations
from control_tower.definitions import header_and_select
from control_tower.errors import DefinitionError
from etl.engines.casting import identifier

MODELS = Path(__file__).resolve().parent.parent / "models"
AUDITS = Path(__file__).resolve().parent.parent / "audits"


@dataclass(frozen=True, slots=True)
class AuditOutcome:
    """What one audit rule found."""

    name: str
    title: str
    blocks_publishing: bool
    broken_rows: int
    example: str | None


def build(connection: duckdb.DuckDBPyConnection, folder: Path = MODELS) -> None:
    """Fill every mart. Raises DefinitionError naming the file of a model that does not run, and what DuckDB says where memory ends."""
    selects = {path.stem: path.read_text(encoding="utf-8").strip().rstrip(";") for path in sorted(folder.glob("*.sql"))}
    for name in _ordered(connection, selects, folder):
        try:
            _fill(connection, name, selects[name])
        except (
            duckdb.OutOfMemoryException
        ):  # nothing is wrong with the definition: the load says which setting to raise
            raise
        except duckdb.Error as error:
            raise DefinitionError(f"{folder / name}.sql: {error}") from error
    for name in selects:
        if name.startswith("_"):
            connection.execute(f"DROP TABLE stage.{identifier(name)}")


def _ordered(connection: duckdb.DuckDBPyConnection, selects: dict[str, str], folder: Path) -> list[str]:
    needs = {name: connection.get_table_names(select) & set(selects) for name, select in selects.items()}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise DefinitionError(f"{folder}: models need each other in a circle: {' → '.join(error.args[1])}") from error


def _fill(connection: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    if name.startswith("_"):
        connection.execute(f"CREATE TABLE stage.{identifier(name)} AS {select}")
        return
    relation = relations().get(name)
    if relation is None:
        raise DefinitionError(f"{name}.sql: no relation of this name in schema.sql")
    described = [row[0] for row in connection.execute(f"DESCRIBE {select}").fetchall()]
    if set(described) != set(relation.names()):
        differing = ", ".join(sorted(set(described) ^ set(relation.names())))
        raise DefinitionError(f"{name}.sql: its columns are not those of schema.sql; differing: {differing}")
    names = ", ".join(identifier(column) for column in described)
    connection.execute(f"INSERT INTO {identifier(name)} ({names}) {select}")


def audit(connection: duckdb.DuckDBPyConnection, folder: Path = AUDITS) -> list[AuditOutcome]:
    """Run every audit rule and keep the outcome in audit_result. A violated rule is a row, not an error."""
    outcomes = [_audit_one(connection, path) for path in sorted(folder.glob("*.sql"))]
    for outcome in outcomes:
        connection.execute(
            "INSERT INTO audit_result VALUES (?, ?, ?, ?, ?)",
            [outcome.name, outcome.title, outcome.blocks_publishing, outcome.broken_rows, outcome.example],
        )
    return outcomes


def _audit_one(connection: duckdb.DuckDBPyConnection, path: Path) -> AuditOutcome:
    header, select = header_and_select(path)
    try:
        broken = connection.execute(f"SELECT count(*) FROM ({select})").fetchall()[0][0]
        first = connection.execute(f"SELECT * FROM ({select}) LIMIT 1").to_arrow_table().to_pylist() if broken else []
    except duckdb.Error as error:
        raise DefinitionError(f"{path}: {error}") from error
    example = json.dumps(first[0], default=str) if first else None
    return AuditOutcome(path.stem, str(header["title"]), bool(header["blocks_publishing"]), broken, example)
