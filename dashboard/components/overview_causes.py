"""Which three causes stand behind the month? What the root-cause search found, strong first; groups where it cannot say."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.analysis import folding
from control_tower.errors import NotAvailable
from control_tower.filters import Filters
from dashboard import data, filters, theme
from dashboard.causes import Causes
from dashboard.components import cause_view, csv, overview, plain, quiet
from dashboard.period import Period


def show(reader: data.Reader, groups: pd.DataFrame, state: Filters, asked: Period) -> None:
    """Three findings of the last quarter; the three largest groups where nothing is found or filters narrow the view.

    The search compares all types and places, so it knows of a filter only the sites.
    """
    head = reader.header()
    lines = findings(reader, state, head.small_sample)
    if lines.empty:
        overview.causes(groups, state, asked, head.currency)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Three surest causes**")
        csv.button("CSV", "causes", lambda: lines, "csv_causes")
    for place, row in enumerate(lines.head(overview.CAUSES).to_dict("records"), start=1):
        with st.container(gap="xxsmall", key=f"cause_{place}"):
            st.page_link(
                "app_pages/exceptions.py", label=f"**{place}. {plain.as_text(row['type_title'])}**",
                query_params=filters.link(cause_view.cases_of(row, state)), help="Show the cases",
            )  # fmt: skip
            quiet.line(plain.as_text(f"{row['words']}: {evidence_words(row, head.currency)}"))


def findings(reader: data.Reader, state: Filters, small: int) -> pd.DataFrame:
    """Findings of the last quarter that no other explains, named; none where other filters than sites are set."""
    sites = Filters(site_id=state.site_id)
    if sites != state.without_time():
        return pd.DataFrame()
    try:
        found = Causes(reader, sites, small).search().found()
    except NotAvailable:
        return pd.DataFrame()
    return cause_view.named(folding.fold(found).head(overview.CAUSES), reader)


def evidence_words(row: Mapping[Any, Any], currency: str) -> str:
    """How much more often, and what is at stake, on one line."""
    if not row["elsewhere"]:
        said = f"{row['verdict']}, {theme.count(row['failed'])} here and nowhere else"
    elif isfinite(row["ratio"]):
        said = f"{row['verdict']}, {row['ratio']:.1f} × as often as elsewhere"
    else:
        said = f"{row['verdict']}, hardly ever elsewhere"
    amount = row["amount_recoverable"]
    return f"{said}; {theme.money(amount, currency)}" if pd.notna(amount) and amount else said
