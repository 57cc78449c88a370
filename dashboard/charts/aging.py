"""How old is what is open, and how severe? One bar per bucket of K10, stacked by severity."""

import pandas as pd
import plotly.graph_objects as go

from control_tower.filters import AGING
from control_tower.vocabulary import Severity
from dashboard import theme


def figure(cells: pd.DataFrame, mode: str, unit: str) -> go.Figure:
    """Buckets in their order of time; the total stands above each bar; a click carries the bucket.

    cells: bucket (word of AGING), severity, n (count).
    """
    table = cells.pivot_table(index="bucket", columns="severity", values="n", aggfunc="sum", fill_value=0)
    table = table.reindex(list(AGING), fill_value=0)
    names = [AGING[word][0].value for word in table.index]
    drawn = go.Figure()
    for level in reversed(list(Severity)):
        values = table[level] if level in table else pd.Series(0, index=table.index)
        drawn.add_bar(
            x=names,
            y=values,
            name=level.value.capitalize(),
            marker={"color": theme.severity(mode)[level]},
            customdata=[[word] for word in table.index],
            hovertemplate=f"%{{x}}, {level.value}<br>%{{y:,.0f}} {unit}<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )
    for name, total in zip(names, table.sum(axis=1), strict=True):
        drawn.add_annotation(x=name, y=total, text=theme.count(total), showarrow=False, yshift=10)
    legend = {"orientation": "h", "x": 0, "y": 1.08, "yanchor": "bottom", "traceorder": "reversed", "itemclick": False,
              "itemdoubleclick": False}  # fmt: skip
    drawn.update_layout(
        template=theme.template(mode), barmode="stack", height=285, showlegend=True, legend=legend, margin={"t": 58}
    )
    drawn.update_yaxes(title_text=unit, rangemode="tozero", nticks=4)
    return drawn
