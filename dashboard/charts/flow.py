"""What comes in, what is resolved, and does the backlog grow? Weekly, backlog above arrivals and resolutions."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard import theme


def figure(weeks: pd.DataFrame, mode: str) -> go.Figure:
    """Two panels over one time axis (never two scales in one).

    weeks: starts_on, ends_before (days), arrived, resolved, open_at_end (counts), oldest first.
    """
    ends = pd.to_datetime(weeks["ends_before"]) - pd.Timedelta(days=1)
    drawn = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.45, 0.55], vertical_spacing=0.1)
    _line(drawn, 1, ends, weeks["open_at_end"], ("Open at week's end", theme.INK[mode]))
    _line(drawn, 2, ends, weeks["arrived"], ("New", theme.ARRIVED[mode]))
    _line(drawn, 2, ends, weeks["resolved"], ("Resolved", theme.RESOLVED[mode]))
    _direct_labels(drawn, weeks, ends, mode)
    drawn.update_layout(template=theme.template(mode), height=285, hovermode="x unified", margin={"r": 96, "t": 10})
    drawn.update_yaxes(rangemode="tozero", nticks=4, title_text="open", row=1, col=1)
    drawn.update_yaxes(rangemode="tozero", nticks=4, title_text="per week", row=2, col=1)
    ticks = ends.iloc[:: -max(1, -(-len(ends) // 5))] if len(ends) else ends
    drawn.update_xaxes(tickvals=list(ticks), ticktext=[f"{t.day} {t:%b}" for t in ticks], showgrid=False, tickangle=0)
    drawn.update_xaxes(title_text="week ending", row=2, col=1)
    return drawn


def _line(drawn: go.Figure, row: int, ends: pd.Series, values: pd.Series, named: tuple[str, str]) -> None:
    name, colour = named
    trace = go.Scatter(
        x=ends,
        y=values,
        name=name,
        mode="lines+markers",
        line={"color": colour, "width": 2.5},
        marker={"size": 5},
        hovertemplate="%{y:,.0f}",
    )
    drawn.add_trace(trace, row=row, col=1)


def _direct_labels(drawn: go.Figure, weeks: pd.DataFrame, ends: pd.Series, mode: str) -> None:
    """Names beside the last point instead of a legend; two that would touch are moved apart."""
    if weeks.empty:
        return
    last = weeks.iloc[-1]
    new_up, resolved_up = (12, -3) if last["arrived"] >= last["resolved"] else (-3, 12)
    labels = (
        (1, "open_at_end", "Open", theme.INK[mode], 0),
        (2, "arrived", "New", theme.ARRIVED[mode], new_up),
        (2, "resolved", "Resolved", theme.RESOLVED[mode], resolved_up),
    )
    for row, column, name, colour, shift in labels:
        text = f"{name} {theme.count(last[column])}"
        drawn.add_annotation(
            x=ends.iloc[-1], y=last[column], text=text, xanchor="left", xshift=8, yshift=shift,
            showarrow=False, font={"color": colour, "size": 12}, row=row, col=1,
        )  # fmt: skip
