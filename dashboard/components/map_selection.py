"""What lies behind the step or path selected on the map? Its cases, its times, its share of all waiting, its rows."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from control_tower.filters import Filters
from dashboard import filters, theme
from dashboard.charts import stays as stay_charts
from dashboard.components import csv, figure, map_picture, map_state, plain, quiet, table
from dashboard.components.map_state import Selection
from dashboard.mining import Mining
from process_mining.directly_follows import Map
from process_mining.stay import Stay

ROWS = 50
LONGEST = 11
OPENS: Final = {"exception": "click one to open it", "order": "click one to see its exceptions"}
AFTER_THE_FIX: Final = (
    "Fixed: nothing is waited for after it, so this is no waiting. Only records that were closed since are counted."
)
_COLUMNS: Final = {
    "case": st.column_config.TextColumn("Case", pinned=True, width=92),
    "took": st.column_config.TextColumn("Took", alignment="right", width=68, help="From the first to the last event"),
    "steps": st.column_config.NumberColumn("Steps", width=52),
    "state": st.column_config.TextColumn("State", width=58),
    "started": st.column_config.DatetimeColumn("Started, UTC", format="D MMM YYYY HH:mm", width=140),
}


def heading(selection: Selection) -> None:
    """What is picked, in words, with the way out."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain.as_text(selection.words)}**", width="content")
        st.button("Close", key="map_close", icon=":material/close:", type="tertiary", on_click=map_state.select,
                  args=(Selection(),))  # fmt: skip


def show(mining: Mining, whole: Map, selection: Selection) -> None:
    """The panel beside the map: of the selection, or (without one) where cases wait longest in total."""
    waits = mining.waits()
    with st.container(key="map_panel", gap="xsmall"):
        if not selection:
            longest(waits)
            return
        heading(selection)
        through = mining.of(selection.narrows(mining.cohort))
        page = through.cases(ROWS)
        facts(whole, waits, selection, page.total)
        times(mining, selection, mining.stays())
        narrowing(mining, selection, page.total)
        rows(through, page.total, selection)


def longest(stays: Sequence[Stay]) -> None:
    """The steps after which cases wait longest in total: a way into the map for who does not know where to look."""
    total = sum(one.total_seconds for one in stays)
    if not total:
        figure.nothing("Where cases wait longest in total", "No time passes between the steps of these cases.")
        return
    st.markdown("**Where cases wait longest in total**")
    found = pd.DataFrame(
        {
            "step": [one.activity for one in stays],
            "share": [100 * one.total_seconds / total for one in stays],
            "half": [map_picture.seconds(one.median_seconds) for one in stays],
        }
    ).head(LONGEST)
    column = st.column_config
    headings = {
        "step": column.TextColumn("After", pinned=True, width=128),
        "share": column.ProgressColumn(
            "Of all waiting", min_value=0, max_value=100, format="%.0f %%", color=theme.WAITING[3], width=108
        ),
        "half": column.TextColumn("Half within", alignment="right", width=80),
    }
    names = list(found["step"])
    table.picking_rows(found, headings, "map_longest", lambda place: map_state.select(Selection(names[place])), 420)
    quiet.line("Pick a step here, or a step or path on the map (click, or Tab and Enter): its cases, times and share.")


def facts(whole: Map, stays: Sequence[Stay], selection: Selection, cases: int) -> None:
    """Three numbers in one line: cases, how often, share of all waiting; the share of cases below."""
    events, waited = _counted(whole, stays, selection)
    share = theme.percent(waited, sum(one.total_seconds for one in stays))
    numbers = {
        "Cases": (theme.count(cases), "Cases that come through here"),
        "Times": (theme.count(events), "How often, repeats within a case counted"),
        "Of waiting": (share, "Of all time that cases spend between steps, those still waiting included"),
    }
    for place, (label, (value, tip)) in zip(st.columns(3, gap="xsmall", wrap=False), numbers.items(), strict=True):
        place.metric(label, value, help=tip)
    quiet.line(f"{theme.percent(cases, whole.cases)} of {theme.count(whole.cases)} cases come through here.")


