"""How do two sets of cases stand beside each other: which two, what differs, and how sure is it?"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data, theme
from dashboard.charts import differences
from dashboard.components import csv, figure, map_state, mined, table, tile
from dashboard.components.difference_view import Two
from dashboard.mining import Mining
from process_mining.cohort import Cohort
from process_mining.compare import LEVEL, Comparison

PERIODS, DAY, STEP = "period", "day", "through"
KINDS = {PERIODS: "last 28 days and 28 before", DAY: "before and since a day", STEP: "with a step and without it",
         "site_id": "two sites", "category": "two categories", "type_code": "two types", "owner_team_id": "two teams",
         "severity": "two severities", "supplier_id": "two suppliers"}  # fmt: skip
DAYS = 28


def two(reader: data.Reader, cohort: Cohort) -> Two | None:
    """The two cohorts that the user picks, with their names; None when there are no two."""
    kind = mined.choice("Compare", "compare", list(KINDS), KINDS, 236)
    if kind in (PERIODS, DAY):
        as_of = reader.header().as_of
        return None if as_of is None else _periods(cohort, as_of.date(), kind)
    if kind == STEP:
        return _with_and_without(reader, cohort)
    rows = reader.frame("filter_option", dimension=kind)
    rows = rows[rows["key"].notna()]
    names = {str(row.key): str(row.label) for row in rows.itertuples()}
    if len(names) < 2:
        return None
    first = mined.choice("First", "first", list(names), names, 146)
    second = mined.choice("Second", "second", [one for one in names if one != first], names, 146)
    one, other = (replace(cohort, filters=cohort.filters.with_values(kind, [key])) for key in (first, second))
    return Two((one, other), (names[first], names[second]), (f"only {names[first]}", f"only {names[second]}"))


def _periods(cohort: Cohort, last: date, kind: str) -> Two:
    """The newest days beside as many before them, or all since a day beside all before it (PM-08)."""
    if kind == PERIODS:
        now = replace(cohort, since=last - timedelta(days=DAYS - 1), until=last)
        before = replace(cohort, since=last - timedelta(days=2 * DAYS - 1), until=last - timedelta(days=DAYS))
        return Two((now, before), (f"last {DAYS} days", f"{DAYS} days before"), ("new", "gone"))
    chosen = mined.day("Since", "day", last - timedelta(days=DAYS - 1), last)
    now, before = (
        replace(cohort, since=chosen, until=None),
        replace(cohort, since=None, until=chosen - timedelta(days=1)),
    )
    return Two((now, before), (f"since {theme.day(chosen)}", "before"), ("new", "gone"))


def _with_and_without(reader: data.Reader, cohort: Cohort) -> Two | None:
    """The cases that come to a step beside those that do not."""
    steps = [one.name for one in Mining(reader, cohort).map().activities]
    if not steps:
        return None
    step = mined.choice("Step", "first", steps, {name: name for name in steps}, 146)
    one, other = replace(cohort, through=(*cohort.through, step)), replace(cohort, avoiding=(*cohort.avoiding, step))
    return Two((one, other), (f"with {step}", "without it"), ("only with", "only without"))


def named(found: Comparison) -> pd.DataFrame:
    """Rows with a name people read: a step, or one step → the next."""
    rows = found.rows
    then = rows["next_activity"].where(rows["next_activity"].notna(), "")
    return rows.assign(name=rows["activity"] + then.map(lambda word: f" → {word}" if word else ""))


def answer(found: Comparison, rows: pd.DataFrame, first: str, second: str) -> str:
    """The page's answer in one sentence."""
    different = rows[rows["is_different"]]
    said = f"{theme.count(found.cases_a)} cases ({first}) beside {theme.count(found.cases_b)} ({second}): "
    if not len(different):
        return f"{said}of {theme.count(len(rows))} steps and paths none differs beyond chance."
    steps = different.reindex(different["share_difference"].abs().sort_values(ascending=False).index)
    top = steps.iloc[0]
    return (
        f"{said}{theme.count(len(different))} of {theme.count(len(rows))} steps and paths differ beyond chance; most of all "
        f"{top['name']} ({theme.percent(top['share_a'], 1)} against {theme.percent(top['share_b'], 1)})."
    )


