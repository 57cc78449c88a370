"""How long do cases wait here? The curve of a step's stays, the bars of a path's observed times."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts import survival
from process_mining.distribution import DurationClass


def curve(points: pd.DataFrame, mode: str, quantiles: dict[str, float | None]) -> go.Figure:
    """Steps falling from 100 %: the share that has not moved on; quantiles: name → hours, None = not reached."""
    start = pd.DataFrame(
        [{"hours": 0.0, "unresolved": 1.0, "low": 1.0, "high": 1.0, "at_risk": points["at_risk"].max()}]
    )
    rows = points.rename(columns={"waiting": "unresolved"}).assign(hours=points["seconds"] / 3600)
    drawn = survival.figure(pd.concat([start, rows[start.columns]], ignore_index=True), mode, quantiles)
    drawn.for_each_trace(_reworded)
    drawn.update_layout(height=230)
    drawn.update_yaxes(title_text="% still waiting")
    unit = (drawn.layout.xaxis.title.text or "hours").split(" ")[0]
    drawn.update_xaxes(title_text=f"{unit} since the step")
    return drawn


def _reworded(trace: go.Scatter) -> None:
    if trace.hovertemplate:
        trace.hovertemplate = trace.hovertemplate.replace("unresolved", "waiting")


def classes(found: Sequence[DurationClass]) -> pd.DataFrame:
    """Classes of durations as rows: low_seconds, high_seconds (empty = no end), events, words."""
    rows = [
        {"low_seconds": one.low_seconds, "high_seconds": one.high_seconds, "events": one.ended, "words": _words(one)}
        for one in found
    ]
    return pd.DataFrame(rows, columns=["low_seconds", "high_seconds", "events", "words"])


def _words(one: DurationClass) -> str:
    if one.high_seconds is None:
        return f"over {theme.hours(one.low_seconds / 3600)}"
    if not one.low_seconds:
        return f"under {theme.hours(one.high_seconds / 3600)}"
    return f"{theme.hours(one.low_seconds / 3600)} to {theme.hours(one.high_seconds / 3600)}"


def bars(bins: pd.DataFrame, mode: str) -> go.Figure:
    """Observed times, one bar per class, each as wide as the next: the classes grow with the time."""
    drawn = go.Figure(
        go.Bar(
            x=list(range(len(bins))), y=bins["events"], customdata=bins["words"], marker_color=theme.ACCENT[mode],
            hovertemplate="%{customdata}<br>%{y:,} times<extra></extra>",
        )
    )  # fmt: skip
    every = max(1, -(-len(bins) // 5))
    shown = list(range(0, len(bins), every))
    drawn.update_layout(template=theme.template(mode), height=230, margin={"t": 12}, bargap=0.08)
    drawn.update_xaxes(
        tickvals=[place - 0.5 for place in shown], title_text="observed time between the two, classes that grow",
        ticktext=[theme.hours(bins["low_seconds"].iloc[place] / 3600) for place in shown], showgrid=False,
    )  # fmt: skip
    drawn.update_yaxes(title_text="times", rangemode="tozero", nticks=5)
    return drawn
