"""How do the ways stand on the variants page: ranked, drawn as chevrons, one of them opened, and what is done again?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import filters, theme
from dashboard.charts import chevrons
from dashboard.components import csv, figure, map_selection, map_state, mined, plain, quiet, table, tile
from dashboard.components.map_state import Selection
from dashboard.mining import Mining
from process_mining.cohort import FollowedBy
from process_mining.rework import Rework
from process_mining.variants import Variant, VariantPage

DRAWN: Final = 10
MAX_STEPS: Final = 200
COMMONEST: Final = 10


def answer(top: VariantPage, again: Rework) -> str:
    """The page's answer in one sentence."""
    if not top.rows:
        return ""
    first, many = top.rows[0], theme.count(top.cases)
    held = f"{many} {theme.words(top.view)} cases take {theme.count(top.variants)} ways"
    if top.variants == 1:
        return f"{held[:-1]}: all of them the same steps, half done in {mined.span(first.median_seconds)}."
    some = min(COMMONEST, len(top.rows))
    covered = theme.percent(top.rows[some - 1].cumulative_share, 1, 0)
    return (
        f"{held}: the commonest is taken by {theme.percent(first.share, 1, 0)}, the {some} commonest by {covered}; "
        f"{theme.percent(again.cases_with_repeats, again.cases, 0)} do some step more than once."
    )


def tiles(top: VariantPage, again: Rework) -> list[tile.Tile]:
    """Five figures of the ways."""
    some = top.rows[: min(COMMONEST, len(top.rows))]
    first = some[0]
    selves = sum(one.self_loops for one in again.repeated)
    repeats = sum(one.repeats for one in again.repeated)
    fro = sum(one.times for one in again.ping_pong)
    return [
        tile.Tile("Ways", theme.count(top.variants), f"of {theme.count(top.cases)} cases", "Cases of one way have the same steps in the same order"),
        tile.Tile("Commonest way", theme.percent(first.share, 1), f"half done in {mined.span(first.median_seconds)}", "Share of the cases that take exactly this way"),
        tile.Tile(f"The {len(some)} commonest", theme.percent(some[-1].cumulative_share, 1), f"{theme.count(top.variants - len(some))} more ways share the rest", "Share of the cases that take one of these ways"),
        tile.Tile("Repeat a step", theme.percent(again.cases_with_repeats, again.cases), f"{theme.count(repeats)} repeats, {theme.count(selves)} at once", "Cases in which some step comes more than once; at once = directly after itself"),
        tile.Tile("To and fro", theme.count(fro), "one step, another, and the first again", "How often a case goes from a step to another and straight back"),
    ]  # fmt: skip


def picture(page: VariantPage, skip: int, picked: int) -> None:
    """The first ways of the page as chevrons, and what is not drawn as one sum (fault 95)."""
    drawn = page.rows[:DRAWN]
    ways = [
        chevrons.Way(str(one.variant_no), f"{skip + place}  ·  {theme.percent(one.share, 1)}", one.activities, one.step_count)
        for place, one in enumerate(drawn, 1)
    ]  # fmt: skip
    title = "The commonest ways" if not skip else f"The ways from number {theme.count(skip + 1)} on"
    made = chevrons.figure(ways, figure.mode(), str(picked))
    figure.picks(title, made, frame(page.rows), "ways", lambda word: filters.set_local("way", word))
    before = page.rows[0].cumulative_share - page.rows[0].share
    rest = max(0.0, 1 - before - sum(one.share for one in drawn))
    others = page.variants - skip - len(drawn)
    said = f"Other: {theme.count(others)} ways with {theme.percent(rest, 1)} of the cases. " if others else ""
    quiet.line(f"{said}Warm = done again in this case. Pick a way here or in the table.")
    if not any(one.variant_no == picked for one in page.rows):
        quiet.line(plain.as_text(f"Way {skip + 1} in full: {sequence(drawn[0])}"))


