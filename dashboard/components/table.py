"""How does a page show rows? Fifty at a time, paged in the database; a click opens one as text."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import filters, theme
from dashboard.components import figure, quiet

PAGE_ROWS = 50
SORTS = {"impact": "business impact", "longest": "longest first", "newest": "newest first", "due": "due first"}
_SLA = {"late": "past SLA", "in time": "in time", "unknown": "unknown"}


def exceptions(rows: pd.DataFrame, currency: str, key: str) -> str | None:
    """A table of exceptions as `exception_row` returns them; returns the id of the row that is selected."""
    event = _draw(_shown(rows), rows, currency, key, "rerun")
    picked = event["selection"]["rows"]
    return _id(rows, picked)


def exceptions_beside_details(rows: pd.DataFrame, currency: str, key: str, has_details: bool) -> None:
    """The same table; selecting a row puts its id into the URL, unselecting takes it out.

    has_details: the panel takes room, so the columns that it repeats are left out.
    """

    def opened() -> None:
        filters.set_local("exception", _id(rows, st.session_state[key]["selection"]["rows"]) or "")

    shown = _shown(rows)
    shown = shown.drop(columns=["sla", "team"], errors="ignore") if has_details else shown
    _draw(shown, rows, currency, key, opened)


def _id(rows: pd.DataFrame, picked: list[int]) -> str | None:
    return str(rows["exception_id"].iloc[picked[0]]) if picked and picked[0] < len(rows) else None


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    shown = pd.DataFrame(
        {
            "id": rows["exception_id"].str.replace(r"^[^:]+:", "", regex=True),
            "type": rows["type_title"],
            "severity": [[word] for word in rows["severity"]],
            "sla": [[_SLA[word]] for word in rows["sla"]],
            "time": [theme.hours(value) for value in rows["hours"]],
            "value": rows["value_at_risk_amount"].round(),
            "site": rows["site"],
            "team": rows["team"],
            "status": [[theme.words(word)] for word in rows["status"]],
            "detected": rows["detected_at"],
            "order": rows["order_ref"],
        }
    )
    if not rows["value_at_risk_amount"].notna().any():
        shown = shown.drop(columns="value")
    for name in ("site", "team", "order"):
        if not shown[name].notna().any():
            shown = shown.drop(columns=name)
    return shown


def _draw(shown: pd.DataFrame, rows: pd.DataFrame, currency: str, key: str, on_select: Any) -> Any:
    return st.dataframe(
        shown, hide_index=True, key=key, on_select=on_select, selection_mode="single-row", row_height=34,
        column_config=_columns(rows, currency), height=min(36 + 34 * len(shown), 640), placeholder=theme.NO_VALUE,
        alt="Exceptions, most important first",
    )  # fmt: skip


def _columns(rows: pd.DataFrame, currency: str) -> dict[str, Any]:
    mode = figure.mode()
    severity, column = theme.BADGE_SEVERITY, st.column_config
    top = float(rows["value_at_risk_amount"].max() or 1) if rows["value_at_risk_amount"].notna().any() else 1.0
    states = sorted({theme.words(word) for word in rows["status"]})
    return {
        "id": column.TextColumn("Exception", pinned=True, width=98),
        "type": column.TextColumn("Type", width=205),
        "severity": column.MultiselectColumn(
            "Severity", options=list(severity), color=list(severity.values()), width=112
        ),
        "status": column.MultiselectColumn(
            "Status", options=states, color=[theme.BADGE_QUIET] * len(states), width=110
        ),
        "sla": column.MultiselectColumn(
            "SLA",
            options=list(_SLA.values()),
            color=list(theme.BADGE_SLA),
            width=88,
            help="unknown = no due time, no flag",
        ),
        "time": column.TextColumn("Time", alignment="right", width=74, help="open: age; resolved: time taken"),
        "value": column.ProgressColumn(
            f"At risk, {currency}", min_value=0, max_value=top, format="localized", color=theme.ACCENT[mode], width=122
        ),
        "site": column.TextColumn("Site", width=122),
        "team": column.TextColumn("Team", width=168),
        "detected": column.DatetimeColumn("Detected, UTC", format="D MMM YYYY HH:mm", width=150),
        "order": column.TextColumn("Order", width=110),
    }


def pager(total: int, skip: int) -> None:
    """Which rows are shown, and the way to the next fifty."""
    first, last = min(skip + 1, total), min(skip + PAGE_ROWS, total)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Previous", key="page_back", disabled=skip == 0, icon=":material/chevron_left:",
            on_click=filters.set_local, args=("skip", str(max(skip - PAGE_ROWS, 0)) if skip > PAGE_ROWS else ""),
        )  # fmt: skip
        st.button(
            "Next", key="page_on", disabled=last >= total, icon=":material/chevron_right:",
            on_click=filters.set_local, args=("skip", str(skip + PAGE_ROWS)),
        )  # fmt: skip
        quiet.line(f"{theme.count(first)}–{theme.count(last)} of {theme.count(total)}")


def sorter() -> str:
    """The order of the rows, in the URL."""
    word = filters.local("sort", SORTS, "impact")
    st.session_state["table_sort"] = word
    st.selectbox(
        "Sort by", list(SORTS), format_func=SORTS.__getitem__, key="table_sort", label_visibility="collapsed", width=190,
        on_change=lambda: filters.set_local("sort", st.session_state["table_sort"]),
    )  # fmt: skip
    return word


def plain_rows(rows: pd.DataFrame, columns: Mapping[str, Any], key: str, height: int = 320) -> None:
    """Any other small table: the columns named, in this order, with these headings."""
    shown, config = _plain(rows, columns)
    st.dataframe(
        shown, hide_index=True, key=key, column_config=config, height=_height(shown, height), row_height=34,
        placeholder=theme.NO_VALUE,
    )  # fmt: skip


def picking_rows(
    rows: pd.DataFrame, columns: Mapping[str, Any], key: str, on_pick: Callable[[int], None], height: int = 320
) -> None:
    """The same where a row can be picked; a column's heading may be a whole column configuration."""

    def picked() -> None:
        chosen = st.session_state[key]["selection"]["rows"]
        if chosen and chosen[0] < len(rows):
            on_pick(chosen[0])

    shown, config = _plain(rows, columns)
    st.dataframe(
        shown, hide_index=True, key=key, column_config=config, height=_height(shown, height), row_height=34,
        placeholder=theme.NO_VALUE, on_select=picked, selection_mode="single-row",
    )  # fmt: skip


