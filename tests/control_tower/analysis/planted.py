"""A published build whose causes are known: `planted.sql` through the relations of schema.sql."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from control_tower import builds, contract, manifest, warehouse
from control_tower.settings import Settings
from tests import exposed

SQL = Path(__file__).with_name("planted.sql")
CAUSES = (
    ("pick_shortfall", {"site_id": "d:S7"}),
    ("stale_sync_backorder", {"supplier_id": "d:V11"}),
    ("promotion_mismatch", {"channel": "channel 1", "product_family": "family 3"}),
    ("credit_hold", {"segment": "segment 4"}),
    ("asn_mismatch", {"supplier_id": "d:V5"}),
)
"""Exception type and place of everything that is planted."""
DECOYS = ({"site_id": "d:S0"}, {"site_id": "d:S1"}, {"site_id": "d:S2"}, {"supplier_id": "d:V0"})
"""The largest site, the next, the one whose customers are of a failing tier, the largest supplier."""


def planted_build(
    home: Path, lines: int = 300_000, days: int = 182, seed: int = 1, planted: bool = True
) -> warehouse.Build:
    """Write and open a build of `lines` order lines."""
    settings = Settings(home=home)
    folder = settings.builds / "planted"
    folder.mkdir(parents=True)
    connection = warehouse.create(folder / builds.WAREHOUSE, settings)
    values = {"lines": lines, "days": days, "seed": seed, "planted": planted, "customers": 1_000}
    for statement in SQL.read_text(encoding="utf-8").split(";\n"):
        text = statement.replace("$seed", str(seed)) if "MACRO" in statement else statement
        connection.execute(text, {key: value for key, value in values.items() if f"${key}" in text})
    exposed.fill(connection)
    connection.execute("CHECKPOINT")
    held = {name: connection.table(name).aggregate("count(*)").fetchall()[0][0] for name in contract.relations()}
    connection.close()
    made = manifest.Manifest(
        build_id="planted", made_at=datetime(2026, 7, 1, tzinfo=UTC).isoformat(), code_version="0", code_hash="0" * 64,
        reference={}, engine_version=duckdb.__version__, policy_version="1", policy_hash="0" * 64, sources=(), files=(),
        relations={name: manifest.RelationEntry(rows=rows, hash="") for name, rows in held.items()},
    )  # fmt: skip
    (folder / builds.MANIFEST).write_text(made.to_json(), encoding="utf-8")
    builds.point_to(settings.builds, "planted")
    return warehouse.open_current(settings)
