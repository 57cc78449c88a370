"""How is a cycle time shown: the curve of all, the medians of groups, the groups as a table and as CSV?"""

from dataclasses import replace

import pandas as pd
import streamlit as st

from control_tower.analysis.cycle_time import CycleTime, SurvivalCurve
from control_tower.filters import Filters
from dashboard.charts import medians, survival
from dashboard.components import csv, cycle_view, figure, plain, table
from dashboard.figures import Figures


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


def curve(times: CycleTime, found: SurvivalCurve, asked: Figures) -> None:
    """The curve of everything selected, with its band and quantiles; a click opens what lasted at least so long."""
    rows = survival.frame(found)
    marks = {"half": times.median.value, "three quarters": times.p75.value, "nine tenths": times.p90.value}
    title, drawn = "Share still unresolved after so long", survival.figure(rows, figure.mode(), marks)
    figure.opens(title, drawn, rows, "survival", lambda words: lasted(asked, float(words[0])))


def lasted(asked: Figures, hours: float) -> Filters:
    """What the curve counts as lasting at least so long: of the period in which it was detected, or of all time."""
    state = replace(asked.state.without_time(), search="", lasted=hours)
    return state if asked.whole else replace(state, since=asked.asked.first, until=asked.asked.last)


def medians_by(found: Figures, name: str, by: str, small: int) -> pd.DataFrame:
    """Who takes longer, with intervals, and whether that is beyond chance. Returns the groups."""
    parts = found.durations(name, by)
    options = found.reader.frame("filter_option", dimension=by)
    labels = {str(row.key): str(row.label) for row in options.itertuples()}
    groups, title = cycle_view.compared(parts, labels, small), f"Half resolved in, by {cycle_view.BY[by]}"
    if len(groups):
        figure.show(title, medians.figure(groups, figure.mode()), groups, "medians", by)
        st.markdown(plain.as_text(cycle_view.difference_words(parts, groups, cycle_view.BY[by])))
    else:
        figure.nothing(title, f"No {cycle_view.BY[by]} has {small} exceptions with a known duration.")
    return groups
