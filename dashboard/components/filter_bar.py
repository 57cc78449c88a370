"""How does a user narrow what is shown? One bar: period, state, search, "add filter", and a chip per part set."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from control_tower.filters import AGING, NOT_STATED, STATES, Filters
from dashboard import data, filters, period, theme
from dashboard.components import plain, quiet

PART_WORDS = {
    "type_code": "type", "site_id": "site", "owner_team_id": "team", "severity": "severity", "status": "status",
    "aging": "age", "category": "category", "supplier_id": "supplier", "customer_id": "customer",
    "channel": "channel", "source_system": "source", "state": "state", "search": "search",
    "period": "period", "lasted": "duration",
}  # fmt: skip
STATE_WORDS = {"": "All", "open": "Open", "past_sla": "Past SLA", "ended": "Ended"}
BASIS_WORDS = {"detected": "detected", "resolved": "resolved", "due": "due", "ended": "ended"}
_CODES = ("category", "severity", "status", "channel", "source_system")


def part_words(name: str) -> str:
    """A part of the state as people call it."""
    return PART_WORDS[name]


def show(reader: data.Reader, recent: period.Recent, has_rows: bool, is_any_time: bool = False) -> Filters:
    """Draw the bar and return the state. has_rows: whether the page lists rows, so that state and search apply;
    is_any_time: whether the page shows all time until a period is set (a page of rows always does).
    """
    state = filters.current()
    with st.container(horizontal=True, vertical_alignment="center", key="filter_bar"):
        _period(state, recent, has_rows or is_any_time)
        _add(reader, state)
        if has_rows:
            _state(state)
            _search(state)
    _chips(reader, state, has_rows)
    return state


def _period(state: Filters, recent: period.Recent, is_any_time: bool) -> None:
    is_set = bool(state.since or state.until)
    label = period.of(state, recent).words if is_set or not is_any_time else "Any time"
    with st.popover(label, icon=":material/calendar_month:"):
        if recent.as_of is None:
            quiet.line("The build has no dated rows.")
            return
        with st.container(horizontal=True):
            for words, days in period.CHOICES.items():
                since, until = period.last_days(days, recent.as_of)
                wanted = replace(state, since=since, until=until)
                st.button(words, on_click=filters.change, args=(wanted,), key=f"period_{days}")
        shown = period.of(state, recent)
        st.session_state["period_dates"] = (shown.first, shown.last)
        st.date_input(
            "From and to, both included", key="period_dates", on_change=_dates_changed, max_value=recent.today
        )
        if is_set:
            st.button("Remove the period", on_click=filters.change, args=(state.without("period"),), key="period_none")


def _dates_changed() -> None:
    chosen: tuple[date, ...] = st.session_state["period_dates"]
    if len(chosen) == 2:
        filters.change(replace(filters.current(), since=chosen[0], until=chosen[1]))


def _state(state: Filters) -> None:
    st.session_state["filter_of_state"] = state.state
    st.segmented_control(
        "State", STATES, key="filter_of_state", format_func=STATE_WORDS.__getitem__, label_visibility="collapsed",
        on_change=lambda: filters.change(replace(filters.current(), state=st.session_state["filter_of_state"] or "")),
    )  # fmt: skip


def _search(state: Filters) -> None:
    st.session_state["filter_of_search"] = state.search
    st.text_input(
        "Search", key="filter_of_search", placeholder="Search id, order, type, note", label_visibility="collapsed",
        max_chars=200, icon=":material/search:", width=260, on_change=_search_changed,
    )  # fmt: skip


def _search_changed() -> None:
    text = "".join(char for char in st.session_state["filter_of_search"] or "" if char.isprintable())
    filters.change(replace(filters.current(), search=text.strip()[:200]))


def _add(reader: data.Reader, state: Filters) -> None:
    names = [name for name in PART_WORDS if name not in ("state", "search", "period", "lasted")]
    with st.popover("Add filter", icon=":material/filter_alt:"):
        name = st.selectbox(
            "Filter by", names, format_func=lambda word: PART_WORDS[word].capitalize(), key="filter_name"
        )
        labels = _labels(reader, name)
        chosen = list(getattr(state, name))
        key = f"filter_of_{name}"
        st.session_state[key] = chosen
        st.multiselect(
            "Values", [*labels, *(value for value in chosen if value not in labels)], key=key, max_selections=50,
            format_func=lambda value: labels.get(value, value), placeholder="Choose one or more",
            on_change=_values_changed(name, key), filter_mode="contains",
        )  # fmt: skip
        if not labels:
            quiet.line(f"No source states a {PART_WORDS[name]}.")


def _values_changed(name: str, key: str) -> Callable[[], None]:
    return lambda: filters.change(filters.current().with_values(name, st.session_state[key]))


def _labels(reader: data.Reader, name: str) -> dict[str, str]:
    """Value → words with its count, most frequent first; at most 300."""
    if name == "aging":
        return {word: bucket.value for word, (bucket, _low, _high) in AGING.items()}
    options = reader.frame("filter_option", dimension=name)
    found: dict[str, str] = {}
    for row in options.itertuples(index=False):
        is_missing = not isinstance(row.key, str) or not row.key
        words = NOT_STATED if is_missing else _value_words(name, str(row.label))
        found[NOT_STATED if is_missing else str(row.key)] = f"{words} ({theme.count(int(str(row.n)))})"
    return {} if set(found) == {NOT_STATED} else found


def _value_words(name: str, label: str) -> str:
    return theme.words(label) if name in _CODES else label


def _chips(reader: data.Reader, state: Filters, has_rows: bool) -> None:
    chips = _all_chips(reader, state)
    if not chips:
        return
    with st.container(horizontal=True, key="filter_chips", gap="xsmall"):
        for number, (name, words, rest) in enumerate(chips):
            applies = has_rows or name not in ("state", "aging", "search", "lasted")
            tip = "Remove" if applies else "Kept, but this page does not use it. Click to remove."
            label = plain.as_text(words) if applies else f":gray[{plain.as_text(words)}]"
            st.button(
                label, key=f"chip_{number}", help=tip, icon=":material/close:", icon_position="right",
                on_click=filters.change, args=(rest,),
            )  # fmt: skip
        st.button("Clear all", key="chip_all", type="tertiary", on_click=filters.change, args=(Filters(),))


def _all_chips(reader: data.Reader, state: Filters) -> list[tuple[str, str, Filters]]:
    chips: list[tuple[str, str, Filters]] = []
    for name in (*PART_WORDS,):
        held: Any = getattr(state, name, None)
        if isinstance(held, tuple) and held:
            labels = _labels(reader, name)
            for value in held:
                words = labels[value].rsplit(" (", 1)[0] if value in labels else value
                chips.append((name, f"{PART_WORDS[name].capitalize()}: {words}", state.without(name, value)))
    if state.state:
        chips.append(("state", f"State: {STATE_WORDS[state.state]}", state.without("state")))
    if state.search:
        chips.append(("search", f"Search: {state.search}", state.without("search")))
    if state.lasted is not None:
        chips.append(("lasted", f"Lasted: {theme.hours(state.lasted)} or longer", state.without("lasted")))
    if state.since or state.until:
        words = f"{theme.day(state.since) if state.since else '…'} – {theme.day(state.until) if state.until else 'now'}"
        chips.append(("period", f"{BASIS_WORDS[state.basis].capitalize()}: {words}", state.without("period")))
    return chips
