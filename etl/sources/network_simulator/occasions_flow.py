"""Which exceptions follow between pick and proof of delivery? Short picks, carriers, delays; never how they are worked."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etl.sources.network_simulator import causes, stock
from etl.sources.network_simulator.cases import CaseBook
from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.fulfilment import Shipments, line_amounts
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.occasions_stock import about_line
from etl.sources.network_simulator.run import DAY, HOUR, Flags, Floats, Ints, Run, draws
from etl.sources.network_simulator.stock import Stock

Trade = tuple[Network, Orders, Lines, Stock]


@dataclass(frozen=True, slots=True)
class Flow:
    """Shipments with what the rules look at."""

    run: Run
    orders: Orders
    ships: Shipments
    amount: Floats
    dice: Floats
    """[shipment, rule]"""
    book: CaseBook

    def raise_for(self, type_code: str, hit: Flags, seen: Ints, **words: object) -> None:
        """Report one case per shipment that is hit."""
        row = np.flatnonzero(hit)
        order = self.ships.order[row]
        given = {name: value[row] if isinstance(value, np.ndarray) else value for name, value in words.items()}
        self.book.add(type_code, subject(self.ships)[row], seen[row], order=order, site=self.orders.site[order],
                      customer=self.orders.customer[order], carrier=self.ships.carrier[row], shipment=row,
                      amount=self.amount[row], **given)  # fmt: skip


def subject(ships: Shipments) -> Ints:
    """A number that stays a shipment's own in every run of a seed."""
    second = np.r_[False, ships.order[1:] <= ships.order[:-1]].cumsum() > 0
    number: Ints = ships.order * 2 + second
    return number


def report(run: Run, world: Trade, ships: Shipments, earlier: pd.DataFrame, book: CaseBook) -> None:
    """Report everything between release and proof of delivery. `earlier` = the cases seen before release."""
    network, orders, lines, _ = world
    amount: Any = np.bincount(ships.line_shipment, line_amounts(lines), len(ships))
    flow = Flow(run, orders, ships, amount, draws(run, "flow", subject(ships), 16), book)
    behind = _pick(run, world, ships, earlier, book)
    _departure(flow)
    _road(flow, network)
    _paper(flow)
    _splits(flow, network, behind)


def _pick(run: Run, world: Trade, ships: Shipments, earlier: pd.DataFrame, book: CaseBook) -> Ints:
    """Short picks, each child of the unposted count of its shelf. Returns the case behind every order's late lines."""
    network, orders, lines, found = world
    line = np.flatnonzero(found.trouble == stock.PICK_SHORT)
    about = about_line(network, orders, lines, line)
    seen = ships.picking_at[lines.order[line]] + 1800 + (line * 37) % HOUR
    counts = earlier[earlier["type_code"] == "unposted_cycle_count"]
    key = counts["site"] * len(network.items.code) + counts["item"]
    latest = pd.Series(counts["identity"].to_numpy(), index=key).groupby(level=0).last()
    parent = latest.reindex(about["site"] * len(network.items.code) + about["item"]).fillna(-1).to_numpy(dtype=np.int64)
    drift = (about["site"] == causes.MXP) & causes.holds(run, "count_drift", seen)
    identity = book.add("pick_shortfall", line, seen, parent=parent, step="pick", rule="WM-1",
                        shipment=lines.order[line], reason=np.where(drift, "count_drift", "unrecorded loss"), **about)  # fmt: skip
    behind = np.full(len(orders), -1, dtype=np.int64)
    short = earlier[earlier["type_code"].isin(["inventory_shortfall", "stale_sync_backorder", "allocation_conflict"])]
    behind[short["order"].to_numpy()] = short["identity"].to_numpy()
    behind[lines.order[line]] = identity
    return behind


def _departure(flow: Flow) -> None:
    ships, dice, run = flow.ships, flow.dice, flow.run
    flow.raise_for("missed_ship_cutoff", ships.is_overflow, ships.planned_ship_at + 600, step="ship", rule="WM-2",
                   reason="more work than hands")  # fmt: skip
    flow.raise_for("shipment_hold", dice[:, 0] < 0.0006, ships.packed_at + 600, step="ship", rule="WM-3",
                   reason="papers missing", detected_by="person")  # fmt: skip
    outage = (ships.carrier == causes.FAILED_CARRIER) & causes.holds(run, "carrier_outage", ships.shipped_at)
    planted = outage & (dice[:, 1] < causes.size("carrier_outage"))
    flow.raise_for("carrier_failure", planted | (dice[:, 2] < 0.0007), ships.shipped_at + 2400, step="ship",
                   rule="TM-1", reason=np.where(planted, "carrier_outage", "no vehicle"))  # fmt: skip
    flow.raise_for("missing_shipment_confirmation", dice[:, 3] < 0.0008, ships.shipped_at + 4 * HOUR, step="ship",
                   rule="WM-4", reason="scan forgotten", detected_by="rule")  # fmt: skip


def _road(flow: Flow, network: Network) -> None:
    ships, dice = flow.ships, flow.dice
    late = (ships.days_late > 0) & (dice[:, 4] < 0.4)
    site = flow.orders.site[ships.order]
    lane = (site == causes.LYS) & (ships.carrier == causes.SLOW_CARRIER)
    lane &= causes.holds(flow.run, "lane_lead_time", ships.shipped_at)
    flow.raise_for("shipment_delay", late, ships.planned_delivery_at + HOUR, step="transport", rule="TM-2",
                   magnitude=ships.days_late.astype(float), reason=np.where(lane, "lane_lead_time", "traffic"))  # fmt: skip
    small = network.customers.tier[flow.orders.customer[ships.order]] >= 2
    failed = np.where(small, 0.0036, 0.0012)
    flow.raise_for("failed_delivery", dice[:, 5] < failed, ships.delivered_at, step="deliver", rule="TM-3",
                   reason="nobody there")  # fmt: skip
    flow.raise_for("damaged_goods", dice[:, 6] < 0.001, ships.delivered_at + 5 * HOUR, step="deliver", rule="CS-1",
                   reason="packing", detected_by="customer")  # fmt: skip


def _paper(flow: Flow) -> None:
    ships = flow.ships
    flow.raise_for("missing_proof_of_delivery", flow.dice[:, 7] < 0.0025, ships.delivered_at + 2 * DAY, step="deliver",
                   rule="TM-4", reason="driver's device", detected_by="rule")  # fmt: skip


def _splits(flow: Flow, network: Network, behind: Ints) -> None:
    """Second shipments: some customers must be asked, some have a routing guide that forbids them."""
    ships, dice = flow.ships, flow.dice
    second = np.arange(len(ships)) >= len(flow.orders)
    guide = network.customers.has_routing_guide[flow.orders.customer[ships.order]]
    parent = behind[ships.order]
    flow.raise_for("partial_shipment", second & (dice[:, 8] < 0.15), ships.released_at + 900, step="pick", rule="CS-2",
                   reason="line late", parent=parent)  # fmt: skip
    flow.raise_for("routing_guide_violation", second & guide & (dice[:, 9] < 0.25), ships.packed_at + 1200, step="ship",
                   rule="TM-5", reason="split shipment", parent=parent)  # fmt: skip
