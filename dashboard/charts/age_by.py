"""Who holds what, and how old is it? One bar per value of a dimension, from young (light) to old (dark)."""

import pandas as pd
import plotly.graph_objects as go

from control_tower.filters import AGING, NOT_STATED
from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8


def figure(cells: pd.DataFrame, mode: str) -> go.Figure:
    """The SHOWN values with most open ones, largest on top; a click carries the value's key and the bucket.

    cells: key (null = not stated), label, bucket (word of AGING), n (count).
    """
    named = cells.assign(word=cells["key"].fillna(NOT_STATED), words=cells["label"].fillna(NOT_STATED))
    order = named.groupby("word", sort=False)["n"].sum().sort_values(kind="stable").tail(SHOWN)
    names = named.drop_duplicates("word").set_index("word")["words"]
    drawn = go.Figure()
    for (word, (bucket, _low, _high)), colour in zip(AGING.items(), theme.WAITING, strict=True):
        held = named[named["bucket"] == word].set_index("word")["n"].reindex(order.index, fill_value=0)
        drawn.add_bar(
            x=held, y=list(range(len(order))), orientation="h", name=bucket.value,
            marker={"color": colour, "line": {"color": theme.LINE[mode], "width": 0.5}},
            customdata=[[key, word] for key in order.index],
            hovertext=[as_figure_text(names[key]) for key in order.index],
            hovertemplate=f"%{{hovertext}}, {bucket.value}<br>%{{x:,.0f}} open<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    for place, total in enumerate(order):
        drawn.add_annotation(
            x=total, y=place, text=theme.count(total), showarrow=False, xanchor="left", xshift=4,
            font={"color": theme.INK[mode]},
        )  # fmt: skip
    _lay_out(drawn, order, [as_figure_text(names[key], 24) for key in order.index], mode)
    return drawn


def _lay_out(drawn: go.Figure, order: pd.Series, names: list[str], mode: str) -> None:
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal", "itemclick": False,
              "itemdoubleclick": False, "font": {"size": 12}}  # fmt: skip
    drawn.update_layout(
        template=theme.template(mode), barmode="stack", height=110 + 28 * max(len(order), 2), showlegend=True,
        legend=legend, margin={"t": 54},
    )  # fmt: skip
    top = float(order.max()) if len(order) else 1.0
    drawn.update_xaxes(
        title_text="open", range=[0, top * 1.12 or 1], nticks=4, showgrid=False, showticklabels=False,
    )  # fmt: skip
    drawn.update_yaxes(
        tickvals=list(range(len(order))), ticktext=names, showgrid=False, tickfont={"color": theme.INK[mode]},
        range=[min(len(order), 2) - 2.5, len(order) - 0.5], ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)",
    )  # fmt: skip
