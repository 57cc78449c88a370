"""Which messages pass between the systems, which fail and how do they recover? Attempts and dead letters; never people."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.sources.network_simulator import causes
from etl.sources.network_simulator.cases import CaseBook
from etl.sources.network_simulator.demand import Orders
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.run import HOUR, Flags, Floats, Ints, Run, draws

INTERFACES = ("EDI.ORDERS.IN", "WEB.ORDERS.IN", "SALES.ORDERS.IN", "PORTAL.ORDERS.IN")
CLASSES = ("timeout", "5xx", "4xx", "schema", "auth", "rate_limit")
HTTP = (504, 503, 400, 422, 401, 429)
_WEIGHTS = (38, 22, 12, 16, 5, 7)
RETRY_AFTER = np.array([0, 300, 1_200, 4_800])
"""Seconds from the first attempt to each further one."""
_PAYLOAD, _MAP = 2, 3
PERMANENT = (_PAYLOAD, _MAP, 4)
"""Classes that another attempt does not cure."""


@dataclass(frozen=True, slots=True)
class Messages:
    """One inbound message per order, by its attempts; one row per order."""

    attempts: Ints
    """1 … 4"""
    error: Ints
    """Index into CLASSES of the failed attempts, -1 = none failed."""
    is_dead: Flags
    """Whether all attempts failed: a person must repair it."""
    has_duplicate: Flags
    """Whether a retry was booked although the first attempt had arrived."""
    is_unanswered: Flags
    """Whether no acknowledgement of the order ever went out."""


def send(run: Run, network: Network, orders: Orders) -> Messages:
    """Send one message per order."""
    dice = draws(run, "message", np.arange(len(orders)), 6)
    rate = np.where(orders.channel == 0, 0.011, np.where(orders.channel == 2, 0.0015, 0.006))
    fails = dice[:, 0] < rate
    error = np.where(fails, class_of(dice[:, 1]), -1)
    permanent = np.isin(error, PERMANENT)
    retries = 1 + np.minimum(np.floor(np.log(dice[:, 2]) / np.log(0.28)), 3).astype(np.int64)
    segment = network.customers.segment[orders.customer] == causes.RETAIL
    broken = (orders.channel == 0) & segment & causes.holds(run, "edi_map", orders.booked_at)
    error = np.where(broken, _MAP, error)
    is_dead = broken | (fails & (permanent | (retries >= 4)))
    storm = (orders.channel == 1) & causes.holds(run, "retry_storm", orders.booked_at)
    storm &= (dice[:, 3] < causes.size("retry_storm")) & ~broken
    usual = fails & (error == 0) & ~is_dead & (dice[:, 4] < 0.22)
    error = np.where(storm & ~fails, 0, error)
    attempts = np.where(is_dead, 4, np.where(error >= 0, np.maximum(1 + retries, 2), 1))
    silent = (orders.channel == 0) & (dice[:, 5] < 0.002) & ~is_dead
    return Messages(np.minimum(attempts, 4), error, is_dead, (storm & ~is_dead) | usual, silent)


def class_of(dice: Floats) -> Ints:
    """The error class that a number in (0, 1) stands for."""
    return np.searchsorted(np.cumsum(_WEIGHTS) / sum(_WEIGHTS), dice).astype(np.int64)


def report(run: Run, orders: Orders, found: Messages, amount: Floats, book: CaseBook) -> None:
    """Report the cases that the gateway sees: dead letters, timeouts, replays, messages that never came."""
    edi = orders.channel == 0
    about = {"order": np.arange(len(orders)), "site": orders.site, "customer": orders.customer, "amount": amount}

    def add(type_code: str, hit: Flags, wait: int, **words: object) -> Ints:
        row = np.flatnonzero(hit)
        links = {name: values[row] for name, values in about.items()}
        given = {name: value[row] if isinstance(value, np.ndarray) else value for name, value in words.items()}
        return book.add(type_code, row, orders.booked_at[row] + wait, step="interface", **links, **given)

    planted = (found.error == _MAP) & edi & causes.holds(run, "edi_map", orders.booked_at)
    add("failed_transformation", found.is_dead & (found.error == _MAP), 5000, rule="IF-2",
        reason=np.where(planted, "edi_map", "unknown segment"))  # fmt: skip
    add("incomplete_payload", found.is_dead & (found.error == _PAYLOAD), 5000, rule="IF-3", reason="field missing")
    other = found.is_dead & ~np.isin(found.error, (_MAP, _PAYLOAD))
    add("edi_order_failure", other, 5100, rule="IF-1", reason="receiver down")
    slow = (found.error == 0) & (found.attempts >= 3) & ~found.is_dead
    timeout = add("integration_timeout", slow, 1300, rule="IF-4", reason="receiver slow")
    parent = pd.Series(timeout, index=np.flatnonzero(slow)).reindex(np.arange(len(orders))).fillna(-1)
    storm = causes.holds(run, "retry_storm", orders.booked_at) & (orders.channel == 1)
    add("retry_duplicate", found.has_duplicate, 1800, rule="IF-5", parent=parent.to_numpy(dtype=np.int64),
        reason=np.where(storm, "retry_storm", "retry without idempotency key"))  # fmt: skip
    add("missing_message", found.is_unanswered, 5 * HOUR, rule="IF-6", reason="acknowledgement lost",
        detected_by="rule")  # fmt: skip


def attempts(run: Run, orders: Orders, found: Messages, first: int, last: int) -> pd.DataFrame:
    """The attempts of the messages of orders `first` … `last` - 1, in order of order and attempt."""
    rows = np.arange(first, last)
    count = found.attempts[rows]
    order = np.repeat(rows, count)
    number = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count) + 1
    failed = (number < found.attempts[order]) | found.is_dead[order]
    # a first attempt precedes the booking of an order that only a retry brought in
    started = orders.booked_at[order] - np.where(found.is_dead[order], 0, RETRY_AFTER[count - 1].repeat(count))
    started = np.where(found.has_duplicate[order], orders.booked_at[order], started) - 30
    return pd.DataFrame({
        "order": order, "attempt": number, "sent_at": np.maximum(started + RETRY_AFTER[number - 1], 0),
        "is_failed": failed, "error": np.where(failed, found.error[order], -1),
        "is_dead": found.is_dead[order] & (number == count[order - first]),
    })  # fmt: skip
