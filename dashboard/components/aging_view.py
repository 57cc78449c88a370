"""How does a page show who holds what is old? The choice of a dimension, the bars, the table behind them."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.filters import Filters
from dashboard import data, filters, theme
from dashboard.charts import age_by, cumulative
from dashboard.components import csv, figure, table

BY = {
    "severity": "severity", "owner_team_id": "owner", "site_id": "site", "supplier_id": "supplier",
    "type_code": "type",
}  # fmt: skip


def choice(label: str, word: str, options: dict[str, str], default: str) -> str:
    """One choice among few, kept in the URL beside the filters."""
    value = filters.local(word, options, default)
    st.session_state[f"choice_{word}"] = value
    st.segmented_control(
        label, list(options), key=f"choice_{word}", format_func=options.__getitem__, label_visibility="collapsed",
        on_change=lambda: filters.set_local(word, st.session_state[f"choice_{word}"] or ""),
    )  # fmt: skip
    return value


def listed(label: str, word: str, options: dict[str, str], default: str) -> str:
    """One choice among many, kept in the URL beside the filters."""
    value = filters.local(word, options, default)
    st.session_state[f"choice_{word}"] = value
    st.selectbox(
        label, list(options), key=f"choice_{word}", format_func=options.__getitem__, width=260,
        on_change=lambda: filters.set_local(word, st.session_state[f"choice_{word}"] or ""),
    )  # fmt: skip
    return value


def bars(reader: data.Reader, state: Filters, by: str) -> pd.DataFrame:
    """Open by age and the chosen dimension; a click opens those cases. Returns the cells drawn."""
    cells = reader.frame("aging_by", state, dimension=by)
    if cells["key"].notna().any():
        drawn = age_by.figure(cells, figure.mode())
        figure.opens(f"Open by age and {BY[by]}", drawn, cells, "aging_by", _opener(by))
    else:
        figure.nothing(f"Open by age and {BY[by]}", f"No open exception states a {BY[by]}.")
    return cells


def _opener(by: str) -> Any:
    def state_of(customdata: list[str]) -> Filters:
        value, bucket = customdata[0], customdata[1]
        return filters.current().with_values(by, [value]).with_values("aging", [bucket])

    return state_of


def flow(reader: data.Reader, state: Filters, until: datetime) -> None:
    """What came in and what ended over 13 weeks; a click opens what came or ended in a week."""
    weeks = cumulative.frame(reader.frame("week_flow", state, until=until, weeks=13))
    title = f"What came in and what ended; between them {theme.count(weeks['open'].iloc[-1])} open"
    figure.opens(
        title, cumulative.figure(weeks, figure.mode()), weeks, "cumulative_flow", lambda words: of_week(state, words)
    )


def of_week(state: Filters, words: list[str]) -> Filters:
    """What was detected or ended in a week: its first day, its last, and which of the two."""
    return replace(state, since=date.fromisoformat(words[0]), until=date.fromisoformat(words[1]), basis=words[2])


def holders(cells: pd.DataFrame, currency: str) -> None:
    """One row per value: open, past SLA, due next, at risk, oldest; most open first."""
    rows = (
        cells.assign(label=cells["label"].fillna("(not stated)"))
        .groupby("label", sort=False)
        .agg(open=("n", "sum"), late=("late_count", "sum"), due_next=("due_next_count", "sum"),
             value=("key_value", "first"), oldest=("oldest_hours", "max"))
        .reset_index()
        .sort_values("open", ascending=False, kind="stable")
    )  # fmt: skip
    rows["oldest"] = [theme.hours(value) for value in rows["oldest"]]
    columns = {"label": "Holder", "open": "Open", "late": "Past SLA", "due_next": "Due within 24 h",
               "value": f"At risk, {currency}", "oldest": "Oldest"}  # fmt: skip
    if not rows["value"].notna().any():
        columns.pop("value")
    else:
        rows["value"] = rows["value"].round()
    table.plain_rows(rows, columns, "holders", height=300)
    csv.button("CSV", "aging_holders", lambda: rows, "csv_holders")
