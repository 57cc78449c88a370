"""How does a table leave the pages? As CSV whose text cells no spreadsheet takes for a formula (fault 90).

Text that would start a formula is prefixed by an apostrophe; numbers, dates and true/false are untouched,
negatives included. The prefix can be taken off again without doubt (`restored`).
"""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

MOST_ROWS = 200_000
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\x00]")
_PREFIXED = re.compile(r"'+[=+\-@\t\r\n\x00]")


def neutral(value: Any) -> Any:
    """A cell that is no formula: text that would start one gets an apostrophe in front."""
    return "'" + value if isinstance(value, str) and _FORMULA.match(value) else value


def restored(text: str) -> str:
    """The text that `neutral` was given."""
    return text[1:] if _PREFIXED.match(text) else text


def to_csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV: UTF-8 with a byte-order mark (spreadsheets need it), header, CRLF, empty = missing."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([neutral(str(name)) for name in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return neutral(value)
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.isoformat(sep=" ")
    return value


def how_many(n: int) -> str:
    """How many rows a file will hold, said before it is made."""
    return f"all {n:,}" if n <= MOST_ROWS else f"the first {MOST_ROWS:,} of {n:,}"


def button(label: str, name: str, rows: Callable[[], pd.DataFrame], key: str) -> None:
    """A download button; the file is made when it is clicked, not before."""
    st.download_button(
        label,
        data=lambda: to_csv(rows()),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
