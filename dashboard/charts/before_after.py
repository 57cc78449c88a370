"""What was a rate before a change and after it, there and elsewhere? Dots per 1,000 with intervals."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from scipy import stats

from dashboard import theme


def rows(found: Mapping[str, Any]) -> pd.DataFrame:
    """period, rate, low, high per 1,000 (95 %, exact binomial) of the place, and the rate elsewhere, from a measurement."""
    made = []
    for period in ("before", "after"):
        failed, exposed = found[f"failed_{period}"], found[f"exposed_{period}"]
        if not exposed:
            continue
        low = stats.beta.ppf(0.025, failed, exposed - failed + 1) if failed else 0.0
        high = stats.beta.ppf(0.975, failed + 1, exposed - failed) if failed < exposed else 1.0
        rest = found[f"rest_{period}"]
        made.append({"period": period, "failed": failed, "exposed": exposed, "rate": 1000 * failed / exposed, "low": 1000 * low,
                     "high": 1000 * high, "elsewhere": None if rest is None else 1000 * rest})  # fmt: skip
    return pd.DataFrame(made, columns=["period", "failed", "exposed", "rate", "low", "high", "elsewhere"])


def figure(shown: pd.DataFrame, mode: str) -> go.Figure:
    """`rows`: dots with whiskers for the place, a tick for elsewhere; before on top; a click carries "before" or "after"."""
    order = shown.iloc[::-1].reset_index(drop=True)
    drawn = go.Figure(go.Scatter(
        x=order["rate"], y=order.index, mode="markers", marker={"size": 12, "color": theme.ACCENT[mode]},
        error_x={"type": "data", "symmetric": False, "array": order["high"] - order["rate"],
                 "arrayminus": order["rate"] - order["low"], "color": theme.QUIET[mode], "thickness": 1.5},
        hovertext=order["period"], hovertemplate="%{hovertext}<br>%{x:,.1f} per 1,000<extra></extra>",
        customdata=[[word] for word in order["period"]], unselected={"marker": {"opacity": 1}},
    ))  # fmt: skip
    drawn.add_scatter(
        x=order["elsewhere"], y=order.index, mode="markers", hovertemplate="elsewhere<br>%{x:,.1f} per 1,000<extra></extra>",
        marker={"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": theme.GREY[mode]}},
    )  # fmt: skip
    for place, row in enumerate(order.to_dict("records")):
        drawn.add_annotation(x=row["high"], y=place, text=f"{row['rate']:,.1f}", xanchor="left", xshift=8, showarrow=False,
                             font={"color": theme.INK[mode]})  # fmt: skip
    top = float(order[["high", "elsewhere"]].max().max()) if len(order) else 1.0
    drawn.update_layout(template=theme.template(mode), height=170, margin={"t": 4})
    drawn.update_xaxes(range=[0, 1.2 * (top or 1.0)], nticks=5, title_text="per 1,000 · grey tick: elsewhere")
    drawn.update_yaxes(tickvals=list(order.index), ticktext=list(order["period"]), range=[-0.6, len(order) - 0.4], showgrid=False,
                       tickfont={"color": theme.INK[mode]}, ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")  # fmt: skip
    return drawn
