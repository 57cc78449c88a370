"""When is each shipment invoiced and paid, and which exceptions follow? Invoices, cash, disputes; never goods."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etl.sources.network_simulator.cases import TYPE_NO, CaseBook
from etl.sources.network_simulator.demand import Orders
from etl.sources.network_simulator.fulfilment import Shipments
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.occasions_flow import subject
from etl.sources.network_simulator.run import DAY, HOUR, NEVER, Flags, Floats, Ints, Run, draws

_BASE = {"invoice_discrepancy": 0.0012, "dispute": 0.0003, "deduction": 0.0004, "returns_block": 0.0004}
_AFTER = {  # share of the parents that lead to the child
    "invoice_discrepancy": {"pick_shortfall": 0.1, "pricing_discrepancy": 0.09, "promotion_mismatch": 0.15},
    "dispute": {"invoice_discrepancy": 0.18, "damaged_goods": 0.14, "shipment_delay": 0.02},
    "deduction": {"dispute": 0.25, "damaged_goods": 0.1},
    "returns_block": {"damaged_goods": 0.25, "failed_delivery": 0.06},
}
_WAIT = {"invoice_discrepancy": (3, 9), "dispute": (8, 14), "deduction": (20, 20), "returns_block": (4, 10)}
"""Days after posting: at least, and spread."""


@dataclass(slots=True)
class Invoices:
    """One row per shipment, same order."""

    billable_at: Ints
    posted_at: Ints
    due_day: Ints
    paid_at: Ints
    applied_at: Ints
    amount: Floats
    corrected_at: Ints
    credit_at: Ints
    credit: Floats


def bill(run: Run, network: Network, orders: Orders, ships: Shipments, amount: Any) -> Invoices:
    """Invoices as they would go without trouble: posted the night after shipping, paid by the customer's habit."""
    dice = draws(run, "bill", subject(ships), 3)
    customer = orders.customer[ships.order]
    posted = (ships.shipped_at // DAY + 1) * DAY + 2 * HOUR + (HOUR * dice[:, 0]).astype(np.int64)
    due = posted // DAY + network.customers.term_days[customer]
    habit = network.customers.pay_late_days[customer] + 4 * (dice[:, 1] - 0.5) + np.where(dice[:, 1] > 0.993, 9, 0)
    paid = np.maximum((due + habit) * DAY + 9 * HOUR, posted + DAY).astype(np.int64)
    applied = paid + (4 * HOUR + 20 * HOUR * dice[:, 2]).astype(np.int64)
    never = np.full(len(ships), NEVER, dtype=np.int64)
    return Invoices(ships.shipped_at, posted, due, paid, applied, np.round(amount, 2), never.copy(), never.copy(),
                    np.zeros(len(ships)))  # fmt: skip


def report(run: Run, orders: Orders, of: tuple[Shipments, Invoices], earlier: pd.DataFrame, book: CaseBook) -> None:
    """Report what billing, collections and cash application see. `earlier` = all cases before."""
    ships, bills = of
    dice = draws(run, "finance", subject(ships), 14)
    names = iter(range(14))

    def add(type_code: str, hit: Flags, seen: Ints, parent: Ints | int = -1, **words: str) -> None:
        row, order = np.flatnonzero(hit), ships.order[hit]
        parents = parent[row] if isinstance(parent, np.ndarray) else parent
        book.add(type_code, subject(ships)[row], seen[row], order=order, shipment=row, parent=parents,
                 site=orders.site[order], customer=orders.customer[order], amount=bills.amount[row], step="invoice",
                 **words)  # fmt: skip

    held = dice[:, next(names)] < 0.0009
    add("invoice_hold", held, bills.billable_at + 5 * HOUR, rule="FI-1", reason="purchase order number missing")
    slow = ~held & (dice[:, next(names)] < 0.001)
    add("invoice_release_delay", slow, bills.billable_at + 20 * HOUR, rule="FI-2", reason="batch stopped")
    free = ~(held | slow)
    known = _by_shipment(ships, earlier)
    for type_code in _BASE:
        first, spread = _WAIT[type_code]
        seen = bills.posted_at + ((first + spread * dice[:, next(names)]) * DAY).astype(np.int64)
        parent, is_after = _parents(type_code, known, dice[:, next(names)])
        hit = free & (is_after | (dice[:, next(names)] < _BASE[type_code]))
        add(type_code, hit, seen, np.where(is_after, parent, -1), rule=f"FI-{type_code[:3].upper()}",
            detected_by="customer", reason="earlier exception" if type_code != "dispute" else "customer's view")  # fmt: skip
        known[type_code] = np.where(hit, TYPE_NO[type_code] * 10**11 + subject(ships), -1)
    cash = free & (dice[:, 13] < 0.0018)
    add("remittance_mismatch", cash, bills.paid_at + HOUR, rule="FI-3", reason="reference missing")


def _by_shipment(ships: Shipments, earlier: pd.DataFrame) -> dict[str, Ints]:
    """For every type the identity of the case that a shipment or its order had, -1 = none."""
    known = {}
    for type_code in {name for parents in _AFTER.values() for name in parents}:
        mine = earlier[(earlier["type_code"] == type_code) & (earlier["order"] >= 0)]
        by_order = np.full(int(ships.order.max()) + 1, -1, dtype=np.int64)
        by_order[mine["order"].to_numpy()] = mine["identity"].to_numpy()
        known[type_code] = by_order[ships.order]
    return known


def _parents(type_code: str, known: dict[str, Ints], dice: Floats) -> tuple[Ints, Flags]:
    parent, chance = np.full(len(dice), -1, dtype=np.int64), np.zeros(len(dice))
    for cause, share in _AFTER[type_code].items():
        better = (known[cause] >= 0) & (share > chance)
        parent, chance = np.where(better, known[cause], parent), np.where(better, share, chance)
    return np.asarray(parent, dtype=np.int64), np.asarray(dice < chance)


def settle(bills: Invoices, cases: pd.DataFrame, ended: "pd.Series[int]") -> None:
    """Move what the finance cases moved: held invoices are posted when released, disputed ones corrected and paid later.

    `ended` = when each case (row of `cases`) was over.
    """

    def of(names: tuple[str, ...]) -> tuple[Any, Any]:
        mine = cases["type_code"].isin(names) & (cases["shipment"] >= 0)
        return cases.loc[mine, "shipment"].to_numpy(), ended[mine].to_numpy(dtype=np.int64)

    row, end = of(("invoice_hold", "invoice_release_delay"))
    moved = np.maximum(end + HOUR - bills.posted_at[row], 0)
    for moments in (bills.posted_at, bills.paid_at, bills.applied_at):
        moments[row] += moved
    bills.due_day[row] += moved // DAY
    row, end = of(("invoice_discrepancy",))
    bills.corrected_at[row] = end
    row, end = of(("dispute", "deduction"))
    bills.credit_at[row], bills.credit[row] = end, np.round(bills.amount[row] * 0.25, 2)
    late = np.maximum(end + 3 * DAY - bills.paid_at[row], 0)
    bills.paid_at[row] += late
    bills.applied_at[row] += late
    row, end = of(("remittance_mismatch",))
    bills.applied_at[row] = np.maximum(bills.applied_at[row], end)
