"""What are freight, margin, leakage and return by the catalogue's formula? See `oracles.py`."""

from functools import cache

import numpy as np
import pandas as pd

from tests.control_tower.oracles import Frames, oracle, valid, within
from tests.control_tower.oracles_trade import DAY
from tests.control_tower.span import ASKED

COST = 40


def in_euro(f: Frames, amount: pd.Series, currency: pd.Series, day: pd.Series) -> pd.Series:
    """By the rate of the day, looked up one by one."""
    dated: dict[str, list[tuple[pd.Timestamp, float]]] = {}
    for one in f["ref_currency_rate"].itertuples():
        dated.setdefault(one.currency_code, []).append((pd.Timestamp(one.valid_from), float(one.rate)))

    @cache
    def rate(code: str, moment: pd.Timestamp) -> float:
        if code == "EUR":
            return 1.0
        known = [pair for pair in dated.get(code, ()) if pd.notna(moment) and pair[0] <= moment]
        return max(known)[1] if known else np.nan

    return amount * [rate(code, moment) for code, moment in zip(currency, day.dt.normalize(), strict=True)]


def _freight(f: Frames) -> pd.DataFrame:
    moved = f["core_shipment"][within(f["core_shipment"]["shipped_at"])].copy()
    for column in ("freight_amount", "standard_freight_amount"):
        moved[column] = in_euro(f, moved[column], moved["currency_code"], moved["shipped_at"])
    paid = moved["freight_amount"]
    moved["freight_amount"] = paid.round(4)  # money is kept to four decimals
    raised = valid(f["mart_exception"])
    of_order = raised[raised["shipment_id"].isna()]["order_id"]
    linked = moved["shipment_id"].isin(raised["shipment_id"].dropna()) | moved["order_id"].isin(of_order)
    moved["counts"] = linked & moved["is_expedited"].eq(True)
    moved["premium"] = (paid - moved["standard_freight_amount"]).round(4)
    return moved


@oracle("expedited_freight_cost")
def _(f: Frames) -> float:
    moved = _freight(f)
    return moved[moved["counts"]]["premium"].sum()


@oracle("expedited_freight_per_1000_orders")
def _(f: Frames) -> float:
    moved = _freight(f)
    return 1000 * moved[moved["counts"]]["premium"].sum() / within(f["core_order"]["order_at"]).sum()


@oracle("expedited_freight_share")
def _(f: Frames) -> float:
    moved = _freight(f)
    linked_or_not = moved["counts"] | ~moved["counts"]
    value = moved["premium"].where(moved["counts"], 0.0)
    usable = linked_or_not & value.notna() & moved["freight_amount"].notna() & moved["is_expedited"].notna()
    unsaid = moved["is_expedited"].isna() & moved["freight_amount"].notna()
    return value[usable].sum() / moved["freight_amount"][usable | unsaid].sum()


def _leaks(f: Frames) -> pd.DataFrame:
    """Per order with an exception booked in the period: what leaked and the margin there was; worked out once."""
    name_of = f"leaks {ASKED.since} {ASKED.until}"
    if name_of in f:
        return f[name_of]
    raised = valid(f["mart_exception"])
    pricing = set(raised[raised["category"] == "pricing"]["order_id"])
    items = f["core_item"].set_index("item_id")
    lines = f["mart_order_line"].set_index("order_line_id")
    rows = []
    orders = f["core_order"][within(f["core_order"]["order_at"])]
    bills = f["core_invoice"].query("direction == 'receivable'")
    credits = in_euro(f, bills["credit_amount"], bills["currency_code"], bills["posted_at"]).groupby(bills["order_id"])
    moved = f["core_shipment"]
    premium = (moved["freight_amount"] - moved["standard_freight_amount"]).clip(lower=0)
    premium = in_euro(f, premium, moved["currency_code"], moved["shipped_at"]).groupby(moved["order_id"])
    credit_of, premium_of = credits.sum().to_dict(), premium.sum().to_dict()
    price, cost = items["unit_price"].to_dict(), items["unit_cost"].to_dict()
    of_order = dict(iter(lines[lines["order_id"].isin(raised["order_id"])].groupby("order_id")))
    parts = f["core_shipment_line"].merge(lines, left_on="order_line_id", right_index=True, suffixes=("", "_ordered"))
    swapped = dict(iter(parts[parts["item_id"] != parts["item_id_ordered"]].groupby("order_id")))
    for name in orders["order_id"][orders["order_id"].isin(raised["order_id"])]:
        own = of_order.get(name, lines.head(0))
        margin = ((own["unit_price"] - own["unit_cost"]) * own["ordered_qty"]).dropna()
        leak = credit_of.get(name, 0.0) + premium_of.get(name, 0.0)
        if name in pricing:
            below = own["item_id"].map(price) - own["unit_price"]
            leak += (below.clip(lower=0) * own["ordered_qty"]).sum()
        for part in swapped[name].itertuples() if name in swapped else ():
            if pd.notna(part.unit_cost):
                leak += max(cost[part.item_id] - part.unit_cost, 0) * part.shipped_qty
        if len(margin):
            rows.append((leak, margin.sum()))
    f[name_of] = pd.DataFrame(rows, columns=["leak", "margin"])
    return f[name_of]


