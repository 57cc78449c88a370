"""A home with one small build, for tests of the pages only: rows are drawn, nothing is loaded.

`python tests/dashboard/sample_build.py FOLDER` writes one to look at. Never used by the product.
"""

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from control_tower import builds, contract, manifest, warehouse
from control_tower.settings import Settings
from tests import exposed

AS_OF = datetime(2026, 3, 15, 18, 30)
HOSTILE_NOTE = '<img src=x onerror="window.pwned=1"> ![beacon](http://198.51.100.7/b.png) **bold** =1+1'
ROWS = 6_000
ROOMS = [Path(__file__).with_name(name) for name in ("sample_build.sql", "sample_flow.sql")]


def write_home(home: Path, rows: int = ROWS, build_id: str = "2026-03-15T183000-sample", **kind: bool) -> Path:
    """Write TOWER_HOME with one published build.

    kind: `all_closed` (nothing open, SLA known by flag only, no money: like a service log), `empty`
    (no exception at all), `no_sla` (no due time and no flag), `hands` (events that name who did them),
    `deep` (a hundred thousand ways, and one of ten thousand steps).
    """
    settings = Settings(home=home)
    staged = home / "staging" / build_id
    staged.mkdir(parents=True, exist_ok=True)
    connection = warehouse.create(staged / builds.WAREHOUSE, settings)
    values: dict[str, Any] = {"as_of": AS_OF, "build_id": build_id, "note": HOSTILE_NOTE}
    values["rows"] = 0 if kind.get("empty") else rows
    for name in ("all_closed", "no_sla"):
        values[name] = bool(kind.get(name))
    rooms = [*ROOMS, *(Path(__file__).with_name(f"sample_{name}.sql") for name in ("hands", "deep") if kind.get(name))]
    for statement in "".join(room.read_text(encoding="utf-8") for room in rooms).split(";\n"):
        if statement.strip():
            wanted = {key: value for key, value in values.items() if f"${key}" in statement}
            connection.execute(statement, wanted)
    exposed.fill(connection)
    exposed.fill(
        connection, ("mart_money_at_risk", "mart_touch", "mart_integration_failure", "mart_repeated_transaction")
    )
    connection.execute("CHECKPOINT")
    relations = _relations(connection)
    connection.close()
    _write_manifest(staged, build_id, relations)
    builds.install(staged, settings.builds)
    builds.point_to(settings.builds, build_id)
    return home


def _relations(connection: duckdb.DuckDBPyConnection) -> dict[str, manifest.RelationEntry]:
    found = {}
    for name in contract.relations():
        counted = connection.table(name).aggregate("count(*)").fetchall()[0][0]
        found[name] = manifest.RelationEntry(rows=counted, hash="")
    return found


def _write_manifest(folder: Path, build_id: str, relations: dict[str, manifest.RelationEntry]) -> None:
    made = manifest.Manifest(
        build_id=build_id,
        made_at=datetime(2026, 3, 15, 18, 31, tzinfo=UTC).isoformat(),
        code_version="0.1.0",
        code_hash="0" * 64,
        reference={},
        engine_version=duckdb.__version__,
        policy_version="1",
        policy_hash="0" * 64,
        sources=(),
        files=(),
        relations=relations,
    )
    (folder / builds.MANIFEST).write_text(dataclasses.replace(made).to_json(), encoding="utf-8")


if __name__ == "__main__":
    flags = dict.fromkeys(sys.argv[2:], True)
    print(write_home(Path(sys.argv[1]), **flags))
