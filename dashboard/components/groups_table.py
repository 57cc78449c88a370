"""How do the groups of the cycle times page stand as a table and as CSV?"""

import pandas as pd
import streamlit as st

from dashboard.components import csv, cycle_view, table


def show(groups: pd.DataFrame, by: str) -> None:
    """One row per group: n, open, when half and nine tenths are resolved, the closed-only median beside it."""
    st.subheader(f"By {by}", anchor=False)
    columns = {
        "label": by.capitalize(),
        "n": "Exceptions",
        "open": "Open",
        "median_hours": "Half in",
        "p90_hours": "Nine tenths in",
        "closed_only_hours": "Closed only: median",
        "ended_otherwise_share": "Ended without a fix",
    }
    table.plain_rows(cycle_view.table_rows(groups), columns, "groups", height=420)
    csv.button("CSV", "cycle_times", lambda: groups, "csv_groups")
