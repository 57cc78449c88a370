"""How do two sets of cases stand beside each other: which two, what differs, and how sure is it?"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd

from dashboard import data, theme
from dashboard.charts import differences
from dashboard.components import csv, figure, mined, table, tile
from process_mining.cohort import Cohort
from process_mining.compare import LEVEL, Comparison

PERIODS = "period"
KINDS = {PERIODS: "the last 28 days and the 28 before", "site_id": "two sites", "category": "two categories",
         "type_code": "two types", "owner_team_id": "two teams", "severity": "two severities"}  # fmt: skip


def two(reader: data.Reader, cohort: Cohort) -> tuple[Cohort, Cohort, str, str] | None:
    """The two cohorts that the user picks, with their names; None when there are no two."""
    kind = mined.choice("Compare", "kind", list(KINDS), KINDS)
    if kind == PERIODS:
        as_of = reader.header().as_of
        if as_of is None:
            return None
        last = as_of.date()
        now = replace(cohort, since=last - timedelta(days=27), until=last)
        before = replace(cohort, since=last - timedelta(days=55), until=last - timedelta(days=28))
        return now, before, "last 28 days", "28 days before"
    rows = reader.frame("filter_option", dimension=kind)
    rows = rows[rows["key"].notna()]
    names = {str(row.key): str(row.label) for row in rows.itertuples()}
    if len(names) < 2:
        return None
    first = mined.choice("First", "first", list(names), names)
    second = mined.choice("Second", "second", [one for one in names if one != first], names)
    pair = (replace(cohort, filters=cohort.filters.with_values(kind, [one])) for one in (first, second))
    return *pair, str(names[first]), str(names[second])  # type: ignore[return-value]


def named(found: Comparison) -> pd.DataFrame:
    """Rows with a name people read: a step, or one step → the next."""
    rows = found.rows
    then = rows["next_activity"].where(rows["next_activity"].notna(), "")
    return rows.assign(name=rows["activity"] + then.map(lambda word: f" → {word}" if word else ""))


def answer(found: Comparison, rows: pd.DataFrame, first: str, second: str) -> str:
    """The page's answer in one sentence."""
    different = rows[rows["is_different"]]
    said = f"{theme.count(found.cases_a)} cases of {first} beside {theme.count(found.cases_b)} of {second}: "
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
        "points": [f"{100 * v:+.1f}" for v in rows["share_difference"]],
        "likely": [f"{100 * a:+.1f} to {100 * b:+.1f}" for a, b in zip(rows["share_low"], rows["share_high"], strict=True)],
        "time_a": [mined.span(v) for v in rows["median_a_seconds"]], "time_b": [mined.span(v) for v in rows["median_b_seconds"]],
        "longer": [mined.span(v) for v in rows["time_difference_seconds"]], "different": rows["is_different"],
    }).head(300)  # fmt: skip
    headings: dict[str, Any] = {"name": "Step or path", "a": first, "b": second, "different": "Beyond chance", "points": "Points", "likely": "Likely",
                "time_a": f"Median, {first}", "time_b": f"Median, {second}", "longer": "Longer by"}  # fmt: skip
    table.plain_rows(shown, headings, "compared", 460)
    csv.button(f"CSV of all {len(rows)}", "comparison", lambda: rows, "csv_comparison")


def _rates(values: pd.Series) -> list[str]:
    return [theme.percent(value, 1) for value in values]
