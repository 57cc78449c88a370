"""What are promises, decisions, integration and finance by the catalogue's formula? See `oracles.py`."""

import pandas as pd

from tests.control_tower.oracles import Frames, first_decision, hours, median_under_censoring, oracle, valid, within
from tests.control_tower.span import ASKED

DAY = pd.Timedelta(days=1)


def _due_lines(f: Frames) -> pd.DataFrame:
    lines = f["mart_order_line"].assign(promise=lambda one: pd.to_datetime(one["promise_date"]))
    return lines[within(lines["promise"]) & (lines["promise"] + DAY <= ASKED.clock(lines))]


@oracle("line_fill_rate")
def _(f: Frames) -> float:
    due = _due_lines(f)
    return ((due["first_ship_qty"] >= due["ordered_qty"]) & (due["shipped_at"] < due["promise"] + DAY)).mean()


@oracle("unit_fill_rate")
def _(f: Frames) -> float:
    due = _due_lines(f)
    in_time = due["first_ship_qty"].where(due["shipped_at"] < due["promise"] + DAY, 0).fillna(0)
    return in_time.clip(upper=due["ordered_qty"]).sum() / due["ordered_qty"].sum()


@oracle("promise_accuracy_rate")
def _(f: Frames) -> float:
    due = _due_lines(f)
    return (due["complete_ship_at"].dt.normalize() <= due["promise"]).mean()


@oracle("promise_error_days")
def _(f: Frames) -> float:
    due = _due_lines(f)
    return (due["complete_ship_at"].fillna(ASKED.clock(due)).dt.normalize() - due["promise"]).dt.days.abs().mean()


@oracle("revenue_delay")
def _(f: Frames) -> float:
    lines = f["mart_order_line"].assign(promise=lambda one: pd.to_datetime(one["promise_date"]))
    lines = lines[within(lines["promise"]) & lines.reindex(columns=["cancelled_at"])["cancelled_at"].isna()]
    late = (lines["complete_ship_at"].fillna(ASKED.clock(lines)) - lines["promise"] - DAY).dt.total_seconds().clip(
        lower=0
    ) / 86400
    return (lines["line_amount"] * late).sum()


@oracle("resolved_without_escalation_rate")
def _(f: Frames) -> float:
    done = f["mart_exception"][within(f["mart_exception"]["resolved_at"])]
    return done["escalated_at"].isna().mean()


@oracle("resolution_effectiveness")
def _(f: Frames) -> float:
    frame, follow_up = f["mart_exception"], pd.Timedelta(days=30)
    done = frame[within(frame["resolved_at"]) & (frame["resolved_at"] + follow_up <= ASKED.clock(frame))]

    again = done[["exception_id", "recurrence_key", "resolved_at"]].merge(
        frame[["recurrence_key", "detected_at"]], on="recurrence_key"
    )
    later = again["detected_at"] - again["resolved_at"]
    came_back = again[(later > pd.Timedelta(0)) & (later <= follow_up)]["exception_id"]
    return (done["reopened_at"].isna() & ~done["exception_id"].isin(came_back)).mean()


@oracle("detector_precision")
def _(f: Frames) -> float:
    frame = f["mart_exception"][within(f["mart_exception"]["detected_at"])]
    counts = frame["disposition"].value_counts()
    return counts["confirmed"] / (counts["confirmed"] + counts["false_positive"])


@oracle("missed_exception_share")
def _(f: Frames) -> float:
    frame = f["mart_exception"][within(f["mart_exception"]["detected_at"])]
    known = frame[(frame["disposition"] == "confirmed") & frame["detected_by"].notna()]
    return known["detected_by"].isin(["person", "customer"]).mean()


@oracle("sampled_recall")
def _(f: Frames) -> float:
    booked = f["core_order"][within(f["core_order"]["order_at"])]["order_id"]
    caught = booked.isin(valid(f["mart_exception"])["order_id"])
    looked = f["core_audit_sample"][within(f["core_audit_sample"]["sampled_at"])]
    missed = (~caught).sum() * looked["found_type_code"].notna().mean()
    return caught.sum() / (caught.sum() + missed)


@oracle("control_total_difference")
def _(f: Frames) -> float:
    stated = f["core_control_total"][within(f["core_control_total"]["stated_at"])]
    came = f["load_ledger"].groupby("file")["read_rows"].sum()
    return (stated["stated_rows"] - stated["file"].map(came).fillna(0)).abs().sum() / stated["stated_rows"].sum()


@oracle("approval_latency")
def _(f: Frames) -> float:
    asked = f["core_approval"][within(f["core_approval"]["submitted_at"])]
    lasted = hours(asked["submitted_at"], asked["decided_at"].fillna(ASKED.clock(asked)))
    return median_under_censoring(lasted, asked["decided_at"].notna())


@oracle("decision_latency")
def _(f: Frames) -> float:
    first = first_decision(f)
    decided = f["mart_exception"]["exception_id"].map(first)
    lasted = hours(f["mart_exception"]["detected_at"], decided)[within(decided)]
    return lasted[lasted >= 0].median()


