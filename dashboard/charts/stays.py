"""How long do cases wait here? The curve of a step's stays, the bars of a path's observed times."""

from math import log10
from typing import Final

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts import survival
from process_mining.step_times import BINS_A_DECADE

_MARKS: Final = {
    1: "1 s", 60: "1 min", 3_600: "1 h", 86_400: "1 d", 604_800: "1 wk", 2_592_000: "30 d", 31_536_000: "1 yr",
}  # fmt: skip


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


def bars(bins: pd.DataFrame, mode: str) -> go.Figure:
    """Observed times, one bar per bin, each as wide as the next: the bins grow with the time, from no time at all."""
    places = bins["low_seconds"].map(_place)
    words = [
        f"{theme.hours(low / 3600)} to {theme.hours(high / 3600)}"
        for low, high in zip(bins["low_seconds"], bins["high_seconds"], strict=True)
    ]
    drawn = go.Figure(
        go.Bar(
            x=places, y=bins["events"], width=0.9, customdata=words, marker_color=theme.ACCENT[mode],
            hovertemplate="%{customdata}<br>%{y:,} times<extra></extra>",
        )
    )  # fmt: skip
    first, last = int(places.min()), int(places.max())
    marks = {mark: words for mark, words in _MARKS.items() if first - 1 <= _place(mark) <= last + 2}
    drawn.update_layout(template=theme.template(mode), height=230, margin={"t": 12})
    drawn.update_xaxes(
        tickvals=[_place(mark) - 0.5 for mark in marks], ticktext=list(marks.values()), showgrid=False,
        title_text="observed time between the two", range=[first - 1.5, last + 1.5],
    )  # fmt: skip
    drawn.update_yaxes(title_text="times", rangemode="tozero", nticks=5)
    return drawn


def _place(seconds: float) -> float:
    """Where a time stands on the axis: one place per bin, no time at all just before the first second."""
    return log10(seconds) * BINS_A_DECADE if seconds >= 1 else -1.0
