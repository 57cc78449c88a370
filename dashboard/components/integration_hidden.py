"""What fails without a failure in the log? Silence, errors by consumer, and business exceptions that messages caused."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data, figures, theme
from dashboard.components import csv, kpi_tile, plain, quiet, table


def show(reader: data.Reader, found: figures.Figures, source: str, currency: str) -> None:
    """Duplicates and silence, consumers by schema version, the share of business exceptions that trace to a message."""
    bounds: dict[str, Any] = {name: found.asked.bounds[name] for name in ("since", "until")}
    silence(reader, source, bounds)
    duplicates(found, currency)
    consumers(reader, source, bounds)
    traced(reader, source, bounds)


def silence(reader: data.Reader, source: str, bounds: dict[str, Any]) -> None:
    """Which interface has said nothing for longer than it usually does (INT-07)."""
    st.subheader("Expected and absent", anchor=False)
    rows = reader.frame("integration_silence", source=source, **bounds)
    st.markdown(plain.as_text(silence_words(rows)))
    shown = rows.assign(
        silent=[theme.hours(value) for value in rows["silent_hours"]],
        usual=[theme.hours(value) for value in rows["usual_gap_hours"]],
    )
    columns = {"label": "Interface", "is_silent": "Silent", "silent": "Last message ago", "usual": "99 of 100 pauses within",
               "message_count": "Messages", "expected_count": "With an expected time", "late_count": "Later than allowed"}  # fmt: skip
    table.plain_rows(shown, columns, "silence", height=240)
    csv.button("CSV", "interface_silence", lambda: rows, "csv_silence")


def silence_words(rows: pd.DataFrame) -> str:
    """Who is silent, and how many messages came too late."""
    silent = rows[rows["is_silent"]]
    late, expected = int(rows["late_count"].sum()), int(rows["expected_count"].sum())
    said = "No interface is silent for longer than it usually is"
    if len(silent):
        top = silent.iloc[0]
        verb = "interface is" if len(silent) == 1 else "interfaces are"
        said = f"{len(silent)} {verb} silent; {top['label']} for {theme.hours(top['silent_hours'])}"
    came = f"{theme.count(late)} of {theme.count(expected)} expected messages came later than allowed"
    return f"{said}; {came}." if expected else f"{said}; no message states when it was expected."


def duplicates(found: figures.Figures, currency: str) -> None:
    """How often one business transaction came twice (INT-04)."""
    now, one = (
        found.now("duplicate_transactions_per_1000_orders"),
        figures.definition("duplicate_transactions_per_1000_orders"),
    )
    if now.value is None:
        quiet.line(plain.as_text(f"Duplicates: not available: {kpi_tile.reason(now, one)}"))
        return
    rate = theme.quantity(now.value, one.unit, currency)
    quiet.line(
        plain.as_text(
            f"Duplicates: {theme.count(now.numerator)} business transactions came more than once, {rate} per 1,000 orders."
        )
    )


def consumers(reader: data.Reader, source: str, bounds: dict[str, Any]) -> None:
    """Failures by consumer and schema version (INT-06)."""
    st.subheader("By consumer and schema version", anchor=False)
    rows = reader.frame("integration_consumer", source=source, **bounds)
    if rows.empty:
        quiet.line("No message was sent in this period.")
        return
    columns = {"consumer": "Consumer", "schema_version": "Schema version", "attempt_count": "Attempts", "failed_count": "Failed",
               "rate": "Per 1,000", "schema_count": "Schema", "auth_count": "Authentication", "rate_limit_count": "Rate limit"}  # fmt: skip
    table.plain_rows(rows.assign(rate=rows["rate"].round(1)), columns, "consumers", height=240)
    csv.button("CSV", "integration_consumers", lambda: rows, "csv_consumers")


def traced(reader: data.Reader, source: str, bounds: dict[str, Any]) -> None:
    """Business exceptions whose order had a failed, late or repeated message before (INT-05)."""
    st.subheader("Business exceptions that trace to a message", anchor=False)
    rows = reader.frame("integration_traced", source=source, **bounds)
    if rows.empty:
        quiet.line("No business exception came new in this period.")
        return
    st.markdown(plain.as_text(traced_words(rows)))
    shown = rows.assign(
        share=[theme.percent(part, whole) for part, whole in zip(rows["traced_count"], rows["n"], strict=True)]
    )
    columns = {"type_title": "Type", "n": "New", "traced_count": "Trace to a message", "share": "Share",
               "failed_count": "Failed before", "late_count": "Late before", "repeated_count": "Came twice"}  # fmt: skip
    table.plain_rows(shown, columns, "traced", height=240)
    csv.button("CSV", "traced_exceptions", lambda: rows, "csv_traced")


def traced_words(rows: pd.DataFrame) -> str:
    """The share, and the type with most of them."""
    n, hit = int(rows["n"].sum()), int(rows["traced_count"].sum())
    said = f"{theme.percent(hit, n)} of {theme.count(n)} new business exceptions stand on an order whose message failed, came late or came twice before"
    return f"{said}; most are {rows['type_title'].iloc[0]}." if hit else f"{said}."
