"""How does a user choose what the map shows? View, number, two cuts, path filters and a chip per path filter."""

from calendar import day_abbr
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Any, Final

import streamlit as st

from dashboard import theme
from dashboard.components import map_state, path_filter, plain
from dashboard.components.path_filter import STATE_WORDS
from dashboard.mining import Mining
from process_mining.cohort import Cohort, FollowedBy
from process_mining.directly_follows import Map

READABLE_STEPS: Final = 12
READABLE_PATHS: Final = 18


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


def show(mining: Mining, views: Sequence[str], whole: Map) -> Cut:
    """The row of controls above the map; returns how much of it is drawn."""
    cohort = mining.cohort
    with st.container(horizontal=True, vertical_alignment="bottom", key="map_controls", gap="small"):
        _pick("Each case is one", "view", list(views), cohort.view, (theme.words, map_state.look))
        metric = (map_state.METRICS.__getitem__, partial(map_state.set_word, "metric"))
        shown = [
            word
            for word in map_state.METRICS
            if word != "service" or mining.writes_starts() or map_state.metric() == word
        ]
        _pick("Show", "metric", shown, map_state.metric(), metric)
        cut = cuts(whole)
        path_filter.show(mining, sorted(one.name for one in whole.activities))
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
    for field, words in (
        *lists.items(),
        ("variants", "Variant"),
        ("followed_by", "Path"),
        ("not_followed_by", "Never"),
    ):
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
    if cohort.weekdays:
        days = ", ".join(day_abbr[one - 1] for one in cohort.weekdays)
        found.append((f"Started on: {days}", _changed(cohort, weekdays=())))
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
