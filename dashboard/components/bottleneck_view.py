"""How do steps and paths stand by the time that passes there, and what lies behind the one that is picked?"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import filters, theme
from dashboard.charts import waiting_line, waits
from dashboard.components import csv, figure, map_selection, map_state, mined, plain, quiet, table
from dashboard.components.map_state import Selection
from dashboard.mining import Mining
from process_mining.bottleneck import Bottlenecks, EdgeWait, StepWait
from process_mining.stay import Stay

RANKS: Final = {"steps": "steps: the stay after each", "paths": "hand-overs: from one step to the next"}
ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranking as it is looked at: steps or paths, each with its share of all time (0–1), largest first."""

    by: str
    found: Bottlenecks
    stays: tuple[Stay, ...]

    def rows(self) -> Sequence[StepWait | EdgeWait]:
        """The rows of the ranking."""
        return self.found.steps if self.by == "steps" else self.found.edges

    def selections(self) -> list[Selection]:
        """What each row selects on the map."""
        if self.by == "steps":
            return [Selection(one.activity) for one in self.found.steps]
        return [Selection(one.source, one.target) for one in self.found.edges]

    def picked(self) -> Selection:
        """What the link selects, else the largest: the question has an answer before anything is clicked."""
        there = self.selections()
        asked = Selection(filters.local("step"), filters.local("then"))
        return asked if asked in there else there[0]


def pictured(ranked: Ranked, picked: Selection) -> None:
    """The largest as bars; a click picks one."""
    elapsed = ranked.found.elapsed_seconds
    still = {one.activity: one.waiting_seconds / elapsed for one in ranked.stays}
    rows = ranked.rows()
    there = ranked.selections()
    bars = [
        waits.Wait(
            str(place), one.words, row.share, still.get(one.step, 0.0) if ranked.by == "steps" else 0.0,
            theme.percent(row.share, 1),
        )
        for place, (one, row) in enumerate(zip(there, rows, strict=True)) if not row.is_settled
    ]  # fmt: skip
    made = waits.figure(bars, figure.mode(), str(there.index(picked)))
    title = "Where the time goes" + ("" if len(bars) <= waits.SHOWN else f": the {waits.SHOWN} largest of {len(bars)}")
    figure.picks(title, made, pd.DataFrame([asdict(row) for row in rows]), f"waits_{ranked.by}", _picks(there))


def _picks(there: list[Selection]) -> Callable[[str], None]:
    def pick(word: str) -> None:
        if word.isdigit() and int(word) < len(there):
            map_state.select(there[int(word)])

    return pick


def listing(ranked: Ranked) -> None:
    """Every step or path with its cases, times and share; picking one shows what lies behind it."""
    rows = ranked.rows()
    there = ranked.selections()
    shown = pd.DataFrame({
        "name": [f"{one.words} (fixed)" if row.is_settled else one.words for one, row in zip(there, rows, strict=True)], "share": [100 * row.share for row in rows],
        "total": [mined.total(row.total_seconds) for row in rows], "cases": [row.cases for row in rows],
        "times": [getattr(row, "stays", None) or getattr(row, "events", 0) for row in rows],
        "waiting": [getattr(row, "waiting", 0) for row in rows],
        "median": [mined.span(row.median_seconds) for row in rows], "p90": [mined.span(row.p90_seconds) for row in rows],
    })  # fmt: skip
    column = st.column_config
    headings: dict[str, Any] = {
        "name": column.TextColumn("After" if ranked.by == "steps" else "Between", pinned=True, width=230),
        "share": column.ProgressColumn("Of all time", min_value=0, max_value=float(shown["share"].max()) or 1.0, format="%.1f %%", color=theme.WAITING[3], width=130),
        **{name: column.TextColumn(label, alignment="right", width=90) for name, label in (("total", "In total"), ("median", "Half within"), ("p90", "Nine of ten"))},
        **{name: column.NumberColumn(label, format="localized", width=96) for name, label in (("cases", "Cases"), ("times", "Times"), ("waiting", "Waiting now"))},
    }  # fmt: skip
    if ranked.by != "steps":
        headings.pop("waiting")
    table.picking_rows(shown, headings, f"waits_{ranked.by}", lambda place: map_state.select(there[place]), 380)
    known = (
        "Half within: of all who came, those still waiting counted."
        if ranked.by == "steps"
        else "Observed times only: who still waits has not gone on yet."
    )
    quiet.line(
        f"{known} Fixed: only the record is still open, nothing is waited for."
        if any(row.is_settled for row in rows)
        else known
    )


