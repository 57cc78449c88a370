"""How much sooner were decided cases fixed, by kind of decision? A dot per kind with its interval about zero."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """rows: label, value, low, high (days, minus = sooner), sets, verdict; the first SHOWN of them."""
    shown = rows.head(SHOWN).iloc[::-1]
    places = list(range(len(shown)))
    colours = [theme.GREY[mode] if verdict == "cannot tell" else theme.ACCENT[mode] for verdict in shown["verdict"]]
    hover = [
        f"{as_figure_text(row['label'])}<br>{row['sets']:,} decisions, {row['verdict']}"
        for row in shown.to_dict("records")
    ]
    drawn = go.Figure(go.Scatter(
        x=shown["value"], y=places, mode="markers", marker={"size": 11, "color": colours},
        error_x={"type": "data", "symmetric": False, "array": shown["high"] - shown["value"], "thickness": 1.5,
                 "arrayminus": shown["value"] - shown["low"], "color": theme.QUIET[mode]},
        hovertext=hover, hovertemplate="%{hovertext}<br>%{x:+.1f} days<extra></extra>",
    ))  # fmt: skip
    names = [
        f"{as_figure_text(row['label'], 22)}<br>{row['sets']:,} · {row['verdict']}" for row in shown.to_dict("records")
    ]
    drawn.update_layout(template=theme.template(mode), height=76 + 44 * max(len(shown), 2), margin={"t": 4})
    drawn.update_xaxes(nticks=6, title_text="days · left of 0: sooner")
    drawn.add_vline(x=0, line={"color": theme.QUIET[mode], "width": 1})
    drawn.update_yaxes(tickvals=places, ticktext=names, showgrid=False, tickfont={"color": theme.INK[mode], "size": 11},
                       range=[-0.6, max(len(shown), 2) - 0.4], ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")  # fmt: skip
    return drawn
