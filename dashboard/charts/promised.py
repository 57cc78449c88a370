"""Did decisions bring what they promised? A bar per kind of decision and a tick at the promise."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8


def figure(rows: pd.DataFrame, mode: str, currency: str) -> go.Figure:
    """rows: label, expected_amount, realised_amount (of the measured ones), measured; largest promise on top."""
    shown = rows.head(SHOWN).iloc[::-1]
    places = list(range(len(shown)))
    names = [as_figure_text(label, 24) for label in shown["label"]]
    drawn = go.Figure()
    drawn.add_bar(
        x=shown["realised_amount"], y=places, orientation="h", marker={"color": theme.ACCENT[mode]},
        hovertext=names, hovertemplate="%{hovertext}<br>realised %{x:,.0f}<extra></extra>",
    )  # fmt: skip
    drawn.add_scatter(
        x=shown["expected_amount"], y=places, mode="markers", hovertext=names,
        marker={"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": theme.INK[mode]}},
        hovertemplate="%{hovertext}<br>expected %{x:,.0f}<extra></extra>",
    )  # fmt: skip
    for place, row in zip(places, shown.to_dict("records"), strict=True):
        drawn.add_annotation(
            x=max(row["realised_amount"], row["expected_amount"]), y=place, xanchor="left", xshift=10, showarrow=False,
            text=theme.percent(row["realised_amount"], row["expected_amount"], 0), font={"color": theme.INK[mode]},
        )  # fmt: skip
    top = float(shown[["expected_amount", "realised_amount"]].max().max()) if len(shown) else 1.0
    least = float(min(shown["realised_amount"].min(), 0.0)) if len(shown) else 0.0
    drawn.update_layout(template=theme.template(mode), height=76 + 44 * max(len(shown), 2), margin={"t": 4})
    drawn.update_xaxes(range=[1.1 * least, 1.2 * top or 1], nticks=5, tickformat="~s",
                       title_text=f"{currency} · bar: realised · tick: expected")  # fmt: skip
    drawn.update_yaxes(tickvals=places, ticktext=names, showgrid=False, tickfont={"color": theme.INK[mode]},
                       ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")  # fmt: skip
    return drawn
