"""When is each line picked, shipped, delivered, invoiced and paid? The standard path; never who repairs what."""

from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.network import CARRIERS, Network
from etl.sources.network_simulator.run import DAY, HOUR, Floats, Ints, Run, draws

CUTOFF = 18 * HOUR
TRANSIT = np.array([1, 2, 2, 3, 1, 1])
"""Planned days on the road, by carrier."""


@dataclass(frozen=True, slots=True)
class Shipping:
    """One row per order: the moments of its (first) shipment."""

    confirmed_at: Ints
    released_at: Ints
    packed_at: Ints
    shipped_at: Ints
    planned_delivery_at: Ints
    delivered_at: Ints
    proof_at: Ints
    carrier: Ints


def local_day(network: Network, site: Ints, moment: Ints) -> Ints:
    """The day number at the site."""
    last = network.sites.offset.shape[1] - 1
    return (moment + network.sites.offset[site, np.clip(moment // DAY, 0, last)]) // DAY


def at_local(network: Network, site: Ints, day: Ints, seconds: Ints) -> Ints:
    """The moment at which the site's clock shows `seconds` after midnight of its day number `day`."""
    last = network.sites.offset.shape[1] - 1
    return day * DAY + seconds - network.sites.offset[site, np.clip(day, 0, last)]


def open_day(network: Network, site: Ints, day: Ints) -> Ints:
    """The first working day of the site at or after."""
    last = network.sites.next_open.shape[1] - 1
    return network.sites.next_open[site, np.clip(day, 0, last)]


def working_days_later(network: Network, site: Ints, day: Ints, days: Ints) -> Ints:
    """The working day that is `days` working days after `day`."""
    result = open_day(network, site, day)
    for step in range(int(days.max(initial=0))):
        result = np.where(days > step, open_day(network, site, result + 1), result)
    return result


def promise_days(network: Network, orders: Orders, carrier: Ints) -> Ints:
    """The promised delivery day of every order: what was asked, but not before a normal flow can do it."""
    day = local_day(network, orders.site, orders.booked_at)
    ready = working_days_later(network, orders.site, day, 1 + (orders.priority > 1).astype(np.int64))
    return np.maximum(orders.requested_day, working_days_later(network, orders.site, ready, TRANSIT[carrier]))


def carriers(run: Run, network: Network, orders: Orders) -> Ints:
    """The carrier of every order: the customer's usual one, the fast one for rush orders."""
    other = draws(run, "carrier", np.arange(len(orders)), 2)
    usual = network.customers.carrier[orders.customer]
    pick = (other[:, 1] * len(CARRIERS)).astype(np.int64)
    loose = (other[:, 0] < 0.1) & ~network.customers.has_routing_guide[orders.customer]
    return np.where(orders.priority == 1, 4, np.where(loose, pick, usual))


def ship(run: Run, network: Network, orders: Orders, ready_at: Ints, extra_days: Ints) -> Shipping:
    """The shipment of every order from the moment nothing holds it; `extra_days` = days lost before departure."""
    dice = draws(run, "ship", np.arange(len(orders)), 6)
    carrier = carriers(run, network, orders)
    confirmed = orders.booked_at + 300 + (dice[:, 0] * 3000).astype(np.int64)
    ready = np.maximum(ready_at, confirmed + 600)
    day = local_day(network, orders.site, ready)
    late = ready > at_local(network, orders.site, day, np.full(len(day), 14 * HOUR))
    leave = open_day(network, orders.site, day + late)
    leave = working_days_later(network, orders.site, leave, (orders.priority > 1) + extra_days)
    start = at_local(network, orders.site, leave, (6 * HOUR + 3 * HOUR * dice[:, 1]).astype(np.int64))
    released = np.maximum(ready, start)
    cutoff = at_local(network, orders.site, leave, np.full(len(day), CUTOFF))
    span = cutoff - released
    packed = released + (span * (0.35 + 0.5 * dice[:, 2])).astype(np.int64)
    shipped = np.maximum(packed + 900, cutoff + (1800 * dice[:, 3]).astype(np.int64))
    arrive = working_days_later(network, orders.site, leave + 1, TRANSIT[carrier] - 1)
    planned = at_local(network, orders.site, arrive, np.full(len(day), 17 * HOUR))
    delivered = at_local(network, orders.site, arrive, (8 * HOUR + 8 * HOUR * dice[:, 4]).astype(np.int64))
    proof = delivered + (600 + 4 * HOUR * dice[:, 5]).astype(np.int64)
    return Shipping(confirmed, released, packed, shipped, planned, delivered, proof, carrier)


def line_amounts(lines: Lines) -> Floats:
    """The value of every line in its currency."""
    return np.round(lines.qty * lines.price, 2)