def tiles(found: Comparison, first: str, second: str) -> list[tile.Tile]:
    """Both sides, and how many differences are beyond chance."""
    return [
        tile.Tile(first, theme.count(found.cases_a), f"half done in {mined.span(found.median_a_seconds)}", "Cases, and the median from first to last event of the finished ones"),
        tile.Tile(second, theme.count(found.cases_b), f"half done in {mined.span(found.median_b_seconds)}", "Cases, and the median from first to last event of the finished ones"),
        tile.Tile("Beyond chance", theme.count(int(found.rows["is_different"].sum())), f"of {theme.count(len(found.rows))} steps and paths",
                  "Of what is called different at most 5 % is so by chance (Benjamini–Hochberg over all shares and times)"),
        tile.Tile("In both", theme.count(found.overlap), "cases counted on both sides", "Cases that belong to both sets"),
    ]  # fmt: skip


def open_ones(found: Comparison) -> str:
    """What unequal shares of open cases do to the comparison; empty where they do not matter."""
    a, b = found.open_a / found.cases_a, found.open_b / found.cases_b
    if abs(a - b) < 0.01:
        return ""
    return (
        f"{theme.percent(a, 1)} of the first and {theme.percent(b, 1)} of the second are still open: steps that come late are "
        "rarer on the side with more of them for that reason alone. Filter by Ended to leave them out."
    )


def picture(rows: pd.DataFrame, first: str, second: str) -> None:
    """The largest differences of shares, with their intervals."""
    rows = rows.assign(is_different=rows["share_q"] <= LEVEL)
    largest = rows.reindex(rows["share_difference"].abs().sort_values(ascending=False, kind="stable").index)
    figure.show(
        "What comes more often in one than in the other",
        differences.figure(largest, figure.mode(), first, second),
        rows,
        "differences",
    )


def listing(rows: pd.DataFrame, first: str, second: str) -> None:
    """Every step and path with shares, times and how sure the difference is."""
    shown = pd.DataFrame({
        "name": rows["name"], "a": _rates(rows["share_a"]), "b": _rates(rows["share_b"]),
        "points": [_signed(v) for v in rows["share_difference"]],
        "likely": [f"{_signed(a)} to {_signed(b)}" for a, b in zip(rows["share_low"], rows["share_high"], strict=True)],
        "time_a": [mined.span(v) for v in rows["median_a_seconds"]], "time_b": [mined.span(v) for v in rows["median_b_seconds"]],
        "longer": [mined.span(v) for v in rows["time_difference_seconds"]], "different": rows["is_different"],
    }).head(300)  # fmt: skip
    column = st.column_config
    right = {"a": (first, 96), "b": (second, 96), "points": ("Points", 64), "likely": ("Likely", 112), "time_a": (f"Median, {first}", 132),
             "time_b": (f"Median, {second}", 132), "longer": ("Longer by", 76)}  # fmt: skip
    headings: dict[str, Any] = {
        "name": column.TextColumn("Step or path", pinned=True, width=190), "different": column.CheckboxColumn("Sure", width=52, help="Beyond chance"),
        **{name: column.TextColumn(label, alignment="right", width=width) for name, (label, width) in right.items()},
    }  # fmt: skip
    picks = list(zip(rows["activity"], rows["next_activity"], strict=True))

    def picked(place: int) -> None:
        step, then = picks[place]
        map_state.select(map_state.Selection(step, then if isinstance(then, str) else ""))

    table.picking_rows(shown, headings, "compared", picked, 460)
    csv.button(f"CSV of all {len(rows)}", "comparison", lambda: rows, "csv_comparison")


def _signed(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def _rates(values: pd.Series) -> list[str]:
    return [theme.percent(value, 1) for value in values]
