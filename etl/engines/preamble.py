"""What does a build know before any row is loaded, and what time is it for its sources?

Writes reference data, the policy's row and numbers, the registry of sources, and at the end the clocks
(ruling 7). Never touches canonical rows.
"""

import datetime
from collections.abc import Mapping
from pathlib import Path

import duckdb

from control_tower.manifest import Manifest
from control_tower.policy import Policy
from etl.engines.casting import identifier, literal
from etl.source import Source

REFERENCE = {
    "exception_types.csv": "ref_exception_type",
    "currency_rates.csv": "ref_currency_rate",
    "uoms.csv": "ref_uom",
    "calendars.csv": "ref_calendar",
    "holidays.csv": "ref_holiday",
}
DECISIONS = "control_tower_store"
"""The source whose clock is our own: what we decide today does not make yesterday's facts a day older."""
_CLOCKS = (
    ("core_event", ("timestamp",)),
    (
        "core_exception",
        ("detected_at", "acknowledged_at", "escalated_at", "resolved_at", "closed_at", "cancelled_at", "reopened_at"),
    ),
    ("core_order", ("order_at",)),
    ("core_inventory", ("snapshot_at",)),
    ("core_supply", ("ordered_at",)),
)
"""Where a source's clock is read: its newest event; without events the newest of the next that has any."""


def attach_stage(connection: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    """Attach the throw-away database `stage`; names are looked up in the build first, then there.

    What is written before `compress` is called stays uncompressed: staged rows are read back at once and deleted.
    """
    connection.execute(f"ATTACH {literal(str(workspace / 'stage.duckdb'))} AS stage")
    connection.execute("SET search_path = 'warehouse.main,stage.main'")
    connection.execute("SET force_compression = 'uncompressed'")


def compress(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on tables are compressed: they are kept."""
    connection.execute("SET force_compression = 'auto'")


def write_reference(connection: duckdb.DuckDBPyConnection, manifest: Manifest, raw: Path) -> None:
    """Fill the ref_ relations from the kept reference files."""
    for name, digest in manifest.reference.items():
        relation = REFERENCE.get(name)
        if relation:
            columns = [r[0] for r in connection.execute(f"DESCRIBE {relation}").fetchall()]
            listed = ", ".join(identifier(c) for c in columns)
            connection.execute(
                f"INSERT INTO {relation} ({listed}) SELECT {listed} FROM read_csv({literal(str(raw / digest))}, "
                "header = true, all_varchar = true, delim = ',', quote = '\"', nullstr = '')"
            )


def write_policy(connection: duckdb.DuckDBPyConnection, manifest: Manifest, policy: Policy) -> None:
    """Fill `policy` (its clock comes later) and `policy_parameter`."""
    connection.execute(
        "INSERT INTO policy BY NAME SELECT ? AS build_id, CAST(NULL AS TIMESTAMP) AS as_of, ? AS policy_version, "
        "? AS policy_hash, ? AS code_version, ? AS reporting_currency, ? AS small_sample",
        [
            manifest.build_id, policy.version, policy.hash, manifest.code_version, policy.reporting_currency,
            policy.small_sample,
        ],
    )  # fmt: skip
    for name, value in policy.parameters.items():
        connection.execute("INSERT INTO policy_parameter (name, value) VALUES (?, ?)", [name, value])


def write_definitions(connection: duckdb.DuckDBPyConnection, folders: Mapping[str, Path]) -> None:
    """Fill `build_definition`: the text of every .sql file, by kind, that makes this build or reads a figure off it."""
    for kind, folder in folders.items():
        for path in sorted(folder.glob("*.sql")):
            connection.execute(
                "INSERT INTO build_definition (kind, name, definition) VALUES (?, ?, ?)",
                [kind, path.stem, path.read_text(encoding="utf-8")],
            )


def write_registry(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Fill `source_registry` for one source (ING-03)."""
    toml = source.toml
    connection.execute(
        "INSERT INTO source_registry BY NAME SELECT ? AS source_system, ? AS title, ? AS namespace, ? AS latency, "
        "? AS time_zone, ? AS definition_hash",
        [toml.name, toml.title, toml.namespace, toml.latency, toml.time_zone, source.definition_hash],
    )


def write_clocks(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """Fill `source_clock` and `policy.as_of`: the newest event that is not after its own ingest (fault 19)."""
    for entry in manifest.sources:
        as_of = datetime.datetime.fromisoformat(entry.as_of) if entry.as_of else None
        latest = max((f.loaded_at for f in manifest.files_of(entry.name)), default=manifest.made_at[:19])
        for relation, columns in () if as_of else _CLOCKS:
            newest = ", ".join(f"max({c}) FILTER (WHERE {c} <= CAST($latest AS TIMESTAMP))" for c in columns)
            as_of = connection.execute(
                f"SELECT list_max([{newest}]) FROM {relation} WHERE source_system = $source",
                {"source": entry.name, "latest": latest},
            ).fetchall()[0][0]
            if as_of:
                break
        connection.execute("INSERT INTO source_clock VALUES (?, ?)", [entry.name, as_of])
    connection.execute(
        "UPDATE policy SET as_of = (SELECT coalesce(max(as_of) FILTER (WHERE source_system <> ?), max(as_of)) "
        "FROM source_clock)",
        [DECISIONS],
    )
