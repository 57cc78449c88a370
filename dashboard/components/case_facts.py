"""What does the build know around this exception? Order, customer, stock, shipments, invoices, messages: or that it knows none."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data, theme
from dashboard.components import plain, quiet, table

_LINES = {
    "line_no": "Line", "item": "Item", "ordered_qty": "Ordered", "allocated_qty": "Allocated", "shipped_qty": "Shipped",
    "open_qty": "Open", "open_amount": "Open amount", "promise_date": "Promised", "projected_date": "Expected now", "is_own": "This one",
}  # fmt: skip
_STOCK = {
    "site": "Site", "item": "Item", "free_qty": "Free", "on_hand_qty": "On hand", "reserved_qty": "Reserved",
    "safety_stock_qty": "Safety stock", "blocked_qty": "Blocked", "is_own": "This site", "snapshot_at": "Counted, UTC",
}  # fmt: skip
_SUPPLY = {
    "item": "Item", "site": "To", "sender": "From", "open_qty": "Still to come", "eta_at": "Expected, UTC",
    "promised_date": "Promised", "supply_type": "Kind", "is_blocked": "Blocked",
}  # fmt: skip
_SHIPMENTS = {
    "shipment_id": "Shipment", "site": "From", "carrier": "Carrier", "status": "Status", "planned_ship_at": "Planned, UTC",
    "shipped_at": "Left, UTC", "planned_delivery_at": "Due, UTC", "delivered_at": "Delivered, UTC", "freight_amount": "Freight",
}  # fmt: skip
_INVOICES = {
    "invoice_id": "Invoice", "status": "Status", "amount": "Amount", "currency_code": "Currency", "posted_at": "Posted, UTC",
    "due_date": "Due", "paid_at": "Paid, UTC", "is_blocked": "Blocked", "dispute": "Open dispute",
}  # fmt: skip
_MESSAGES = {
    "interface_id": "Interface", "status": "Status", "error_class": "Error", "sent_at": "Sent, UTC", "attempt": "Attempt",
    "recovered_at": "Recovered, UTC", "is_own": "About it", "message_id": "Message",
}  # fmt: skip
_EVENTS = {"timestamp": "When, UTC", "activity": "What", "resource": "Who", "department": "Department", "note": "Note"}
_SECTIONS = {
    "Stock": ("case_stock", _STOCK, "stock of its item"),
    "Supply": ("case_supply", _SUPPLY, "supply of its item on the way"),
    "Shipments": ("case_shipment", _SHIPMENTS, "shipment of it"),
    "Invoices": ("case_invoice", _INVOICES, "invoice of it"),
    "Messages": ("case_message", _MESSAGES, "message about it"),
    "Events": ("case_event", _EVENTS, "event of it"),
}


def show(reader: data.Reader, exception_id: str, currency: str) -> None:
    """One tab per subject with how many rows it has; a subject without any says so."""
    order, customer = (reader.row(f"case_{name}", exception_id=exception_id) for name in ("order", "customer"))
    lines = reader.frame("case_line", exception_id=exception_id)
    found = {name: reader.frame(read, exception_id=exception_id) for name, (read, _, _) in _SECTIONS.items()}
    names = [f"Order and lines {len(lines)}" if len(lines) else "Order and lines", "Customer and contract"]
    tabs = st.tabs(names + [f"{name} {len(rows)}" if len(rows) else name for name, rows in found.items()])
    with tabs[0]:
        _order(order, lines, currency)
    with tabs[1]:
        _customer(customer)
    for tab, (name, rows) in zip(tabs[2:], found.items(), strict=True):
        with tab:
            _rows(name, rows)


def _rows(name: str, rows: pd.DataFrame) -> None:
    _, columns, what = _SECTIONS[name]
    if rows.empty:
        quiet.line(f"This log has no {what}.")
        return
    shown = {column: words for column, words in columns.items() if rows[column].notna().any()}
    table.plain_rows(_with_days(rows), shown, f"case_{name.lower()}", 320)


def _order(order: Mapping[str, Any], lines: pd.DataFrame, currency: str) -> None:
    if not order and lines.empty:
        quiet.line("This log has no order behind it.")
        return
    if order:
        amount = theme.money(order["order_amount"], order["currency_code"] or currency)
        facts({
            "Order": order["order_id"], "Customer's reference": order["customer_reference"], "Status": order["status"],
            "Ordered": theme.moment(order["order_at"]), "Asked for": _day(order["requested_date"]),
            "Promised": _day(order["promise_date"]), "Amount": amount if order["order_amount"] is not None else None,
            "Channel": order["channel"], "Priority": order["priority"],
        })  # fmt: skip
    if not lines.empty:
        shown = {column: words for column, words in _LINES.items() if lines[column].notna().any()}
        table.plain_rows(_with_days(lines), shown, "case_lines", 320)


def _with_days(rows: pd.DataFrame) -> pd.DataFrame:
    """Calendar days as people write them; instants stay instants."""
    days = [name for name in rows.columns if str(name).endswith("_date")]
    shown = rows.copy()
    for name in days:
        shown[name] = [None if pd.isna(day) else theme.day(day) for day in rows[name]]
    return shown


def _customer(customer: Mapping[str, Any]) -> None:
    if not customer:
        quiet.line("This log has no customer behind it.")
        return
    currency = customer["currency_code"] or ""
    terms = customer["payment_term_days"]
    late = customer["recently_late_rate"]
    facts({
        "Customer": customer["name"] or customer["customer_id"], "Tier": customer["tier"], "Segment": customer["segment"],
        "Country": customer["country_code"], "May be split": _yes(customer["is_split_allowed"]),
        "Ships complete only": _yes(customer["is_ship_complete"]),
        "Promised stock is protected": _yes(customer["is_promise_protected"]),
        "Routing guide": customer["routing_guide_code"], "Pays within": f"{terms} days" if terms is not None else None,
        "Credit limit": theme.money(customer["credit_limit_amount"], currency) if customer["credit_limit_amount"] is not None else None,
        "Unpaid invoices": theme.money(customer["unpaid_amount"], currency) if customer["unpaid_amount"] is not None else None,
        "Lines late in 90 days": f"{theme.percent(late, 1)} of {customer['recent_line_count']}" if late is not None else None,
    })  # fmt: skip


def facts(pairs: Mapping[str, Any]) -> None:
    """Name and value side by side, three to a row; what is not known is left out."""
    known = [(name, str(value)) for name, value in pairs.items() if value not in (None, "", theme.NO_VALUE)]
    for start in range(0, len(known), 3):
        for column, (name, value) in zip(st.columns(3), known[start : start + 3], strict=False):
            column.markdown(f"{quiet.text(name)}  \n{plain.as_text(value)}")


def _yes(value: Any) -> str | None:
    return None if value is None else "yes" if value else "no"


def _day(value: Any) -> str | None:
    return theme.day(value) if value is not None else None


def words(reader: data.Reader, exception_id: str) -> None:
    """The evidence and the note of the record, as text only (fault 89)."""
    row = reader.row("exception_detail", exception_id=exception_id)
    for name in ("evidence", "note"):
        if row.get(name):
            quiet.line(name.capitalize())
            st.text(row[name])
