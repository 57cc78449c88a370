"""How do two sets of cases stand on a map: their differences, or each side's own map, and what lies behind a part of it?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import filters, process_map, theme
from dashboard.components import (
    difference_picture,
    figure,
    map_controls,
    map_picture,
    map_selection,
    map_state,
    mined,
    plain,
    quiet,
    table,
)
from dashboard.components.difference_picture import Look
from dashboard.components.map_state import Selection
from dashboard.mining import Mining
from process_mining.cohort import Cohort
from process_mining.difference import MEASURES, Measure, Overlay, Part
from process_mining.directly_follows import Map

DRAWS: Final = {"difference": "differences", "beside": "side by side"}
BY: Final = {"share": "how often", "time": "how long"}


@dataclass(frozen=True, slots=True)
class Two:
    """Both cohorts with what they are called, and with what says that only one of them has a part."""

    cohorts: tuple[Cohort, Cohort]
    names: tuple[str, str]
    marks: tuple[str, str]


def measure() -> Measure:
    """By what the two are compared; in the URL."""
    word = filters.local("by", BY, "share")
    return next(one for one in MEASURES if one == word)


def show(mining: Mining, two: Two, overlay: Overlay) -> None:
    """The map or the maps, beside them what is selected or what differs most."""
    cut = map_controls.cut_of(overlay.whole)
    drawn = overlay.drawn(measure(), cut.activities, cut.paths)
    selection = map_state.selection(one.name for one in overlay.whole.activities)
    look = Look(measure(), figure.mode(), selection, two.names, two.marks)
    if filters.local("draw", DRAWS, "difference") == "beside":
        for side, place in enumerate(st.columns(2, gap="medium")):
            place.markdown(f"**{plain.as_text(two.names[side])}**")
            with place:
                _map(difference_picture.beside(overlay, drawn, look, side), f"side_map_{side}")
        _panel(mining, two, overlay, look)
    else:
        left, right = st.columns([8, 5], gap="medium")
        with left:
            _map(difference_picture.picture(overlay, drawn, look), "difference_map")
        with right:
            _panel(mining, two, overlay, look)
    _drawn_of(overlay, drawn, look)


def _drawn_of(overlay: Overlay, drawn: Map, look: Look) -> None:
    whole, found = overlay.whole, overlay.different(look.measure)
    kept = {(one.name, None) for one in drawn.activities} | {(one.source, one.target) for one in drawn.edges}
    sure = sum((one.step, one.then) in kept for one in found)
    with mined.controls():
        map_controls.cuts(whole)
        quiet.line(
            f"{len(drawn.activities)} of {len(whole.activities)} steps, {len(drawn.edges)} of {len(whole.edges)} paths, "
            f"{sure} of {len(found)} differences drawn. The same as a table: below."
        )


def _map(picture: dict[str, Any], key: str) -> None:
    def picked() -> None:
        map_state.select(map_picture.selection_of(process_map.told(key, "picked").get("id")))

    process_map.show(picture, key, picked, lambda: None)


def _panel(mining: Mining, two: Two, overlay: Overlay, look: Look) -> None:
    with st.container(key="map_panel", gap="xsmall"):
        if not look.selection:
            _surest(overlay, look)
            return
        map_selection.heading(look.selection)
        part = overlay.parts.get((look.selection.step, look.selection.then or None))
        if part is None:
            quiet.line("Neither side has a case that comes through here.")
            return
        _facts(part, look)
        _cases(mining, two, look.selection, part)


def _surest(overlay: Overlay, look: Look) -> None:
    """What differs beyond chance, the surest first: a way into the map."""
    found = overlay.different(look.measure)
    st.markdown(f"**What differs beyond chance, {BY[look.measure]}**")
    if not found:
        figure.nothing(
            "Nothing differs", f"No step or path differs beyond chance in {BY[look.measure]} it comes or takes."
        )
        return
    rows = listed(found, look)
    column = st.column_config
    headings = {
        "name": column.TextColumn("Step or path", pinned=True, width=224),
        "change": column.TextColumn("Difference", alignment="right", width=92),
    }
    if any(rows["only"]):
        headings["only"] = column.TextColumn("Only one", width=66)
        headings["name"] = column.TextColumn("Step or path", pinned=True, width=164)
    table.picking_rows(rows, headings, "surest", lambda place: _select(found[place]), 430)
    quiet.line("Pick one here, or a step or path on the map: how sure it is, and the cases of either side.")


def listed(found: Sequence[Part], look: Look) -> pd.DataFrame:
    """Parts as rows: what differs, by how much, and whether only one side has it."""
    return pd.DataFrame([
        {"name": name_of(one), "change": difference_picture.amount(one.change(look.measure).value, look.measure),
         "only": look.marks[one.only] if one.only is not None else ""} for one in found
    ])  # fmt: skip


def name_of(part: Part) -> str:
    """A step, or one step → the next."""
    return part.step if part.then is None else f"{part.step} → {part.then}"


def _select(part: Part) -> None:
    map_state.select(Selection(part.step, part.then or ""))


def _facts(part: Part, look: Look) -> None:
    """Both sides in figures, and the difference by both measures with its interval."""
    for place, (name, one) in zip(
        st.columns(2, wrap=False), zip(look.names, (part.first, part.second), strict=True), strict=True
    ):
        place.metric(
            plain.as_text(name), theme.percent(one.share, 1), help=f"{theme.count(one.cases)} cases come through here"
        )
    when = "since the case began" if part.then is None else "from step to step"
    words = {"share": "Share of cases", "time": f"Median time {when}"}
    for by in MEASURES:
        quiet.line(f"{words[by]}: {difference_picture.change_words(part.change(by), replace(look, measure=by))}.")


def _cases(mining: Mining, two: Two, selection: Selection, part: Part) -> None:
    """The cases of one of the sides that come through here; which side is in the URL."""
    sides = {"first": two.names[0], "second": two.names[1]}
    usual = "second" if part.only == 1 else "first"
    side = filters.local("side", sides, usual)
    st.session_state["difference_side"] = side
    st.segmented_control(
        "Cases of", list(sides), key="difference_side", format_func=lambda one: plain.as_text(sides[one]), required=True,
        on_change=lambda: filters.set_local("side", st.session_state["difference_side"] or ""),
    )  # fmt: skip
    through = mining.of(selection.narrows(two.cohorts[list(sides).index(side)]))
    page = through.cases(map_selection.ROWS)
    if page.total:
        map_selection.rows(through, page.total, selection)
    else:
        quiet.line(f"No case of {plain.as_text(sides[side])} comes through here.")
