"""Which messages stand behind a bar, a cell or a dead letter? Their attempts as a table, each with its order and its case (INT-03)."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.filters import Filters
from dashboard import data, filters, theme
from dashboard.components import csv, plain, quiet, table
from dashboard.period import Period

SHOWN = 200
_WORDS = ("interface", "error", "week")
_COLUMNS = {"message_id": "Message", "attempt": "Attempt", "sent_at": "Sent, UTC", "error_class": "Class of error",
            "http_code": "HTTP", "consumer": "Consumer", "schema_version": "Schema", "business_key": "About",
            "order_id": "Order", "exception_id": "Exception", "recovered_at": "Got through, UTC"}  # fmt: skip


def choose(words: list[str]) -> None:
    """Remember what was clicked, in the URL: an interface, and where the mark says so a class of error and a week."""
    for name, value in zip(_WORDS, [*words, "", ""], strict=False):
        filters.set_local(name, value)


def chosen(reader: data.Reader, rows: pd.DataFrame, source: str, asked: Period) -> None:
    """The failed attempts behind the mark that was clicked; how to get there when none was."""
    labels = dict(zip(rows["key"], rows["label"], strict=True))
    interface, error = filters.local("interface", labels), filters.local("error")
    if not interface:
        quiet.line("Click a bar or a cell to see its messages.")
        return
    since, until, week = _span(asked)
    found = reader.frame(
        "failed_attempt", Filters(), source=source, interface=interface, error=error, since=since, until=until, row_limit=SHOWN
    )  # fmt: skip
    with st.container(border=True, key="messages"):
        heading, close = st.columns([4, 1], vertical_alignment="center", wrap=False)
        close.button(
            "Close", key="messages_close", icon=":material/close:", type="tertiary", on_click=choose, args=([""],)
        )
        said = ", ".join(
            [labels[interface], *([theme.words(error)] if error else []), *([f"week of {week}"] if week else [])]
        )
        heading.markdown(f"**{plain.as_text(said)}: {plain.as_text(_how_many(found))}**")
        if len(found):
            attempts(found, "messages_rows")
            csv.button("CSV", "failed_attempts", lambda: found, "csv_messages")


def _span(asked: Period) -> tuple[datetime, datetime, str]:
    """The period, or of it the week that was clicked, with its words."""
    since, until = asked.bounds["since"], asked.bounds["until"]
    try:
        monday = datetime.fromisoformat(filters.local("week"))
    except ValueError:
        return since, until, ""
    if not since - timedelta(days=7) < monday < until:
        return since, until, ""
    return max(since, monday), min(until, monday + timedelta(days=7)), theme.day(monday.date())


def _how_many(found: pd.DataFrame) -> str:
    if found.empty:
        return "no failed attempt in this period"
    n = int(found["total"].iloc[0])
    more = f", the newest {SHOWN} of them" if n > SHOWN else ""
    return f"{theme.count(n)} failed attempt{'s' if n != 1 else ''}{more}"


def attempts(found: pd.DataFrame, key: str, columns: dict[str, str] | None = None) -> None:
    """Messages as a table; a click opens the case that a message belongs to, or says that there is none."""
    wanted: dict[str, Any] = {
        name: words for name, words in (columns or _COLUMNS).items() if found[name].notna().any()
    }  # fmt: skip
    picked = table.picked_row(found, wanted, key)
    if picked is None:
        return
    exception, order = found["exception_id"].iloc[picked], found["order_id"].iloc[picked]
    if isinstance(exception, str):
        st.switch_page("app_pages/case.py", query_params=filters.link(filters.current(), exception=exception))
    about = f"order {order.rpartition(':')[2]}" if isinstance(order, str) else "its message"
    quiet.line(plain.as_text(f"No exception you may see stands on {about}."))
