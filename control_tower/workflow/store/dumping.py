"""How does the whole store leave a database and enter another? Every row of every table, as one SQLite file.

The same file whatever database it came from, so that a store moves from SQLite to PostgreSQL and back. Never changes a
row on the way: the audit trail verifies after it as before.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from control_tower.errors import StoreError
from control_tower.workflow.store import engine as engines
from control_tower.workflow.store import migrating
from control_tower.workflow.store.metadata import METADATA

_BATCH = 5_000


def dump(source: Engine, target: Path) -> None:
    """Write one consistent state of the store into a new SQLite file, while others go on writing (fault 54)."""
    copy = engines.make(f"sqlite:///{target}")
    try:
        with engines.reading(source) as old, engines.writing(copy) as new:
            migrating.upgrade(new)
            _copy(old, new)
    finally:
        copy.dispose()


def load(url: str, source: Path) -> None:
    """Fill an empty store from such a file. Raises StoreError when the store holds anything."""
    target, copy = engines.make(url), engines.make(f"sqlite:///{source}")
    try:
        engines.check(copy)
        with engines.reading(copy) as old, engines.writing(target) as new:
            if migrating.current(new) is not None:
                raise StoreError(f"{target.url.render_as_string()}: is not empty; restore into a new database")
            migrating.upgrade(new)
            _copy(old, new)
    finally:
        target.dispose()
        copy.dispose()


def _copy(old: Connection, new: Connection) -> None:
    for table in METADATA.sorted_tables:
        order = list(table.primary_key.columns)
        rows = old.execution_options(stream_results=True).execute(sa.select(table).order_by(*order)).mappings()
        for batch in rows.partitions(_BATCH):
            new.execute(sa.insert(table), [dict(row) for row in batch])
