"""Which pattern of errors has changed? Failures per interface and class, week by week, the changed ones marked (K55)."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts import error_classes
from dashboard.components.plain import as_figure_text

SHOWN = 10
TOLD = 5


def frame(rows: pd.DataFrame, parts: Sequence[dict[str, Any]], weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per pattern and whole week, zeros included: key, error_class, label, week, failed_count, usual, p_value, is_flagged.

    rows: as `integration_error` returns them; parts: the patterns that K55 judged. Flagged patterns first, then those
    with most failures; at most SHOWN.
    """
    judged = {part["key"]: part for part in parts}
    named = rows.assign(part=rows["key"] + " | " + rows["error_class"], week=pd.to_datetime(rows["starts_on"]))
    counts = named.pivot_table(index="part", columns="week", values="failed_count", aggfunc="sum", fill_value=0)
    counts = counts.reindex(columns=weeks, fill_value=0)
    flags = pd.Series([bool(judged.get(part, {}).get("is_flagged")) for part in counts.index], index=counts.index)
    order = pd.DataFrame({"flag": flags, "n": counts.sum(axis=1)})
    shown = order[order["n"] > 0].sort_values(["flag", "n"], ascending=False, kind="stable").index[:SHOWN]
    about = named.drop_duplicates("part").set_index("part")
    return pd.DataFrame([
        {"key": about.loc[part, "key"], "error_class": about.loc[part, "error_class"], "label": about.loc[part, "label"],
         "week": week, "failed_count": int(counts.loc[part, week]), "usual": judged.get(part, {}).get("usual"),
         "p_value": judged.get(part, {}).get("p_value"), "is_flagged": bool(flags[part])}
        for part in shown for week in counts.columns
    ])  # fmt: skip


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """Patterns down, the changed ones on top with ▲ or ▼, weeks across; a click carries interface, class and week.

    rows: as `frame` makes them.
    """
    cells = rows.assign(part=rows["key"] + " | " + rows["error_class"])
    order = cells["part"].drop_duplicates().iloc[::-1]
    grid = cells.pivot_table(index="part", columns="week", values="failed_count", aggfunc="sum").loc[order]
    about = cells.drop_duplicates("part").set_index("part")
    mondays = list(pd.DatetimeIndex(grid.columns))
    across = [f"{week.day} {week:%b}" for week in mondays]
    down = [_name(about.loc[part], int(grid.loc[part].iloc[-1])) for part in order]
    drawn = error_classes.heat(grid, across, down, mode)
    counts = grid.to_numpy()
    places = [(y, x) for y in range(len(grid)) for x in range(len(across)) if counts[y, x]]
    carried = [[about.loc[order.iloc[y], "key"], about.loc[order.iloc[y], "error_class"], f"{mondays[x]:%Y-%m-%d}"]
               for y, x in places]  # fmt: skip
    told = [f"{down[y]}<br>week of {across[x]}: {theme.count(int(counts[y, x]))} failures" for y, x in places]
    error_classes.clickable(drawn, places, carried, told)
    drawn.update_xaxes(title_text="week from", nticks=8)
    return drawn


def _name(row: "pd.Series[Any]", last: int) -> str:
    mark = "" if not row["is_flagged"] else "▲ " if last > row["usual"] else "▼ "
    return f"{mark}{as_figure_text(row['label'], 22)} {as_figure_text(theme.words(row['error_class']), 12)}"


def words(parts: Sequence[dict[str, Any]], weeks: pd.DatetimeIndex) -> list[str]:
    """How many patterns changed in the last whole week, and each of the surest ones against what was usual."""
    changed = [part for part in parts if part["is_flagged"]]
    week, n = theme.day(weeks[-1].date()), len(weeks) - 1
    before = "the week before" if n == 1 else f"the {n} weeks before"
    if not changed:
        return [f"No pattern changed beyond chance in the week from {week}, against {before}."]
    verb = "pattern" if len(changed) == 1 else "patterns"
    said = [f"{len(changed)} {verb} changed beyond chance in the week from {week}, against {before}:"]
    for part in changed[:TOLD]:
        interface, _, error = part["key"].partition(" | ")
        said.append(
            f"{interface.rpartition(':')[2]}, {theme.words(error)}: {theme.count(part['last'])}, usually {part['usual']:.1f}."
        )
    return said
