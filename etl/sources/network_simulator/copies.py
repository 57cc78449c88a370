"""Which orders are the same order a second time? Replayed messages and people who click twice; never who notices.

A copy takes the place of an order that would have come at its moment, so that as many orders come in with a storm as
without: customer, wishes and lines become those of an earlier order of the same channel.
"""

import numpy as np

from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.messages import Messages
from etl.sources.network_simulator.run import HOUR, Flags, Ints, Run, draws

WEB, PORTAL = 1, 3
SENT_TWICE = 0.003
"""Share of orders from screens that a person sends a second time."""
WITHIN = 20 * HOUR


def make(run: Run, orders: Orders, lines: Lines, sent: Messages) -> Ints:
    """Turn orders into copies, in place. Returns of which order each is a copy, -1 = of none.

    Whoever finds no earlier order of the same size within a day stays itself, and its message no duplicate.
    """
    twice = np.isin(orders.channel, (WEB, PORTAL)) & (draws(run, "twice", np.arange(len(orders)))[:, 0] < SENT_TWICE)
    wanted = (sent.has_duplicate | twice) & ~sent.is_dead
    original = _earlier(orders, wanted, sent.is_dead)
    sent.has_duplicate[:] = sent.has_duplicate & (original >= 0)
    copy = np.flatnonzero(original >= 0)
    for column in (orders.customer, orders.site, orders.priority, orders.requested_day):
        column[copy] = column[original[copy]]
    for one in copy.tolist():
        first, source, count = orders.first_line[one], orders.first_line[original[one]], orders.line_count[one]
        lines.item[first : first + count] = lines.item[source : source + count]
        lines.qty[first : first + count] = lines.qty[source : source + count]
        lines.price[first : first + count] = lines.price[source : source + count]
    return original


def _earlier(orders: Orders, wanted: Flags, is_dead: Flags) -> Ints:
    """The last earlier order of the same channel and number of lines that is no copy and came through."""
    result = np.full(len(orders), -1, dtype=np.int64)
    last: dict[tuple[int, int], int] = {}
    kinds = zip(orders.channel.tolist(), orders.line_count.tolist(), wanted.tolist(), is_dead.tolist(), strict=True)
    for number, (channel, count, is_wanted, dead) in enumerate(kinds):
        found = last.get((channel, count), -1) if is_wanted else -1
        if found >= 0 and orders.booked_at[number] - orders.booked_at[found] <= WITHIN:
            result[number] = found
        elif not dead:
            last[channel, count] = number
    return result
