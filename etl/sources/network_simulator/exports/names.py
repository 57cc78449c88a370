"""How are simulated things called in files? Local ids and periods; never any table."""

from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator.network import CARRIERS
from etl.sources.network_simulator.run import Ints, Texts
from etl.sources.network_simulator.world import World

PERIOD_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Period:
    """Orders `first` … `last` - 1, their lines, and their shipments: what was booked in four weeks."""

    number: int
    is_last: bool
    first: int
    last: int
    lines: slice
    ships: Ints

    @property
    def orders(self) -> Ints:
        """Numbers of its orders."""
        return np.arange(self.first, self.last)


def periods(world: World) -> list[Period]:
    """The run in pieces of four weeks by booking."""
    orders, count = world.orders, -(-world.run.weeks // PERIOD_WEEKS)
    edges = np.searchsorted(orders.booked_at, np.arange(count + 1) * PERIOD_WEEKS * 7 * 86_400)
    starts = np.r_[orders.first_line, len(world.lines)]
    second = world.ships.order[len(orders) :]
    result = []
    for number in range(count):
        first, last = int(edges[number]), int(edges[number + 1])
        low, high = np.searchsorted(second, [first, last]) + len(orders)
        ships = np.concatenate([np.arange(first, last), np.arange(low, high)])
        lines = slice(int(starts[first]), int(starts[last]))
        result.append(Period(number + 1, number == count - 1, first, last, lines, ships))
    return result


def order_codes(number: Ints) -> Texts:
    """Order numbers in order of booking."""
    return np.char.add("SO", (number + 1_000_001).astype(str))


def references(world: World, number: Ints) -> Texts:
    """What the customer calls its order: a replayed message brings the same reference a second time."""
    of = np.where(world.messages.has_duplicate[number], world.copy_of[number], -1)
    return np.char.add("PO-", (np.where(of >= 0, of, number) * 7 + 400_000).astype(str))


def line_codes(world: World, line: Ints) -> Texts:
    """Order line ids."""
    order = order_codes(world.lines.order[line])
    return np.char.add(np.char.add(order, "-"), world.lines.line_no[line].astype(str))


def ship_codes(world: World, ship: Ints, prefix: str = "SH") -> Texts:
    """Shipment ids: the order's number, and 2 for a second shipment. Invoices and payments count alike."""
    number = np.char.add(prefix, (world.ships.order[ship] + 1_000_001).astype(str))
    return np.char.add(number, np.where(ship >= len(world.orders), "-2", "-1"))


def picked(codes: Texts, index: Ints) -> Texts:
    """The codes at `index`, "" where it is negative."""
    return np.where(index >= 0, codes[np.maximum(index, 0)], "")


def carrier_codes() -> Texts:
    """Carrier ids."""
    return np.array([carrier[0] for carrier in CARRIERS])


def currency(world: World, customer: Ints) -> Texts:
    """The currency of a customer's documents, euro for none."""
    return np.where((customer >= 0) & world.network.customers.is_gbp[np.maximum(customer, 0)], "GBP", "EUR")