@oracle("margin_leakage")
def _(f: Frames) -> float:
    return _leaks(f)["leak"].sum()


@oracle("margin_leakage_rate")
def _(f: Frames) -> float:
    return _leaks(f)["leak"].sum() / _leaks(f)["margin"].sum()


@oracle("revenue_leakage_rate")
def _(f: Frames) -> float:
    bills = f["core_invoice"].query("direction == 'receivable'").dropna(subset=["posted_at"]).copy()
    bills["euro"] = in_euro(f, bills["amount"], bills["currency_code"], bills["posted_at"])
    bills["credit"] = in_euro(f, bills["credit_amount"].fillna(0), bills["currency_code"], bills["posted_at"])
    bill = bills.groupby("order_id").agg(
        posted=("posted_at", "min"), euro=("euro", lambda one: one.sum(min_count=1)), credit=("credit", "sum")
    )
    gone = f["mart_order_line"].dropna(subset=["shipped_at"])
    gone = gone.assign(worth=gone["shipped_qty"] * gone["unit_price"]).groupby("order_id")
    sent = gone.agg(last=("shipped_at", "max"), worth=("worth", lambda one: one.sum(min_count=1))).join(bill)
    when = sent["posted"].fillna(sent["last"] + 30 * DAY)
    sent = sent[within(when) & (when <= ASKED.now) & sent["worth"].notna()]
    free, paid = sent[sent["posted"].isna()], sent[sent["euro"].notna()]
    short = paid["worth"] - paid["euro"]
    lost = free["worth"].sum() + paid["credit"].sum() + short[short > 0.02 * paid["worth"]].sum()
    return lost / paid["euro"].sum()


@oracle("dispute_rate_by_value")
def _(f: Frames) -> float:
    own = f["core_invoice"].query("direction == 'receivable'")
    own = own[within(own["posted_at"])]
    amount = in_euro(f, own["amount"], own["currency_code"], own["posted_at"])
    return amount[own["invoice_id"].isin(f["core_dispute"]["invoice_id"])].sum() / amount.sum()


@oracle("unapplied_cash_age_days")
def _(f: Frames) -> float:
    held = f["core_cash_receipt"]
    held = held[(held["received_at"] <= ASKED.until) & ~(held["applied_at"] <= ASKED.until)]
    left = held["amount"] - held["applied_amount"].fillna(0).where(held["applied_at"].isna(), 0)
    left = in_euro(f, left, held["currency_code"], held["received_at"])
    return float(np.average((ASKED.until - held["received_at"]) / DAY, weights=left))


@oracle("return_on_cost")
def _(f: Frames) -> float:
    made = f["core_proposal"]
    benefit = in_euro(f, made["realised_benefit_amount"], made["currency_code"], made["confirmed_at"])
    gained = benefit[within(made["confirmed_at"])].sum()
    first = max(made["created_at"].min().normalize(), ASKED.since)
    paid = COST * len(pd.date_range(first, ASKED.until, inclusive="left"))
    return (gained - paid) / paid
