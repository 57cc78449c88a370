"""How did a figure move in 13 weeks, in the space of two lines of text, and where is its target?"""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard import theme

HEIGHT = 46


def figure(values: Sequence[float], mode: str, target: float | None) -> go.Figure:
    """A line without axes, its last point marked; the target is a dashed line with a tick at the right edge."""
    weeks = list(range(len(values)))
    drawn = go.Figure(
        go.Scatter(
            x=weeks, y=list(values), mode="lines", line={"color": theme.ACCENT[mode], "width": 2}, hoverinfo="skip"
        )
    )
    drawn.add_scatter(
        x=weeks[-1:],
        y=list(values[-1:]),
        mode="markers",
        marker={"color": theme.ACCENT[mode], "size": 6},
        hoverinfo="skip",
    )
    if target is not None:
        drawn.add_hline(y=target, line={"color": theme.QUIET[mode], "width": 1, "dash": "dot"})
        drawn.add_scatter(
            x=[len(values) - 0.4], y=[target], mode="markers", hoverinfo="skip",
            marker={"symbol": "line-ew", "size": 8, "line": {"width": 3, "color": theme.QUIET[mode]}},
        )  # fmt: skip
    drawn.update_layout(
        template=theme.template(mode), height=HEIGHT, margin={"l": 0, "r": 2, "t": 4, "b": 4}, showlegend=False
    )
    drawn.update_xaxes(visible=False, range=[-0.3, len(values)], fixedrange=True)
    drawn.update_yaxes(visible=False, range=_range([*values, *([] if target is None else [target])]), fixedrange=True)
    return drawn


def _range(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    return [low - room, high + room]
