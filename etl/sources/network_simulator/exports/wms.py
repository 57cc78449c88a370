"""What does the WMS deliver? JSON lines in UTC: movements, stock, its exceptions; never prices."""

from pathlib import Path

import numpy as np

from etl.sources.network_simulator import reserving
from etl.sources.network_simulator.exports.blemishes import Courier, Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile, exceptions, steps
from etl.sources.network_simulator.exports.names import Period, line_codes, order_codes, periods, ship_codes
from etl.sources.network_simulator.exports.texts import Dialect, Table, json_lines, write_lines, written
from etl.sources.network_simulator.run import DAY, draws
from etl.sources.network_simulator.world import World

DIALECT = Dialect("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")


def header(name: str) -> str:
    """The WMS's keys: camel case."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> None:
    """Write all files of the WMS."""
    _write(folder / "exceptions.jsonl", world, "exceptions", exceptions(world, file, "wms"), ledger)
    _write(folder / "exception_log.jsonl", world, "exception_log", steps(world, file, "wms"), ledger)
    _write(folder / "stock.jsonl", world, "stock", _stock(world), ledger)
    _write(folder / "receipts.jsonl", world, "receipts", _receipts(world), ledger)
    courier, first_no = Courier(ledger), 1
    for period in periods(world):
        table = _movements(world, period, first_no)
        first_no += len(table["log_no"])
        name = f"movements_{period.number:02d}.jsonl"
        lines = _lines(world, table)
        spoiled = {column: values[::2503] for column, values in table.items()}
        spoiled["log_no"] = spoiled["log_no"] + 900_000_000
        spoiled["logged_at"] = np.full(len(spoiled["log_no"]), 10**13)
        bad = _lines(world, {**spoiled, "logged_at": spoiled["logged_at"].astype(str)})
        write_lines(folder / name, courier.deliver(f"wms/{name}", "movements", lines, bad, period.is_last))


def _lines(world: World, table: Table):  # type: ignore[no-untyped-def]
    columns = {
        header(name): written(world.run, DIALECT, name if values.dtype.kind != "U" else "text", values)
        for name, values in table.items()
    }
    is_text = {header(name): values.dtype.kind in "UO" or name.endswith("_at") for name, values in table.items()}
    return json_lines(columns, is_text)


def _write(path: Path, world: World, name: str, table: Table, ledger: Ledger) -> None:
    write_lines(path, _lines(world, table))
    ledger.note(f"wms/{path.name}", name, true=len(next(iter(table.values()))), doubled=0, bad=0, late=0)


def _movements(world: World, period: Period, first_no: int) -> Table:
    """Picking by line, packing and goods issue by shipment."""
    ships, ship = world.ships, period.ships
    line = np.arange(period.lines.start, period.lines.stop)
    of_line = ships.line_shipment[line]
    none, share = np.full(len(ship), -1), draws(world.run, "pick", line)[:, 0]
    picked = ships.picking_at[of_line] + (share * (ships.packed_at - ships.picking_at)[of_line]).astype(np.int64)
    parts = [
        ("PICK_START", ship, none, ships.picking_at[ship]), ("PICK_OK", of_line, line, picked),
        ("PACK", ship, none, ships.packed_at[ship]), ("GOODS_ISSUE", ship, none, ships.shipped_at[ship]),
    ]  # fmt: skip
    act = np.repeat([part[0] for part in parts], [len(part[1]) for part in parts])
    number, at_line, moment = (np.concatenate([part[n] for part in parts]) for n in (1, 2, 3))
    keep = np.flatnonzero(moment <= world.run.end)
    keep = keep[np.argsort(moment[keep], kind="stable")]
    number, at_line = number[keep], at_line[keep]
    site = world.orders.site[ships.order[number]]
    seat = (number * 7 % (4 + 8 * (world.network.sites.share[site] * 10).astype(np.int64)) + 1).astype(str)
    user = np.char.add(np.char.add(world.network.sites.code[site], "-P"), seat)
    return {
        "log_no": np.arange(first_no, first_no + len(keep)), "movement": act[keep], "logged_at": moment[keep],
        "shipment_id": ship_codes(world, number), "order_id": order_codes(ships.order[number]),
        "order_line_id": np.where(at_line >= 0, line_codes(world, np.maximum(at_line, 0)), ""),
        "site_id": world.network.sites.code[site], "user_id": user,
        "qty": np.where(at_line >= 0, world.lines.qty[np.maximum(at_line, 0)], 0),
    }  # fmt: skip


def _stock(world: World) -> Table:
    """What lies on the shelves, what is reserved and has not left yet included."""
    rows = {str(name): values.to_numpy() for name, values in reserving.counts(world).items()}
    net, items, key = world.network, len(world.network.items.code), rows["key"]
    dice = draws(world.run, "blocked", key * 1000 + rows["at"] // DAY // 7, 2)
    return {
        "site_id": net.sites.code[key // items], "item_id": net.items.code[key % items], "snapshot_at": rows["at"],
        "on_hand_qty": rows["on_hand"], "reserved_qty": rows["reserved"],
        "blocked_qty": np.where(dice[:, 0] < 0.02, (rows["free"] * 0.1).astype(np.int64), 0),
        "safety_stock_qty": world.stock.safety[key],
    }  # fmt: skip


def _receipts(world: World) -> Table:
    rows = world.stock.purchases
    came = np.flatnonzero(rows["received_at"].to_numpy() <= world.run.end)
    came = came[np.argsort(rows["received_at"].to_numpy()[came], kind="stable")]
    site = rows["site"].to_numpy()[came]
    return {
        "log_no": np.arange(1, len(came) + 1), "logged_at": rows["received_at"].to_numpy()[came],
        "supply_id": np.char.add("PO", (came + 4_500_001).astype(str)), "site_id": world.network.sites.code[site],
        "qty": rows["qty"].to_numpy()[came],
    }  # fmt: skip
