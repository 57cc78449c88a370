"""How does a user say which way cases must have gone? One filter of the path at a time, added to those that are set."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import streamlit as st

from dashboard import theme
from dashboard.components import map_state
from dashboard.mining import Mining
from process_mining.cohort import Cohort, FollowedBy

STATE_WORDS: Final = {"open": "still open", "ended": "ended"}
_UNITS: Final = {"minutes": 60, "hours": 3_600, "days": 86_400}
_KINDS: Final = {
    "through": "goes through",
    "avoiding": "does not go through",
    "followed_by": "has a step followed by another",
    "not_followed_by": "never has a step followed by another",
    "starts_with": "starts with",
    "ends_with": "ends with, or stands at",
    "variants": "is exactly a variant",
    "duration": "takes",
    "period": "started between",
    "cases": "is open or ended",
}
_WITHOUT_STEPS: Final = ("variants", "duration", "period", "cases")
_WAYS: Final = 50
_LONGEST: Final = 90


def show(mining: Mining, names: list[str]) -> None:
    """The popover with all kinds of filters; what is added is in the URL and stands as a chip."""
    with st.popover("Filter by path", icon=":material/route:"):
        kind = st.selectbox("Keep cases whose path", list(_KINDS), format_func=_KINDS.__getitem__, key="path_kind")
        wanted = _asked(mining, kind, names) if names or kind in _WITHOUT_STEPS else None
        if st.button("Add", key="path_add", type="primary", disabled=wanted is None) and wanted is not None:
            map_state.change(wanted)
            st.rerun()


def _asked(mining: Mining, kind: str, names: list[str]) -> Cohort | None:
    cohort = mining.cohort
    if kind in ("through", "avoiding", "starts_with", "ends_with"):
        return _added(cohort, kind, st.selectbox("Step", names, key="path_step"))
    if kind in ("followed_by", "not_followed_by"):
        return _added(cohort, kind, _rule(names))
    if kind == "variants":
        return _of_variant(mining)
    if kind == "duration":
        low, high = _seconds("at least", "path_least"), _seconds("at most (0 = any)", "path_most")
        if (not low and not high) or 0 < high < low:
            return None
        return replace(cohort, min_seconds=low or None, max_seconds=high or None)
    if kind == "period":
        return _started(mining)
    return replace(
        cohort, state=st.selectbox("State", list(STATE_WORDS), format_func=STATE_WORDS.__getitem__, key="path_state")
    )


def _added(cohort: Cohort, field: str, one: Any) -> Cohort:
    changed: dict[str, Any] = {field: tuple(dict.fromkeys((*getattr(cohort, field), one)))}
    return replace(cohort, **changed)


def _rule(names: list[str]) -> FollowedBy:
    first = st.selectbox("Step", names, key="path_first")
    then = st.selectbox("followed by", names, key="path_then")
    is_direct = st.toggle("with nothing between", key="path_directly")
    return FollowedBy(first, then, _seconds("within (0 = ever)", "path_within") or None, is_direct)


def _of_variant(mining: Mining) -> Cohort | None:
    """One of the commonest ways of the cases that are kept now; it is added to the ways that are kept already."""
    ways = {
        one.variant_no: f"{theme.percent(one.share, 1)} · {' → '.join(one.activities)}"[:_LONGEST]
        for one in mining.variants(_WAYS, 0, 20).rows
    }
    if not ways:
        return None
    number = st.selectbox("Variant, the commonest first", list(ways), format_func=ways.__getitem__, key="path_variant")
    return _added(mining.cohort, "variants", number)


def _started(mining: Mining) -> Cohort | None:
    as_of = mining.reader.header().as_of
    if as_of is None:
        return None
    last = as_of.date()
    given = st.date_input(
        "First event from, until", (last - timedelta(days=27), last), max_value=last, key="path_period"
    )
    if not isinstance(given, tuple) or len(given) != 2:
        return None
    return replace(mining.cohort, since=given[0], until=given[1])


def _seconds(label: str, key: str) -> int:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        many = st.number_input(label, 0, 100_000, key=key, width=130)
        unit = st.selectbox("unit", list(_UNITS), index=1, key=f"{key}_unit", label_visibility="collapsed", width=110)
    return int(many) * _UNITS[unit]
