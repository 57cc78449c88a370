"""What are delays, concentrations, trends and variances by the catalogue's formula? See `oracles.py`."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from tests.control_tower.oracles import Frames, hours, oracle, valid, within
from tests.control_tower.oracles_flow import resolved
from tests.control_tower.oracles_money import in_euro
from tests.control_tower.oracles_trade import DAY
from tests.control_tower.span import ASKED


def _strata(f: Frames) -> dict[str, tuple[Any, ...]]:
    counts = f["core_order_line"].groupby("order_id").size().to_dict()
    found = {}
    for order in f["core_order"].itertuples():
        lines = counts.get(order.order_id, 0)
        band = 1 if lines <= 1 else 2 if lines <= 3 else 3 if lines <= 10 else 4
        found[order.order_id] = (
            None if pd.isna(order.channel) else order.channel,
            None if pd.isna(order.site_id) else order.site_id,
            band,
            None if pd.isna(order.priority) else int(order.priority),
        )
    return found


def _invoices_compared(f: Frames) -> list[tuple[float, int, float]]:
    """The comparison of invoice delays; worked out once."""
    name_of = f"invoices compared {ASKED.since}"
    if name_of not in f:
        f[name_of] = pd.DataFrame(_compared(f, _invoice_rows(f)))
    return [(float(gap), int(n), float(weight)) for gap, n, weight in f[name_of].itertuples(index=False)]


def _compared(f: Frames, rows: list[tuple[str, float, float]]) -> list[tuple[float, int, float]]:
    """Per stratum with both sides: difference of medians, rows with an exception, their weight."""
    strata, hit = _strata(f), set(valid(f["mart_exception"])["order_id"])
    sides: dict[tuple[Any, ...], tuple[list[tuple[float, float]], list[float]]] = {}
    for order, value, weight in rows:
        exposed, other = sides.setdefault(strata[order], ([], []))
        if order in hit:
            exposed.append((value, weight))
        else:
            other.append(value)
    return [
        (float(np.median([v for v, _ in exposed]) - np.median(other)), len(exposed), sum(w for _, w in exposed))
        for exposed, other in sides.values()
        if exposed and other
    ]


def _order_rows(f: Frames, since: pd.Timestamp, until: pd.Timestamp) -> list[tuple[str, float, float]]:
    done = f["core_order"][(f["core_order"]["complete_at"] >= since) & (f["core_order"]["complete_at"] < until)]
    taken = hours(done["order_at"], done["complete_at"])
    return list(zip(done["order_id"], taken, [1.0] * len(done), strict=True))


def _delay(f: Frames, since: pd.Timestamp, until: pd.Timestamp) -> float:
    found = _compared(f, _order_rows(f, since, until))
    return sum(gap * n for gap, n, _ in found) / sum(n for _, n, _ in found)


@oracle("order_cycle_delay")
def _(f: Frames) -> float:
    return _delay(f, ASKED.since, ASKED.until)


@oracle("order_cycle_delay_total")
def _(f: Frames) -> float:
    return sum(gap * weight for gap, _, weight in _compared(f, _order_rows(f, ASKED.since, ASKED.until)))


@oracle("order_cycle_recovery")
def _(f: Frames) -> float:
    before, now = _delay(f, ASKED.since - (ASKED.until - ASKED.since), ASKED.since), _delay(f, ASKED.since, ASKED.until)
    return (before - now) / before


def _invoice_rows(f: Frames) -> list[tuple[str, float, float]]:
    own = f["core_invoice"].query("direction == 'receivable'")
    own = own[within(own["posted_at"]) & own["billable_at"].notna()]
    euro = in_euro(f, own["amount"], own["currency_code"], own["posted_at"])
    days = (own["posted_at"] - own["billable_at"]) / DAY
    return [row for row in zip(own["order_id"], days, euro, strict=True) if pd.notna(row[2])]


@oracle("invoice_delay_days")
def _(f: Frames) -> float:
    found = _invoices_compared(f)
    return sum(gap * n for gap, n, _ in found) / sum(n for _, n, _ in found)


@oracle("invoice_delay_money_days")
def _(f: Frames) -> float:
    return sum(gap * weight for gap, _, weight in _invoices_compared(f))


@oracle("service_consistency")
def _(f: Frames) -> float:
    done = resolved(f).dropna(subset=["resolution_code"])
    total = size = 0.0
    for _, group in done.groupby(["type_code", done["customer_tier"].fillna("-")]):
        if len(group) > 1:
            counts = list(group["resolution_code"].value_counts())
            entropy = stats.entropy(counts)
            total += len(group) * (1 - entropy / math.log(len(counts)) if len(counts) > 1 else 1)
            size += len(group)
    return total / size


def _top(f: Frames, column: str) -> float:
    cohort = valid(f["mart_exception"])
    counts = cohort[within(cohort["detected_at"])][column].value_counts(dropna=False)
    return counts.nlargest(3).sum() / counts.sum()


@oracle("system_concentration")
def _(f: Frames) -> float:
    return _top(f, "source_system")


@oracle("supplier_concentration")
def _(f: Frames) -> float:
    return _top(f, "supplier_id")


@oracle("site_concentration")
def _(f: Frames) -> float:
    return _top(f, "site_id")


@oracle("step_concentration")
def _(f: Frames) -> float:
    return _top(f, "process_step")


def _whole_weeks() -> list[pd.Timestamp]:
    return [start for start in pd.date_range(ASKED.since, ASKED.until, freq="W-MON") if start + 7 * DAY <= ASKED.until]


@oracle("root_cause_trend")
def _(f: Frames) -> float:
    raised, orders = valid(f["mart_exception"])["detected_at"], f["core_order"]["order_at"]
    rates = []
    for start in _whole_weeks():
        end = start + 7 * DAY
        rates.append(1000 * ((raised >= start) & (raised < end)).sum() / ((orders >= start) & (orders < end)).sum())
    return float(np.polyfit(range(len(rates)), rates, 1)[0])


@oracle("business_unit_variance")
def _(f: Frames) -> float:
    cohort = valid(f["mart_exception"])
    cohort = cohort[cohort["sla_breached"].notna()]
    judged = cohort[within(cohort["sla_due_at"].fillna(cohort["ended_at"]).fillna(ASKED.clock(cohort)))]
    late = judged["sla_breached"].astype(bool)
    stratum = judged["type_code"] + judged["severity"] + judged["customer_tier"].fillna("-")
    rate = {name: late[stratum == name].mean() for name in stratum.unique()}
    ratios = []
    for unit in judged["business_unit"].dropna().unique():
        own = judged["business_unit"] == unit
        ratios.append(late[own].sum() / stratum[own].map(rate).sum())
    return max(ratios)


def _classes(f: Frames) -> pd.DataFrame:
    failed = f["core_integration_message"].query("status != 'ok'")
    words = {401: "auth", 404: "4xx", 408: "timeout", 429: "rate_limit", 500: "5xx"}
    return failed.assign(kind=failed["error_class"].fillna(failed["http_code"].map(words)).fillna("?"))


@oracle("integration_errors")
def _(f: Frames) -> float:
    return int(within(_classes(f)["sent_at"]).sum())


@oracle("integration_error_changes")
def _(f: Frames) -> float:
    failed, weeks = _classes(f), _whole_weeks()
    failed = failed[within(failed["sent_at"])]
    patterns = failed.groupby(["interface_id", "kind"])["sent_at"]
    changed = 0
    for _, moments in patterns:
        counts = [((moments >= start) & (moments < start + 7 * DAY)).sum() for start in weeks]
        if sum(counts):
            p = stats.binomtest(int(counts[-1]), int(sum(counts)), 1 / len(weeks)).pvalue
            changed += p < 0.05 / len(patterns)
    return changed
