"""How does a figure stand on a page? Title, figure, click to filter, and its data as CSV."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from control_tower.filters import NOT_STATED, Filters
from dashboard import filters
from dashboard.components import csv, plain, quiet

_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "topojsonURL": "about:blank"}


def mode() -> str:
    """Light or dark, as the browser shows the page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show(title: str, drawn: go.Figure, data: pd.DataFrame, name: str, dimension: str = "") -> None:
    """One figure. With a dimension, a click on a mark adds its value to the filters."""
    _head(title, data, name)
    key = f"figure_{name}_{abs(hash(filters.current()))}"
    click: Callable[[], None] | str = (lambda: _filter_by(key, dimension)) if dimension else "ignore"
    options: dict[str, Any] = {"on_select": click, "selection_mode": "points"} if dimension else {}
    st.plotly_chart(drawn, theme=None, key=key, config=_CONFIG, alt=title, **options)


def picks(title: str, drawn: go.Figure, data: pd.DataFrame, name: str, on_pick: Callable[[str], None]) -> None:
    """One figure of which a click on a mark hands the mark's word (its first `customdata`) to `on_pick`."""
    chooses(title, drawn, data, name, lambda words: on_pick(words[0]))


def chooses(title: str, drawn: go.Figure, data: pd.DataFrame, name: str, on_pick: Callable[[list[str]], None]) -> None:
    """The same where a mark has several words."""
    key = f"figure_{name}_{abs(hash(filters.current()))}"

    def picked() -> None:
        if words := _words(st.session_state[key]["selection"]["points"]):
            on_pick(words)

    _head(title, data, name)
    st.plotly_chart(drawn, theme=None, key=key, config=_CONFIG, alt=title, on_select=picked, selection_mode="points")


def opens(
    title: str, drawn: go.Figure, data: pd.DataFrame, name: str, state_of: Callable[[list[str]], Filters]
) -> None:
    """One figure of which a click on a mark opens its rows: `state_of` turns the mark's data into filters."""
    _head(title, data, name)
    key = f"figure_{name}_{abs(hash(filters.current()))}"
    event = st.plotly_chart(
        drawn, theme=None, key=key, config=_CONFIG, alt=title, on_select="rerun", selection_mode="points"
    )
    if words := _words(event["selection"]["points"]):
        st.switch_page("app_pages/exceptions.py", query_params=filters.link(state_of(words)))


def _head(title: str, data: pd.DataFrame, name: str) -> None:
    heading, tools = st.columns([5, 1], vertical_alignment="center", wrap=False)
    heading.markdown(f"**{plain.as_text(title)}**")
    with tools.container(horizontal=True, horizontal_alignment="right"):
        csv.button("CSV", name, lambda: data, key=f"csv_{name}")


def _words(points: list[dict[str, Any]]) -> list[str]:
    """What the mark that was clicked carries; nothing when a click took the selection away."""
    carried = points[0].get("customdata") if points else None
    return [str(value) for value in carried or []]


def _filter_by(key: str, dimension: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    if not points:
        return
    value = points[0].get("customdata", [""])[0] or NOT_STATED
    state = filters.current()
    filters.change(state.with_values(dimension, (*getattr(state, dimension), value)))


def spark(title: str, drawn: go.Figure) -> None:
    """A small figure without words, clicks or tools, inside a tile."""
    st.plotly_chart(
        drawn, theme=None, key=f"spark_{title}", config={**_CONFIG, "staticPlot": True}, alt=f"{title}, 13 weeks"
    )


def nothing(title: str, why: str) -> None:
    """The place of a figure that has nothing to show: its title and why."""
    st.markdown(f"**{plain.as_text(title)}**")
    quiet.line(plain.as_text(why))
