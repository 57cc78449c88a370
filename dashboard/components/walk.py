"""Which case comes next? The rows of the work queue as they stood when it was last looked at, one after the other.

The order stands while somebody works through it: a case that is done does not move the others. Asks nothing of a build.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard import filters
from dashboard.components import case_actions, quiet

IDS = "walk_ids"
_SHOWN = "walk_shown"


def begin(ids: Sequence[str]) -> None:
    """On the work queue: keep its rows, and offer to work through them from the first on."""
    st.session_state[IDS] = [str(key) for key in ids]
    if st.button("Work through these", key="walk_begin", icon=":material/play_arrow:", help="Opens the first; key j"):
        st.switch_page("app_pages/case.py", query_params=filters.link(filters.current(), exception=str(ids[0])))


def show(chosen: str) -> None:
    """On a case: the one before and the one after it. What was typed for another case is gone (it was not for this one)."""
    if st.session_state.get(_SHOWN) not in (None, chosen):
        case_actions.clear()
    st.session_state[_SHOWN] = chosen
    known: list[str] = st.session_state.get(IDS, [])
    if chosen not in known:
        return
    place = known.index(chosen)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _step("Previous", "walk_back", known[place - 1] if place else "", "k")
        _step("Next case", "walk_next", known[place + 1] if place + 1 < len(known) else "", "j")
        quiet.line(f"{place + 1} of {len(known)} as the work queue stood")


def _step(label: str, key: str, to: str, letter: str) -> None:
    icon = f":material/chevron_{'left' if key == 'walk_back' else 'right'}:"
    st.button(
        label,
        key=key,
        icon=icon,
        disabled=not to,
        help=f"Key {letter}",
        on_click=filters.set_local,
        args=("exception", to),
    )
