"""Which steps make up each way, and what comes again? One row of chevrons per way, in order; a click picks the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap
from typing import Any, Final

import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

COLUMNS: Final = 9
"""At most so many chevrons in a row; what is longer says how many steps follow."""
_ROW = 46
_NOTCH = 0.14


@dataclass(frozen=True, slots=True)
class Way:
    """One row: the word its click hands on, its label, its steps in order, and how many steps the whole way has."""

    word: str
    label: str
    steps: Sequence[str]
    step_count: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """One chevron of a row: `times` the same step without another between; `is_again` if the way had it before."""

    name: str
    times: int
    first: int
    is_again: bool


def figure(ways: Sequence[Way], mode: str, picked: str) -> go.Figure:
    """The ways from top to bottom; a step that a way had before, or does several times over, is drawn warm."""
    drawn = go.Figure()
    rows = [(row, way, *_marks(way)) for row, way in enumerate(ways)]
    width = max([len(marks) + (1 if rest else 0) for _, _, marks, rest in rows], default=1)
    for row, _way, marks, rest in rows:
        for column, mark in enumerate(marks):
            drawn.add_shape(_shape(row, column, _colour(mark)))
        if rest:
            drawn.add_annotation(x=len(marks) + 0.15, y=row, text=f"+ {theme.count(rest)}", showarrow=False, xanchor="left",
                                 font={"color": theme.QUIET[mode]})  # fmt: skip
    drawn.add_trace(
        _words([(row, way, column, mark) for row, way, marks, _ in rows for column, mark in enumerate(marks)])
    )
    chosen = [row for row, way in enumerate(ways) if way.word == picked]
    for row in chosen:
        line = {"color": theme.ACCENT[mode], "width": 2}
        drawn.add_shape(type="rect", xref="paper", x0=0, x1=1, y0=row - 0.48, y1=row + 0.48, line=line, layer="above")
    drawn.update_layout(template=theme.template(mode), height=20 + _ROW * len(ways), margin={"t": 4, "b": 4}, bargap=0.1,
                        barmode="overlay", uniformtext={"minsize": 9, "mode": "hide"})  # fmt: skip
    drawn.update_xaxes(range=[-0.02, width + 0.1], visible=False)
    drawn.update_yaxes(range=[len(ways) - 0.5, -0.5], tickvals=list(range(len(ways))), showgrid=False,
                       ticktext=[as_figure_text(way.label) for way in ways], tickfont={"color": theme.INK[mode]})  # fmt: skip
    return drawn


def runs(steps: Sequence[str]) -> list[tuple[str, int]]:
    """Steps in order, each with how many times over it comes before another does."""
    return [(name, len(list(same))) for name, same in groupby(steps)]


def _marks(way: Way) -> tuple[list[_Mark], int]:
    """The chevrons of a way, and how many of its steps have no room."""
    found, seen, place = [], set[str](), 0
    for name, times in runs(way.steps)[:COLUMNS]:
        found.append(_Mark(name, times, place + 1, name in seen or times > 1))
        seen.add(name)
        place += times
    return found, way.step_count - place


def _colour(mark: _Mark) -> str:
    return theme.WAITING[1] if mark.is_again else theme.FREQUENT[1]


def _shape(row: int, column: int, colour: str) -> dict[str, Any]:
    top, low, left, right = row - 0.4, row + 0.4, column + 0.02, column + 0.96
    notch = _NOTCH if column else 0.0
    path = (
        f"M {left},{top} L {right - _NOTCH + 0.04},{top} L {right + 0.06},{row} L {right - _NOTCH + 0.04},{low} "
        f"L {left},{low} L {left + notch + 0.04 * bool(column)},{row} Z"
    )
    return {"type": "path", "path": path, "fillcolor": colour, "line": {"width": 0}, "layer": "below"}


def _words(marks: Sequence[tuple[int, Way, int, _Mark]]) -> go.Bar:
    """Bars that nobody sees: they hold the words (where they fit), the hover and the click."""
    return go.Bar(
        y=[row for row, *_ in marks], base=[column + 0.12 for _, _, column, _ in marks], x=[0.84] * len(marks), orientation="h",
        marker={"color": "rgba(0,0,0,0)"}, text=[_label(mark) for *_, mark in marks], textposition="inside", textangle=0,
        insidetextanchor="middle", insidetextfont={"size": 10.5, "color": [theme.ink_on(_colour(mark)) for *_, mark in marks]},
        customdata=[[way.word] for _, way, _, _ in marks], hovertext=[_said(way, mark) for _, way, _, mark in marks],
        hovertemplate="%{hovertext}<extra></extra>", unselected={"marker": {"opacity": 0}}, selected={"marker": {"opacity": 0}},
    )  # fmt: skip


def _label(mark: _Mark) -> str:
    """At most two short lines."""
    name = f"{mark.name} ×{mark.times}" if mark.times > 1 else mark.name
    lines = wrap(name, 12) or [name]
    lines = lines if len(lines) < 3 else [lines[0], f"{lines[1]} …"]
    return "<br>".join(as_figure_text(line, 15) for line in lines)


def _said(way: Way, mark: _Mark) -> str:
    place = f"step {mark.first}" if mark.times == 1 else f"steps {mark.first} to {mark.first + mark.times - 1}"
    return f"{as_figure_text(mark.name, 60)}<br>{place} of {way.step_count}{' · again' if mark.is_again else ''}"
