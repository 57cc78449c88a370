"""Which messages go to customers, carriers and suppliers, or come from them, and what becomes of each? Never a payload.

Order messages that come in are `messages.py`'s. One that does not go through is sent again; what stays dead is replayed
by the gateway in the night. An acknowledgement that was never sent is simply not there.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from etl.sources.network_simulator import fulfilment, lanes, messages
from etl.sources.network_simulator.run import DAY, HOUR, NEVER, Ints, draws
from etl.sources.network_simulator.world import World

RATE = 0.006
"""Share of messages whose first attempt fails."""
_REFUSED = messages.CLASSES.index("4xx")
_NIGHT = 2 * HOUR


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface and its messages. `number` of each = row of the orders, shipments or purchases, as `kind` says."""

    name: str
    prefix: str
    consumer: str
    kind: str
    answer_within: int
    """Seconds after which somebody should ask where the message is."""
    number: Ints
    sent_at: Ints


def interfaces(world: World) -> list[Interface]:
    """All interfaces but those of incoming orders, each with the messages sent by the end of the run."""
    ships, rows = world.ships, world.stock.purchases
    order = np.flatnonzero((world.orders.channel == 0) & ~world.messages.is_unanswered)
    shipment = np.flatnonzero((world.orders.channel == 0)[ships.order])
    booked = np.flatnonzero(np.isin(ships.carrier, (lanes.ROAD_SOUTH, lanes.ROAD_WEST)))
    purchase, announced = np.arange(len(rows)), np.flatnonzero(rows["asn"] >= 0)
    confirmed = fulfilment.confirmed_at(world.run, world.orders)[order]
    bought, notice = rows["day"].to_numpy() * DAY + 18 * HOUR, (rows["arrival"].to_numpy() - 2) * DAY + 11 * HOUR
    every = [
        Interface("EDI.ORDRSP.OUT", "A", "CUSTOMER", "order", HOUR, order, confirmed + 60),
        Interface("EDI.DESADV.OUT", "D", "CUSTOMER", "shipment", 2 * HOUR, shipment, ships.shipped_at[shipment] + 900),
        Interface("EDI.INVOIC.OUT", "I", "CUSTOMER", "shipment", DAY, shipment, world.bills.posted_at[shipment] + 300),
        Interface("CARRIER.IFTMIN.OUT", "B", "CARRIER", "shipment", HOUR, booked, ships.picking_at[booked] + 300),
        Interface("SUPPLIER.ORDERS.OUT", "P", "SUPPLIER", "purchase", DAY, purchase, bought + 600),
        Interface("SUPPLIER.DESADV.IN", "N", "ERP", "purchase", DAY, announced, notice[announced]),
    ]
    return [_until_end(world, one) for one in every]


def _until_end(world: World, one: Interface) -> Interface:
    """Without what would be sent later, or is about an order that had been withdrawn."""
    gone = np.full(len(one.number), NEVER) if one.kind == "purchase" else world.cancelled_at[order_of(world, one)]
    kept = (one.sent_at >= 0) & (one.sent_at <= world.run.end) & ((gone <= NEVER) | (one.sent_at < gone))
    return replace(one, number=one.number[kept], sent_at=one.sent_at[kept])


def order_of(world: World, one: Interface) -> Ints:
    """The order that each message is about, -1 = none."""
    if one.kind == "purchase":
        return np.full(len(one.number), -1, dtype=np.int64)
    return world.ships.order[one.number] if one.kind == "shipment" else one.number


def attempts(world: World, one: Interface) -> pd.DataFrame:
    """The attempts of an interface's messages by message (`row` of the interface) and attempt.

    Moments in seconds of the run; `dlq_at`, `replayed_at` and `recovered_at` NEVER where that has not come.
    """
    dice = draws(world.run, one.name, one.number, 3)
    refused = np.isin(one.number, _refused(world)) & (one.consumer == "CARRIER")
    fails = refused | (dice[:, 0] < RATE)
    error = np.where(refused, _REFUSED, messages.class_of(dice[:, 1]))
    tries = 1 + np.minimum(np.floor(np.log(dice[:, 2]) / np.log(0.28)), 3).astype(np.int64)
    is_dead = fails & ~refused & (np.isin(error, messages.PERMANENT) | (tries >= len(messages.RETRY_AFTER)))
    count = np.select([is_dead, fails], [len(messages.RETRY_AFTER), np.minimum(tries + 1, 4)], 1)
    row = np.repeat(np.arange(len(count)), count)
    attempt = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + 1
    failed = (attempt < count[row]) | is_dead[row]
    sent = one.sent_at[row] + messages.RETRY_AFTER[attempt - 1]
    last = is_dead[row] & (attempt == count[row])
    replayed = np.where(last, ((sent + 60) // DAY + 1) * DAY + _NIGHT, NEVER)
    through = np.where(
        is_dead[row], NEVER, np.where(failed, (one.sent_at + messages.RETRY_AFTER[count - 1])[row], NEVER)
    )
    found = pd.DataFrame({
        "row": row, "attempt": attempt, "sent_at": sent, "is_failed": failed, "is_dead": last,
        "error": np.where(failed, error[row], -1), "dlq_at": np.where(last, sent + 60, NEVER), "replayed_at": replayed,
        "recovered_at": np.where(last, replayed + 60, through),
    })  # fmt: skip
    for name in ("dlq_at", "replayed_at", "recovered_at"):
        found[name] = found[name].where(found[name] <= world.run.end, NEVER)
    return found[found["sent_at"] <= world.run.end].reset_index(drop=True)


def _refused(world: World) -> Ints:
    """Shipments whose carrier turned the booking down: it could not drive."""
    cases = world.cases
    return cases.loc[cases["type_code"] == "carrier_failure", "shipment"].to_numpy(dtype=np.int64)
