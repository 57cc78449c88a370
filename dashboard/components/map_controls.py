"""How does a user choose what the map shows? View, number, two cuts, path filters and a chip per path filter."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Any, Final

import streamlit as st

from dashboard import theme
from dashboard.components import map_state, plain
from process_mining.cohort import Cohort, FollowedBy
from process_mining.directly_follows import Map

READABLE_STEPS: Final = 12
READABLE_PATHS: Final = 18
_UNITS: Final = {"minutes": 60, "hours": 3_600, "days": 86_400}
_KINDS: Final = {
    "through": "goes through",
    "avoiding": "does not go through",
    "follows": "followed by",
    "duration": "takes",
    "cases": "open or ended",
}
STATE_WORDS: Final = {"open": "still open", "ended": "ended"}


@dataclass(frozen=True, slots=True)
class Cut:
    """Which share of the activities and of the paths is drawn, percent."""

    activities: int
    paths: int


def default_cut(whole: Map) -> Cut:
    """A first look that can be read: about a dozen steps and two dozen paths, in steps of five percent."""
    return Cut(_percent(READABLE_STEPS, len(whole.activities)), _percent(READABLE_PATHS, len(whole.edges)))


def _percent(wanted: int, there: int) -> int:
    return 100 if there <= 1.25 * wanted else max(5, 5 * ceil(20 * wanted / there))


def show(views: Sequence[str], whole: Map, cohort: Cohort, has_service: bool) -> Cut:
    """The row of controls above the map; returns how much of it is drawn. has_service: the log writes starts too."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_controls", gap="small"):
        _pick("Each case is one", "view", list(views), cohort.view, (theme.words, map_state.look))
        metric = (map_state.METRICS.__getitem__, partial(map_state.set_word, "metric"))
        shown = [word for word in map_state.METRICS if word != "service" or has_service or map_state.metric() == word]
        _pick("Show", "metric", shown, map_state.metric(), metric)
        cut = cuts(whole)
        _add(whole, cohort)
    chips(cohort)
    return cut


def cut_of(whole: Map) -> Cut:
    """How much of the map is drawn, as the URL says."""
    default = default_cut(whole)
    return Cut(map_state.share("activities", default.activities), map_state.share("paths", default.paths))


def cuts(whole: Map) -> Cut:
    """The two sliders: how much of the steps and of the paths is drawn."""
    cut = cut_of(whole)
    _share("Steps, %", "activities", cut.activities)
    _share("Paths, %", "paths", cut.paths)
    return cut


def _pick(label: str, word: str, options: list[str], value: str, act: tuple[Callable[[str], str], Any]) -> None:
    words, change = act
    key = f"map_{word}"
    st.session_state[key] = value
    st.selectbox(label, options, key=key, format_func=words, width=168, on_change=lambda: change(st.session_state[key]))


def _share(label: str, word: str, value: int) -> None:
    key = f"map_{word}"
    st.session_state[key] = value
    st.slider(
        label, 1, 100, key=key, width=170, on_change=lambda: map_state.set_word(word, str(st.session_state[key])),
        help="The most frequent ones; a step always keeps its strongest way in and out.",
    )  # fmt: skip


def _add(whole: Map, cohort: Cohort) -> None:
    names = sorted(one.name for one in whole.activities)
    with st.popover("Filter by path", icon=":material/route:"):
        kind = st.selectbox("Keep cases whose path", list(_KINDS), format_func=_KINDS.__getitem__, key="path_kind")
        wanted = _asked(kind, names, cohort) if names or kind in ("duration", "cases") else None
        if st.button("Add", key="path_add", type="primary", disabled=wanted is None) and wanted is not None:
            map_state.change(wanted)
            st.rerun()


def _asked(kind: str, names: list[str], cohort: Cohort) -> Cohort | None:
    if kind in ("through", "avoiding"):
        name = st.selectbox("Step", names, key="path_step")
        return _changed(cohort, **{kind: tuple(dict.fromkeys((*getattr(cohort, kind), name)))})
    if kind == "follows":
        first, then = (
            st.selectbox("Step", names, key="path_first"),
            st.selectbox("followed by", names, key="path_then"),
        )
        is_direct = st.toggle("with nothing between", key="path_directly")
        seconds = _seconds("within (0 = ever)", "path_within")
        rule = FollowedBy(first, then, seconds or None, is_direct)
        return _changed(cohort, followed_by=tuple(dict.fromkeys((*cohort.followed_by, rule))))
    if kind == "duration":
        low, high = _seconds("at least", "path_least"), _seconds("at most (0 = any)", "path_most")
        if (not low and not high) or 0 < high < low:
            return None
        return _changed(cohort, min_seconds=low or None, max_seconds=high or None)
    state = st.selectbox("State", list(STATE_WORDS), format_func=STATE_WORDS.__getitem__, key="path_state")
    return _changed(cohort, state=state)


def _seconds(label: str, key: str) -> int:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        many = st.number_input(label, 0, 100_000, key=key, width=130)
        unit = st.selectbox("unit", list(_UNITS), index=1, key=f"{key}_unit", label_visibility="collapsed", width=110)
    return int(many) * _UNITS[unit]


def chips(cohort: Cohort) -> None:
    """A removable chip per path filter; nothing without one."""
    found = parts(cohort)
    if not found:
        return
    with st.container(horizontal=True, key="path_chips", gap="xsmall"):
        for number, (words, rest) in enumerate(found):
            st.button(
                plain.as_text(words), key=f"path_chip_{number}", help="Remove", icon=":material/close:",
                icon_position="right", on_click=map_state.change, args=(rest,),
            )  # fmt: skip


def parts(cohort: Cohort) -> list[tuple[str, Cohort]]:
    """Each path filter in words, and the cohort without it."""
    found: list[tuple[str, Cohort]] = []
    lists = {"through": "Through", "avoiding": "Without", "starts_with": "Starts with", "ends_with": "Ends with"}
    for field, words in (*lists.items(), ("variants", "Variant"), ("followed_by", "Path")):
        for one in getattr(cohort, field):
            said = f"{words}: {rule_words(one) if isinstance(one, FollowedBy) else one}"
            rest = tuple(other for other in getattr(cohort, field) if other != one)
            found.append((said, _changed(cohort, **{field: rest})))
    for field, words in (("min_seconds", "At least"), ("max_seconds", "At most")):
        if getattr(cohort, field) is not None:
            found.append((f"{words}: {theme.hours(getattr(cohort, field) / 3600)}", _changed(cohort, **{field: None})))
    for field, words in (("since", "Started from"), ("until", "Started until")):
        if getattr(cohort, field) is not None:
            found.append((f"{words}: {theme.day(getattr(cohort, field))}", _changed(cohort, **{field: None})))
    if cohort.state:
        found.append((f"Cases: {STATE_WORDS[cohort.state]}", _changed(cohort, state="")))
    return found


def _changed(cohort: Cohort, **changes: Any) -> Cohort:
    return replace(cohort, **changes)


def rule_words(rule: FollowedBy) -> str:
    """A rule as people say it."""
    how = "directly followed by" if rule.directly else "followed by"
    within = f" within {theme.hours(rule.max_seconds / 3600)}" if rule.max_seconds is not None else ""
    return f"{rule.first} {how} {rule.then}{within}"