def frame(rows: Sequence[Variant]) -> pd.DataFrame:
    """One row per way, for the CSV: numbers as they are, the steps as one text."""
    return pd.DataFrame([
        {"way": one.variant_no, "cases": one.cases, "open_cases": one.open_cases, "share": one.share,
         "cumulative_share": one.cumulative_share, "median_seconds": one.median_seconds, "p90_seconds": one.p90_seconds,
         "step_count": one.step_count, "steps": sequence(one), **_outcome(one)} for one in rows
    ])  # fmt: skip


def _outcome(one: Variant) -> dict[str, float | None]:
    told = one.outcome
    if told is None:
        return {"with_exception": None, "resolved": None, "breached": None}
    return {"with_exception": told.with_exception, "resolved": told.resolved, "breached": told.breached}


def sequence(one: Variant) -> str:
    """The steps in order; what comes several times over is said once, with how often."""
    said = [f"{name} ×{times}" if times > 1 else name for name, times in chevrons.runs(one.activities)]
    rest = one.step_count - len(one.activities)
    return " → ".join([*said, f"{theme.count(rest)} more steps"] if rest else said)


def listing(page: VariantPage, skip: int) -> None:
    """The ways of the page with their shares, times and outcome; picking one opens it."""
    rows = page.rows
    shown = pd.DataFrame({
        "place": range(skip + 1, skip + len(rows) + 1), "steps": [one.step_count for one in rows],
        "cases": [one.cases for one in rows], "share": [100 * one.share for one in rows],
        "up_to": [theme.percent(one.cumulative_share, 1) for one in rows], "median": [mined.span(one.median_seconds) for one in rows],
        "p90": [mined.span(one.p90_seconds) for one in rows], "open": [one.open_cases for one in rows],
        **{name: [theme.percent(_outcome(one)[name], 1) for one in rows] for name in ("with_exception", "resolved", "breached")},
        "sequence": [sequence(one) for one in rows],
    })  # fmt: skip
    headings = _headings(float(shown["share"].max()))
    if page.view == "exception":
        headings.pop("with_exception")
    headings = {name: heading for name, heading in headings.items() if (shown[name] != theme.NO_VALUE).any()}
    numbers = [str(one.variant_no) for one in rows]
    table.picking_rows(shown, headings, "ways", lambda place: filters.set_local("way", numbers[place]), 420)
    table.pager(page.variants, skip)


def _headings(most: float) -> dict[str, Any]:
    column = st.column_config
    right = {name: column.TextColumn(label, alignment="right", width=84, help=tip) for name, label, tip in (
        ("up_to", "Up to here", "Share of the cases that take this way or a commoner one"),
        ("median", "Median", "First to last event; so far, where open"), ("p90", "p90", "Nine of ten within"),
        ("with_exception", "With exception", "Cases that at least one exception belongs to"),
        ("resolved", "Resolved", "Of these, cases whose exceptions are all resolved"),
        ("breached", "SLA missed", "Of those whose SLA is known, cases with a breach"))}  # fmt: skip
    share = column.ProgressColumn("Of cases", min_value=0, max_value=most, format="%.1f %%", width=120)
    return {
        "place": column.NumberColumn("Way", pinned=True, width=52), "cases": column.NumberColumn("Cases", format="localized", width=72),
        "share": share, **right, "open": column.NumberColumn("Open", format="localized", width=64),
        "steps": column.NumberColumn("Steps", width=60), "sequence": "In order",
    }  # fmt: skip


