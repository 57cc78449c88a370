"""What does a page say of messages between systems? Tiles, tables, and the state of a build without any."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.filters import Filters
from dashboard import data, filters, theme
from dashboard.charts import error_classes, error_patterns, rates
from dashboard.components import csv, figure, integration_messages, kpi_tile, plain, quiet, table
from dashboard.components.tile import Tile
from dashboard.figures import Figures
from dashboard.period import Period

USED = ("source_system", "since", "until")
DEAD_ROWS = 200


def none_loaded() -> None:
    """The designed state of a build without integration messages: what is missing and how it comes."""
    with st.container(border=True):
        st.markdown("**Not available: this build holds no integration messages.**")
        st.markdown(
            "Failures, retries, dead letters and recovery times come from the log of an EDI gateway, an API or a queue: "
            "one row per attempt to pass a message. None of the loaded sources fills `core_integration_message`."
        )
        st.code("tower new-source GATEWAY_LOG.csv\ntower load FOLDER --from PATH", language="bash")
        quiet.line("The demonstration (`tower demo`) brings such a log.")
        st.page_link("app_pages/data_health.py", label="Which sources are loaded", icon=":material/verified:")


def narrowed(state: Filters) -> Filters:
    """The parts of a filter state that messages know; a line says when others are set."""
    used = Filters(source_system=state.source_system[:1], since=state.since, until=state.until)
    if replace(state, state="", basis="detected") != used:
        quiet.line(
            "Of your filters this page uses the period and one source; the others speak of exceptions and are kept."
        )
    return used


def tiles(found: Figures, row: dict[str, Any], currency: str) -> list[Tile]:
    """Failure frequency, recovery time, recovered by itself, retries that helped, dead letters."""
    dead = kpi_tile.build(found, "dead_letter_depth", currency)
    if row["dead_count"]:
        dead = replace(dead, note=f"the oldest for {theme.hours(row['oldest_dead_hours'])}")
    labels = {"integration_failures_per_1000": "Failures / 1,000", "integration_recovery_time": "Half recover in",
              "auto_recovery_rate": "Recover unaided"}  # fmt: skip
    return [*(kpi_tile.build(found, name, currency, label) for name, label in labels.items()), _retries(row), dead]


def _retries(row: dict[str, Any]) -> Tile:
    definition = "Attempts after the first that got through ÷ all attempts after the first, in the period (INT-02)."
    if not row["retry_count"]:
        return Tile("Retries that helped", "none", "no message was sent again", definition)
    note = f"{theme.count(row['retry_ok_count'])} of {theme.count(row['retry_count'])} repeated attempts"
    return Tile(
        "Retries that helped",
        theme.percent(row["retry_ok_count"], row["retry_count"]),
        note,
        definition,
        no_trend="of this period: no trend",
    )


def rate_by_interface(rows: pd.DataFrame) -> None:
    """Failures per 1,000 attempts of every interface with their interval; a click shows the messages."""
    title = "Failures per 1,000 attempts"
    if len(rows):
        figure.chooses(title, rates.figure(rows, figure.mode()), rows, "interface_rates", integration_messages.choose)
    else:
        figure.nothing(title, "No message was sent in this period.")


def classes(reader: data.Reader, source: str, asked: Period) -> None:
    """Which class of error hits which interface; a click shows the messages."""
    bounds: dict[str, Any] = {name: asked.bounds[name] for name in ("since", "until")}
    errors = reader.frame("integration_error", source=source, **bounds)
    if len(errors):
        drawn = error_classes.figure(errors, figure.mode())
        figure.chooses("Classes of error", drawn, errors, "error_classes", integration_messages.choose)
    else:
        figure.nothing("Classes of error", "Nothing failed in this period.")


def patterns(found: Figures, source: str) -> None:
    """Failures per interface and class week by week, the changed ones marked (K55, INT-01); a click shows the messages."""
    title, now = "Error patterns, week by week", found.now("integration_error_changes")
    if now.figure is None or not now.figure.detail or "parts" not in now.figure.detail:
        figure.nothing(title, f"Not available: {now.not_available}.")
        return
    weeks = pd.DatetimeIndex(now.figure.detail["weeks_from"])
    bounds: dict[str, Any] = {"since": weeks[0].to_pydatetime(), "until": found.asked.bounds["until"]}
    parts = now.figure.detail["parts"]
    rows = error_patterns.frame(found.reader.frame("integration_error", source=source, **bounds), parts, weeks)
    left, right = st.columns([3, 2], gap="large")
    with left:
        drawn = error_patterns.figure(rows, figure.mode())
        figure.chooses(title, drawn, rows, "error_patterns", integration_messages.choose)
    with right:
        for said in error_patterns.words(parts, weeks):
            st.markdown(plain.as_text(said))


def interfaces(rows: pd.DataFrame) -> None:
    """One row per interface, the worst first."""
    columns = {"label": "Interface", "attempt_count": "Attempts", "failed_count": "Failed", "rate": "Per 1,000",
               "low": "Likely from", "high": "to", "rate_before": "Before", "retry_count": "Retries",
               "retry_ok_count": "Retries that helped", "dead_letter_count": "To dead letters",
               "schema_version": "Schema"}  # fmt: skip
    shown = rows.round({"rate": 1, "low": 1, "high": 1, "rate_before": 1})
    if not shown["schema_version"].notna().any():
        columns.pop("schema_version")
    table.plain_rows(shown, columns, "interfaces")


def dead_letters(reader: data.Reader, source: str, row: dict[str, Any]) -> None:
    """The messages that wait for a person, the oldest first; a click opens the case of a message or of its order."""
    st.subheader("Dead letters", anchor=False)
    if not row["dead_count"]:
        quiet.line("No message waits among the dead letters.")
        return
    rows = reader.frame("dead_letter", Filters(), source=source, row_limit=DEAD_ROWS)
    shown = rows.assign(waits=[theme.hours(value) for value in rows["waiting_hours"]])
    columns = {"message_id": "Message", "interface": "Interface", "waits": "Waits", "attempts": "Attempts",
               "error_class": "Class of error", "business_key": "About", "order_id": "Order", "exception_id": "Exception",
               "dlq_at": "Since, UTC"}  # fmt: skip
    integration_messages.attempts(shown, "dead_letters", columns)
    csv.button("CSV", "dead_letters", lambda: rows, "csv_dead")
    st.page_link(
        "app_pages/exceptions.py", label="Integration exceptions", icon=":material/list:",
        query_params=filters.link(Filters(category=("integration",))),
    )  # fmt: skip
