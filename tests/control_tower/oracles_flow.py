"""What are hand-offs, rework, labour, fill, stock, flow and assist by the catalogue's formula? See `oracles.py`."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from tests.control_tower.oracles import Frames, events_of, gone_at, hours, open_at, oracle, touch_counts, valid, within
from tests.control_tower.oracles_trade import DAY, _due_lines
from tests.control_tower.span import ASKED


def resolved(f: Frames) -> pd.DataFrame:
    return f["mart_exception"][within(f["mart_exception"]["resolved_at"])]


def events_by_exception(f: Frames) -> dict[str, list[Any]]:
    """The events of each exception in order, as tuples of `core_event`."""
    found: dict[str, list[Any]] = {}
    for event in events_of(f, "exception").itertuples():
        found.setdefault(str(event.object_id), []).append(event)
    return found


@oracle("past_sla_share")
def _(f: Frames) -> float:
    waiting = open_at(f["mart_exception"], ASKED.until)
    return (waiting["sla_due_at"].dropna() <= ASKED.until).mean()


@oracle("auto_resolved_rate")
def _(f: Frames) -> float:
    known, events = [], events_by_exception(f)
    for name in resolved(f)["exception_id"]:
        kinds = {event.resource_type for event in events.get(name, ())} or {None}
        if "human" in kinds or not any(pd.isna(kind) for kind in kinds):
            known.append("human" not in kinds)
    return float(np.mean(known))


def _handoffs(f: Frames) -> list[int]:
    counts, events = [], events_by_exception(f)
    for name in resolved(f)["exception_id"]:
        if name not in events:
            continue
        names = [event.department for event in events[name] if event.resource_type == "human"]
        if any(pd.isna(one) for one in names):
            continue
        counts.append(sum(a != b for a, b in pairwise(names)))
    return counts


@oracle("handoffs_per_exception")
def _(f: Frames) -> float:
    return float(np.mean(_handoffs(f)))


@oracle("p90_handoffs")
def _(f: Frames) -> float:
    return float(np.quantile(_handoffs(f), 0.9))


@oracle("rework_rate")
def _(f: Frames) -> float:
    found, events = [], events_by_exception(f)
    cohort = valid(f["mart_exception"])
    for name in cohort[within(cohort["detected_at"])]["exception_id"]:
        if name in events:
            worked = [event.activity for event in events[name] if event.activity != "Add comment"]
            found += [len(worked) != len(set(worked))] if worked else []
    return float(np.mean(found))


@oracle("warehouse_disruptions")
def _(f: Frames) -> float:
    words = ["re-plan", "plan next", "wave override", "short pick", "pick again"]
    is_one = {
        name: any(word in name.lower() for word in words) for name in f["core_event"]["activity"].dropna().unique()
    }
    happened = f["core_event"][f["core_event"]["activity"].map(is_one).eq(True)]
    return 1000 * within(happened["timestamp"]).sum() / within(f["mart_order_line"]["released_at"]).sum()


@oracle("labour_hours")
def _(f: Frames) -> float:
    kinds = dict(zip(f["mart_exception"]["exception_id"], f["mart_exception"]["type_code"], strict=True))
    stated = f["ref_exception_type"].dropna(subset=["std_minutes"]).set_index("type_code")["std_minutes"].to_dict()
    minutes = 0.0
    for name, events in events_by_exception(f).items():
        before = None
        for event in (one for one in events if one.resource_type == "human"):
            who = None if pd.isna(event.resource) else event.resource
            is_new = before is None or before[1] != who or (event.timestamp - before[0]).total_seconds() > 300
            before = (event.timestamp, who)
            if is_new and ASKED.since <= event.timestamp < ASKED.until:
                minutes += float(stated.get(kinds[name], 10))
    return minutes / 60


@oracle("touch_pareto")
def _(f: Frames) -> float:
    counts, done = touch_counts(f, "exception"), resolved(f)
    touches = done["exception_id"].map(lambda e: counts.get(e, 0)).groupby(done["root_cause_code"].fillna("?")).sum()
    return touches.nlargest(3).sum() / touches.sum()


@oracle("order_fill_rate")
def _(f: Frames) -> float:
    parts = f["core_shipment_line"].merge(f["core_order_line"], on="order_line_id")
    swapped = set(parts[parts["item_id_x"] != parts["item_id_y"]]["order_line_id"])
    kept = []
    lines = f["mart_order_line"][f["mart_order_line"]["cancelled_at"].isna()]
    is_whole = lines["complete_ship_at"].notna() & lines["backordered_at"].isna()
    lines = lines.assign(
        promise=pd.to_datetime(lines["promise_date"]), whole=is_whole & ~lines["order_line_id"].isin(swapped)
    )
    for promise, whole in lines.groupby("order_id").agg({"promise": "max", "whole": "all"}).itertuples(index=False):
        if pd.notna(promise) and ASKED.since <= promise < ASKED.until and promise + DAY <= ASKED.now:
            kept.append(whole)
    return float(np.mean(kept))


@oracle("fill_rate_points_lost")
def _(f: Frames) -> float:
    due, bad = _due_lines(f), valid(f["mart_exception"]).query("category == 'inventory'")
    whole = bad[bad["order_line_id"].isna()]["order_id"]
    hit = due["order_line_id"].isin(bad["order_line_id"].dropna()) | due["order_id"].isin(whole)
    filled = (due["first_ship_qty"] >= due["ordered_qty"]) & (due["shipped_at"] < due["promise"] + DAY)
    return (hit & ~filled).mean()


@oracle("fill_rate_stability")
def _(f: Frames) -> float:
    due = _due_lines(f)
    filled = (due["first_ship_qty"] >= due["ordered_qty"]) & (due["shipped_at"] < due["promise"] + DAY)
    starts = [
        start for start in pd.date_range(ASKED.since, ASKED.until, freq="W-MON") if start + 7 * DAY <= ASKED.until
    ]  # the period starts on a Monday
    weeks = [filled[(due["promise"] >= start) & (due["promise"] < start + 7 * DAY)].mean() for start in starts]
    return float(np.std(weeks, ddof=1))


def _stock_at_p1(f: Frames) -> pd.DataFrame:
    """Per site and item: on hand, usable and wanted; worked out once."""
    name_of = f"stock at {ASKED.until}"
    if name_of in f:
        return f[name_of]
    newest = f["core_inventory"].sort_values("snapshot_at").groupby(["site_id", "item_id", "storage_location"])
    rows: dict[tuple[str, str], list[float]] = {}
    for (site, item, _), counts in newest:
        known = counts[counts["snapshot_at"] <= ASKED.until]
        held = known[known["on_hand_qty"].notna()]["on_hand_qty"]
        safe = known[known["safety_stock_qty"].notna()]["safety_stock_qty"]
        row = rows.setdefault((site, item), [0.0, 0.0, 0.0])
        row[0] += known["on_hand_qty"].iloc[-1] if pd.notna(known["on_hand_qty"].iloc[-1]) else held.iloc[-1]
        row[1] += safe.iloc[-1] if len(safe) else 0.0
    lines = f["mart_order_line"]
    for line in lines[~(lines["complete_ship_at"] <= ASKED.until)].itertuples():
        due = pd.Timestamp(line.promise_date) if pd.notna(line.promise_date) else pd.NaT
        gone = line.complete_ship_at <= ASKED.until or line.cancelled_at <= ASKED.until
        if line.order_at <= ASKED.until and not gone and due < ASKED.until + 14 * DAY and isinstance(line.site_id, str):
            wanted = line.open_qty if pd.isna(line.complete_ship_at) else line.ordered_qty - line.cancelled_qty
            rows.setdefault((line.site_id, line.item_id), [0.0, 0.0, 0.0])[2] += wanted
    frame = pd.DataFrame([(*key, *row) for key, row in rows.items()], columns=["site", "item", "held", "safe", "want"])
    f[name_of] = frame.assign(usable=(frame["held"] - frame["safe"]).clip(lower=0))
    return f[name_of]


@oracle("inventory_utilisation")
def _(f: Frames) -> float:
    stock = _stock_at_p1(f)
    return np.minimum(stock["usable"], stock["want"]).sum() / stock["held"].sum()


@oracle("stranded_stock")
def _(f: Frames) -> float:
    stock = _stock_at_p1(f)
    free = stock["usable"] - stock["want"]
    short = set(stock[free < 0]["item"])
    cost = stock["item"].map(dict(zip(f["core_item"]["item_id"], f["core_item"]["unit_cost"], strict=True)))
    return (free * cost)[(free > 0) & stock["item"].isin(short)].sum()


@oracle("late_supply_share")
def _(f: Frames) -> float:
    supply = f["core_supply"]
    coming = supply[(supply["ordered_at"] <= ASKED.until) & ~(supply["received_at"] <= ASKED.until)]
    first = coming.groupby(["item_id", "site_id"])["eta_at"].min()
    late, lines = [], f["mart_order_line"]
    for line in lines[~(lines["complete_ship_at"] <= ASKED.until)].itertuples():
        ends = [one for one in (line.complete_ship_at, line.cancelled_at) if pd.notna(one)]
        if pd.isna(line.promise_date) or line.order_at > ASKED.until or (ends and min(ends) <= ASKED.until):
            continue
        if not ends and not line.open_qty > 0:
            continue
        promise = pd.Timestamp(line.projected_date if pd.notna(line.projected_date) else line.promise_date)
        covered = (0 if pd.isna(line.allocated_qty) else line.allocated_qty) >= line.open_qty
        eta = first.get((line.item_id, line.site_id), pd.NaT)
        late.append(bool(not covered and eta >= promise + DAY))
    return float(np.mean(late))


@oracle("inflow")
def _(f: Frames) -> float:
    return int(within(f["mart_exception"]["detected_at"]).sum())


@oracle("outflow")
def _(f: Frames) -> float:
    ended = gone_at(f["mart_exception"])
    return int(within(ended).sum())


@oracle("expected_days")
def _(f: Frames) -> float:
    ended = gone_at(f["mart_exception"])
    return len(open_at(f["mart_exception"], ASKED.until)) / (within(ended).sum() / ((ASKED.until - ASKED.since) / DAY))


@oracle("response_spread")
def _(f: Frames) -> float:
    frame = f["mart_exception"][within(f["mart_exception"]["acknowledged_at"])]
    waited = hours(frame["detected_at"], frame["acknowledged_at"])
    medians = [waited[frame["owner_user_id"] == who].median() for who in frame["owner_user_id"].dropna().unique()]
    return (np.quantile(medians, 0.75) - np.quantile(medians, 0.25)) / np.median(medians)


def _made(f: Frames) -> pd.DataFrame:
    return f["core_recommendation"][within(f["core_recommendation"]["made_at"])]


@oracle("assist_acceptance_rate")
def _(f: Frames) -> float:
    counts = _made(f)["response"].value_counts()
    return counts["accepted"] / (counts["accepted"] + counts["overridden"])


@oracle("assist_override_rate")
def _(f: Frames) -> float:
    counts = _made(f)["response"].value_counts()
    return counts["overridden"] / (counts["accepted"] + counts["overridden"])


@oracle("assist_abstention_rate")
def _(f: Frames) -> float:
    return (_made(f)["response"].dropna() == "abstained").mean()


def _forecasts(f: Frames) -> tuple[pd.Series, pd.Series]:
    made = _made(f).dropna(subset=["probability", "outcome"])
    meant = made["suggested"].where(made["kind"] != "breach", "breach")
    return made["probability"], (made["outcome"] == meant).astype(float)


@oracle("assist_brier_score")
def _(f: Frames) -> float:
    stated, true = _forecasts(f)
    return ((stated - true) ** 2).mean()


@oracle("assist_calibration_error")
def _(f: Frames) -> float:
    stated, true = _forecasts(f)
    off = 0.0
    for low in range(10):
        percent = (stated * 100).round()
        held = (percent >= 10 * low) & (percent < (10 * low + 10 if low < 9 else 101))
        off += abs(stated[held].sum() - true[held].sum())
    return off / len(stated)
