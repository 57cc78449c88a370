"""How much more often does it fail there than elsewhere? One line per finding with its 95 % interval."""

from math import log10

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8
_PER = 1000
_APART = 20
"""From so many times the smallest effect on a scale of powers of ten is used: else one large one hides the rest."""


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """Dots at the extra failures per 1,000 with whiskers, the surest on top; zero = as the rest.

    rows: words (of the place), type_title, verdict, difference, low, high (per unit), failed, exposed.
    """
    shown = rows.head(SHOWN).iloc[::-1]
    is_log = bool(len(shown)) and shown["low"].min() > 0 and shown["high"].max() > _APART * shown["difference"].min()
    places = list(range(len(shown)))
    colours = [theme.ACCENT[mode] if verdict == "strong" else theme.GREY[mode] for verdict in shown["verdict"]]
    drawn = go.Figure(go.Scatter(
        x=_PER * shown["difference"], y=places, mode="markers", marker={"color": colours, "size": 11},
        error_x={"type": "data", "array": _PER * (shown["high"] - shown["difference"]),
                 "arrayminus": _PER * (shown["difference"] - shown["low"]), "color": theme.QUIET[mode], "thickness": 1.5},
        customdata=[[index] for index in shown.index],
        hovertext=[f"{as_figure_text(row['type_title'])}<br>{as_figure_text(row['words'], 48)}<br>{row['failed']:,.0f} of {row['exposed']:,.0f}, "
                   f"{row['verdict']}" for row in shown.to_dict("records")],
        hovertemplate="%{hovertext}<br>%{x:,.1f} more per 1,000<extra></extra>", unselected={"marker": {"opacity": 1}},
    ))  # fmt: skip
    _label(drawn, shown, is_log, mode)
    names = [
        f"{as_figure_text(row['type_title'], 26)}<br>{as_figure_text(row['words'], 34)}"
        for row in shown.to_dict("records")
    ]
    drawn.update_layout(template=theme.template(mode), height=70 + 40 * max(len(shown), 2), margin={"t": 8})
    _scale(drawn, shown, is_log, mode)
    drawn.update_yaxes(tickvals=places, ticktext=names, showgrid=False, tickfont={"color": theme.INK[mode], "size": 11},
                       range=[-0.6, max(len(shown), 2) - 0.4], ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")  # fmt: skip
    return drawn


def _label(drawn: go.Figure, shown: pd.DataFrame, is_log: bool, mode: str) -> None:
    """How many more, beside the whisker of each."""
    for place, row in enumerate(shown.to_dict("records")):
        drawn.add_annotation(
            x=_place(row["high"], is_log), y=place, text=f"+{_PER * row['difference']:,.0f}" + (" watch" if row["verdict"] == "watch" else ""), showarrow=False, xanchor="left",
            xshift=8, font={"color": theme.INK[mode]},
        )  # fmt: skip


def _place(per_unit: float, is_log: bool) -> float:
    """Where an annotation stands on the axis: plotly takes the exponent on a scale of powers of ten."""
    return log10(_PER * per_unit) if is_log else _PER * per_unit


def _scale(drawn: go.Figure, shown: pd.DataFrame, is_log: bool, mode: str) -> None:
    title = "more per 1,000 than elsewhere"
    low, high = (float(end) if len(shown) else 0.001 for end in (shown["low"].min(), shown["high"].max()))
    if is_log:
        drawn.update_xaxes(type="log", range=[_place(low, True) - 0.1, _place(high, True) + 0.45], dtick=1,
                           tickformat=",~r", title_text=f"{title}, powers of ten")  # fmt: skip
        return
    drawn.update_xaxes(range=[min(0.0, _PER * low), 1.3 * _PER * high], nticks=5, title_text=title)
    drawn.add_vline(x=0, line={"color": theme.QUIET[mode], "width": 1})
