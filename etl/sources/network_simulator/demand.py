"""What do customers order, when and through which channel? Orders and lines; never whether they can be fulfilled."""

from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.run import DAY, HOUR, Flags, Floats, Ints, Run, share_of

AHEAD = 10
"""Days ahead from which an order is one placed long before it is wanted: it leaves when promised, not when ready."""
_WEEKDAY = (1.28, 1.12, 1.05, 1.0, 0.9, 0.12, 0.06)
_HOURS = {  # local hour of day: weight, by channel
    0: (1, 1, 2, 3, 3, 3, 4, 5, 6, 6, 6, 5, 5, 5, 5, 5, 4, 4, 3, 3, 2, 2, 2, 1),
    1: (1, 0.5, 0.3, 0.2, 0.2, 0.5, 1, 3, 6, 7, 7, 6, 4, 6, 6, 6, 6, 5, 4, 4, 4, 4, 3, 2),
    2: (0, 0, 0, 0, 0, 0, 0, 2, 8, 9, 9, 8, 3, 8, 8, 8, 7, 3, 0, 0, 0, 0, 0, 0),
    3: (0.2, 0.1, 0.1, 0.1, 0.1, 0.2, 1, 3, 7, 8, 8, 7, 4, 7, 7, 7, 6, 4, 2, 2, 1, 1, 0.5, 0.3),
}


@dataclass(frozen=True, slots=True)
class Orders:
    """One row per order, in order of booking."""

    customer: Ints
    site: Ints
    channel: Ints
    priority: Ints
    booked_at: Ints
    requested_day: Ints
    first_line: Ints
    line_count: Ints

    def __len__(self) -> int:
        """How many."""
        return len(self.customer)


@dataclass(frozen=True, slots=True)
class Lines:
    """One row per order line, in order of its order; prices per unit in the customer's currency."""

    order: Ints
    line_no: Ints
    item: Ints
    qty: Ints
    price: Floats

    def __len__(self) -> int:
        """How many."""
        return len(self.order)


def book(run: Run, network: Network) -> tuple[Orders, Lines]:
    """All orders of the run: exactly orders_per_week in each week."""
    rng = run.stream("orders")
    count = run.weeks * run.orders_per_week
    customer = share_of(rng, network.customers.weight, count)
    channel = np.where(
        rng.random(count) < 0.88, network.customers.channel[customer], share_of(rng, [1, 3, 2, 2], count)
    )
    site = network.customers.site[customer]
    week = np.repeat(np.arange(run.weeks), run.orders_per_week)
    day = week * 7 + share_of(rng, _WEEKDAY, count)
    booked = day * DAY + _second_of_day(rng, channel) - network.sites.offset[site, day]
    booked = np.clip(booked, 0, run.end - 60)
    sequence = np.argsort(booked, kind="stable")
    priority = np.where(rng.random(count) < 0.06, 1, 2 + (network.customers.tier[customer] > 1))
    line_count = np.minimum(1 + rng.geometric(0.46, count) - 1, 9)
    wish = rng.integers(2, 6, count) - (priority == 1)
    wish = np.where(_ahead(run, network, customer) & (priority > 1), AHEAD + rng.integers(0, 16, count), wish)
    requested = network.sites.next_open[site, booked // DAY + wish]
    columns = (customer, site, channel, priority, booked, requested)
    customer, site, channel, priority, booked, requested = (column[sequence] for column in columns)
    first = np.cumsum(line_count) - line_count
    orders = Orders(customer, site, channel, priority, booked, requested, first, line_count)
    return orders, _lines(run, network, orders)


def _ahead(run: Run, network: Network, customer: Ints) -> Flags:
    """Whether an order is placed long before it is wanted: standard and small customers plan some."""
    plans: Flags = (run.stream("ahead").random(len(customer)) < 0.08) & (network.customers.tier[customer] >= 2)
    return plans


def _second_of_day(rng: np.random.Generator, channel: Ints) -> Ints:
    seconds = np.zeros(len(channel), dtype=np.int64)
    draws = rng.random(len(channel))
    for number, weights in _HOURS.items():
        edges = np.r_[0.0, np.cumsum(weights) / np.sum(weights)]
        mine = channel == number
        seconds[mine] = np.interp(draws[mine], edges, np.arange(25) * HOUR).astype(np.int64)
    return np.minimum(seconds, DAY - 1)


def _lines(run: Run, network: Network, orders: Orders) -> Lines:
    rng = run.stream("lines")
    order = np.repeat(np.arange(len(orders)), orders.line_count)
    count = len(order)
    item = share_of(rng, network.items.demand, count)
    size = np.array([3.0, 2.0, 1.2, 0.8])[network.customers.tier[orders.customer[order]]]
    packs = np.maximum(1, np.round(np.exp(rng.normal(0.6, 0.8, count)) * size)).astype(np.int64)
    rate = np.where(network.customers.is_gbp[orders.customer[order]], 0.855, 1.0)
    discount = 1 - 0.12 * rng.random(count) * (network.customers.tier[orders.customer[order]] <= 1)
    price = np.round(network.items.price[item] * rate * discount, 2)
    line_no = np.arange(count) - np.repeat(orders.first_line, orders.line_count) + 1
    return Lines(order, line_no * 10, item, packs * network.items.pack[item], price)