def picked_row(rows: pd.DataFrame, columns: Mapping[str, Any], key: str, height: int = 320) -> int | None:
    """The same where picking leads away from the page: the place of the row that is picked, if one is."""
    shown, config = _plain(rows, columns)
    event = st.dataframe(
        shown, hide_index=True, key=key, column_config=config, height=_height(shown, height), row_height=34,
        placeholder=theme.NO_VALUE, on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    chosen = event["selection"]["rows"]
    return int(chosen[0]) if chosen and chosen[0] < len(rows) else None


def _height(shown: pd.DataFrame, most: int) -> int:
    return min(36 + 34 * max(len(shown), 1), most)


def _plain(rows: pd.DataFrame, columns: Mapping[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    shown = rows[list(columns)].copy()
    config: dict[str, Any] = {}
    for name, heading in columns.items():
        if not isinstance(heading, str):
            config[name] = heading
        elif pd.api.types.is_datetime64_any_dtype(shown[name]):
            config[name] = st.column_config.DatetimeColumn(heading, format="D MMM YYYY HH:mm")
        elif pd.api.types.is_bool_dtype(shown[name]):
            config[name] = st.column_config.CheckboxColumn(heading)
        elif pd.api.types.is_numeric_dtype(shown[name]):
            config[name] = st.column_config.NumberColumn(heading, format="localized")
        else:
            is_number = name in ("passed", "size")
            config[name] = st.column_config.TextColumn(heading, alignment="right" if is_number else "left")
    return shown, config
