"""Which value of a dimension holds how many? Horizontal bars, largest on top, direct labels."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8


def figure(rows: pd.DataFrame, mode: str, measure: str, unit: str) -> go.Figure:
    """One bar per row, the first SHOWN of them; its click carries the row's key.

    rows: key (null = the source does not say), label, and the measure (counts), largest first.
    """
    shown = rows.head(SHOWN).iloc[::-1]
    names = [as_figure_text(label, 24) if pd.notna(label) else "(not stated)" for label in shown["label"]]
    trace = go.Bar(
        x=shown[measure],
        y=list(range(len(shown))),
        orientation="h",
        marker={"color": [theme.ACCENT[mode] if pd.notna(key) else theme.GREY[mode] for key in shown["key"]]},
        text=[theme.count(value) for value in shown[measure]],
        textposition="outside",
        cliponaxis=False,
        customdata=[[key if pd.notna(key) else ""] for key in shown["key"]],
        hovertext=names,
        hovertemplate=f"%{{hovertext}}<br>%{{text}} {unit}<extra></extra>",
        unselected={"marker": {"opacity": 1}},
    )
    drawn = go.Figure(trace)
    top = float(shown[measure].max()) if len(shown) else 1.0
    drawn.update_layout(template=theme.template(mode), height=46 + 30 * max(len(shown), 2), margin={"t": 4})
    title = unit if len(rows) <= SHOWN else f"{unit} · the {SHOWN} largest of {len(rows)}"
    drawn.update_xaxes(range=[0, top * 1.18 or 1], nticks=4, title_text=title, showticklabels=False, showgrid=False)
    drawn.update_yaxes(range=[min(len(shown), 2) - 2.5, len(shown) - 0.5], tickvals=list(range(len(shown))), ticktext=names, showgrid=False, tickfont={"color": theme.INK[mode]},
                        ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")  # fmt: skip
    return drawn
