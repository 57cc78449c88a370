"""Does what comes in pile up? Cumulative arrivals and ends; the height between them is what is open."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme


def frame(weeks: pd.DataFrame) -> pd.DataFrame:
    """Running totals from week_flow's rows: ends_before, came (what was open at the start included), ended, open.

    came_in_week and ended_in_week are the weeks' own counts.
    """
    came_each = weeks["arrived"] + weeks["void"]
    first = weeks["open_at_end"].iloc[0] - came_each.iloc[0] + weeks["ended"].iloc[0] if len(weeks) else 0
    came, ended = first + came_each.cumsum(), weeks["ended"].cumsum()
    totals = {"came": came, "ended": ended, "open": came - ended}
    each = {"came_in_week": came_each, "ended_in_week": weeks["ended"]}
    return pd.DataFrame({"ends_before": weeks["ends_before"]} | totals | each)


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """Two rising lines over weeks, the backlog filled between them; names stand beside the last point.

    A click carries the first and last day of the week and what ended or came ("ended", "detected").
    """
    ends = pd.to_datetime(rows["ends_before"]) - pd.Timedelta(days=1)
    drawn = go.Figure()
    starts = ends - pd.Timedelta(days=6)
    lines = (("ended", "ended", theme.RESOLVED[mode], None), ("came", "detected", theme.ARRIVED[mode], "tonexty"))
    for column, basis, colour, fill in lines:
        drawn.add_scatter(
            x=ends, y=rows[column], mode="lines+markers", line={"color": colour, "width": 2.5}, fill=fill,
            marker={"size": 6}, unselected={"marker": {"opacity": 1}}, fillcolor="rgba(122,139,153,0.25)",
            customdata=[[f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}", basis] for first, last in zip(starts, ends, strict=True)],
            hovertext=_week_words(rows, column), hovertemplate="%{hovertext}<extra></extra>",
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
    drawn.update_layout(template=theme.template(mode), height=300, margin={"r": 110, "t": 16})
    drawn.update_yaxes(rangemode="tozero", nticks=5, title_text="exceptions since the start")
    ticks = ends.iloc[:: -max(1, -(-len(ends) // 3))] if len(ends) else ends
    drawn.update_xaxes(tickvals=list(ticks), ticktext=[f"{tick.day} {tick:%b}" for tick in ticks], showgrid=False)
    drawn.update_xaxes(title_text="week ending; between the lines: open")
    return drawn


def _week_words(rows: pd.DataFrame, column: str) -> list[str]:
    """What came in or ended in the week of each point, and the running total."""
    said = "came in" if column == "came" else "ended"
    return [
        f"{theme.count(row[f'{column}_in_week'])} {said} in the week<br>{theme.count(row[column])} since the start"
        f"<br>{theme.count(row['open'])} open at its end"
        for row in rows.to_dict("records")
    ]
