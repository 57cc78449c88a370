"""What is each figure by the catalogue's formula? A second computation in pandas, knowing no definition.

Exceptions, orders and messages; `oracles_trade.py` holds promises, decisions and finance.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd
from lifelines import KaplanMeierFitter

from tests.control_tower.span import ASKED

Frames = dict[str, pd.DataFrame]
ORACLES: dict[str, Callable[[Frames], float]] = {}


def oracle(*names: str) -> Callable[[Callable[[Frames], float]], Callable[[Frames], float]]:
    def register(function: Callable[[Frames], float]) -> Callable[[Frames], float]:
        ORACLES.update(dict.fromkeys(names, function))
        return function

    return register


def within(times: pd.Series) -> pd.Series:
    return (times >= ASKED.since) & (times < ASKED.until)


def open_at(frame: pd.DataFrame, instant: pd.Timestamp) -> pd.DataFrame:
    return frame[(frame["detected_at"] <= instant) & ~(gone_at(frame) <= instant)]


def gone_at(frame: pd.DataFrame) -> pd.Series:
    """When it was resolved, closed or cancelled, whichever came first."""
    return frame.reindex(columns=["resolved_at", "closed_at", "cancelled_at"]).min(axis=1)


def valid(frame: pd.DataFrame) -> pd.DataFrame:
    words = ["duplicate", "false_positive"]
    return frame[~frame["disposition"].isin(words) & ~frame["status"].isin(words)]


def hours(start: pd.Series, end: pd.Series) -> pd.Series:
    return (end - start).dt.total_seconds() / 3600


def median_under_censoring(durations: pd.Series, observed: pd.Series) -> float:
    return float(KaplanMeierFitter().fit(durations, observed).percentile(0.5 + 1e-12))


def events_of(f: Frames, kind: str) -> pd.DataFrame:
    """The events of one kind of object in the order of their times; joined once for all oracles."""
    name = f"events of {kind}"
    if name not in f:
        links = f["core_event_object"]
        links = links.loc[links["object_type"] == kind, ["event_id", "object_id"]]
        columns = ["event_id", "event_no", "activity", "timestamp", "resource", "resource_type", "department"]
        joined = f["core_event"].reindex(columns=columns).merge(links, on="event_id")
        f[name] = joined.sort_values(["timestamp", "event_no"])
    return f[name]


def touch_counts(f: Frames, kind: str, until: dict[str, pd.Timestamp] | None = None) -> dict[str, int]:
    """Touches per object, counted one event after the other."""
    events = events_of(f, kind)
    human = events[events["resource_type"] == "human"]
    booked = dict(zip(f["core_order"]["order_id"], f["core_order"]["order_at"], strict=True))
    counts: dict[str, int] = {}
    before: tuple[Any, ...] = (None, None, None)
    for event in human.sort_values(["object_id", "timestamp", "event_no"]).itertuples():
        name, who = event.object_id, None if pd.isna(event.resource) else event.resource
        is_new = before[:2] != (name, who) or (event.timestamp - before[2]).total_seconds() > 300
        before = (name, who, event.timestamp)
        counted = until is None or booked[name] <= event.timestamp <= until.get(name, ASKED.now)
        counts[name] = counts.get(name, 0) + int(is_new and counted)
    return counts


@oracle("open_exceptions")
def _(f: Frames) -> float:
    return len(open_at(f["mart_exception"], ASKED.until))


@oracle("new_exceptions")
def _(f: Frames) -> float:
    return int(within(valid(f["mart_exception"])["detected_at"]).sum())


@oracle("resolved_exceptions")
def _(f: Frames) -> float:
    return int(within(f["mart_exception"]["resolved_at"]).sum())


@oracle("past_sla_open")
def _(f: Frames) -> float:
    return int((open_at(f["mart_exception"], ASKED.until)["sla_due_at"] <= ASKED.until).sum())


@oracle("oldest_open_hours")
def _(f: Frames) -> float:
    return (ASKED.until - open_at(f["mart_exception"], ASKED.until)["detected_at"].min()).total_seconds() / 3600


@oracle("value_at_risk")
def _(f: Frames) -> float:
    money: dict[str, float] = {}
    waiting, lines = open_at(f["mart_exception"], ASKED.until), f["mart_order_line"]
    of_orders = dict(iter(lines[lines["order_id"].isin(waiting["order_id"])].groupby("order_id")))
    for one in waiting.itertuples():
        if pd.isna(one.value_at_risk_amount):
            continue
        named = (one.order_line_id, one.order_id, getattr(one, "invoice_id", None), getattr(one, "shipment_id", None))
        shares = {next((name for name in named if isinstance(name, str)), one.exception_id): 1.0}
        if not isinstance(one.order_line_id, str) and one.order_id in of_orders:
            amounts = of_orders[one.order_id].set_index("order_line_id")["line_amount"].fillna(0).astype(float)
            whole = amounts.sum()
            shares = (amounts / whole if whole else amounts * 0 + 1 / len(amounts)).to_dict()
        for line, share in shares.items():
            money[line] = max(money.get(line, 0.0), float(one.value_at_risk_amount) * share)
    return sum(money.values())


@oracle("revenue_at_risk")
def _(f: Frames) -> float:
    lines, blocked = f["mart_order_line"], open_at(f["mart_exception"], ASKED.until)
    blocked = blocked[blocked["blocks_line"].eq(True)]
    whole = set(blocked[blocked["order_line_id"].isna()]["order_id"])
    hit = lines[lines["order_line_id"].isin(blocked["order_line_id"]) | lines["order_id"].isin(whole)]
    left = (hit["ordered_qty"] - hit["shipped_qty"] - hit["cancelled_qty"]).clip(lower=0)
    return float((left * hit["unit_price"]).sum())


@oracle("revenue_at_risk_expected")
def _(f: Frames) -> float:
    said = f["core_recommendation"].query("kind == 'breach'")
    newest = said[said["made_at"] <= ASKED.until].sort_values("made_at").groupby("exception_id")["probability"].last()
    blocked = open_at(f["mart_exception"], ASKED.until)
    blocked = blocked[blocked["blocks_line"].eq(True)]
    chance = blocked["exception_id"].map(newest).astype(float)
    of_line = chance.groupby(blocked["order_line_id"]).max().to_dict()
    of_order = chance[blocked["order_line_id"].isna()].groupby(blocked["order_id"]).max().to_dict()
    whole, total = set(blocked[blocked["order_line_id"].isna()]["order_id"]), 0.0
    for line in f["mart_order_line"].itertuples():
        if (line.order_line_id in of_line or line.order_id in whole) and line.open_qty > 0:
            late = pd.Timestamp(line.promise_date) < ASKED.until.normalize() if pd.notna(line.promise_date) else False
            known = [of_line.get(line.order_line_id), of_order.get(line.order_id) if line.order_id in whole else None]
            likely = 1.0 if late else max((one for one in known if one is not None and one == one), default=None)
            total += 0.0 if likely is None or pd.isna(line.open_amount) else float(line.open_amount) * likely
    return total


@oracle("sla_breach_rate")
def _(f: Frames) -> float:
    frame = f["mart_exception"]
    due = frame[within(frame["sla_due_at"])]
    flagged = frame[frame["sla_due_at"].isna() & frame["sla_breached"].notna()]
    flagged = flagged[within(flagged["ended_at"].fillna(ASKED.clock(flagged)))]
    late = (due["resolved_at"].fillna(ASKED.clock(due)) > due["sla_due_at"]).sum() + flagged["sla_breached"].eq(
        True
    ).sum()
    return late / (len(due) + len(flagged))


@oracle("sla_breach_rate_acknowledge")
def _(f: Frames) -> float:
    due = f["mart_exception"][within(f["mart_exception"]["ack_due_at"])]
    return (due["acknowledged_at"].fillna(ASKED.clock(due)) > due["ack_due_at"]).mean()


def first_decision(f: Frames) -> pd.Series:
    """By exception: its own approvals and those of every proposal that is about it."""
    own = f["core_approval"][["exception_id", "decided_at"]]
    of_proposals = f["core_proposal_exception"].merge(
        f["core_approval"][["proposal_id", "decided_at"]], on="proposal_id"
    )
    return pd.concat([own, of_proposals[["exception_id", "decided_at"]]]).groupby("exception_id")["decided_at"].min()


@oracle("sla_breach_rate_decide")
def _(f: Frames) -> float:
    first = first_decision(f)
    due = f["mart_exception"][within(f["mart_exception"]["decide_due_at"])]
    return (due["exception_id"].map(first).fillna(ASKED.clock(due)) > due["decide_due_at"]).mean()


def _resolution(f: Frames) -> pd.Series:
    done = f["mart_exception"][within(f["mart_exception"]["resolved_at"])]
    return hours(done["detected_at"], done["resolved_at"]) - done["paused_seconds"] / 3600


ORACLES["mean_time_to_resolution"] = lambda f: _resolution(f).mean()
ORACLES["median_time_to_resolution"] = lambda f: _resolution(f).median()
ORACLES["p90_time_to_resolution"] = lambda f: _resolution(f).quantile(0.9)


@oracle("resolution_cycle_time")
def _(f: Frames) -> float:
    cohort = valid(f["mart_exception"])
    cohort = cohort[within(cohort["detected_at"])]
    end = cohort["resolved_at"].fillna(gone_at(cohort)).fillna(ASKED.clock(cohort))
    lasted = hours(cohort["detected_at"], end) - cohort["paused_seconds"] / 3600
    usable = lasted >= 0
    return median_under_censoring(lasted[usable], cohort["resolved_at"].notna()[usable])


@oracle("exception_rate_orders")
def _(f: Frames) -> float:
    orders = f["core_order"][within(f["core_order"]["order_at"])]
    return orders["order_id"].isin(valid(f["mart_exception"])["order_id"]).mean()


@oracle("exceptions_per_1000_orders")
def _(f: Frames) -> float:
    orders = f["core_order"][within(f["core_order"]["order_at"])]
    return 1000 * valid(f["mart_exception"])["order_id"].isin(orders["order_id"]).sum() / len(orders)


@oracle("touchless_order_rate")
def _(f: Frames) -> float:
    bills = f["core_invoice"][f["core_invoice"]["direction"] == "receivable"].groupby("order_id")["posted_at"].min()
    counts = touch_counts(f, "order", bills.dropna().to_dict())
    done = f["core_order"][within(f["core_order"]["complete_at"])]
    return done["order_id"].map(lambda name: counts.get(name, 0) == 0).mean()


@oracle("touches_per_order")
def _(f: Frames) -> float:
    counts = touch_counts(f, "order")
    return f["core_order"][within(f["core_order"]["complete_at"])]["order_id"].map(lambda o: counts.get(o, 0)).mean()


@oracle("touches_per_exception")
def _(f: Frames) -> float:
    counts, frame = touch_counts(f, "exception"), f["mart_exception"]
    return frame[within(frame["resolved_at"])]["exception_id"].map(lambda e: counts.get(e, 0)).mean()


@oracle("repeat_exception_rate")
def _(f: Frames) -> float:
    frame = f["mart_exception"]
    cohort = valid(frame)[within(valid(frame)["detected_at"])]

    same = cohort[["exception_id", "recurrence_key", "detected_at"]].merge(
        frame[["recurrence_key", "detected_at", "resolved_at"]], on="recurrence_key", suffixes=("", "_before")
    )
    gap = same["detected_at"] - same["resolved_at"]
    repeats = (
        (same["detected_at_before"] < same["detected_at"]) & (gap >= pd.Timedelta(0)) & (gap <= pd.Timedelta(days=30))
    )
    return cohort["exception_id"].isin(same[repeats]["exception_id"]).mean()


@oracle("preventable_share")
def _(f: Frames) -> float:
    confirmed = f["mart_exception"].query("disposition == 'confirmed'")
    judged = confirmed[within(confirmed["detected_at"])]["is_preventable"].dropna()
    return judged.eq(True).mean()


@oracle("duplicate_transactions_per_1000_orders")
def _(f: Frames) -> float:
    sent = f["core_integration_message"]
    named = sent.assign(sender=sent["idempotency_key"].fillna(sent["message_id"]))
    by_key = named.groupby(["business_key", "interface_id"])  # an order's invoice is not its order sent again
    first = by_key["sent_at"].min()[by_key["sender"].nunique() > 1]  # a retry carries the key of its message
    first = first.groupby("business_key").min()
    return 1000 * within(first).sum() / within(f["core_order"]["order_at"]).sum()


@oracle("failed_transactions_per_1000")
def _(f: Frames) -> float:
    by_message = f["core_integration_message"].sort_values("attempt").groupby("message_id")
    last, first = by_message["status"].last(), by_message["sent_at"].first()
    return 1000 * (last[within(first)] != "ok").mean()


@oracle("integration_failures_per_1000")
def _(f: Frames) -> float:
    attempts = f["core_integration_message"]
    return 1000 * (attempts[within(attempts["sent_at"])]["status"] != "ok").mean()


@oracle("backorder_age_days")
def _(f: Frames) -> float:
    lines = f["mart_order_line"]
    since = lines["backordered_at"].fillna(lines["reservation_failed_at"])
    left = lines["ordered_qty"] - lines["shipped_qty"] - lines["cancelled_qty"]
    quantity = left.where(lines["complete_ship_at"].isna(), lines["ordered_qty"] - lines["cancelled_qty"])
    counts = (
        (since <= ASKED.until)
        & ~(lines["complete_ship_at"] <= ASKED.until)
        & (lines["complete_ship_at"].notna() | (left > 0))
    )
    days = (ASKED.until - since[counts]).dt.total_seconds() / 86400
    return (days * quantity[counts]).sum() / quantity[counts].sum()


@oracle("customer_sla_adherence")
def _(f: Frames) -> float:
    due = f["mart_order_line"][within(f["mart_order_line"]["contract_due_at"])]
    return (due["complete_ship_at"] <= due["contract_due_at"]).mean()


def _order_hours(f: Frames) -> pd.Series:
    done = f["core_order"][within(f["core_order"]["complete_at"])]
    return hours(done["order_at"], done["complete_at"])


ORACLES["median_order_cycle_time"] = lambda f: _order_hours(f).median()
ORACLES["p90_order_cycle_time"] = lambda f: _order_hours(f).quantile(0.9)


@oracle("order_cycle_time")
def _(f: Frames) -> float:
    cohort = f["core_order"][within(f["core_order"]["order_at"])]
    end = cohort["complete_at"].fillna(cohort["cancelled_at"]).fillna(ASKED.clock(cohort))
    return median_under_censoring(hours(cohort["order_at"], end), cohort["complete_at"].notna())
