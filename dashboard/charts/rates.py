"""Which interface fails most often? Rates per thousand with their 95 % interval, worst on top."""

from math import sqrt

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 8
_Z = 1.959963984540054


def wilson(failed: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); (0, 1) without trials."""
    if n <= 0:
        return 0.0, 1.0
    share, spread = failed / n, _Z * _Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def frame(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of integration_interface with rate, low and high per 1,000 and the rate before, worst first."""
    made = rows[rows["attempt_count"] > 0].copy()
    made["rate"] = 1000 * made["failed_count"] / made["attempt_count"]
    ends = [wilson(failed, n) for failed, n in zip(made["failed_count"], made["attempt_count"], strict=True)]
    made["low"], made["high"] = [1000 * low for low, _ in ends], [1000 * high for _, high in ends]
    made["rate_before"] = 1000 * made["failed_before"] / made["attempt_before"].where(made["attempt_before"] > 0)
    return made.sort_values(["rate", "attempt_count"], ascending=False, kind="stable")


def figure(rows: pd.DataFrame, mode: str) -> go.Figure:
    """Bars from zero with whiskers; a diamond marks the period before; a click carries the interface's key.

    rows: as `frame` makes them.
    """
    shown = rows.head(SHOWN).iloc[::-1]
    places = list(range(len(shown)))
    drawn = go.Figure(go.Bar(
        x=shown["rate"], y=places, orientation="h", marker={"color": theme.ACCENT[mode]}, name="this period",
        error_x={"type": "data", "array": shown["high"] - shown["rate"], "arrayminus": shown["rate"] - shown["low"],
                 "color": theme.QUIET[mode], "thickness": 1.5},
        hovertext=[f"{as_figure_text(label)}<br>{rate:.1f} per 1,000, likely {low:.1f} to {high:.1f}<br>{failed:,} of {n:,} attempts"
                   for label, rate, low, high, failed, n in shown[["label", "rate", "low", "high", "failed_count", "attempt_count"]].itertuples(index=False)],
        hovertemplate="%{hovertext}<extra></extra>", customdata=[[key] for key in shown["key"]],
        unselected={"marker": {"opacity": 1}},
    ))  # fmt: skip
    drawn.add_scatter(
        x=shown["rate_before"], y=places, mode="markers", name="before", hovertemplate="before: %{x:.1f}<extra></extra>",
        marker={"symbol": "diamond", "size": 9, "color": theme.INK[mode]}, unselected={"marker": {"opacity": 1}},
        customdata=[[key] for key in shown["key"]],
    )  # fmt: skip
    _lay_out(drawn, shown, mode)
    return drawn


def _lay_out(drawn: go.Figure, shown: pd.DataFrame, mode: str) -> None:
    places = list(range(len(shown)))
    reach = shown[["high", "rate_before"]].max(axis=1)
    for place, end, rate in zip(places, reach, shown["rate"], strict=True):
        drawn.add_annotation(
            x=end,
            y=place,
            text=f"{rate:.1f}",
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"color": theme.INK[mode]},
        )
    top = float(reach.max()) if len(shown) else 1.0
    drawn.update_layout(template=theme.template(mode), height=76 + 32 * max(len(shown), 2), margin={"t": 8})
    drawn.update_xaxes(range=[0, 1.25 * top or 1], nticks=5, title_text="per 1,000; whiskers 95 %, ◆ before")
    drawn.update_yaxes(
        tickvals=places, ticktext=[as_figure_text(label, 24) for label in shown["label"]], showgrid=False,
        range=[-0.6, max(len(shown), 2) - 0.4], tickfont={"color": theme.INK[mode]}, ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)",
    )  # fmt: skip
