"""Which random rows do the oracles compute on? Frames with every kind of gap, the same for one seed."""

from typing import Any

import numpy as np
import pandas as pd

T = pd.Timestamp("2026-04-01")
START = pd.Timestamp("2026-01-01")
SITES = ["s:1", "s:2", "s:3"]


class Draw:
    """Draws columns of one length from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def time(self, n: int, first: pd.Timestamp = START, days: float = 90, known: float = 1.0) -> pd.Series:
        drawn = pd.Series(first + pd.to_timedelta(self.random.integers(0, int(days * 1440), n), unit="min"))
        return drawn.where(self.random.random(n) < known)

    def later(self, start: pd.Series, days: float, known: float = 1.0) -> pd.Series:
        drawn = start + pd.to_timedelta(np.round(self.random.exponential(days * 1440, len(start))), unit="min")
        return drawn.where((self.random.random(len(start)) < known) & (drawn <= T))

    def one_of(self, n: int, values: list[Any], known: float = 1.0) -> pd.Series:
        drawn = pd.Series([values[i] for i in self.random.integers(0, len(values), n)], dtype="object")
        return drawn.where(self.random.random(n) < known, None)

    def number(self, n: int, low: int, high: int, known: float = 1.0) -> pd.Series:
        return pd.Series(self.random.integers(low, high, n).astype("float")).where(self.random.random(n) < known)

    def yes(self, n: int, share: float, known: float = 1.0) -> pd.Series:
        drawn = pd.Series(self.random.random(n) < share, dtype="object")
        return drawn.where(self.random.random(n) < known, None)


def ids(prefix: str, n: int) -> list[str]:
    return [f"{prefix}:{number}" for number in range(n)]


def frames(seed: int) -> dict[str, pd.DataFrame]:
    """Frames by relation; every time is at most T, so the clock is T."""
    draw = Draw(seed)
    found = {"core_order": _orders(draw, 300)}
    found["mart_order_line"] = _lines(draw, found["core_order"], 600)
    found["mart_exception"] = _exceptions(draw, found["mart_order_line"], 400)
    found["core_invoice"] = _invoices(draw, found["core_order"], 250)
    found["core_integration_message"] = _messages(draw, 300)
    found["core_approval"] = _approvals(draw, found["mart_exception"], 200)
    found |= _finance(draw, found["core_invoice"], 150)
    found["core_proposal"] = _proposals(draw, found["mart_exception"], 150)
    found["core_customer_escalation"] = pd.DataFrame(
        {"customer_escalation_id": ids("x", 60), "escalated_at": draw.time(60)}
    )
    found["core_audit"] = _audit(draw, 200)
    found["core_event"], found["core_event_object"] = _events(draw, found, 1500)
    from tests.control_tower import random_extras

    random_extras.extend(found, draw)
    return found


def _orders(draw: Draw, n: int) -> pd.DataFrame:
    booked = draw.time(n, days=85)
    complete = draw.later(booked, 6, 0.85)
    cancelled = draw.later(booked, 6, 0.1).where(complete.isna())
    return pd.DataFrame({
        "order_id": ids("o", n), "order_at": booked, "complete_at": complete, "cancelled_at": cancelled,
        "site_id": draw.one_of(n, SITES, 0.95), "channel": draw.one_of(n, ["edi", "web"], 0.9),
    })  # fmt: skip


def _lines(draw: Draw, orders: pd.DataFrame, n: int) -> pd.DataFrame:
    order = orders.iloc[draw.random.integers(0, len(orders), n)].reset_index(drop=True)
    ordered, price = draw.number(n, 1, 50), draw.number(n, 1, 200, 0.95)
    shipped_at = draw.later(order["order_at"], 5, 0.8)
    complete = draw.later(shipped_at, 2, 0.8)
    cancelled = draw.number(n, 0, 2)
    part = (ordered * draw.random.random(n)).round()
    shipped = (ordered - cancelled).where(complete.notna(), part.where(shipped_at.notna(), 0.0))
    open_qty = (ordered - shipped - cancelled).clip(lower=0)
    return pd.DataFrame({
        "order_line_id": ids("l", n), "order_id": order["order_id"], "order_at": order["order_at"],
        "site_id": draw.one_of(n, SITES, 0.95), "ordered_qty": ordered, "shipped_qty": shipped,
        "first_ship_qty": (ordered.where(draw.random.random(n) < 0.7, part)).where(shipped_at.notna()),
        "cancelled_qty": cancelled, "open_qty": open_qty, "unit_price": price, "line_amount": ordered * price,
        "open_amount": open_qty * price, "promise_date": draw.later(order["order_at"], 6, 0.9).dt.date,
        "contract_due_at": draw.time(n, known=0.4, days=100), "shipped_at": shipped_at, "complete_ship_at": complete,
        "backordered_at": draw.later(order["order_at"], 3, 0.2),
        "reservation_failed_at": draw.later(order["order_at"], 2, 0.2),
    })  # fmt: skip


def _exceptions(draw: Draw, lines: pd.DataFrame, n: int) -> pd.DataFrame:
    line = lines.iloc[draw.random.integers(0, 150, n)].reset_index(drop=True)
    detected = draw.time(n, days=90)
    resolved = draw.later(detected, 8, 0.75)
    closed = draw.later(detected, 8, 0.3).where(resolved.isna(), resolved)
    paused = (draw.number(n, 0, 7200)).where(draw.random.random(n) < 0.2, 0.0).astype("int64")
    hours = (resolved - detected).dt.total_seconds() / 3600 - paused / 3600
    due = draw.later(detected, 5, 0.8)
    flag = draw.yes(n, 0.3, 0.4)
    return pd.DataFrame({
        "exception_id": ids("e", n), "detected_at": detected, "resolved_at": resolved, "closed_at": closed,
        "ended_at": pd.concat([resolved, closed], axis=1).min(axis=1), "paused_seconds": paused,
        "resolution_hours": hours, "is_time_suspect": False, "sla_due_at": due,
        "sla_breached": (resolved.fillna(T) > due).astype("object").where(due.notna(), flag),
        "ack_due_at": draw.later(detected, 0.5, 0.9), "acknowledged_at": draw.later(detected, 0.5, 0.9),
        "decide_due_at": draw.later(detected, 2, 0.9), "escalated_at": draw.later(detected, 3, 0.2),
        "reopened_at": draw.later(resolved, 3, 0.1), "site_id": draw.one_of(n, SITES, 0.95),
        "type_code": draw.one_of(n, ["shortfall", "credit_hold", "late"]),
        "status": draw.one_of(n, ["new", "in_progress", "resolved", "closed", "duplicate"]),
        "disposition": draw.one_of(n, ["confirmed", "confirmed", "false_positive", "duplicate"], 0.7),
        "detected_by": draw.one_of(n, ["rule", "system", "person", "customer"], 0.9),
        "recurrence_key": draw.one_of(n, ids("k", 90)), "is_preventable": draw.yes(n, 0.4, 0.9),
        "blocks_line": draw.yes(n, 0.6, 0.9), "order_id": line["order_id"],
        "order_line_id": line["order_line_id"].where(draw.random.random(n) < 0.7, None),
        "value_at_risk_amount": draw.number(n, 1, 5000, 0.9),
    })  # fmt: skip


def _invoices(draw: Draw, orders: pd.DataFrame, n: int) -> pd.DataFrame:
    order = orders.iloc[draw.random.integers(0, len(orders), n)].reset_index(drop=True)
    posted = draw.later(order["order_at"], 4, 0.9)
    return pd.DataFrame({
        "invoice_id": ids("i", n), "direction": draw.one_of(n, ["receivable", "receivable", "payable"]),
        "order_id": order["order_id"], "posted_at": posted, "corrected_at": draw.later(posted, 30, 0.2),
        "credit_at": draw.later(posted, 30, 0.2), "amount": draw.number(n, 1, 5000, 0.95), "currency_code": "EUR",
    })  # fmt: skip


def _messages(draw: Draw, n: int) -> pd.DataFrame:
    sent = draw.time(n, days=85)
    first = pd.DataFrame({
        "message_id": ids("m", n), "attempt": 1, "sent_at": sent, "interface_id": draw.one_of(n, ["edi", "api"]),
        "status": draw.one_of(n, ["ok", "ok", "ok", "failed"]), "business_key": draw.one_of(n, ids("b", 250), 0.95),
        "idempotency_key": ids("key", n), "correlation_id": ids("c", n),
    })  # fmt: skip
    failed = first[first["status"] == "failed"]
    again = failed.assign(
        attempt=2,
        sent_at=failed["sent_at"] + pd.Timedelta(minutes=7),
        status=draw.one_of(len(failed), ["ok", "dead_letter", "dead_letter"]).to_numpy(),
    )
    both = pd.concat([first, again], ignore_index=True)
    dead = both["status"] == "dead_letter"
    return both.assign(
        recovered_at=draw.later(both["sent_at"], 0.02, 0.3).where(both["status"] != "ok"),
        dlq_at=both["sent_at"].where(dead),
        replayed_at=draw.later(both["sent_at"], 10, 0.3).where(dead),
    )


def _approvals(draw: Draw, exceptions: pd.DataFrame, n: int) -> pd.DataFrame:
    about = exceptions.iloc[draw.random.integers(0, len(exceptions), n)].reset_index(drop=True)
    submitted = draw.later(about["detected_at"], 1)
    chosen = draw.one_of(n, ["wait", "split", "reallocate"], 0.95)
    return pd.DataFrame({
        "approval_id": ids("a", n), "exception_id": about["exception_id"], "submitted_at": submitted,
        "decided_at": draw.later(submitted, 1, 0.8), "recommended_option": draw.one_of(n, ["wait", "split"], 0.9),
        "chosen_option": chosen, "waiver": draw.one_of(n, ["freight"], 0.1),
    })  # fmt: skip


def _finance(draw: Draw, invoices: pd.DataFrame, n: int) -> dict[str, pd.DataFrame]:
    about = invoices.iloc[draw.random.integers(0, len(invoices), n)].reset_index(drop=True)
    received = draw.time(n, days=89)
    dispute = pd.DataFrame({"dispute_id": ids("d", 40), "invoice_id": about["invoice_id"].head(40)})
    receipt = pd.DataFrame({
        "cash_receipt_id": ids("r", n), "received_at": received, "applied_at": draw.later(received, 20, 0.6),
        "amount": draw.number(n, 500, 5000), "applied_amount": draw.number(n, 0, 500, 0.6),
        "currency_code": draw.one_of(n, ["EUR", "USD"]),
    })  # fmt: skip
    rates = pd.DataFrame({
        "currency_code": "USD", "valid_from": [one.date() for one in pd.date_range("2025-12-01", periods=12, freq="11D")],
        "rate": draw.number(12, 80, 120) / 100,
    })  # fmt: skip
    return {"core_dispute": dispute, "core_cash_receipt": receipt, "ref_currency_rate": rates}


def _proposals(draw: Draw, exceptions: pd.DataFrame, n: int) -> pd.DataFrame:
    about = exceptions.iloc[draw.random.integers(0, len(exceptions), n)].reset_index(drop=True)
    created = about["detected_at"] + pd.Timedelta(hours=1)
    return pd.DataFrame({
        "proposal_id": ids("p", n), "exception_id": about["exception_id"], "created_at": created,
        "executed_at": draw.later(created, 2, 0.7),
    })  # fmt: skip


def _audit(draw: Draw, n: int) -> pd.DataFrame:
    made = {name: draw.one_of(n, ["said"], 0.9) for name in ("actor", "reason", "before_state", "after_state")}
    return pd.DataFrame({
        "audit_id": ids("u", n), "acted_at": draw.time(n, days=90), "action": draw.one_of(n, ["create", "approve"]),
        "policy_version": draw.one_of(n, ["1"], 0.9), **made,
    })  # fmt: skip


def _events(draw: Draw, found: dict[str, pd.DataFrame], n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    objects = [("order", one) for one in found["core_order"]["order_id"]]
    objects += [("exception", one) for one in found["mart_exception"]["exception_id"]]
    kinds, names = zip(*(objects[i] for i in draw.random.integers(0, len(objects), n)), strict=True)
    event = pd.DataFrame({
        "event_id": ids("ev", n), "event_no": range(n), "activity": draw.one_of(n, ["Change", "Approve", "Ship"]),
        "timestamp": draw.time(n, days=90).dt.floor("3min"), "resource": draw.one_of(n, ["ann", "bob"], 0.95),
        "resource_type": draw.one_of(n, ["human", "automatic"], 0.95),
    })  # fmt: skip
    link = pd.DataFrame({"event_id": event["event_id"], "object_id": names, "object_type": kinds, "qualifier": "about"})
    burst = event.sample(200, random_state=1).assign(event_no=lambda f: f["event_no"] + n)
    burst["event_id"], burst["timestamp"] = burst["event_id"] + ":again", burst["timestamp"] + pd.Timedelta(minutes=4)
    twin = link.set_index("event_id").loc[[one.removesuffix(":again") for one in burst["event_id"]]].reset_index()
    twin["event_id"] = burst["event_id"].to_numpy()
    return pd.concat([event, burst], ignore_index=True), pd.concat([link, twin], ignore_index=True)