def chosen(mining: Mining, page: VariantPage, picked: int) -> None:
    """The way that was picked: its steps in full, the way to the map, its cases."""
    one = next((row for row in page.rows if row.variant_no == picked), None)
    if one is None:
        return
    only = replace(mining.cohort, variants=(one.variant_no,))
    place = page.rows.index(one) + 1 + filters.number("skip")
    with st.container(border=True, key="chosen_way", gap="xsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(
                f"**Way {theme.count(place)}: {theme.count(one.cases)} cases, {theme.percent(one.share, 1)}**",
                width="content",
            )
            st.button("Close", key="way_close", icon=":material/close:", type="tertiary", on_click=filters.set_local, args=("way", ""))  # fmt: skip
        st.markdown(plain.as_text(sequence(one)))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "app_pages/process_map.py",
                label="On the map",
                icon=":material/account_tree:",
                query_params=only.to_query_params(),
            )
            st.button("Only these cases", key="way_only", icon=":material/filter_alt:", on_click=map_state.change, args=(only,))  # fmt: skip
        map_selection.rows(mining.of(only), one.cases, Selection(f"way {one.variant_no}"))


def again(mining: Mining, found: Rework) -> None:
    """What is done more than once and what goes to and fro; picking a row keeps only such cases."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _repeats(mining, found)
    with right:
        _to_and_fro(mining, found)


def _repeats(mining: Mining, found: Rework) -> None:
    if not found.repeated:
        figure.nothing("Done again", "No case does any step more than once.")
        return
    rows = pd.DataFrame([
        {"step": one.activity, "repeats": one.repeats, "cases": one.cases, "at_once": one.self_loops, "later": one.returns,
         "after": mined.total(one.repeat_seconds)} for one in found.repeated
    ])  # fmt: skip
    _heading("Done again", "repeats", rows)
    column = st.column_config
    counts = {
        "repeats": ("Repeats", 70),
        "cases": ("In cases", 70),
        "at_once": ("At once", 70),
        "later": ("After another", 94),
    }
    headings: dict[str, Any] = {
        "step": column.TextColumn("Step", pinned=True, width=142),
        **{name: column.NumberColumn(label, format="localized", width=width) for name, (label, width) in counts.items()},
        "after": column.TextColumn("Passed after", alignment="right", width=96),
    }  # fmt: skip
    cohort, steps = mining.cohort, list(rows["step"])

    def keep(place: int) -> None:
        rule = FollowedBy(steps[place], steps[place])
        map_state.change(replace(cohort, followed_by=tuple(dict.fromkeys((*cohort.followed_by, rule)))))

    table.picking_rows(rows, headings, "repeats", keep)
    quiet.line("Pick a row to keep only the cases that come to this step again.")


def _to_and_fro(mining: Mining, found: Rework) -> None:
    if not found.ping_pong:
        figure.nothing("To and fro", "No case goes from one step to another and straight back.")
        return
    rows = pd.DataFrame(
        [{"first": one.first, "second": one.second, "times": one.times, "cases": one.cases} for one in found.ping_pong]
    )
    _heading("To and fro", "to_and_fro", rows)
    cohort = mining.cohort

    def keep(place: int) -> None:
        one = found.ping_pong[place]
        rules = (FollowedBy(one.first, one.second, directly=True), FollowedBy(one.second, one.first, directly=True))
        map_state.change(replace(cohort, followed_by=tuple(dict.fromkeys((*cohort.followed_by, *rules)))))

    column = st.column_config
    headings = {
        "first": column.TextColumn("From and back", width=116), "second": column.TextColumn("By way of", width=116),
        "times": column.NumberColumn("Times", format="localized", width=58), "cases": column.NumberColumn("In cases", format="localized", width=64),
    }  # fmt: skip
    table.picking_rows(rows, headings, "to_and_fro", keep)
    quiet.line("Pick a row to keep the cases with both paths. Between people and teams: the page Hand-overs.")


def _heading(title: str, name: str, rows: pd.DataFrame) -> None:
    heading, tools = st.columns([4, 1], vertical_alignment="center", wrap=False)
    heading.markdown(f"**{title}**")
    with tools.container(horizontal=True, horizontal_alignment="right"):
        csv.button("CSV", name, lambda: rows, f"csv_{name}")
