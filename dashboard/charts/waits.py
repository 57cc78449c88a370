"""Where does the time go? One bar per step or path, the largest share of all time on top; a click picks it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Wait:
    """One bar: the word its click hands on, its name, and its share of all time (0–1).

    `still`: the part of the share that belongs to cases still waiting there; `said`: the number beside the bar.
    """

    word: str
    name: str
    share: float
    still: float
    said: str


def figure(waits: Sequence[Wait], mode: str, picked: str) -> go.Figure:
    """The first SHOWN, largest on top: what is over in one tone, what still lasts in a darker one."""
    shown = waits[:SHOWN]
    drawn = go.Figure()
    parts = [
        ("over", [one.share - one.still for one in shown], theme.WAITING[2]),
        ("still waiting", [one.still for one in shown], theme.WAITING[4]),
    ]
    for name, shares, colour in parts:
        drawn.add_bar(
            x=[100 * share for share in shares], y=list(range(len(shown))), orientation="h", name=name,
            marker={"color": colour}, customdata=[[one.word] for one in shown],
            hovertext=[f"{as_figure_text(one.name, 60)}<br>{name}: {theme.percent(share, 1)} of all time" for one, share in zip(shown, shares, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    for row, one in enumerate(shown):
        drawn.add_annotation(x=100 * one.share, y=row, text=one.said, showarrow=False, xanchor="left", xshift=5,
                             font={"color": theme.INK[mode], "size": 12})  # fmt: skip
    _lay_out(drawn, shown, mode, picked)
    return drawn


def _lay_out(drawn: go.Figure, shown: Sequence[Wait], mode: str, picked: str) -> None:
    names = [as_figure_text(one.name, 26) for one in shown]
    names = [f"<b>{name}</b>" if one.word == picked else name for name, one in zip(names, shown, strict=True)]
    most = 100 * max((one.share for one in shown), default=0.0)
    legend = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "traceorder": "normal", "itemclick": False,
              "itemdoubleclick": False, "font": {"size": 12}}  # fmt: skip
    drawn.update_layout(template=theme.template(mode), barmode="stack", height=74 + 30 * max(len(shown), 2), margin={"t": 26},
                        showlegend=any(one.still for one in shown), legend=legend)  # fmt: skip
    drawn.update_xaxes(
        range=[0, most * 1.45 or 1], showticklabels=False, showgrid=False, title_text="share of all time of the cases"
    )
    drawn.update_yaxes(tickvals=list(range(len(shown))), ticktext=names, range=[max(len(shown), 2) - 0.5, -0.5], showgrid=False,
                       tickfont={"color": theme.INK[mode]}, ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")  # fmt: skip
