"""How do a million durations leave the engine? Rows whose lists are arrays, never a Python number each.

Runs what it is given; never writes a query and never computes with what it brings.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa


def rows(connection: duckdb.DuckDBPyConnection, text: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Each row of a query; a list is an array, an empty one where it is null."""
    table = connection.execute(text, dict(parameters)).to_arrow_table()
    for row in range(table.num_rows):
        yield tuple(_value(column[row]) for column in table.columns)


def _value(one: Any) -> Any:
    if isinstance(one, pa.ListScalar):
        return one.values.to_numpy(zero_copy_only=False) if one.is_valid else np.empty(0)
    return one.as_py()
