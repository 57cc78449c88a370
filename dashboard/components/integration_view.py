"""What does a page say of messages between systems? Tiles, tables, and the state of a build without any."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.filters import Filters
from dashboard import data, filters, theme
from dashboard.components import csv, kpi_tile, quiet, table
from dashboard.components.tile import Tile
from dashboard.figures import Figures

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
    """The messages that wait for a person, the oldest first; a click opens the exception where one is linked."""
    st.subheader("Dead letters", anchor=False)
    if not row["dead_count"]:
        quiet.line("No message waits among the dead letters.")
        return
    rows = reader.frame("dead_letter", source=source, row_limit=DEAD_ROWS)
    shown = rows.assign(waits=[theme.hours(value) for value in rows["waiting_hours"]])
    columns = {"message_id": "Message", "interface": "Interface", "waits": "Waits", "attempts": "Attempts",
               "error_class": "Class of error", "business_key": "About", "order_id": "Order", "dlq_at": "Since, UTC"}  # fmt: skip
    columns = {name: words for name, words in columns.items() if shown[name].notna().any()}
    table.plain_rows(shown, columns, "dead_letters")
    csv.button("CSV", "dead_letters", lambda: rows, "csv_dead")
    st.page_link(
        "app_pages/exceptions.py", label="Integration exceptions", icon=":material/list:",
        query_params=filters.link(Filters(category=("integration",))),
    )  # fmt: skip
