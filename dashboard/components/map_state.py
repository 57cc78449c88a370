"""What does the user look at on the map? View, cut, metric, path filters and the selection: all of it in the URL.

The cohort's words are process_mining's, the filters' are everybody's; here are the map's own, and how the map is found
again after a visit to another page. Decides nothing about what is drawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from dashboard import filters
from process_mining import case_list
from process_mining import cohort as cohorts
from process_mining.cohort import Cohort

METRICS: Final = {
    "cases": "Cases",
    "events": "Events",
    "median": "Median time",
    "mean": "Mean time",
    "p90": "p90 time",
    "total": "Total time",
    "service": "Service, waiting",
}
_OWN: Final = (
    "metric", "activities", "paths", "step", "then", "as", "compare", "first", "second", "day", "by", "draw", "side", "repeats",
)  # fmt: skip
_WORDS: Final = (*cohorts.WORDS, *_OWN)
_KEPT: Final = "map_words"


@dataclass(frozen=True, slots=True)
class Selection:
    """A step of the map (`then` empty) or a path from one to another; falsy when nothing is selected."""

    step: str = ""
    then: str = ""

    def __bool__(self) -> bool:
        """Whether something is selected."""
        return bool(self.step)

    @property
    def words(self) -> str:
        """As people call it."""
        return f"{self.step} → {self.then}" if self.then else self.step

    def narrows(self, cohort: Cohort) -> Cohort:
        """The cases of the cohort that come through here."""
        if not self.step:
            return cohort
        if self.then:
            return case_list.through_edge(cohort, self.step, self.then)
        return case_list.through_activity(cohort, self.step)

    def leaves_out(self, cohort: Cohort) -> Cohort:
        """The cases of the cohort that do not come through here."""
        if self.then:
            return case_list.without_edge(cohort, self.step, self.then)
        return case_list.without_activity(cohort, self.step) if self.step else cohort


def adopt() -> tuple[Cohort, list[str]]:
    """The cohort of this run from the URL, and a sentence per refused part; the last map's when the URL has no word."""
    given = {word: st.query_params.get_all(word) for word in st.query_params}
    kept: dict[str, list[str]] = st.session_state.get(_KEPT, {})
    if kept and not any(word in given for word in _WORDS):
        # the browser's Back brings the query of the page that is left, and a page link brings none
        given = {word: values for word, values in given.items() if word not in filters.LOCAL_WORDS} | kept
        st.query_params.from_dict(given)
    st.session_state[_KEPT] = {word: values for word, values in given.items() if word in _WORDS}
    cohort, refused = cohorts.from_query_params({word: given[word] for word in given if word in cohorts.WORDS})
    return replace(cohort, filters=filters.current()), refused


def change(cohort: Cohort) -> None:
    """Set the cases to be mined (a widget's callback); the shared filters stay as they are."""
    wanted = replace(cohort, filters=type(cohort.filters)()).to_query_params()
    for word in cohorts.WORDS:
        _set(word, wanted.get(word, []))


def look(view: str) -> None:
    """Look at the cases of another view: what was said about the activities of the one before no longer applies."""
    change(Cohort(view=view))
    for word in ("activities", "paths", "step", "then"):
        _set(word, [])


def select(selection: Selection) -> None:
    """Select a step or a path, or (with an empty one) nothing."""
    _set("step", [selection.step] if selection.step else [])
    _set("then", [selection.then] if selection.then else [])


def selection(names: Iterable[str]) -> Selection:
    """What the URL selects, if these activities know it."""
    found = Selection(filters.local("step"), filters.local("then"))
    known = set(names)
    return found if found.step in known and (not found.then or found.then in known) else Selection()


def metric() -> str:
    """Which number colours and labels the map."""
    return filters.local("metric", METRICS, "cases")


def is_collapsed() -> bool:
    """Whether the map takes a step that comes again at once as one; not on the map of pieces of work."""
    return filters.local("repeats", {"once": ""}) == "once" and metric() != "service"


def share(word: str, default: int) -> int:
    """One of the two cuts of the map, percent; as the URL says, else the default."""
    given = filters.number(word)
    return min(given, 100) if filters.local(word) and given else default


def set_word(word: str, value: str) -> None:
    """Set or (with an empty value) drop one of the map's own words."""
    _set(word, [value] if value else [])


def _set(word: str, values: list[str]) -> None:
    kept: dict[str, list[str]] = st.session_state.setdefault(_KEPT, {})
    if values:
        st.query_params[word] = values
        kept[word] = values
    else:
        st.query_params.pop(word, None)
        kept.pop(word, None)
