"""Which class of error hits which interface? A heat table: the darker, the more failures."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8
_COLOURS = [[0, theme.WAITING[0]], [0.6, theme.WAITING[2]], [1, theme.WAITING[5]]]
#: marks over the cells that take a click without being drawn: a heat table takes none
_UNSEEN = {"symbol": "square", "size": 24, "opacity": 0, "color": theme.WAITING[5]}


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """The SHOWN interfaces with most failures down, classes across, the count in each cell.

    A click carries the interface's key and the class. rows: key, label, error_class, failed_count.
    """
    cells = rows.pivot_table(index="key", columns="error_class", values="failed_count", aggfunc="sum", fill_value=0)
    cells = cells.loc[cells.sum(axis=1).sort_values().index, cells.sum().sort_values(ascending=False).index].tail(SHOWN)
    labels = rows.drop_duplicates("key").set_index("key")["label"]
    across = [theme.words(as_figure_text(name, 16)) for name in cells.columns]
    drawn = heat(cells, across, [as_figure_text(labels[key], 24) for key in cells.index], mode)
    counts = cells.to_numpy()
    places = [(y, x) for y in range(len(cells)) for x in range(len(across)) if counts[y, x]]
    clickable(drawn, places, [[str(cells.index[y]), str(cells.columns[x])] for y, x in places], [
        f"{as_figure_text(labels[cells.index[y]])}, {across[x]}<br>{theme.count(int(counts[y, x]))} failures" for y, x in places
    ])  # fmt: skip
    drawn.update_xaxes(title_text="class of error", tickangle=-40)
    return drawn


def heat(cells: pd.DataFrame, across: list[str], down: list[str], mode: str) -> go.Figure:
    """Cells by place, their count written into them, empty where there is none; the first row stands at the bottom."""
    drawn = go.Figure(go.Heatmap(
        z=cells.where(cells > 0).to_numpy(), x=list(range(len(across))), y=list(range(len(down))), colorscale=_COLOURS, zmin=0,
        showscale=False, xgap=2, ygap=2, hoverinfo="skip",
    ))  # fmt: skip
    top = float(cells.to_numpy().max()) if cells.size else 1.0
    for y, row in enumerate(cells.to_numpy()):
        for x, value in enumerate(row):
            if value:
                ink = theme.ON_DARK if value > 0.7 * top else theme.INK["light"]
                drawn.add_annotation(x=x, y=y, text=theme.count(value), showarrow=False, font={"color": ink})
    drawn.update_layout(template=theme.template(mode), height=104 + 32 * max(len(cells), 2), margin={"t": 8})
    drawn.update_xaxes(side="bottom", showgrid=False, tickvals=list(range(len(across))), ticktext=across)
    drawn.update_yaxes(
        showgrid=False, tickvals=list(range(len(down))), ticktext=down, tickfont={"color": theme.INK[mode]}
    )
    return drawn


def clickable(drawn: go.Figure, places: list[tuple[int, int]], carried: list[list[str]], told: list[str]) -> None:
    """Let each of these cells (row, column) take a click that carries its words, and tell something when pointed at."""
    drawn.add_scatter(
        x=[x for _, x in places], y=[y for y, _ in places], mode="markers", marker=_UNSEEN, customdata=carried,
        selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}}, hovertext=told,
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    drawn.update_layout(hoverdistance=-1)  # the nearest cell, however wide the cells are
