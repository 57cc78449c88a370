"""Which standing data and purchase orders does the ERP deliver? Neutral tables; never orders of customers."""

import numpy as np

from etl.sources.network_simulator import credit, fulfilment
from etl.sources.network_simulator.exports import codes
from etl.sources.network_simulator.exports.names import line_codes
from etl.sources.network_simulator.exports.texts import Table
from etl.sources.network_simulator.network import FAMILIES, SEGMENTS, SITES, UNITS
from etl.sources.network_simulator.run import DAY, HOUR, NEVER, draws
from etl.sources.network_simulator.world import World


def tables(world: World) -> dict[str, Table]:
    """Every file of standing data, and the purchase orders."""
    return {
        "sites": _sites(), "suppliers": _suppliers(world), "items": _items(world), "substitutes": _substitutes(world),
        "customers": _customers(world), "purchase_orders": _purchases(world), "purchase_log": _purchase_log(world),
        "transfers": _transfers(world),
    }  # fmt: skip


def _sites() -> Table:
    columns = ("site_id", "name", "time_zone", "country_code", "region", "share", "calendar_code")
    return {name: np.array([site[n] for site in SITES]) for n, name in enumerate(columns) if name != "share"}


def _suppliers(world: World) -> Table:
    sup = world.network.suppliers
    return {"supplier_id": sup.code, "name": sup.name, "country_code": sup.country, "lead_time_days": sup.lead_days,
            "sends_asn": sup.sends_asn}  # fmt: skip


def _items(world: World) -> Table:
    item = world.network.items
    rank = np.arange(len(item.code)) / len(item.code)
    return {
        "item_id": item.code, "name": item.name, "product_family": np.array(FAMILIES)[item.family],
        "criticality": np.select([rank < 0.1, rank < 0.4], ["A", "B"], "C"), "unit_cost": item.cost,
        "unit_price": item.price, "weight_kg": item.weight, "is_regulated": item.is_regulated,
        "supplier_id": world.network.suppliers.code[item.supplier],
    }  # fmt: skip


def _substitutes(world: World) -> Table:
    item = world.network.items
    has = np.flatnonzero(item.substitute >= 0)
    return {"item_id": item.code[has], "substitute_item_id": item.code[item.substitute[has]],
            "rank": np.ones(len(has), dtype=np.int64)}  # fmt: skip


def _customers(world: World) -> Table:
    cust = world.network.customers
    amount = float(fulfilment.line_amounts(world.lines).sum() / len(world.orders))
    return {
        "customer_id": cust.code, "name": cust.name, "tier": np.array(codes.TIER_CODES)[cust.tier],
        "segment": np.array(SEGMENTS)[cust.segment], "business_unit": np.array(UNITS)[cust.segment],
        "country_code": np.array([site[3] for site in SITES])[cust.site], "is_split_allowed": cust.is_split_allowed,
        "min_split_margin_rate": np.where(cust.is_split_allowed, 0.1 + 0.05 * (cust.tier > 1), np.nan),
        "is_ship_complete": cust.is_ship_complete, "is_promise_protected": cust.is_protected,
        "routing_guide_code": np.where(cust.has_routing_guide, np.char.add("RG-", cust.code), ""),
        "payment_term_days": cust.term_days,
        "credit_limit_amount": credit.limits(world.run, world.network, amount),
        "currency_code": np.where(cust.is_gbp, "GBP", "EUR"),
    }  # fmt: skip


def _purchases(world: World) -> Table:
    rows, net, end = world.stock.purchases, world.network, world.run.end
    day, arrival = rows["day"].to_numpy(), rows["arrival"].to_numpy()
    came = rows["received_at"].to_numpy() <= end
    told = (rows["told"].to_numpy() >= 0) & (rows["told"].to_numpy() * DAY + 10 * HOUR <= end)
    promised = rows["promised"].to_numpy()
    announced = (rows["asn"].to_numpy() >= 0) & ((arrival - 2) * DAY <= end)
    return {
        "supply_id": _numbers(world), "supplier_id": net.suppliers.code[rows["supplier"]],
        "site_id": net.sites.code[rows["site"]], "item_id": net.items.code[rows["item"]],
        "ordered_qty": rows["qty"].to_numpy(), "asn_qty": np.where(announced, rows["asn"].to_numpy(), np.nan).astype(float),
        "received_qty": np.where(came, rows["qty"].to_numpy(), 0), "unit_cost": net.items.cost[rows["item"]],
        "status": np.where(came, "GELIEFERT", "BESTELLT"),
        "is_blocked": ~came & (draws(world.run, "stopped", rows["key"].to_numpy() * 10_000 + day)[:, 0] < 0.01), "ordered_at": day * DAY + 18 * HOUR, "promised_date": promised,
        "eta_at": np.where(told, arrival, promised) * DAY + 7 * HOUR,
        "received_at": np.where(came, rows["received_at"].to_numpy(), NEVER),
    }  # fmt: skip


def _transfers(world: World) -> Table:
    """Stock that the desk found at another site and had moved."""
    line, giver, day, arrival = np.array(world.stock.transfers, dtype=np.int64).reshape(-1, 4).T
    lines, net = world.lines, world.network
    ordered, arrives = day * DAY + 15 * HOUR, arrival * DAY + 10 * HOUR
    came = arrives <= world.run.end
    return {
        "supply_id": np.char.add("ST", (np.arange(len(line)) + 7_000_001).astype(str)),
        "from_site_id": net.sites.code[giver], "site_id": net.sites.code[world.orders.site[lines.order[line]]],
        "item_id": net.items.code[lines.item[line]], "order_line_id": line_codes(world, line),
        "ordered_qty": lines.qty[line], "received_qty": np.where(came, lines.qty[line], 0),
        "status": np.where(came, "GELIEFERT", "UNTERWEGS"), "ordered_at": ordered, "eta_at": arrives,
        "received_at": np.where(came, arrives, NEVER),
    }  # fmt: skip


def _numbers(world: World) -> np.ndarray:
    return np.char.add("PO", (np.arange(len(world.stock.purchases)) + 4_500_001).astype(str))


def _purchase_log(world: World) -> Table:
    """What happened to the purchase orders: ordered, delivery changed. The receipt is the WMS's to say."""
    rows, number = world.stock.purchases, _numbers(world)
    changed = np.flatnonzero(rows["told"].to_numpy() >= 0)
    moment = np.concatenate(
        [rows["day"].to_numpy() * DAY + 18 * HOUR, rows["told"].to_numpy()[changed] * DAY + 10 * HOUR]
    )
    supply = np.concatenate([number, number[changed]])
    act = np.repeat(["PO", "PD"], [len(number), len(changed)])
    keep = np.flatnonzero(moment <= world.run.end)
    keep = keep[np.argsort(moment[keep], kind="stable")]
    return {"log_no": np.arange(1, len(keep) + 1), "supply_id": supply[keep], "logged_at": moment[keep],
            "activity": act[keep], "user_id": np.full(len(keep), "MRP")}  # fmt: skip
