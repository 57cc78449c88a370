"""Where does the one filter state live? In the URL; here it is adopted, changed and carried across pages.

The URL is the truth; the session only carries it over a page change, where the browser drops it. What is
page-local (which page of a table, which open exception) is in the URL too and is dropped when the filters
change. Never decides which columns a filter may touch (control_tower.filters does).
"""

from collections.abc import Mapping

import streamlit as st

from control_tower.filters import URL_WORDS, Filters, from_query_params

LOCAL_WORDS = frozenset(
    {
        "sort",
        "skip",
        "exception",
        "proposal",
        "qsource",
        "qrule",
        "kpi",
        "deviation",
        "rule",
        "pair",
        "hand",
        "whose",
        "way",
        "entry",
        "interface",
        "error",
        "week",
        "against",
    }
)
_STATE, _PAGE = "filter_state", "filter_page"


def adopt(page: str) -> list[str]:
    """Make the URL's state the state of this run; returns one sentence per part of the link that was refused.

    A page change inside the app arrives without a query: then the state of the page before is put back.
    """
    given = {word: st.query_params.get_all(word) for word in st.query_params}
    state, refused = from_query_params(given)
    has_moved = st.session_state.get(_PAGE) not in (None, page)
    if has_moved and not URL_WORDS & set(given):
        state = st.session_state.get(_STATE, Filters())
        write(state)
    elif refused:
        write(state)
    st.session_state[_STATE], st.session_state[_PAGE] = state, page
    return refused


def current() -> Filters:
    """The state of this run."""
    state: Filters = st.session_state.get(_STATE, Filters())
    return state


def change(state: Filters) -> None:
    """Set a new state (a widget's callback): URL first, page-local words dropped."""
    st.session_state[_STATE] = state
    write(state)
    for word in LOCAL_WORDS:
        st.query_params.pop(word, None)


def write(state: Filters) -> None:
    """Bring the URL in line with a state; words that are not the filters' stay."""
    wanted = state.to_query_params()
    for word in URL_WORDS:
        if word not in wanted:
            st.query_params.pop(word, None)
        elif st.query_params.get_all(word) != wanted[word]:
            st.query_params[word] = wanted[word]


def link(state: Filters, **local: str) -> dict[str, list[str]]:
    """The query of a link to another page under this state."""
    return state.to_query_params() | {word: [value] for word, value in local.items()}


def local(word: str, allowed: Mapping[str, str] | None = None, default: str = "") -> str:
    """One page-local word of the URL; a value that is not allowed counts as the default."""
    value = str(st.query_params.get(word, default))
    return default if allowed is not None and value not in allowed else value


def number(word: str) -> int:
    """A page-local whole number of the URL, 0 when absent or no number."""
    value = local(word)
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else 0


def set_local(word: str, value: str) -> None:
    """Set or (with an empty value) drop one page-local word."""
    if value:
        st.query_params[word] = value
    else:
        st.query_params.pop(word, None)
