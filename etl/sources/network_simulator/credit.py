"""Who owes how much when, and whose orders does the credit check hold? Limits and exposure; never how a hold is worked.

What a customer owes counts from the booking of an order to the payment of its invoice, as the ledgers will show it: the
payments used here are those of a flow without trouble, and trouble only makes them later. Who is held is over the limit
in the books, therefore, and who is over the limit has been held.
"""

from typing import Any

import numpy as np

from etl.sources.network_simulator import billing, causes, fulfilment
from etl.sources.network_simulator.commerce import Trade
from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.run import DAY, Floats, Ints, Run, draws, keep_apart

AGREED = 7 * DAY
"""How long the desk's decision on a customer holds: its further orders pass."""
TO_BILL = 5
"""Days from an order to its invoice."""
_FAR = 10**11


def limits(run: Run, network: Network, amount: float) -> Floats:
    """The right credit limit of every customer: usual exposure times a cushion. `amount` = mean value of an order."""
    customers = network.customers
    weekly = customers.weight * run.orders_per_week * amount
    cushion = np.exp(0.7 * (draws(run, "credit", np.arange(len(customers.code)))[:, 0] - 0.3)) * 1.7
    limit = weekly * np.maximum(customers.term_days + TO_BILL + customers.pay_late_days, 7) / 7 * cushion
    return np.maximum(np.round(limit, -2), 6 * amount)


def exposures(run: Run, network: Network, of: tuple[Orders, Lines], line_ready: Ints) -> Floats:
    """What each order's customer owes right after its booking, this order included.

    `line_ready` = when each line's stock is there.
    """
    orders, lines = of
    amount = fulfilment.line_amounts(lines)
    batches = fulfilment.batches(network, orders, lines, orders.booked_at, line_ready)
    ships = fulfilment.ship(run, network, orders, batches)
    worth: Any = np.bincount(ships.line_shipment, amount, len(ships))
    paid_at = billing.bill(run, network, orders, ships, worth).paid_at
    booked = _until(orders, orders.customer, orders.booked_at, np.add.reduceat(amount, orders.first_line))
    owed: Floats = booked - _until(orders, orders.customer[ships.order], paid_at, worth)
    return owed


def _until(orders: Orders, customer: Ints, moment: Ints, amount: Floats) -> Floats:
    """For every order the sum of its customer's amounts up to its booking."""
    place = customer * _FAR + moment
    order = np.argsort(place, kind="stable")
    total = np.r_[0.0, np.cumsum(amount[order])]
    first = np.searchsorted(place[order], orders.customer * _FAR)
    last = np.searchsorted(place[order], orders.customer * _FAR + orders.booked_at, side="right")
    summed: Floats = total[last] - total[first]
    return summed


def report(trade: Trade, owed: Floats) -> None:
    """Report the orders that the credit check holds: over the limit, or of a customer whose account is blocked.

    `owed` = what `exposures` gave.
    """
    run, customers, orders = trade.run, trade.network.customers, trade.orders
    limit = limits(run, trade.network, float(trade.amount.mean()))[orders.customer]
    cut = causes.holds(run, "credit_limit_cut", orders.booked_at)
    cut &= customers.segment[orders.customer] == causes.PUBLIC
    given = np.where(cut, limit * causes.size("credit_limit_cut"), limit)
    held = keep_apart(orders.customer, orders.booked_at, owed > given, AGREED)
    trade.raise_for("credit_hold", held, 180, step="credit check", rule="CR-1", magnitude=owed - given,
                    reason=np.where(cut & (owed <= limit), "credit_limit_cut", "over limit"))  # fmt: skip
    blocked = (customers.pay_late_days[orders.customer] > 8) & (trade.dice[:, 1] < 0.035)
    trade.raise_for("blocked_account", blocked, 200, step="credit check", rule="CR-2", reason="pays late")