@oracle("policy_override_rate")
def _(f: Frames) -> float:
    made = f["core_approval"][within(f["core_approval"]["decided_at"])]
    both = made["chosen_option"].notna() & made["recommended_option"].notna()
    return ((both & (made["chosen_option"] != made["recommended_option"])) | made["waiver"].notna()).mean()


def _executed(f: Frames) -> pd.DataFrame:
    joined = f["core_proposal"].merge(f["mart_exception"][["exception_id", "detected_at"]], on="exception_id")
    return joined[within(joined["executed_at"])]


@oracle("reallocation_cycle_time")
def _(f: Frames) -> float:
    return hours(_executed(f)["created_at"], _executed(f)["executed_at"]).median()


@oracle("reallocation_cycle_time_from_detection")
def _(f: Frames) -> float:
    return hours(_executed(f)["detected_at"], _executed(f)["executed_at"]).median()


def _recoveries(f: Frames) -> pd.DataFrame:
    """One row per correlation that failed: first failure, recovery in minutes (NaN = not yet)."""
    rows, sent = [], f["core_integration_message"]
    first = sent[sent["status"] != "ok"].groupby("correlation_id")["sent_at"].min()
    asked = sent[sent["correlation_id"].isin(first[within(first)].index)]
    for name, tries in asked.groupby("correlation_id"):
        failed = tries[tries["status"] != "ok"]["sent_at"]
        stated = tries[tries["status"] != "ok"]["recovered_at"].min()
        passed = tries[(tries["status"] == "ok") & (tries["sent_at"] > failed.min())]["sent_at"].min()
        ended = passed if pd.isna(stated) else stated
        rows.append((name, failed.min(), (ended - failed.min()).total_seconds() / 60))
    return pd.DataFrame(rows, columns=["correlation_id", "failed_at", "minutes"])


@oracle("integration_recovery_time")
def _(f: Frames) -> float:
    found = _recoveries(f)
    waiting = (ASKED.clock(f["core_integration_message"]).max() - found["failed_at"]).dt.total_seconds() / 60
    return median_under_censoring(found["minutes"].fillna(waiting), found["minutes"].notna())


@oracle("auto_recovery_rate")
def _(f: Frames) -> float:
    return (_recoveries(f)["minutes"] <= 15).mean()


@oracle("dead_letter_depth")
def _(f: Frames) -> float:
    tries = f["core_integration_message"]
    return int(((tries["dlq_at"] <= ASKED.until) & ~(tries["replayed_at"] <= ASKED.until)).sum())


@oracle("invoice_accuracy")
def _(f: Frames) -> float:
    own = f["core_invoice"].query("direction == 'receivable'")
    maturity = pd.Timedelta(days=60)
    own = own[within(own["posted_at"]) & (own["posted_at"] + maturity <= ASKED.clock(own))]
    wrong = (own["corrected_at"] <= own["posted_at"] + maturity) | (own["credit_at"] <= own["posted_at"] + maturity)
    return (~wrong).mean()


@oracle("dispute_rate")
def _(f: Frames) -> float:
    own = f["core_invoice"].query("direction == 'receivable'")
    return own[within(own["posted_at"])]["invoice_id"].isin(f["core_dispute"]["invoice_id"]).mean()


@oracle("unapplied_cash")
def _(f: Frames) -> float:
    rates, total = f["ref_currency_rate"], 0.0
    for one in f["core_cash_receipt"].itertuples():
        if not one.received_at <= ASKED.until or one.applied_at <= ASKED.until:
            continue
        dated = rates[(rates["currency_code"] == one.currency_code)]
        dated = dated[pd.to_datetime(dated["valid_from"]) <= one.received_at.normalize()]
        rate = 1.0 if one.currency_code == "EUR" else float(dated.sort_values("valid_from")["rate"].iloc[-1])
        applied = 0.0 if pd.isna(one.applied_amount) or pd.notna(one.applied_at) else one.applied_amount
        total += (one.amount - applied) * rate
    return total


@oracle("audit_completeness")
def _(f: Frames) -> float:
    made = f["core_audit"][within(f["core_audit"]["acted_at"])]
    always = made[["actor", "reason", "after_state", "policy_version"]].notna().all(axis=1)
    return (always & (made["before_state"].notna() | (made["action"] == "create"))).mean()


@oracle("customer_escalations")
def _(f: Frames) -> float:
    return int(within(f["core_customer_escalation"]["escalated_at"]).sum())


@oracle("customer_escalations_per_1000_orders")
def _(f: Frames) -> float:
    count = within(f["core_customer_escalation"]["escalated_at"]).sum()
    return 1000 * count / within(f["core_order"]["order_at"]).sum()


@oracle("order_recovery_rate")
def _(f: Frames) -> float:
    warned = valid(f["mart_exception"]).groupby("order_id")["detected_at"].min()
    kept = []
    alive = f["mart_order_line"][f["mart_order_line"].reindex(columns=["cancelled_at"])["cancelled_at"].isna()]
    for name, lines in alive[alive["order_id"].isin(warned.index)].groupby("order_id"):
        promise = pd.to_datetime(lines["promise_date"]).max()
        if not ASKED.since <= promise < ASKED.until:
            continue
        if warned[name] < promise + DAY <= ASKED.now:
            kept.append(bool((lines["complete_ship_at"] < promise + DAY).all()))
    return sum(kept) / len(kept)