def _counted(whole: Map, stays: Sequence[Stay], selection: Selection) -> tuple[int, float]:
    """How often the step or path came, and the seconds that passed there."""
    if selection.then:
        paths = [one for one in whole.edges if (one.source, one.target) == (selection.step, selection.then)]
        is_waiting = any(one.activity == selection.step for one in stays)
        return sum(one.events for one in paths), sum(one.total_seconds or 0 for one in paths if is_waiting)
    events = sum(one.events for one in whole.activities if one.name == selection.step)
    return events, sum(one.total_seconds for one in stays if one.activity == selection.step)


def times(mining: Mining, selection: Selection, stays: Sequence[Stay]) -> None:
    """The distribution: Kaplan–Meier after a step, observed times on a path; each says which it is."""
    if selection.then:
        bins = mining.path_times(selection.step, selection.then)
        if bins.empty:
            figure.nothing("Observed times", "No case of this selection takes this path.")
        else:
            figure.show("Observed times", stay_charts.bars(bins, figure.mode()), bins, "path_times")
        return
    title = "Stay, Kaplan–Meier"
    found = next((one for one in stays if one.activity == selection.step), None)
    if found is None:
        figure.nothing(title, "Every case ends here, so nothing waits after it.")
        return
    if selection.step in mining.settled():
        quiet.line(AFTER_THE_FIX)
    points = mining.stay_curve(selection.step)
    quantiles = {
        "half:": _hours(found.median_seconds), "25 % left:": _hours(found.p75_seconds), "10 % left:": _hours(found.p90_seconds),
    }  # fmt: skip
    figure.show(title, stay_charts.curve(points, figure.mode(), quantiles), points, "step_stays")


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else seconds / 3600


def narrowing(mining: Mining, selection: Selection, cases: int) -> None:
    """Keep only the cases that come through here, or only those that do not."""
    cohort = mining.cohort
    with st.container(horizontal=True, key="map_narrow"):
        st.button("Only cases through here", key="only_through", icon=":material/filter_alt:", disabled=not cases,
                  on_click=map_state.change, args=(selection.narrows(cohort),))  # fmt: skip
        st.button("Without", key="without", icon=":material/filter_alt_off:", help="Only cases that do not come through here",
                  on_click=map_state.change, args=(selection.leaves_out(cohort),))  # fmt: skip


def rows(through: Mining, total: int, selection: Selection) -> None:
    """The first fifty cases, longest first; a click opens the exception. All of them as CSV."""
    page = through.cases(ROWS)
    shown = pd.DataFrame(
        {
            "case": [row.case_id.split(":", 1)[-1] for row in page.rows],
            "took": [theme.hours(row.throughput_seconds / 3600) for row in page.rows],
            "steps": [row.step_count for row in page.rows],
            "state": ["open" if row.is_open else "ended" for row in page.rows],
            "started": pd.to_datetime([row.started_at for row in page.rows]),
        }
    )
    view = through.cohort.view
    picks: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-row"} if view in OPENS else {}
    event = st.dataframe(
        shown, hide_index=True, key=f"map_cases_{hash(selection)}", row_height=34, column_config=_COLUMNS,
        height=min(36 + 34 * max(len(shown), 1), 410), alt="Cases, the longest first", **picks,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        how = f"; {OPENS[view]}" if view in OPENS else ""
        quiet.line(f"The {len(shown)} longest of {theme.count(total)}{how}")
        csv.button(f"CSV of {csv.how_many(total)}", "cases", through.all_cases, "csv_map_cases")
    picked = event["selection"]["rows"] if picks else []
    if picked and picked[0] < len(page.rows):
        opened(view, page.rows[picked[0]].case_id)


def opened(view: str, case_id: str) -> None:
    """The page of one case: the exception itself, or the exceptions of the order."""
    state = filters.current() if view == "exception" else Filters(search=case_id)
    local = {"exception": case_id} if view == "exception" else {}
    st.switch_page("app_pages/exceptions.py", query_params=filters.link(state, **local))
