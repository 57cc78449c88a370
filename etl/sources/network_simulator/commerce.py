"""Which exceptions follow from contracts and master data at order entry? Prices, terms, records; never credit or stock."""

from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator import causes
from etl.sources.network_simulator.cases import CaseBook
from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.fulfilment import line_amounts
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.run import DAY, HOUR, Flags, Floats, Ints, Run, draws

WEB, INSIDE, PORTAL = 1, 2, 3
NIGHT = 26 * HOUR


@dataclass(frozen=True, slots=True)
class Trade:
    """Orders with what the rules look at: their value and their customers' traits."""

    run: Run
    network: Network
    orders: Orders
    lines: Lines
    amount: Floats
    dice: Floats
    """[order, rule]"""
    book: CaseBook

    def raise_for(self, type_code: str, hit: Flags, delay: Ints | int, **words: object) -> None:
        """Report one case per order that is hit, `delay` seconds after booking."""
        order = np.flatnonzero(hit)
        wait = delay[order] if isinstance(delay, np.ndarray) else delay
        line = self.orders.first_line[order]
        words = {name: value[order] if isinstance(value, np.ndarray) else value for name, value in words.items()}
        self.book.add(type_code, order, self.orders.booked_at[order] + wait, order=order, site=self.orders.site[order],
                      customer=self.orders.customer[order], item=self.lines.item[line], amount=self.amount[order],
                      **words)  # fmt: skip


def at_entry(run: Run, network: Network, of: tuple[Orders, Lines], book: CaseBook) -> Trade:
    """What the rules at order entry look at."""
    orders, lines = of
    amount = np.add.reduceat(line_amounts(lines), orders.first_line)
    return Trade(run, network, orders, lines, amount, draws(run, "commerce", np.arange(len(orders)), 20), book)


def report(trade: Trade) -> None:
    """Report everything that contracts and master data bring at order entry."""
    _compliance(trade)
    _prices(trade)
    _promotion(trade)
    _contracts(trade)
    _master_data(trade)
    _odd_orders(trade)


def _compliance(trade: Trade) -> None:
    items, orders, dice = trade.network.items, trade.orders, trade.dice
    regulated = np.logical_or.reduceat(items.is_regulated[trade.lines.item], orders.first_line)
    trade.raise_for("regulated_order", regulated & (dice[:, 2] < 0.018), 240, step="compliance check", rule="CO-1",
                    reason="regulated item")  # fmt: skip
    trade.raise_for("compliance_hold", dice[:, 3] < 0.0006, 240, step="compliance check", rule="CO-2",
                    reason="name screening")  # fmt: skip


def _prices(trade: Trade) -> None:
    """A contract price changes every 13 weeks; for some days the customer's system still sends the old one."""
    run, orders, dice, customers = trade.run, trade.orders, trade.dice, trade.network.customers
    traits = draws(run, "contract", np.arange(len(customers.code)), 2)
    since = (orders.booked_at / DAY - traits[orders.customer, 0] * 91) % 91
    stale = since < 2 + 7 * traits[orders.customer, 1]
    has_contract = customers.tier[orders.customer] <= 2
    hit = stale & has_contract & (orders.channel != WEB) & (dice[:, 4] < 0.1)
    trade.raise_for("pricing_discrepancy", hit, 420, step="pricing", rule="PR-1", reason="contract price changed",
                    magnitude=0.02 + 0.08 * dice[:, 5])  # fmt: skip
    items = trade.network.items
    thin = np.logical_or.reduceat((items.price < 1.3 * items.cost)[trade.lines.item], orders.first_line)
    hit = (orders.channel == INSIDE) & thin & (dice[:, 6] < 0.02)
    trade.raise_for("margin_violation", hit, 500, step="pricing", rule="PR-2", reason="discount on a thin margin",
                    magnitude=0.1 * dice[:, 7])  # fmt: skip


def _promotion(trade: Trade) -> None:
    orders = trade.orders
    family = trade.network.items.family[trade.lines.item] == causes.PROMOTED
    has = np.logical_or.reduceat(family, orders.first_line)
    at_work = causes.holds(trade.run, "promotion_price", orders.booked_at) & has & (orders.channel == WEB)
    planted = at_work & (trade.dice[:, 8] < causes.size("promotion_price"))
    usual = (orders.channel == WEB) & (trade.dice[:, 9] < 0.0015)
    trade.raise_for("promotion_mismatch", planted | usual, 360, step="pricing", rule="PR-3",
                    reason=np.where(usual, "promotion ended", "promotion_price"))  # fmt: skip


def _contracts(trade: Trade) -> None:
    """Terms differ mostly at few customers: each has a tendency of its own."""
    frailty = np.exp(2.2 * (draws(trade.run, "terms", np.arange(len(trade.network.customers.code)))[:, 0] - 0.5))
    tendency = frailty[trade.orders.customer]
    for rule, (type_code, rate, wait) in enumerate((("contract_terms_mismatch", 0.0014, 600), ("tax_mismatch", 0.0005, NIGHT),
                                                    ("freight_terms_mismatch", 0.0006, 900))):  # fmt: skip
        hit = trade.dice[:, 10 + rule] < rate * tendency
        trade.raise_for(type_code, hit, wait, step="order entry", rule=f"CT-{rule + 1}", reason="customer's own terms")


def _master_data(trade: Trade) -> None:
    run, customers, orders, dice = trade.run, trade.network.customers, trade.orders, trade.dice
    traits = draws(run, "master data", np.arange(len(customers.code)), 2)
    usual = traits[orders.customer, 0] < 0.05
    segment = customers.segment[orders.customer] == causes.CONSTRUCTION
    planted = traits[orders.customer, 1] < causes.size("segment_master_data")
    planted &= segment & causes.holds(run, "segment_master_data", orders.booked_at) & ~usual
    hit = dice[:, 13] < np.select([planted, usual], [0.055, 0.03], 0.0)
    trade.raise_for("incomplete_customer_data", hit, 150, step="order entry", rule="MD-1",
                    reason=np.where(planted, "segment_master_data", "incomplete record"))  # fmt: skip
    by_screen = np.isin(orders.channel, (WEB, PORTAL))
    small = customers.tier[orders.customer] >= 2
    trade.raise_for("invalid_ship_to", small & by_screen & (dice[:, 14] < 0.005), 150, step="order entry", rule="MD-2",
                    reason="new address")  # fmt: skip
    trade.raise_for("missing_tax_jurisdiction", usual & (dice[:, 15] < 0.011), 200, step="order entry", rule="MD-3",
                    reason="incomplete record")  # fmt: skip


def _odd_orders(trade: Trade) -> None:
    orders, dice = trade.orders, trade.dice
    packs = trade.lines.qty / trade.network.items.pack[trade.lines.item]
    size = np.array([3.0, 2.0, 1.2, 0.8])[trade.network.customers.tier[orders.customer[trade.lines.order]]]
    odd = np.maximum.reduceat(packs / size, orders.first_line)
    trade.raise_for("order_anomaly", (odd > 16) & (dice[:, 18] < 0.22), 120, step="order entry", rule="AN-1",
                    reason="unusual quantity", magnitude=odd, detected_by="rule")  # fmt: skip
