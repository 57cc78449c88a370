"""Who to whom, how many? A matrix whose darker cells hold more; rows give, columns take."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 14


def figure(edges: pd.DataFrame, mode: str, measure: str, title: str) -> go.Figure:
    """One cell per pair of the SHOWN units with most hand-overs.

    edges: source_name, target_name, times and the measure (seconds where it ends in _seconds, else counts).
    """
    busiest = pd.concat([edges.groupby("source_name")["times"].sum(), edges.groupby("target_name")["times"].sum()])
    names = busiest.groupby(level=0).sum().sort_values(ascending=False).head(SHOWN).index
    grid = edges.pivot_table(index="source_name", columns="target_name", values=measure, aggfunc="sum")
    grid = grid.reindex(index=names, columns=names)
    drawn = _cells(grid, mode, measure.endswith("_seconds"))
    drawn.update_xaxes(title_text=f"takes · {title}")
    drawn.update_yaxes(title_text="gives")
    return drawn


def table(rows: pd.DataFrame, down: list[str], across: list[str], mode: str) -> go.Figure:
    """Counts of `times` by source_name (down) and target_name (across), the first SHOWN of each."""
    grid = rows.pivot_table(index="source_name", columns="target_name", values="times", aggfunc="sum")
    return _cells(grid.reindex(index=down[:SHOWN], columns=across[:SHOWN]), mode, is_time=False)


def _cells(grid: pd.DataFrame, mode: str, is_time: bool) -> go.Figure:
    text = grid.map(
        lambda value: "" if value != value else theme.hours(value / 3600) if is_time else theme.count(value)
    )
    down, across = (
        [as_figure_text(theme.words(str(name)), 26) for name in names] for names in (grid.index, grid.columns)
    )
    colours = theme.WAITING if is_time else theme.FREQUENT
    drawn = go.Figure(
        go.Heatmap(
            z=grid.to_numpy(), x=list(range(len(across))), y=list(range(len(down))), text=text.to_numpy(), texttemplate="%{text}",
            colorscale=[[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)], showscale=False, xgap=2, ygap=2,
            customdata=[[f"{a} → {b}" for b in across] for a in down], hovertemplate="%{customdata}<br>%{text}<extra></extra>",
        )
    )  # fmt: skip
    drawn.update_layout(template=theme.template(mode), height=150 + 30 * max(len(down), 2), margin={"t": 4})
    ink = {"showgrid": False, "tickfont": {"color": theme.INK[mode]}}
    drawn.update_xaxes(tickvals=list(range(len(across))), ticktext=across, tickangle=-40, **ink)
    drawn.update_yaxes(tickvals=list(range(len(down))), ticktext=down, autorange="reversed", **ink)
    return drawn
