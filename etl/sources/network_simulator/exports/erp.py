"""What does the ERP deliver? Semicolon text, decimal comma, local time of the head office; never how stock moved."""

from pathlib import Path
from typing import Any

import numpy as np

from etl.sources.network_simulator import fulfilment
from etl.sources.network_simulator.exports import codes, erp_master, totals
from etl.sources.network_simulator.exports.blemishes import Courier, Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile, exceptions, steps
from etl.sources.network_simulator.exports.names import (
    PERIOD_WEEKS,
    Period,
    currency,
    line_codes,
    order_codes,
    periods,
    references,
)
from etl.sources.network_simulator.exports.texts import Dialect, Table, delimited, write_lines, written
from etl.sources.network_simulator.network import UNITS
from etl.sources.network_simulator.run import DAY, NEVER, Ints
from etl.sources.network_simulator.world import World

DIALECT = Dialect("%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "Europe/Amsterdam", ",", ("N", "J"))
MARK = ";"


def header(name: str) -> str:
    """The ERP's column names: short, upper case."""
    return name.upper().replace("_", "")


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> None:
    """Write all files of the ERP."""
    for name, table in erp_master.tables(world).items():
        _write(folder / f"{name}.csv", world, name, table, ledger)
    _write(folder / "exceptions.csv", world, "exceptions", exceptions(world, file, "erp"), ledger)
    _write(folder / "exception_log.csv", world, "exception_log", steps(world, file, "erp"), ledger)
    courier, first_no, written_at = Courier(ledger), 1, dict[str, int]()
    for period in periods(world):
        _write(folder / f"orders_{period.number:02d}.csv", world, "orders", _orders(world, period), ledger)
        _write(folder / f"order_lines_{period.number:02d}.csv", world, "order_lines", _lines(world, period), ledger)
        log = _log(world, period, first_no)
        first_no += len(log["log_no"])
        newest = f"order_log_{period.number:02d}.csv"
        _deliver(folder / newest, world, log, courier, period.is_last)
        ended = min(period.number * PERIOD_WEEKS * 7 * DAY, world.run.end)
        written_at |= {f"{name}_{period.number:02d}.csv": ended for name in ("orders", "order_lines", "order_log")}
    stated = totals.table(world, ledger, "erp", {newest: totals.CUT_OFF}, written_at)
    _write(folder / "control_totals.csv", world, "control_totals", stated, ledger)


def _write(path: Path, world: World, name: str, table: Table, ledger: Ledger) -> None:
    columns = {header(column): written(world.run, DIALECT, column, values) for column, values in table.items()}
    write_lines(path, delimited(columns, MARK), MARK.join(columns))
    ledger.note(f"erp/{path.name}", name, true=len(next(iter(table.values()))), doubled=0, bad=0, late=0)


def _deliver(path: Path, world: World, log: Table, courier: Courier, is_last: bool) -> None:
    columns = {header(name): written(world.run, DIALECT, name, values) for name, values in log.items()}
    lines = delimited(columns, MARK)
    spoiled = {name: values[::2503].copy() for name, values in log.items()}
    spoiled["log_no"] = spoiled["log_no"] + 900_000_000
    bad = {header(name): written(world.run, DIALECT, name, values) for name, values in spoiled.items()}
    bad["LOGGEDAT"] = written(world.run, DIALECT, "text", np.full(len(spoiled["log_no"]), "31.02.2026 10:00:00"))
    sent = courier.deliver(f"erp/{path.name}", "order_log", lines, delimited(bad, MARK), is_last)
    write_lines(path, sent, MARK.join(columns))


def until(world: World, moment: Ints) -> Ints:
    """The moments that had come by the end of the run; the others never."""
    return np.where(moment <= world.run.end, moment, NEVER)


def _orders(world: World, period: Period) -> Table:
    orders, net, of = world.orders, world.network, slice(period.first, period.last)
    customer, number = orders.customer[of], period.orders
    amount = np.add.reduceat(fulfilment.line_amounts(world.lines), orders.first_line)[of]
    delivered = np.full(len(orders), NEVER, dtype=np.int64)
    np.maximum.at(delivered, world.ships.order, world.ships.delivered_at)
    complete, cancelled = until(world, delivered[of]), until(world, world.cancelled_at[of])
    status = np.select([cancelled > NEVER, complete > NEVER], ["STORNO", "ERLEDIGT"], "OFFEN")
    return {
        "order_id": order_codes(number), "customer_id": net.customers.code[customer],
        "site_id": net.sites.code[orders.site[of]], "channel": np.array(codes.CHANNEL_CODES)[orders.channel[of]],
        "order_type": np.where(orders.priority[of] == 1, "RUSH", "STD"),
        "business_unit": np.array(UNITS)[net.customers.segment[customer]],
        "customer_reference": references(world, number), "priority": orders.priority[of],
        "status": status, "order_at": orders.booked_at[of], "requested_date": orders.requested_day[of],
        "promise_date": fulfilment.promise_days(net, orders, world.ships.carrier[: len(orders)])[of],
        "complete_at": complete, "cancelled_at": cancelled, "order_amount": np.round(amount, 2),
        "currency_code": currency(world, customer),
    }  # fmt: skip


def _lines(world: World, period: Period) -> Table:
    orders, lines, net, ships, of = world.orders, world.lines, world.network, world.ships, period.lines
    line = np.arange(of.start, of.stop)
    order, item, ship = lines.order[of], lines.item[of], ships.line_shipment[of]
    shipped, delivered = until(world, ships.shipped_at[ship]), until(world, ships.delivered_at[ship])
    cancelled, qty = until(world, world.cancelled_at[order]), lines.qty[of]
    trouble, promise = (
        world.stock.trouble[of],
        fulfilment.promise_days(net, orders, ships.carrier[: len(orders)])[order],
    )
    ready = until(world, world.ready_at[of])
    expected = np.minimum(ships.shipped_at[ship] // DAY, promise + 200)
    is_gone = shipped > NEVER
    return {
        "order_line_id": line_codes(world, line), "order_id": order_codes(order), "line_no": lines.line_no[of],
        "item_id": net.items.code[item], "site_id": net.sites.code[orders.site[order]],
        "supplier_id": net.suppliers.code[net.items.supplier[item]], "ordered_qty": qty,
        "confirmed_qty": np.where((trouble == 1) & (ready <= NEVER), 0, qty), "allocated_qty": np.where((ready > NEVER) & ~is_gone & (cancelled <= NEVER), qty, 0),
        "shipped_qty": np.where(is_gone, qty, 0), "first_ship_qty": np.where(is_gone & (ship < len(orders)), qty, 0),
        "delivered_qty": np.where(delivered > NEVER, qty, 0), "cancelled_qty": np.where(cancelled > NEVER, qty, 0),
        "unit_price": lines.price[of], "unit_cost": np.round(net.items.cost[item] * _rate(world, order), 2),
        "currency_code": currency(world, orders.customer[order]), "requested_date": orders.requested_day[order],
        "promise_date": promise, "projected_date": np.where(cancelled > NEVER, NEVER, np.maximum(expected, promise)),
        "contract_due_at": _contract_due(world, order, promise),
        "backordered_at": np.where(np.isin(trouble, (1, 2, 3)), orders.booked_at[order] + 300, NEVER),
        "reservation_failed_at": np.where(np.isin(trouble, (2, 3)), until(world, orders.booked_at[order] + 7200), NEVER),
        "released_at": until(world, ships.released_at[ship]), "shipped_at": shipped, "delivered_at": delivered,
        "cancelled_at": cancelled,
    }  # fmt: skip


def _contract_due(world: World, order: Ints, promise: Ints) -> Ints:
    """Strategic and key customers have a contract: out of the house by eight in the evening of the promised day."""
    site, tier = world.orders.site[order], world.network.customers.tier[world.orders.customer[order]]
    return np.where(tier <= 1, fulfilment.at_local(world.network, site, promise, 20 * 3600), NEVER)


def _rate(world: World, order: Ints) -> np.ndarray:
    return np.where(world.network.customers.is_gbp[world.orders.customer[order]], 0.855, 1.0)


def _log(world: World, period: Period, first_no: int) -> Table:
    """The order log: creation, credit check, confirmation, reservation by line, release, cancellation."""
    orders, number, line = world.orders, period.orders, np.arange(period.lines.start, period.lines.stop)
    booked, of_line = orders.booked_at[number], world.lines.order[line]
    none = np.full(len(number), -1)
    who = np.array(["EDI", "WEBSHOP", "", "PORTAL"])[orders.channel[number]]
    seat = np.char.add("SALES", (orders.customer[number] % 12 + 1).astype(str))
    who = np.where(orders.channel[number] == 2, seat, who)
    parts: list[tuple[str, Ints, Ints, Ints, Any]] = [
        ("OC", number, none, booked, who), ("CC", number, none, booked + 60, "ERP"),
        ("CF", number, none, fulfilment.confirmed_at(world.run, orders)[number], "ERP"),
        ("RV", of_line, line, np.maximum(world.ready_at[line], orders.booked_at[of_line] + 120), "ERP"),
        ("RL", number, none, world.ships.released_at[number] - 240, "ERP"),
        ("ST", number, none, world.cancelled_at[number], "ERP"),
    ]  # fmt: skip
    order = np.concatenate([part[1] for part in parts])
    at_line = np.concatenate([part[2] for part in parts])
    moment = np.concatenate([part[3] for part in parts])
    act = np.repeat([part[0] for part in parts], [len(part[1]) for part in parts])
    user = np.concatenate([np.broadcast_to(part[4], len(part[1])) for part in parts])
    gone = world.cancelled_at[order]
    keep = (moment >= 0) & (moment <= world.run.end) & ((gone <= NEVER) | (moment <= gone))
    sequence = np.flatnonzero(keep)[np.argsort(moment[keep], kind="stable")]
    at_line = at_line[sequence]
    return {
        "log_no": np.arange(first_no, first_no + len(sequence)), "order_id": order_codes(order[sequence]),
        "order_line_id": np.where(at_line >= 0, line_codes(world, np.maximum(at_line, 0)), ""),
        "logged_at": moment[sequence], "activity": act[sequence], "user_id": user[sequence],
    }  # fmt: skip
