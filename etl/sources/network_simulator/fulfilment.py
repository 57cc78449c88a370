"""When is each shipment released, packed, shipped and delivered? The standard path; never who repairs what."""

from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator import causes
from etl.sources.network_simulator.demand import AHEAD, Lines, Orders
from etl.sources.network_simulator.network import CARRIERS, Network
from etl.sources.network_simulator.run import DAY, HOUR, Flags, Floats, Ints, Run, draws

CUTOFF = 18 * HOUR
TRANSIT = np.array([1, 2, 2, 3, 1, 1])
"""Planned days on the road, by carrier."""


@dataclass(slots=True)
class Shipments:
    """One row per shipment: first those of all orders in their order, then second ones. Moments may be moved later."""

    order: Ints
    released_at: Ints
    picking_at: Ints
    packed_at: Ints
    planned_ship_at: Ints
    shipped_at: Ints
    planned_delivery_at: Ints
    delivered_at: Ints
    proof_at: Ints
    carrier: Ints
    is_overflow: Flags
    """Whether the day had more work than hands and it missed its departure."""
    days_late: Ints
    """Days lost on the road."""
    line_shipment: Ints
    """Per order line: which shipment carries it."""

    def __len__(self) -> int:
        """How many."""
        return len(self.order)


def local_day(network: Network, site: Ints, moment: Ints) -> Ints:
    """The day number at the site."""
    last = network.sites.offset.shape[1] - 1
    return (moment + network.sites.offset[site, np.clip(moment // DAY, 0, last)]) // DAY


def at_local(network: Network, site: Ints, day: Ints, seconds: Ints | int) -> Ints:
    """The moment at which the site's clock shows `seconds` after midnight of its day number `day`."""
    last = network.sites.offset.shape[1] - 1
    return day * DAY + seconds - network.sites.offset[site, np.clip(day, 0, last)]


def open_day(network: Network, site: Ints, day: Ints) -> Ints:
    """The first working day of the site at or after; beyond the calendar every day works."""
    last = network.sites.next_open.shape[1] - 1
    return np.where(day > last, day, network.sites.next_open[site, np.clip(day, 0, last)])


def working_days_later(network: Network, site: Ints, day: Ints, days: Ints) -> Ints:
    """The working day that is `days` working days after `day`."""
    result = open_day(network, site, day)
    for step in range(int(days.max(initial=0))):
        result = np.where(days > step, open_day(network, site, result + 1), result)
    return result


def confirmed_at(run: Run, orders: Orders) -> Ints:
    """When each order was confirmed to its customer."""
    return orders.booked_at + 300 + (draws(run, "confirm", np.arange(len(orders)))[:, 0] * 3000).astype(np.int64)


def promise_days(network: Network, orders: Orders, carrier: Ints) -> Ints:
    """The day on which every order is promised to leave: in time for what was asked, but not before a normal flow can.

    Standard and small customers are given a day more than it takes.
    """
    day = local_day(network, orders.site, orders.booked_at)
    slack = (network.customers.tier[orders.customer] >= 2).astype(np.int64)
    ready = working_days_later(network, orders.site, day, 1 + (orders.priority > 1) + slack)
    return np.maximum(open_day(network, orders.site, orders.requested_day - TRANSIT[carrier]), ready)


def carriers(run: Run, network: Network, orders: Orders) -> Ints:
    """The carrier of every order: the customer's usual one, the fast one for rush orders."""
    other = draws(run, "carrier", np.arange(len(orders)), 2)
    usual = network.customers.carrier[orders.customer]
    pick = (other[:, 1] * len(CARRIERS)).astype(np.int64)
    loose = (other[:, 0] < 0.1) & ~network.customers.has_routing_guide[orders.customer]
    return np.where(orders.priority == 1, 4, np.where(loose, pick, usual))


def batches(network: Network, orders: Orders, lines: Lines, base: Ints, line_ready: Ints) -> tuple[Ints, Ints, Ints]:
    """Which shipment carries each line, the order of each shipment and when it is ready.

    Lines more than a day later than `base` (nothing else holds the order) go in a second shipment, unless the
    customer wants all at once or nothing would be left for the first.
    """
    late = line_ready > base[lines.order] + DAY
    on_time = np.add.reduceat(~late, orders.first_line)
    splits = (on_time > 0) & (on_time < orders.line_count) & ~network.customers.is_ship_complete[orders.customer]
    second = late & splits[lines.order]
    split_orders = np.flatnonzero(splits)
    place = np.full(len(orders), -1, dtype=np.int64)
    place[split_orders] = len(orders) + np.arange(len(split_orders))
    shipment = np.where(second, place[lines.order], lines.order)
    ready = np.concatenate([base, np.zeros(len(split_orders), dtype=np.int64)])
    np.maximum.at(ready, shipment, line_ready)
    return shipment, np.concatenate([np.arange(len(orders)), split_orders]), ready


def ship(run: Run, network: Network, orders: Orders, of: tuple[Ints, Ints, Ints]) -> Shipments:
    """The way of every shipment from the moment it is ready (`of` = what `batches` gave)."""
    line_shipment, order, ready = of
    site, second = orders.site[order], np.arange(len(order)) >= len(orders)
    dice = draws(run, "ship", order * 2 + second, 8)
    carrier = carriers(run, network, orders)[order]
    ready = np.maximum(ready, confirmed_at(run, orders)[order] + 600)
    day = local_day(network, site, ready)
    late = ready > at_local(network, site, day, 14 * HOUR)
    plan = open_day(network, site, day + late)
    plan = working_days_later(network, site, plan, (orders.priority[order] > 1).astype(np.int64))
    ahead = (orders.requested_day - orders.booked_at // DAY >= AHEAD)[order]
    plan = np.where(ahead, np.maximum(plan, promise_days(network, orders, carrier[: len(orders)])[order]), plan)
    overflow = _overflow(site, plan, dice[:, 6])
    leave = working_days_later(network, site, plan + overflow, np.zeros(len(plan), dtype=np.int64))
    picking = np.maximum(ready, at_local(network, site, plan, (6 * HOUR + 3 * HOUR * dice[:, 1]).astype(np.int64)))
    released = _released(run, (network, site, plan), ready, picking)
    cutoff = at_local(network, site, leave, CUTOFF)
    packed = picking + ((cutoff - picking) * (0.3 + 0.5 * dice[:, 2])).astype(np.int64)
    shipped = np.maximum(packed + 900, cutoff + (1800 * dice[:, 3]).astype(np.int64))
    lost = _lost_days(run, site, carrier, shipped, dice[:, 7])
    due = working_days_later(network, site, leave + 1, TRANSIT[carrier] - 1)
    arrive = working_days_later(network, site, due, lost)
    delivered = at_local(network, site, arrive, (8 * HOUR + 8 * HOUR * dice[:, 4]).astype(np.int64))
    proof = delivered + (600 + 4 * HOUR * dice[:, 5]).astype(np.int64)
    return Shipments(order, released, picking, packed, at_local(network, site, plan, CUTOFF), shipped,
                     at_local(network, site, due, 18 * HOUR), delivered, proof, carrier, overflow, lost,
                     line_shipment)  # fmt: skip


def _released(run: Run, of: tuple[Network, Ints, Ints], ready: Ints, picking: Ints) -> Ints:
    """When the warehouse is told: with the wave that picks it, or one in four in the evening of the working day before."""
    network, site, plan = of
    day = plan - 1
    for _ in range(4):
        day = np.where(network.sites.is_open[site, np.clip(day, 0, network.sites.is_open.shape[1] - 1)], day, day - 1)
    evening = at_local(network, site, day, 19 * HOUR)
    early = (draws(run, "wave", np.arange(len(plan)))[:, 0] < 0.25) & (evening > ready) & (day >= 0)
    return np.where(early, evening, picking)


def _overflow(site: Ints, day: Ints, dice: Floats) -> Flags:
    """On days with far more work than usual some shipments miss the departure."""
    place = site * 4096 + np.clip(day, 0, 4095)
    load = np.bincount(place, minlength=8 * 4096).astype(float)
    usual = np.array([np.quantile(part[part > 0], 0.8) if (part > 0).any() else 1 for part in load.reshape(-1, 4096)])
    share = np.clip(1 - 1.2 * usual[site] / load[place], 0, 0.04)
    missed: Flags = dice < share
    return missed


def _lost_days(run: Run, site: Ints, carrier: Ints, shipped: Ints, dice: Floats) -> Ints:
    """Days lost on the road: seldom by chance, always on a lane whose lead time has grown."""
    chance = np.where(dice < 0.0036, 1 + (dice / 0.0036 * 3).astype(np.int64), 0)
    lane = (site == causes.LYS) & (carrier == causes.SLOW_CARRIER) & causes.holds(run, "lane_lead_time", shipped)
    return np.where(lane, chance + int(causes.size("lane_lead_time")), chance)


def line_amounts(lines: Lines) -> Floats:
    """The value of every line in its currency."""
    return np.round(lines.qty * lines.price, 2)
