"""A build in memory: the relations of schema.sql, a policy row and whatever rows a test types in."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from control_tower import policy

SCHEMA = Path(policy.__file__).with_name("schema.sql")
MODELS = Path(__file__).resolve().parents[2] / "etl" / "models"
_FILLER: Mapping[str, Any] = {"VARCHAR": "not said", "INTEGER": 0, "BIGINT": 0, "BOOLEAN": False}


class Build:
    """One build that tests fill row by row; a NOT NULL column that a row does not mention gets a filler."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self.connection = duckdb.connect()
        self.connection.execute(SCHEMA.read_text(encoding="utf-8"))
        shipped = policy.load()
        self.insert("policy", [{
            "build_id": "test-build", "as_of": as_of, "policy_version": shipped.version, "policy_hash": shipped.hash,
            "code_version": "0", "reporting_currency": "EUR", "small_sample": shipped.small_sample,
        }])  # fmt: skip
        self.insert("source_clock", [{"source_system": _FILLER["VARCHAR"]}])
        self.insert("policy_parameter", [{"name": n, "value": v} for n, v in shipped.parameters.items()])

    def insert_frame(self, relation: str, frame: pd.DataFrame) -> None:
        """Insert a frame whose columns are named as the relation's, with the same fillers."""
        self.connection.register("typed_frame", frame.assign(**{
            name: value for name, value in self._fillers(relation).items() if name not in frame
        }))  # fmt: skip
        self.connection.execute(f"INSERT INTO {relation} BY NAME SELECT * FROM typed_frame")

    def model(self) -> None:
        """Fill the marts of touches, freight, money and messages from the typed rows, as a load does; typed rows of theirs stay."""
        for name in ("_currency_period", "_currency_rate"):
            select = (MODELS / f"{name}.sql").read_text(encoding="utf-8")
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")
        for name in (
            "mart_touch",
            "mart_freight",
            "mart_money_at_risk",
            "mart_shift",
            "mart_integration_failure",
            "mart_repeated_transaction",
        ):
            if not self.connection.table(name).fetchone():
                select = (MODELS / f"{name}.sql").read_text(encoding="utf-8")
                self.connection.execute(f"INSERT INTO {name} BY NAME {select}")

    def _fillers(self, relation: str) -> dict[str, Any]:
        described = self.connection.execute(f"DESCRIBE {relation}").fetchall()
        fillers = {name: _FILLER[kind] for name, kind, null, *_ in described if null == "NO" and kind in _FILLER}
        return fillers | ({"as_of": self.as_of} if "as_of" in {name for name, *_ in described} else {})

    def insert(self, relation: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert typed rows; `as_of` is the build's unless a row says otherwise."""
        fillers = self._fillers(relation)
        for row in rows:
            full = fillers | dict(row)
            names = ", ".join(f'"{name}"' for name in full)
            marks = ", ".join("?" for _ in full)
            self.connection.execute(f"INSERT INTO {relation} ({names}) VALUES ({marks})", list(full.values()))


@pytest.fixture
def build() -> Iterator[Build]:
    """An empty build whose clock says 2026-04-01 00:00 UTC."""
    made = Build(datetime.fromisoformat("2026-04-01"))
    yield made
    made.connection.close()


@pytest.fixture
def new_build() -> type[Build]:
    """For tests that need another clock."""
    return Build
