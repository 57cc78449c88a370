"""How does a whole world come about? The parts in their order; never the rules of one part, never a file."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.sources.network_simulator import (
    billing,
    causes,
    commerce,
    copies,
    credit,
    demand,
    fulfilment,
    messages,
    network,
    occasions_flow,
    occasions_stock,
    path,
    queues,
    stock,
    teams,
)
from etl.sources.network_simulator.billing import Invoices
from etl.sources.network_simulator.cases import CaseBook, with_deadlines
from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.fulfilment import Shipments
from etl.sources.network_simulator.messages import Messages
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.playbook import PLAYS
from etl.sources.network_simulator.run import DAY, HOUR, NEVER, Ints, Run
from etl.sources.network_simulator.stock import Stock
from etl.sources.network_simulator.teams import Staff

LONG = 800 * DAY
"""Beyond every end: where the way of a cancelled order is put."""
UNIT_OF_SEGMENT = np.array([0, 0, 1, 2, 1])
_ENDS = [queues.NO[name] for name in ("Resolve", "Resolve automatically", "Cancel", "Dismiss")]


@dataclass(frozen=True, slots=True)
class World:
    """One finished run. `trail.case` = row of `cases`; nothing is cut at the end of the run."""

    run: Run
    network: Network
    orders: Orders
    lines: Lines
    stock: Stock
    messages: Messages
    ships: Shipments
    bills: Invoices
    staff: Staff
    cases: pd.DataFrame
    trail: pd.DataFrame
    cancelled_at: Ints
    """Per order: when it was withdrawn, NEVER = not. What would follow lies far beyond the end of the run."""
    copy_of: Ints
    """Per order: of which one it is a copy, -1 = of none."""
    slow: dict[int, float]
    """Factor on the minutes of the approvers who are slow."""
    ready_at: Ints
    """Per line: when its stock was there."""


def make(run: Run) -> World:
    """Simulate the run."""
    net = network.build(run)
    orders, lines = demand.book(run, net)
    short = frozenset({"pricing"}) if "monday_staff" in run.causes else frozenset()
    staff = teams.hire(run, net.sites, short)
    floor = _Floor(run, net, staff)
    sent = messages.send(run, net, orders)
    copy_of = copies.make(run, orders, lines, sent)
    found = stock.Shelves(run, net, orders, lines).run_all()
    book = CaseBook()
    occasions_stock.report(run, (net, orders, lines), found, book)
    trade = commerce.at_entry(run, net, (orders, lines), book)
    commerce.report(trade)
    credit.report(trade, credit.exposures(run, net, (orders, lines), found.ready_at))
    messages.report(run, orders, sent, trade.amount, book)
    floor.work(book)
    held, ready, cancelled = _held(floor, orders), _line_ready(floor, found), _cancelled(floor, len(orders))
    held = np.where(cancelled > NEVER, run.end + LONG, held)
    ships = fulfilment.ship(run, net, orders, fulfilment.batches(net, orders, lines, held, ready))
    occasions_flow.report(run, (net, orders, lines, found), ships, floor.cases, book := CaseBook())
    floor.work(book)
    _rebooked(floor, ships)
    worth = np.bincount(ships.line_shipment, fulfilment.line_amounts(lines), len(ships))
    bills = billing.bill(run, net, orders, ships, worth)
    billing.report(run, orders, (ships, bills), floor.cases, book := CaseBook())
    floor.work(book)
    billing.settle(bills, floor.cases, floor.ended())
    return World(run, net, orders, lines, found, sent, ships, bills, staff, floor.cases, floor.trail, cancelled, copy_of, floor.slow,
                 ready)  # fmt: skip


def _with_earlier_parents(cases: pd.DataFrame) -> pd.DataFrame:
    """A parent that does not exist, or is seen later than its child, explains nothing."""
    seen = cases.set_index("identity")["seen_at"].reindex(cases["parent"]).to_numpy()
    return cases.assign(parent=cases["parent"].where(seen <= cases["seen_at"].to_numpy(), -1))


def planned(names: Iterable[str] | None) -> frozenset[str]:
    """The causes asked for; None = all of them. Raises ValueError for a name that is no cause."""
    wanted = causes.NAMES if names is None else frozenset(names)
    unknown = wanted - causes.NAMES
    if unknown:
        raise ValueError(f"no cause {sorted(unknown)[0]!r}; allowed: {', '.join(sorted(causes.NAMES))}")
    return wanted


def ended(cases: pd.DataFrame, trail: pd.DataFrame) -> "pd.Series[int]":
    """When each case was over for good, however long after the end of the run."""
    ends = trail[trail["activity"].isin(_ENDS)].groupby("case")["moment"].max()
    return ends.reindex(cases.index)


class _Floor:
    """The people who work, stage after stage, and everything they have worked so far."""

    def __init__(self, run: Run, net: Network, staff: Staff) -> None:
        self.run, self.net, self.staff = run, net, staff
        self.cases, self.trail = pd.DataFrame(), pd.DataFrame()
        self.slow: dict[int, float] = {}
        if "slow_approver" in run.causes:
            self.slow = {staff.team_of["approver_1", 0]: causes.size("slow_approver")}

    def work(self, book: CaseBook) -> None:
        """Let the teams work the reported cases until all have ended; adds to cases and trail."""
        cases = book.frame()
        customer = cases["customer"].to_numpy()
        tier = np.where(customer >= 0, self.net.customers.tier[customer], -1)
        unit = UNIT_OF_SEGMENT[np.where(customer >= 0, self.net.customers.segment[customer], 0)]
        cases = with_deadlines(self.run, cases, tier)
        cases["unit"] = unit
        paths = path.paths(self.run, self.staff, cases, cases["unit"], self.slow)
        trail = queues.Desk(self.staff, paths).run()
        trail["case"] += len(self.cases)
        self.cases = _with_earlier_parents(pd.concat([self.cases, cases], ignore_index=True))
        self.trail = pd.concat([self.trail, trail], ignore_index=True)

    def ended(self) -> "pd.Series[int]":
        """When each case was over for good."""
        return ended(self.cases, self.trail)


def _held(floor: _Floor, orders: Orders) -> Ints:
    """Per order the end of the last case that blocks it as a whole, else its booking."""
    blocks = floor.cases["type_code"].map({code: play.blocks for code, play in PLAYS.items()})
    whole = blocks & (floor.cases["order"] >= 0) & (floor.cases["line"] < 0)
    ends = floor.ended()[whole].groupby(floor.cases["order"][whole]).max()
    held = orders.booked_at.copy()
    row = ends.index.to_numpy()
    held[row] = np.maximum(held[row], ends.to_numpy(dtype=np.int64))
    return held


def _cancelled(floor: _Floor, orders: int) -> Ints:
    """When an order was withdrawn: by a customer who lost patience, or because it was a duplicate."""
    cases, trail = floor.cases, floor.trail
    case = trail["case"].to_numpy()
    twins = cases["type_code"].isin(["retry_duplicate"]).to_numpy()[case]
    fixed = trail["activity"].isin([queues.NO["Resolve"], queues.NO["Resolve automatically"]]).to_numpy() & twins
    of_order = cases["order"].to_numpy()[case]
    hit = (of_order >= 0) & (fixed | (trail["activity"] == queues.NO["Cancel"]).to_numpy())
    result = np.full(orders, NEVER, dtype=np.int64)
    np.maximum.at(result, of_order[hit], trail["moment"].to_numpy()[hit])
    return result


def _line_ready(floor: _Floor, found: Stock) -> Ints:
    """Per line when its stock was there: with its receipt, or when what was found elsewhere has come and been decided."""
    moved = np.array([transfer[0] for transfer in found.transfers], dtype=np.int64)
    cases = floor.cases
    mine = cases["type_code"].isin(occasions_stock.SHORT_TYPES) & cases["line"].isin(moved)
    ready = found.ready_at.copy()
    np.maximum.at(ready, cases.loc[mine, "line"].to_numpy(), floor.ended()[mine].to_numpy(dtype=np.int64))
    return ready


def _rebooked(floor: _Floor, ships: Shipments) -> None:
    """Shipments whose carrier failed leave when another one was found; failed deliveries are made again."""
    cases, ended = floor.cases, floor.ended()
    for type_code, moments in (
        ("carrier_failure", (ships.shipped_at, ships.delivered_at, ships.proof_at)),
        ("shipment_hold", (ships.shipped_at, ships.delivered_at, ships.proof_at)),
        ("failed_delivery", (ships.delivered_at, ships.proof_at)),
    ):
        mine = cases["type_code"] == type_code
        row = cases.loc[mine, "shipment"].to_numpy()
        target = ended[mine].to_numpy(dtype=np.int64) + (3 * HOUR if type_code != "failed_delivery" else 20 * HOUR)
        moved = np.maximum(target - moments[0][row], 0)
        for moment in moments:
            moment[row] += moved
