"""How did one measure move, week by week, against its target and the period before?"""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme

HEIGHT = 200


def figure(points: pd.DataFrame, mode: str, unit: str, target: float | None, since: pd.Timestamp) -> go.Figure:
    """A line of weeks; the period asked for is shaded, the target is a dashed line with its name.

    points: starts_on, ends_before (days), value (as it is to be drawn), n, oldest first. A click carries the first and
    last day of the week.
    """
    shown = points.dropna(subset=["value"])
    ends, starts = pd.to_datetime(shown["ends_before"]) - pd.Timedelta(days=1), pd.to_datetime(shown["starts_on"])
    line = go.Scatter(
        x=ends, y=shown["value"], mode="lines+markers", unselected={"marker": {"opacity": 1}},
        customdata=[[f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}", n] for first, last, n in zip(starts, ends, shown["n"], strict=True)],
        line={"color": theme.ACCENT[mode], "width": 2.5}, marker={"size": 6},
        hovertemplate="week ending %{x|%-d %b %Y}<br>%{y:,.1f} " + unit + "<br>n = %{customdata[2]:,}<extra></extra>",
    )  # fmt: skip
    drawn = go.Figure(line)
    drawn.update_layout(template=theme.template(mode), height=HEIGHT, margin={"r": 56, "t": 22})
    if not shown.empty:
        drawn.add_vrect(
            x0=max(since, ends.min()), x1=ends.max(), fillcolor=theme.ACCENT[mode], opacity=0.07, line_width=0,
            annotation={"text": "this period", "font": {"size": 11, "color": theme.QUIET[mode]}},
            annotation_position="top left",
        )  # fmt: skip
        drawn.add_annotation(
            x=ends.iloc[-1], y=shown["value"].iloc[-1], text=f"{shown['value'].iloc[-1]:,.1f}", xanchor="left", xshift=8,
            showarrow=False, font={"color": theme.ACCENT[mode]},
        )  # fmt: skip
    if target is not None:
        drawn.add_hline(
            y=target, line={"color": theme.QUIET[mode], "width": 1.5, "dash": "dash"}, annotation_text=f"target {target:,.1f}",
            annotation_position="bottom left", annotation_font_color=theme.QUIET[mode],
        )  # fmt: skip
    drawn.update_yaxes(rangemode="tozero", nticks=5, title_text=unit)
    _weeks(drawn, ends)
    return drawn


def _weeks(drawn: go.Figure, ends: pd.Series) -> None:
    """About five names along the axis, the last week's among them."""
    ticks = ends.iloc[:: -max(1, -(-len(ends) // 5))] if len(ends) else ends
    drawn.update_xaxes(tickvals=list(ticks), ticktext=[f"{tick.day} {tick:%b}" for tick in ticks], showgrid=False)
    drawn.update_xaxes(title_text="week ending", tickangle=0)
