"""A home with one small build: rows as a test types them, marts as the product's own models make them.

For tests of mining only; nothing is loaded, so the events are exactly those given.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from control_tower import builds, contract, manifest, policy, warehouse
from control_tower.settings import Settings
from etl.engines import modelling, preamble

AS_OF = datetime(2026, 4, 1)
START = datetime(2026, 3, 2, 8)
_FILLER: Mapping[str, Any] = {"VARCHAR": "not said", "INTEGER": 0, "BIGINT": 0, "BOOLEAN": False}
Row = Mapping[str, Any]


def made(home: Path, tables: Mapping[str, Sequence[Row] | pd.DataFrame]) -> warehouse.Build:
    """Publish a build of these core rows and open it."""
    settings = Settings(home=home)
    staged = home / "staging" / "small"
    staged.mkdir(parents=True)
    connection = warehouse.create(staged / builds.WAREHOUSE, settings)
    preamble.attach_stage(connection, staged)
    shipped = policy.load()
    _fill(connection, "policy", [{
        "build_id": "small", "as_of": AS_OF, "policy_version": shipped.version, "policy_hash": shipped.hash,
        "code_version": "0", "reporting_currency": "EUR", "small_sample": shipped.small_sample,
    }])  # fmt: skip
    _fill(connection, "policy_parameter", [{"name": n, "value": v} for n, v in shipped.parameters.items()])
    _fill(connection, "source_clock", [{"source_system": "not said", "as_of": AS_OF}])
    _fill(connection, "ref_exception_type", [
        {"type_code": "stock_mismatch", "category": "inventory", "title": "Stock mismatch", "default_severity": "standard"},
    ])  # fmt: skip
    for relation, rows in tables.items():
        _fill(connection, relation, rows)
    modelling.build(connection)
    connection.execute("SET search_path = 'warehouse.main'")
    connection.execute("DETACH stage")
    connection.execute("CHECKPOINT")
    counted = {
        name: manifest.RelationEntry(connection.table(name).aggregate("count(*)").fetchall()[0][0], "")
        for name in contract.relations()
    }
    connection.close()
    (staged / "stage.duckdb").unlink()
    _publish(staged, settings, counted)
    return warehouse.open_current(settings)


def _fill(connection: duckdb.DuckDBPyConnection, relation: str, rows: Sequence[Row] | pd.DataFrame) -> None:
    described = connection.execute(f"DESCRIBE {relation}").fetchall()
    frame = pd.DataFrame(rows)
    fillers = {n: _FILLER[kind] for n, kind, null, *_ in described if null == "NO" and kind in _FILLER}
    for name, value in fillers.items():
        frame[name] = frame[name].where(frame[name].notna(), value) if name in frame else value
    if len(frame):
        connection.register("typed_rows", frame)
        connection.execute(f"INSERT INTO {relation} BY NAME SELECT * FROM typed_rows")
        connection.unregister("typed_rows")


def _publish(staged: Path, settings: Settings, counted: dict[str, manifest.RelationEntry]) -> None:
    found = manifest.Manifest(
        build_id="small", made_at=datetime(2026, 4, 1, tzinfo=UTC).isoformat(), code_version="0", code_hash="0" * 64,
        reference={}, engine_version=duckdb.__version__, policy_version="1", policy_hash="0" * 64,
        sources=(), files=(), relations=counted,
    )  # fmt: skip
    (staged / builds.MANIFEST).write_text(dataclasses.replace(found).to_json(), encoding="utf-8")
    builds.install(staged, settings.builds)
    builds.point_to(settings.builds, "small")


def events(
    cases: Mapping[str, Sequence[str | tuple[str, float] | tuple[str, float, str]]], view: str = "exception"
) -> dict[str, list[Row]]:
    """core_event and core_event_object of cases typed as "Activity", (activity, hours after start[, resource]).

    A bare activity comes one hour after the one before.
    """
    happened, related = list[Row](), list[Row]()
    for case, steps in cases.items():
        hours = 0.0
        for number, step in enumerate(steps):
            activity, at, resource = (step, hours, None) if isinstance(step, str) else (*step, None)[:3]
            hours = at + 1
            event = f"{case}-{number}"
            happened.append({
                "event_id": event, "event_no": number, "activity": activity, "resource": resource,
                "timestamp": START + timedelta(hours=float(at)),
            })  # fmt: skip
            related.append({"event_id": event, "object_id": case, "object_type": view, "qualifier": view})
    return {"core_event": happened, "core_event_object": related}


def exceptions(ids: Sequence[str], **columns: Any) -> list[Row]:
    """core_exception rows of these ids, of one type of the category inventory."""
    return [{"exception_id": i, "type_code": "stock_mismatch", "detected_at": START,
             "severity": "standard", "status": "closed", "closed_at": AS_OF, **columns} for i in ids]  # fmt: skip
