"""Does what comes in pile up? Cumulative arrivals and ends; the height between them is what is open."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme


def frame(weeks: pd.DataFrame) -> pd.DataFrame:
    """Running totals from week_flow's rows: ends_before, came (what was open at the start included), ended, open."""
    came_each = weeks["arrived"] + weeks["void"]
    first = weeks["open_at_end"].iloc[0] - came_each.iloc[0] + weeks["ended"].iloc[0] if len(weeks) else 0
    came, ended = first + came_each.cumsum(), weeks["ended"].cumsum()
    return pd.DataFrame({"ends_before": weeks["ends_before"], "came": came, "ended": ended, "open": came - ended})


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """Two rising lines over weeks, the backlog filled between them; names stand beside the last point."""
    ends = pd.to_datetime(rows["ends_before"]) - pd.Timedelta(days=1)
    drawn = go.Figure()
    lines = (("ended", "Ended", theme.RESOLVED[mode], None), ("came", "Came in", theme.ARRIVED[mode], "tonexty"))
    for column, name, colour, fill in lines:
        drawn.add_scatter(
            x=ends, y=rows[column], name=name, mode="lines", line={"color": colour, "width": 2.5}, fill=fill,
            fillcolor="rgba(122,139,153,0.25)", hovertemplate="%{y:,.0f}",
        )  # fmt: skip
    if len(rows):
        last, top = rows.iloc[-1], float(rows["came"].max()) or 1.0
        near = (last["came"] - last["ended"]) / top < 0.1
        for column, name, colour, shift in (
            ("came", "Came in", theme.ARRIVED[mode], 9 if near else 0),
            ("ended", "Ended", theme.RESOLVED[mode], -9 if near else 0),
        ):
            drawn.add_annotation(
                x=ends.iloc[-1], y=last[column], text=f"{name} {theme.count(last[column])}", xanchor="left", xshift=8,
                yshift=shift, showarrow=False, font={"color": colour, "size": 12},
            )  # fmt: skip
    drawn.update_layout(template=theme.template(mode), height=300, hovermode="x unified", margin={"r": 110, "t": 16})
    drawn.update_yaxes(rangemode="tozero", nticks=5, title_text="exceptions since the start")
    ticks = ends.iloc[:: -max(1, -(-len(ends) // 3))] if len(ends) else ends
    drawn.update_xaxes(tickvals=list(ticks), ticktext=[f"{tick.day} {tick:%b}" for tick in ticks], showgrid=False)
    drawn.update_xaxes(title_text="week ending; between the lines: open", tickangle=0)
    return drawn