def behind(mining: Mining, ranked: Ranked, picked: Selection) -> None:
    """What lies behind one row: its line over time and who ends the waiting, or its times; the way to the map."""
    on_map = (
        mining.cohort.to_query_params() | {"step": [picked.step]} | ({"then": [picked.then]} if picked.then else {})
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain.as_text(picked.words)}**", width="content")
        st.page_link(
            "app_pages/process_map.py", label="On the map", icon=":material/account_tree:", query_params=on_map
        )
    if picked.then or picked.step in mining.settled():
        map_selection.times(mining, picked, ranked.stays)
        return
    lengths = pd.DataFrame([asdict(one) for one in mining.queue_length(picked.step)])
    if lengths.empty:
        figure.nothing("Cases in the line", "Every case ends here, so nothing waits after it.")
    else:
        figure.show("Cases in the line after it", waiting_line.figure(lengths, figure.mode()), lengths, "line_length")
    loads(mining, picked.step)


def loads(mining: Mining, step: str) -> None:
    """Who ends the waiting, and how busy they are."""
    found = mining.loads(step)
    if not found:
        figure.nothing("Who ends the waiting", "No event that ends it names who did it.")
        return
    rows = pd.DataFrame([asdict(one) for one in found])
    rows["per_day"] = [f"{one.events_per_working_day:,.1f}" for one in found]
    heading, tools = st.columns([4, 1], vertical_alignment="center", wrap=False)
    heading.markdown("**Who ends the waiting, and how busy they are**")
    with tools.container(horizontal=True, horizontal_alignment="right"):
        csv.button("CSV", "loads", lambda: rows.drop(columns="per_day"), "csv_loads")
    rows["team_id"] = [None if one.team_id is None else one.team_id.split(":", 1)[-1] for one in found]
    column = st.column_config
    headings: dict[str, Any] = {
        "resource": column.TextColumn("Who", pinned=True, width=112), "team_id": column.TextColumn("Team", width=150),
        "picked_up": column.NumberColumn("Ended here", format="localized", width=86),
        "per_day": column.TextColumn("Events a day", alignment="right", width=92, help="Of any kind, per day on which they did something"),
    }  # fmt: skip
    if not rows["team_id"].notna().any():
        headings.pop("team_id")
    table.plain_rows(rows, headings, "loads", 240)


def cases(mining: Mining, picked: Selection) -> None:
    """The cases behind one row, the longest waiting first; a click opens one."""
    through = mining.of(picked.narrows(mining.cohort))
    if picked.then:
        st.markdown("**Cases that go this way**")
        map_selection.rows(through, through.cases(1).total, picked)
        return
    found = mining.waiting_cases(picked.step)
    rows = pd.DataFrame([asdict(one) for one in found], columns=["case_id", "stays", "waited_seconds", "is_waiting"])
    heading, tools = st.columns([4, 1], vertical_alignment="center", wrap=False)
    heading.markdown(f"**Cases that waited longest after {plain.as_text(picked.step)}**")
    with tools.container(horizontal=True, horizontal_alignment="right"):
        csv.button("CSV", "waiting_cases", lambda: rows, "csv_waiting_cases")
    shown = rows.head(ROWS).assign(
        case=[one.case_id.split(":", 1)[-1] for one in found[:ROWS]], waited=[mined.span(one.waited_seconds) for one in found[:ROWS]]
    )  # fmt: skip
    headings = {"case": st.column_config.TextColumn("Case", pinned=True, width=150), "waited": st.column_config.TextColumn("Waited", alignment="right"),
                "stays": "Times", "is_waiting": "Waits now"}  # fmt: skip
    view = mining.cohort.view
    if view not in map_selection.OPENS:
        table.plain_rows(shown, headings, "waiting_cases")
        return
    place = table.picked_row(shown, headings, "waiting_cases")
    quiet.line(f"The {len(shown)} longest; {map_selection.OPENS[view]}.")
    if place is not None:
        map_selection.opened(view, found[place].case_id)
