"""What does the WMS say is reserved at each count, and where is more reserved or promised than is there? Never why.

Reserved is what open lines hold and, while a tender is prepared, everything at hand once more. Promised on top, at the
newest count, is what open lines were confirmed although their stock was not there.
"""

from typing import Any

import numpy as np
import pandas as pd

from etl.sources.network_simulator import causes, stock
from etl.sources.network_simulator.run import DAY, HOUR, NEVER, Flags, Ints
from etl.sources.network_simulator.world import World

COUNTS = 8
"""Weekly stock counts that the WMS delivers: the newest ones."""


def counts(world: World) -> pd.DataFrame:
    """Grain: one row per count, site and item (`key`). `at`, `free` (not held by a line), `on_hand`, `reserved`, `is_tender`."""
    rows = pd.concat(world.stock.snapshots[-COUNTS:], ignore_index=True)
    day = rows["day"].to_numpy()
    free = np.maximum(rows["on_hand"].to_numpy(), 0)
    held = np.concatenate([_held(world, (one + 1) * DAY) for one in np.unique(day)])
    at = (day + 1) * DAY - HOUR
    tender = _is_tender(world, rows["key"].to_numpy(), at)
    again = np.where(tender, (free + held) * causes.size("tender_reservation"), 0).astype(np.int64)
    table = {"key": rows["key"].to_numpy(), "at": at, "free": free, "on_hand": free + held, "reserved": held + again}
    return pd.DataFrame({**table, "is_tender": tender})


def breaches(world: World) -> pd.DataFrame:
    """Grain: one row per key and run of counts with more reserved and promised than on hand; `missing` = the most."""
    rows = counts(world).sort_values(["key", "at"], kind="stable")
    newest = rows["at"] == rows["at"].max()
    claims = rows["reserved"] + np.where(newest, _promised(world)[rows["key"]], 0)
    rows = rows.assign(missing=claims - rows["on_hand"], is_covered=claims <= rows["on_hand"])
    rows["run"] = rows.groupby("key")["is_covered"].cumsum()
    runs = rows[~rows["is_covered"]].groupby(["key", "run"])
    return runs.agg(since=("at", "min"), missing=("missing", "max"), is_tender=("is_tender", "max")).reset_index()


def _is_tender(world: World, key: Ints, at: Ints) -> Flags:
    items = len(world.network.items.code)
    family = world.network.items.family[key % items] == causes.TENDERED
    held: Flags = (key // items == causes.BHX) & family & causes.holds(world.run, "tender_reservation", at)
    return held


def _open(world: World, moment: int) -> Flags:
    """Which lines have neither left nor been withdrawn."""
    cancelled = world.cancelled_at[world.lines.order]
    still: Flags = world.ships.shipped_at[world.ships.line_shipment] > moment
    return still & ((cancelled <= NEVER) | (cancelled > moment))


def _by_key(world: World, line: Ints) -> Ints:
    items = len(world.network.items.code)
    key = world.orders.site[world.lines.order[line]] * items + world.lines.item[line]
    summed: Any = np.bincount(key, world.lines.qty[line], len(world.network.sites.code) * items)
    return np.asarray(summed, dtype=np.int64)


def _held(world: World, moment: int) -> Ints:
    """By key: what is allocated to open lines that have their stock."""
    return _by_key(world, np.flatnonzero(_open(world, moment) & (world.ready_at <= moment)))


def _promised(world: World) -> Ints:
    """By key: what open lines were confirmed at the end without having their stock."""
    end = world.run.end
    late = _open(world, end) & (world.ready_at > end) & (world.stock.trouble != stock.SHORTFALL)
    return _by_key(world, np.flatnonzero(late & (world.orders.booked_at[world.lines.order] <= end)))
