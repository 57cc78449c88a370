"""What does the TMS deliver? Parquet with typed columns in UTC: carriers, lanes, shipments, its exceptions; never prices."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from etl.sources.network_simulator import lanes
from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile, exceptions, steps
from etl.sources.network_simulator.exports.erp import until
from etl.sources.network_simulator.exports.names import (
    Period,
    carrier_codes,
    currency,
    line_codes,
    order_codes,
    periods,
    picked,
    ship_codes,
)
from etl.sources.network_simulator.exports.texts import Table
from etl.sources.network_simulator.network import CARRIERS
from etl.sources.network_simulator.run import NEVER, Run, draws
from etl.sources.network_simulator.world import World


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> None:
    """Write all files of the TMS."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"carriers": _carriers(), "lanes": _lanes(world), "routing_guides": _guides(world), "exceptions": exceptions(world, file, "tms"),
              "exception_log": steps(world, file, "tms")}  # fmt: skip
    for name, table in tables.items():
        _write(folder / f"{name}.parquet", world, name, table, ledger)
    first_no = 1
    for period in periods(world):
        _write(folder / f"shipments_{period.number:02d}.parquet", world, "shipments", _shipments(world, period), ledger)
        loads = _loads(world, period)
        _write(folder / f"loads_{period.number:02d}.parquet", world, "loads", loads, ledger)
        log = _log(world, period, first_no)
        first_no += len(log["log_no"])
        _write(folder / f"status_{period.number:02d}.parquet", world, "status", log, ledger)


def _write(path: Path, world: World, name: str, table: Table, ledger: Ledger) -> None:
    arrays = {column: _typed(world.run, column, values) for column, values in table.items()}
    pq.write_table(pa.table(arrays), path, compression="zstd")
    ledger.note(f"tms/{path.name}", name, true=len(next(iter(table.values()))), doubled=0, bad=0, late=0)


def _typed(run: Run, name: str, values: np.ndarray) -> pa.Array:
    if name.endswith("_at"):
        return pa.array(run.stamps(values)).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    if values.dtype.kind == "U":
        texts = values.astype(object)
        texts[texts == ""] = None
        return pa.array(texts, pa.string())
    return pa.array(np.round(values, 4), from_pandas=True) if values.dtype.kind == "f" else pa.array(values)


def _carriers() -> Table:
    return {"carrier_id": carrier_codes(), "name": np.array([c[1] for c in CARRIERS]),
            "mode": np.array([c[2] for c in CARRIERS])}  # fmt: skip


def _lanes(world: World) -> Table:
    """Every way between two sites and from a supplier; several carriers serve the same way."""
    ways, net = lanes.build(world.network), world.network
    start = np.where(ways.origin >= 0, picked(net.sites.code, ways.origin), picked(net.suppliers.code, ways.supplier))
    code = np.char.add(np.char.add(start, ">"), net.sites.code[ways.site])
    carrier = carrier_codes()[ways.carrier]
    return {
        "lane_id": np.where(ways.priority == 1, code, np.char.add(np.char.add(code, "/"), carrier)),
        "from_site_id": picked(net.sites.code, ways.origin), "supplier_id": picked(net.suppliers.code, ways.supplier),
        "site_id": net.sites.code[ways.site], "carrier_id": carrier, "lead_time_days": ways.days,
        "cost_amount": ways.cost, "currency_code": np.full(len(ways.site), "EUR"), "min_qty": ways.min_qty,
        "priority": ways.priority,
    }  # fmt: skip


def _guides(world: World) -> Table:
    """Three carriers for every customer with a guide: its usual one, another on the road, and air for a rush."""
    customers = world.network.customers
    guided = np.flatnonzero(customers.has_routing_guide)
    usual = customers.carrier[guided]
    second = np.where(usual == lanes.ROAD, lanes.PARCEL, lanes.ROAD)
    third = np.where(usual == lanes.AIR, lanes.OWN, lanes.AIR)
    return {
        "routing_guide_code": np.repeat(np.char.add("RG-", customers.code[guided]), 3),
        "carrier_id": carrier_codes()[np.column_stack([usual, second, third]).ravel()],
    }


def _shipments(world: World, period: Period) -> Table:
    """What the TMS knows of each shipment that was released by the end."""
    ships, orders, net = world.ships, world.orders, world.network
    ship = period.ships[ships.released_at[period.ships] <= world.run.end]
    order, carrier = ships.order[ship], ships.carrier[ship]
    weight = np.bincount(ships.line_shipment, world.lines.qty * net.items.weight[world.lines.item], len(ships))[ship]
    usual = 6 + 0.28 * weight
    rush = orders.priority[order] == 1
    rushed = rush | ((ship >= len(orders)) & (draws(world.run, "expedite", ship)[:, 0] < 0.35))
    rate = np.array([c[3] for c in CARRIERS])[carrier]
    shipped, delivered = until(world, ships.shipped_at[ship]), until(world, ships.delivered_at[ship])
    return {
        "shipment_id": ship_codes(world, ship), "order_id": order_codes(order),
        "customer_id": net.customers.code[orders.customer[order]], "site_id": net.sites.code[orders.site[order]],
        "carrier_id": carrier_codes()[carrier],
        "status": np.select([delivered > NEVER, shipped > NEVER], ["delivered", "on_the_road"], "planned"),
        "planned_ship_at": ships.planned_ship_at[ship], "shipped_at": shipped,
        "planned_delivery_at": ships.planned_delivery_at[ship], "delivered_at": delivered,
        "proof_of_delivery_at": until(world, ships.proof_at[ship]),
        "freight_amount": np.round(usual * np.where(rushed, 1.9, 0.8 + 0.2 * rate), 2),
        "standard_freight_amount": np.round(usual * (0.8 + 0.2 * np.where(rushed, 1.0, rate)), 2),
        "currency_code": currency(world, orders.customer[order]), "is_expedited": rushed,
    }  # fmt: skip


def _loads(world: World, period: Period) -> Table:
    """Which order lines each released shipment carries."""
    line = np.arange(period.lines.start, period.lines.stop)
    line = line[world.ships.released_at[world.ships.line_shipment[line]] <= world.run.end]
    return {
        "shipment_id": ship_codes(world, world.ships.line_shipment[line]), "order_line_id": line_codes(world, line),
        "item_id": world.network.items.code[world.lines.item[line]], "qty": world.lines.qty[line],
    }  # fmt: skip


def _log(world: World, period: Period, first_no: int) -> Table:
    ships, ship = world.ships, period.ships
    moment = np.concatenate([ships.delivered_at[ship], ships.proof_at[ship]])
    number, act = np.tile(ship, 2), np.repeat(["delivered", "pod"], len(ship))
    keep = np.flatnonzero(moment <= world.run.end)
    keep = keep[np.argsort(moment[keep], kind="stable")]
    number = number[keep]
    return {
        "log_no": np.arange(first_no, first_no + len(keep)), "status": act[keep], "logged_at": moment[keep],
        "shipment_id": ship_codes(world, number), "order_id": order_codes(ships.order[number]),
        "carrier_id": carrier_codes()[ships.carrier[number]],
    }  # fmt: skip
