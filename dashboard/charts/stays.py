"""How long do cases wait here? The curve of a step's stays, the bars of a path's observed times."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.charts import survival

_MARKS = (60, 3_600, 86_400, 604_800, 2_592_000, 7_776_000, 31_536_000)
_MARK_WORDS = ("1 min", "1 h", "1 d", "1 wk", "30 d", "90 d", "1 yr")


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
    """Observed times on a logarithmic axis in words of the calendar; one bar per bin."""
    low = bins["low_seconds"].clip(lower=0.5)
    middle, width = (low * bins["high_seconds"]) ** 0.5, bins["high_seconds"] - low
    words = [
        f"{theme.hours(a / 3600)} – {theme.hours(b / 3600)}" for a, b in zip(low, bins["high_seconds"], strict=True)
    ]
    drawn = go.Figure(
        go.Bar(
            x=middle, y=bins["events"], width=0.9 * width, customdata=words, marker_color=theme.ACCENT[mode],
            hovertemplate="%{customdata}<br>%{y:,} times<extra></extra>",
        )
    )  # fmt: skip
    shown = [mark for mark in _MARKS if low.min() / 3 <= mark <= bins["high_seconds"].max() * 3]
    drawn.update_layout(template=theme.template(mode), height=230, margin={"t": 12}, bargap=0)
    drawn.update_xaxes(
        type="log", tickvals=shown, ticktext=[_MARK_WORDS[_MARKS.index(mark)] for mark in shown],
        title_text="observed time between the two",
    )  # fmt: skip
    drawn.update_yaxes(title_text="times", rangemode="tozero", nticks=5)
    return drawn
