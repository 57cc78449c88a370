"""A home with a published build whose rows a test types in: for services that open a build, without a load."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from control_tower import builds, contract, manifest, policy, warehouse
from control_tower.settings import Settings
from control_tower.warehouse import Build

_FILLER: Mapping[str, Any] = {"VARCHAR": "typed", "INTEGER": 0, "BIGINT": 0, "BOOLEAN": False, "DOUBLE": 0.0}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def publish(home: Path, build_id: str, as_of: datetime, rows: Rows) -> Build:
    """Publish a build with these rows (relation → rows) and open it; columns that must hold something get a filler."""
    settings = Settings(home=home)
    staged = home / "staging" / build_id
    staged.mkdir(parents=True)
    connection = warehouse.create(staged / builds.WAREHOUSE, settings)
    shipped = policy.load()
    said = {"build_id": build_id, "as_of": as_of, "policy_version": shipped.version, "policy_hash": shipped.hash,
            "code_version": "0", "reporting_currency": "EUR", "small_sample": shipped.small_sample}  # fmt: skip
    typed: dict[str, Sequence[Mapping[str, Any]]] = {"policy": [said], **rows}
    typed.setdefault("policy_parameter", [{"name": n, "value": v} for n, v in shipped.parameters.items()])
    connection.begin()  # one write to disk, not one per row
    for relation, given in typed.items():
        _insert(connection, relation, given)
    connection.commit()
    connection.execute("CHECKPOINT")
    counted = {
        name: manifest.RelationEntry(rows=connection.table(name).aggregate("count(*)").fetchall()[0][0], hash="")
        for name in contract.relations()
    }
    connection.close()
    made = manifest.Manifest(
        build_id=build_id, made_at=datetime(2026, 3, 15, tzinfo=UTC).isoformat(), code_version="0.1.0",
        code_hash="0" * 64, reference={}, engine_version=duckdb.__version__, policy_version=shipped.version,
        policy_hash=shipped.hash, sources=(), files=(), relations=counted,
    )  # fmt: skip
    (staged / builds.MANIFEST).write_text(made.to_json(), encoding="utf-8")
    builds.install(staged, settings.builds)
    builds.point_to(settings.builds, build_id)
    return warehouse.open_current(settings)


def _insert(connection: duckdb.DuckDBPyConnection, relation: str, rows: Sequence[Mapping[str, Any]]) -> None:
    described = connection.execute(f"DESCRIBE {relation}").fetchall()
    fillers = {name: _FILLER[kind] for name, kind, null, *_ in described if null == "NO" and kind in _FILLER}
    for row in rows:
        full = fillers | dict(row)
        names, marks = ", ".join(f'"{name}"' for name in full), ", ".join("?" for _ in full)
        connection.execute(f"INSERT INTO {relation} ({names}) VALUES ({marks})", list(full.values()))
