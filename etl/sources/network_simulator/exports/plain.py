"""How is a run written as plain CSV, one file per table? Codes are canonical; never any system's own dialect."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from etl.sources.network_simulator.cases import SEVERITIES
from etl.sources.network_simulator.exports import plain_events
from etl.sources.network_simulator.exports.names import order_codes, text
from etl.sources.network_simulator.fulfilment import line_amounts, promise_days
from etl.sources.network_simulator.network import CHANNELS, FAMILIES, SEGMENTS, SITES, TIERS, UNITS
from etl.sources.network_simulator.records import records, states
from etl.sources.network_simulator.run import NEVER, Ints
from etl.sources.network_simulator.world import World


def write(folder: Path, world: World) -> dict[str, int]:
    """Write every table as `<table>.csv`. Returns rows by table."""
    folder.mkdir(parents=True, exist_ok=True)
    found = records(world.cases, world.trail, world.run.end)
    found = found[found["seen_at"] <= world.run.end]
    tables = {**_standing(world), **_trade(world), "exceptions": _exceptions(world, found)}
    tables["exception_states"] = _states(world)
    tables["events"], tables["event_objects"], tables["objects"] = plain_events.tables(world)
    for name, table in tables.items():
        csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), folder / f"{name}.csv")
    return {name: len(table) for name, table in tables.items()}


def _standing(world: World) -> dict[str, pd.DataFrame]:
    net, staff = world.network, world.staff
    site = pd.DataFrame(
        SITES, columns=["site_id", "name", "time_zone", "country_code", "region", "share", "calendar_code"]
    )
    sup, item, cust = net.suppliers, net.items, net.customers
    rate = np.where(cust.is_gbp, 0.855, 1.0)
    return {
        "sites": site.drop(columns="share").assign(site_type="distribution_center"),
        "suppliers": pd.DataFrame({"supplier_id": sup.code, "name": sup.name, "country_code": sup.country,
                                   "lead_time_days": sup.lead_days, "sends_asn": sup.sends_asn}),
        "items": pd.DataFrame({"item_id": item.code, "name": item.name, "product_family": np.array(FAMILIES)[item.family],
                               "supplier_id": sup.code[item.supplier], "unit_cost": item.cost, "unit_price": item.price,
                               "weight_kg": item.weight, "is_regulated": item.is_regulated,
                               "criticality": np.where(np.arange(len(item.code)) < len(item.code) // 10, "A", "B")}),
        "customers": pd.DataFrame({"customer_id": cust.code, "name": cust.name, "tier": np.array(TIERS)[cust.tier],
                                   "segment": np.array(SEGMENTS)[cust.segment],
                                   "business_unit": np.array(UNITS)[cust.segment],
                                   "is_split_allowed": cust.is_split_allowed, "is_ship_complete": cust.is_ship_complete,
                                   "is_promise_protected": cust.is_protected, "payment_term_days": cust.term_days,
                                   "credit_limit_amount": np.round(cust.weight * 9e6 * rate, -2),
                                   "currency_code": np.where(cust.is_gbp, "GBP", "EUR")}),
        "teams": pd.DataFrame([(t.code, t.name, t.department, SITES[t.site][0] if t.function == "warehouse" else "")
                               for t in staff.teams], columns=["team_id", "name", "department", "site_id"]),
        "users": pd.DataFrame([(p.code, p.name, staff.teams[p.team].code) for p in staff.people],
                              columns=["user_id", "name", "team_id"]),
    }  # fmt: skip


def _trade(world: World) -> dict[str, pd.DataFrame]:
    net, orders, lines, ship, end = world.network, world.orders, world.lines, world.ships, world.run.end
    code, first = order_codes(len(orders)), slice(0, len(orders))
    currency = np.where(net.customers.is_gbp[orders.customer], "GBP", "EUR")
    promise = text(world.run, promise_days(net, orders, ship.carrier[first]) * 86400, "D")
    requested = text(world.run, orders.requested_day * 86400, "D")
    amount = np.round(np.add.reduceat(line_amounts(lines), orders.first_line), 2)
    done = np.where(ship.delivered_at[first] <= end, ship.delivered_at[first], NEVER)
    table = pd.DataFrame({
        "order_id": code, "customer_id": net.customers.code[orders.customer], "site_id": net.sites.code[orders.site],
        "channel": np.array(CHANNELS)[orders.channel], "priority": orders.priority,
        "business_unit": np.array(UNITS)[net.customers.segment[orders.customer]],
        "order_at": text(world.run, orders.booked_at), "requested_date": requested, "promise_date": promise,
        "complete_at": text(world.run, done), "order_amount": amount, "currency_code": currency})  # fmt: skip
    o = lines.order
    sh = ship.line_shipment
    shipped, delivered = ship.shipped_at[sh] <= end, ship.delivered_at[sh] <= end
    line = pd.DataFrame({
        "order_line_id": np.char.add(np.char.add(code[o], "-"), lines.line_no.astype(str)), "order_id": code[o],
        "line_no": lines.line_no, "item_id": net.items.code[lines.item], "site_id": net.sites.code[orders.site[o]],
        "supplier_id": net.suppliers.code[net.items.supplier[lines.item]], "ordered_qty": lines.qty,
        "shipped_qty": np.where(shipped, lines.qty, 0), "delivered_qty": np.where(delivered, lines.qty, 0),
        "unit_price": lines.price, "unit_cost": net.items.cost[lines.item], "currency_code": currency[o],
        "requested_date": requested[o], "promise_date": promise[o],
        "shipped_at": text(world.run, np.where(shipped, ship.shipped_at[sh], NEVER)),
        "delivered_at": text(world.run, np.where(delivered, ship.delivered_at[sh], NEVER))})  # fmt: skip
    return {"orders": table, "order_lines": line}


def _pick(codes: np.ndarray, index: Ints) -> np.ndarray:
    return np.where(index >= 0, codes[np.maximum(index, 0)], "")


def _exceptions(world: World, found: pd.DataFrame) -> pd.DataFrame:
    net, staff, run = world.network, world.staff, world.run
    code = order_codes(len(world.orders))
    of = {name: found[name].to_numpy() for name in found}
    line_no = world.lines.line_no[np.maximum(of["line"], 0)].astype(str)
    moments = ("acknowledged_at", "escalated_at", "resolved_at", "closed_at", "cancelled_at", "reopened_at",
               "ack_due_at")  # fmt: skip
    currency = np.where(net.customers.is_gbp[np.maximum(of["customer"], 0)], "GBP", "EUR")
    return pd.DataFrame({
        "exception_id": [f"X{number + 1:07d}" for number in found.index], "type_code": of["type_code"],
        "severity": np.array(SEVERITIES)[of["severity"]], "status": of["status"], "site_id": _pick(net.sites.code, of["site"]),
        "supplier_id": _pick(net.suppliers.code, of["supplier"]), "customer_id": _pick(net.customers.code, of["customer"]),
        "item_id": _pick(net.items.code, of["item"]), "order_id": _pick(code, of["order"]),
        "order_line_id": np.where(of["line"] >= 0, np.char.add(np.char.add(_pick(code, of["order"]), "-"), line_no), ""),
        "owner_team_id": _pick(np.array([t.code for t in staff.teams]), of["team"].astype(int)),
        "owner_user_id": _pick(np.array([p.code for p in staff.people]), of["person"]),
        "detected_at": text(run, of["seen_at"]), **{name: text(run, of[name]) for name in moments},
        "sla_due_at": text(run, of["due_at"]), "reopen_count": of["reopen_count"],
        "reassignment_count": of["reassignment_count"], "paused_seconds": of["paused_seconds"],
        "value_at_risk_amount": np.round(of["amount"], 2), "currency_code": currency})  # fmt: skip


def _states(world: World) -> pd.DataFrame:
    change = states(world.trail, world.run.end)
    people = np.array([p.code for p in world.staff.people])
    return pd.DataFrame({
        "exception_id": [f"X{number + 1:07d}" for number in change["case"]], "sequence_no": change["sequence_no"],
        "status": change["status"], "changed_at": text(world.run, change["moment"].to_numpy()),
        "user_id": _pick(people, change["person"].to_numpy()),
        "team_id": np.array([t.code for t in world.staff.teams])[change["team"].to_numpy()]})  # fmt: skip
