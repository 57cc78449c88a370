"""Which group takes longest until half is resolved, and how sure is that? Dots with whiskers."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """The SHOWN largest groups, slowest on top; whiskers are the 95 % interval, an open end is not reached.

    rows: key, label, n, median_hours, low_hours, high_hours (None = not reached).
    """
    shown = rows.dropna(subset=["median_hours"]).head(SHOWN).sort_values("median_hours")
    in_days = bool(len(shown)) and float(shown["median_hours"].max()) > 96
    per = 24.0 if in_days else 1.0
    values, low = shown["median_hours"] / per, shown["low_hours"].fillna(shown["median_hours"]) / per
    high = shown["high_hours"].fillna(shown["median_hours"]) / per
    drawn = go.Figure(go.Scatter(
        x=values, y=list(range(len(shown))), mode="markers", marker={"color": theme.ACCENT[mode], "size": 10},
        error_x={"type": "data", "array": high - values, "arrayminus": values - low, "color": theme.QUIET[mode], "thickness": 1.5},
        customdata=[[key] for key in shown["key"]],
        hovertext=[f"{as_figure_text(label)}<br>half resolved in {theme.hours(hours)}<br>n = {n:,}"
                   for label, hours, n in zip(shown["label"], shown["median_hours"], shown["n"], strict=True)],
        hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 1}},
    ))  # fmt: skip
    for place, (end, hours) in enumerate(zip(high, shown["median_hours"], strict=True)):
        drawn.add_annotation(x=end, y=place, text=theme.hours(hours), showarrow=False, xanchor="left", xshift=8)
    top = float(high.max()) if len(shown) else 1.0
    drawn.update_layout(template=theme.template(mode), height=70 + 30 * max(len(shown), 2), margin={"t": 8})
    drawn.update_xaxes(range=[-0.02 * top, 1.4 * top or 1], nticks=5, title_text="days until half is resolved" if in_days else "hours until half is resolved")  # fmt: skip
    drawn.update_yaxes(
        tickvals=list(range(len(shown))), ticktext=[as_figure_text(label, 24) for label in shown["label"]], showgrid=False,
        range=[-0.6, max(len(shown), 2) - 0.4], tickfont={"color": theme.INK[mode]}, ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)",
    )  # fmt: skip
    return drawn
