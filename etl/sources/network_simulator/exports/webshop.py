"""What does the web shop deliver? A SQLite database: submitted orders, complaints, its exceptions; never stock."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd

from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile, exceptions, steps
from etl.sources.network_simulator.exports.names import order_codes
from etl.sources.network_simulator.exports.texts import Dialect, Table, written
from etl.sources.network_simulator.run import DAY, HOUR, draws
from etl.sources.network_simulator.world import World

DIALECT = Dialect("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", flags=("0", "1"))
_COMPLAINTS = (
    "where is my order, it should have been here", "nobody answers, I need this solved today",
    "we order every week and this is the third time", "my production stands still because of this",
    "please have somebody senior call me back", "the price on the paper is not what we agreed",
)  # fmt: skip


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> None:
    """Write the database anew."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "webshop.db"
    path.unlink(missing_ok=True)
    tables = {"web_order": _orders(world), "complaint": _complaints(world, file),
              "issue": exceptions(world, file, "webshop"), "issue_log": steps(world, file, "webshop")}  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        for name, table in tables.items():
            texts = {column: _cells(world, column, values) for column, values in table.items()}
            pd.DataFrame(texts).to_sql(name, connection, index=False, chunksize=50_000)
            ledger.note("webshop/webshop.db", name, true=len(next(iter(table.values()))), doubled=0, bad=0, late=0)
        connection.commit()


def _cells(world: World, name: str, values: np.ndarray) -> np.ndarray:
    if values.dtype.kind in "if" and not name.endswith(("_at", "_date")):
        return values
    return written(world.run, DIALECT, name, values).to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _orders(world: World) -> Table:
    number = np.flatnonzero(world.orders.channel == 1)
    return {
        "log_no": np.arange(1, len(number) + 1), "order_id": order_codes(number),
        "customer_id": world.network.customers.code[world.orders.customer[number]],
        "logged_at": np.maximum(world.orders.booked_at[number] - 20, 0), "state": np.full(len(number), "submitted"),
    }  # fmt: skip


def _complaints(world: World, file: CaseFile) -> Table:
    """Customers who complain: about cases that took long, seldom about others."""
    found = file.found[file.found["order"] >= 0]
    identity = found["identity"].to_numpy()
    dice = draws(world.run, "complaint", identity, 3)
    seen, due = found["seen_at"].to_numpy(), found["due_at"].to_numpy()
    resolved = found["resolved_at"].to_numpy()
    over = np.where(resolved > 0, resolved, world.run.end) > due + HOUR
    moment = np.where(over, due, seen + 6 * HOUR) + (dice[:, 1] * DAY).astype(np.int64)
    hit = np.flatnonzero((dice[:, 0] < np.where(over, 0.11, 0.008)) & (moment <= world.run.end))
    hit = hit[np.argsort(moment[hit], kind="stable")]
    return {
        "complaint_id": np.char.add("CE", (np.arange(len(hit)) + 1).astype(str)),
        "customer_id": world.network.customers.code[found["customer"].to_numpy()[hit]],
        "order_id": order_codes(found["order"].to_numpy()[hit]), "exception_id": found["no"].to_numpy(dtype=str)[hit],
        "escalated_at": moment[hit], "note": np.array(_COMPLAINTS)[(dice[hit, 2] * len(_COMPLAINTS)).astype(int)],
    }  # fmt: skip
