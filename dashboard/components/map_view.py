"""How does the map stand on the page? The picture, what a click on it does, its table twin and its CSV."""

from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import filters, process_map
from dashboard.components import csv, figure, log_export, map_picture, map_state, quiet, table
from dashboard.components.map_controls import Cut
from dashboard.components.map_picture import Look
from dashboard.components.map_state import Selection
from dashboard.mining import Mining
from process_mining.abstraction import simplified
from process_mining.directly_follows import Map

KEY: Final = "process_map"
_REPLAY: Final = "map_replay"


def seen(mining: Mining, whole: Map, cut: Cut, selection: Selection) -> tuple[Map, Map, Look]:
    """What is looked at: the map of steps, or under "service" that of pieces of work; whole, as drawn, and its numbers."""
    metric, stays = map_state.metric(), map_picture.stays_of(mining.stays())
    if metric == "service":
        found = mining.service()
        if found.map is not None:
            whole, stays = found.map, map_picture.services_of(found.services)
        else:
            metric = "median"
            quiet.line(
                "No piece of work of these cases has both a start and a complete: median times are shown instead."
            )
    drawn = simplified(whole, cut.activities, cut.paths)
    return whole, drawn, Look(metric, figure.mode(), selection, stays)


def show(mining: Mining, maps: tuple[Map, Map], look: Look) -> None:
    """The drawn one of the maps (whole, drawn), or with the toggle its twin: the same numbers as two tables."""
    whole, shown = maps
    as_table = filters.local("as", {"table": ""}) == "table"
    if as_table:
        twin(shown, look)
    else:
        replay = None
        if st.session_state.get(_REPLAY) == mining.cohort:
            replay = map_picture.replay_of(mining.traces())
        name = f"process_map_{shown.view}"
        process_map.show(map_picture.picture(shown, look, name, replay), KEY, _picked, lambda: _replay(mining))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.session_state["map_as"] = as_table
        st.toggle("As tables", key="map_as", on_change=_as_changed, help="The same map for reading and screen readers")
        _repeats(mining)
        csv.button("CSV of the paths", f"paths_{shown.view}", lambda: paths(whole), "csv_map")
        quiet.line(
            f"{len(shown.activities)} of {len(whole.activities)} steps, {len(shown.edges)} of {len(whole.edges)} paths drawn"
        )
    log_export.cases(mining, whole.events)


def _repeats(mining: Mining) -> None:
    """The switch that takes a step that comes again at once as one; pieces of work have no repeats of their own."""
    key = "map_repeats"
    st.session_state[key] = mining.collapsed
    st.toggle(
        "Repeats as one", key=key, disabled=map_state.metric() == "service",
        on_change=lambda: map_state.set_word("repeats", "once" if st.session_state[key] else ""),
        help="A step that comes again at once counts once, from its first coming until something else follows.",
    )  # fmt: skip


def _picked() -> None:
    map_state.select(map_picture.selection_of(process_map.told(KEY, "picked").get("id")))


def _replay(mining: Mining) -> None:
    is_on = bool(process_map.told(KEY, "replay").get("on"))
    st.session_state[_REPLAY] = mining.cohort if is_on else None


def _as_changed() -> None:
    map_state.set_word("as", "table" if st.session_state["map_as"] else "")


def twin(shown: Map, look: Look) -> None:
    """The steps and the paths of the map as tables; a click on a row selects as a click on the map does."""
    quiet.line("Steps")
    steps = pd.DataFrame([_step_row(one, look) for one in shown.activities])
    time = _right("Service, median" if look.is_service else "Stay, median")
    _selectable(steps, "twin_steps", {"step": "Step", "cases": "Cases", "events": "Events", "stay": time})
    quiet.line("Paths")
    found = paths(shown)
    found["median"], found["p90"] = (
        [map_picture.seconds(value) for value in found[name]] for name in ("median_seconds", "p90_seconds")
    )
    headings = {
        "step": "From",
        "then": "To",
        "cases": "Cases",
        "events": "Times",
        "median": _right("Waiting, median" if look.is_service else "Median"),
        "p90": _right("p90"),
    }
    _selectable(found, "twin_paths", headings)


def _right(heading: str) -> Any:
    return st.column_config.TextColumn(heading, alignment="right")


def _step_row(one: Any, look: Look) -> dict[str, Any]:
    stay = map_picture.seconds(look.stays.get(one.name, {}).get("median"))
    return {"step": one.name, "cases": one.cases, "events": one.events, "stay": stay}


def paths(shown: Map) -> pd.DataFrame:
    """The paths of a map as rows: step, then, cases, events and seconds."""
    names = ("cases", "events", "mean_seconds", "median_seconds", "p90_seconds", "total_seconds")
    rows = [
        {"step": one.source, "then": one.target} | {name: getattr(one, name) for name in names} for one in shown.edges
    ]
    return pd.DataFrame(rows, columns=["step", "then", *names])


def _selectable(rows: pd.DataFrame, key: str, headings: dict[str, Any]) -> None:
    def picked(place: int) -> None:
        row = rows.iloc[place]
        map_state.select(map_state.Selection(str(row["step"]), str(row.get("then", ""))))

    table.picking_rows(rows, headings, key, picked)
