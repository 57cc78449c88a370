"""How long was the line after a step, and is it growing? Its length over time, filled down to zero."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme


def figure(lengths: pd.DataFrame, mode: str) -> go.Figure:
    """lengths: at (instants, ascending) and cases in the line; the last length stands beside the line."""
    drawn = go.Figure(
        go.Scatter(
            x=lengths["at"], y=lengths["cases"], mode="lines", line={"color": theme.WAITING[4 if mode == "light" else 2], "width": 2},
            fill="tozeroy", fillcolor="rgba(217,112,47,0.18)", hovertemplate="%{x|%-d %b %Y %H:%M}<br>%{y:,} cases wait<extra></extra>",
        )
    )  # fmt: skip
    last = lengths.iloc[-1]
    drawn.add_annotation(x=last["at"], y=last["cases"], text=f"{theme.count(last['cases'])} now", showarrow=False, xanchor="left",
                         xshift=6, font={"color": theme.INK[mode], "size": 12})  # fmt: skip
    drawn.update_layout(template=theme.template(mode), height=210, margin={"t": 8, "r": 64})
    drawn.update_yaxes(rangemode="tozero", nticks=5, title_text="cases in the line")
    drawn.update_xaxes(showgrid=False, nticks=5, tickformat="%-d %b %y", tickangle=0)
    return drawn
