"""May this query run, and how much may its answer be? The limits that DuckDB itself does not keep (faults 88, 94).

Looks at statements and at what comes back; opens and runs nothing.
"""

import duckdb
import pyarrow as pa

from control_tower.errors import ControlTowerError

MAX_RESULT_BYTES = 256 * 2**20
"""What one query may bring into Python: DuckDB's own cap ends where a result leaves it."""


def require_one_select(cursor: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raise ControlTowerError unless the text is exactly one SELECT (DESCRIBE, SHOW and SUMMARIZE are)."""
    statements = cursor.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        kinds = ", ".join(statement.type.name for statement in statements) or "nothing"
        raise ControlTowerError(f"the query was refused: it takes one SELECT, this is {kinds}")


def within_bounds(batches: pa.RecordBatchReader) -> pa.Table:
    """All batches as one table. Raises ControlTowerError when they are more than a caller can hold."""
    kept, size = [], 0
    for batch in batches:
        size += batch.nbytes
        if size > MAX_RESULT_BYTES:
            raise ControlTowerError(
                f"the query was stopped: its result is larger than {MAX_RESULT_BYTES / 2**20:.0f} MiB; "
                "add a LIMIT or aggregate"
            )
        kept.append(batch)
    return pa.Table.from_batches(kept, batches.schema)
