"""What stands above every page of mining that draws no map? The filters, what a case is, and choices kept in the URL."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import data, filters, theme
from dashboard.components import filter_bar, map_state, plain, quiet
from dashboard.mining import Mining
from process_mining.cohort import Cohort


def cohort(reader: data.Reader) -> Cohort | None:
    """The filter bar and the cases it asks for; None (and why) when the build holds no events."""
    filter_bar.show(reader, reader.recent(reader.header()), has_rows=True)
    found, refused = map_state.adopt()
    for sentence in refused:
        quiet.line(f":orange[{plain.as_text(sentence)}]")
    views = Mining(reader, found).views()
    if not views:
        quiet.line("This build holds no events, so there is nothing to mine.")
        return None
    return found if found.view in views else replace(found, view=views[0])


def controls() -> DeltaGenerator:
    """The row of choices under the filters."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")


def view(reader: data.Reader, cohort: Cohort) -> None:
    """What a case is; the same choice as on the map."""
    st.session_state["mined_view"] = cohort.view
    st.selectbox(
        "Each case is one", Mining(reader, cohort).views(), key="mined_view", format_func=theme.words, width=190,
        on_change=lambda: map_state.look(st.session_state["mined_view"]),
    )  # fmt: skip


def choice(label: str, word: str, options: Sequence[str], names: dict[str, str], width: int = 270) -> str:
    """One of a few, kept in the URL; the first when the link says nothing or something unknown."""
    value = filters.local(word, dict.fromkeys(options, ""), options[0])
    key = f"mined_{word}"
    st.session_state[key] = value
    st.selectbox(
        label, options, key=key, format_func=lambda one: names.get(one, theme.words(one)), width=width,
        on_change=lambda: filters.set_local(word, st.session_state[key]),
    )  # fmt: skip
    return value


def span(seconds: float | None) -> str:
    """A time for people, with its sign."""
    if seconds is None or seconds != seconds:
        return theme.NO_VALUE
    return ("−" if seconds < 0 else "") + theme.hours(abs(seconds) / 3600)


def total(seconds: float) -> str:
    """Many cases' time together: whole days from a hundred on, with k or M where they are very many."""
    days = seconds / 86_400
    if days < 100:
        return span(seconds)
    return f"{days / 1e6:,.2f} M d" if days >= 1e6 else f"{days:,.0f} d"
