"""Is a unit worse than its mix of cases, or only small? Observed ÷ expected by size, between the limits of chance (RCA-06)."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """One dot per unit on its expected number; outside its limits it stands out and is named.

    rows: label, observed, expected, ratio, low, high (limits at this size), is_outside.
    """
    known = rows.sort_values("expected", kind="stable")
    drawn = go.Figure()
    for name in ("low", "high"):
        drawn.add_scatter(x=known["expected"], y=known[name], mode="lines", hoverinfo="skip",
                          line={"color": theme.QUIET[mode], "width": 1, "dash": "dot"})  # fmt: skip
    colours = [theme.ARRIVED[mode] if outside else theme.GREY[mode] for outside in known["is_outside"]]
    drawn.add_scatter(
        x=known["expected"], y=known["ratio"], mode="markers", marker={"color": colours, "size": 11},
        hovertext=[
            f"{as_figure_text(row['label'])}<br>{row['observed']:,.0f} observed, {row['expected']:,.1f} expected"
            for row in known.to_dict("records")
        ],
        hovertemplate="%{hovertext}<br>%{y:.2f} times<extra></extra>",
    )  # fmt: skip
    for row in known[known["is_outside"]].to_dict("records"):
        drawn.add_annotation(x=row["expected"], y=row["ratio"], text=as_figure_text(row["label"], 24), showarrow=False,
                             yshift=14, font={"color": theme.INK[mode]})  # fmt: skip
    drawn.add_hline(y=1, line={"color": theme.QUIET[mode], "width": 1})
    drawn.update_layout(template=theme.template(mode), height=320, margin={"t": 24})
    drawn.update_xaxes(title_text="late exceptions expected from its mix", rangemode="tozero", nticks=6)
    drawn.update_yaxes(title_text="observed ÷ expected", nticks=5)
    return drawn
