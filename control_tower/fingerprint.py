"""Do two warehouses hold the same? Rows and an order-independent hash of every relation of the contract.

Reads through a connection that somebody else opened; never says what a difference means.
"""

import duckdb

from control_tower import contract

_VOLATILE = frozenset({"loaded_at", "build_id", "event_row"})
"""When, under which name, and at which place in its table: not what the inputs say."""


def of(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, str]]:
    """Rows and hash of every relation: equal tables, equal hashes.

    Left out are the columns of _VOLATILE: they differ between two builds of the same inputs.
    """
    result = {}
    for relation in contract.relations().values():
        columns = ", ".join(f'"{n}"' for n in relation.names() if n not in _VOLATILE)
        rows, low, high = connection.execute(
            f"SELECT count(*), coalesce(sum(CAST(h AS HUGEINT)), 0), coalesce(bit_xor(h), 0) "
            f"FROM (SELECT hash({columns}) AS h FROM {relation.name})"
        ).fetchall()[0]
        result[relation.name] = (int(rows), f"{int(low) % 2**64:016x}{int(high):016x}")
    return result
