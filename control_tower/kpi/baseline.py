"""What was a figure before? The baselines that a policy states: the build's own, or those in force now laid over them.

A baseline is captured before a wave and stated in the policy (EXE-08). Never decides one and never compares with one.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import duckdb

from control_tower.policy import BASELINE

_RULES: Final = "policy_parameter"


def captured(connection: duckdb.DuckDBPyConnection, name: str) -> float | None:
    """The baseline of a figure in its unit, None where the policy that this cursor reads states none."""
    found = connection.execute(f"SELECT value FROM {_RULES} WHERE name = ?", [BASELINE + name]).fetchone()
    return float(found[0]) if found else None


def lay(connection: duckdb.DuckDBPyConnection, stated: Mapping[str, Decimal]) -> None:
    """Let this cursor alone read these baselines (figure → value) instead of the build's."""
    own = f"SELECT name, value FROM {_RULES} WHERE NOT starts_with(name, ?)"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_RULES} AS {own}", [BASELINE])
    for name, value in stated.items():
        connection.execute(f"INSERT INTO temp.{_RULES} VALUES (?, ?)", [BASELINE + name, value])
