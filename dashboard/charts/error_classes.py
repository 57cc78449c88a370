"""Which class of error hits which interface? A heat table: the darker, the more failures."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """Interfaces down, classes across, the count in each cell. rows: label, error_class, failed_count."""
    cells = rows.pivot_table(index="label", columns="error_class", values="failed_count", aggfunc="sum", fill_value=0)
    cells = cells.loc[cells.sum(axis=1).sort_values().index, cells.sum().sort_values(ascending=False).index].tail(8)
    drawn = go.Figure(go.Heatmap(
        z=cells.where(cells > 0), x=[theme.words(as_figure_text(name, 16)) for name in cells.columns],
        y=[as_figure_text(name, 24) for name in cells.index], colorscale=[[0, theme.WAITING[0]], [0.6, theme.WAITING[2]], [1, theme.WAITING[5]]],
        showscale=False, xgap=2, ygap=2, hoverongaps=False,
        hovertemplate="%{y}, %{x}<br>%{z:,.0f} failures<extra></extra>",
    ))  # fmt: skip
    top = float(cells.to_numpy().max()) if cells.size else 1.0
    for y, row in enumerate(cells.to_numpy()):
        for x, value in enumerate(row):
            if value:
                ink = theme.ON_DARK if value > 0.7 * top else theme.INK["light"]
                drawn.add_annotation(x=x, y=y, text=theme.count(value), showarrow=False, font={"color": ink})
    drawn.update_layout(template=theme.template(mode), height=104 + 32 * max(len(cells), 2), margin={"t": 8})
    drawn.update_xaxes(side="bottom", showgrid=False, title_text="class of error", tickangle=-40)
    drawn.update_yaxes(showgrid=False, tickfont={"color": theme.INK[mode]})
    return drawn
