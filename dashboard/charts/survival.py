"""What share is still unresolved after so long? The Kaplan–Meier curve with its band."""

from math import floor
from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from control_tower.analysis.cycle_time import SurvivalCurve
from dashboard import theme

POINTS: Final = 400
_PERCENT: Final = 100.0
_EXACT: Final = 10_000
#: marks that take a click without being drawn: a line alone takes none
_UNSEEN: Final = {"size": 9, "opacity": 0}


def frame(curve: SurvivalCurve) -> pd.DataFrame:
    """The curve as rows: hours, unresolved, low, high (0–1), at_risk; thinned to what a screen can show."""
    names = {"hours": curve.duration, "unresolved": curve.survival, "low": curve.low, "high": curve.high}
    rows = pd.DataFrame({**names, "at_risk": curve.at_risk})
    start = pd.DataFrame([{"hours": 0.0, "unresolved": 1.0, "low": 1.0, "high": 1.0, "at_risk": rows["at_risk"].max()}])
    if len(rows) > POINTS:
        keep = np.unique(np.searchsorted(-rows["unresolved"], -np.linspace(1, rows["unresolved"].min(), POINTS)))
        rows = rows.iloc[np.unique(np.append(keep[keep < len(rows)], len(rows) - 1))]
    return pd.concat([start, rows], ignore_index=True)


def figure(rows: pd.DataFrame, mode: str, quantiles: dict[str, float | None]) -> go.Figure:
    """Steps falling from 100 %, cut where nearly all is resolved; a mark and its name where each quantile is reached.

    quantiles: name → hours, None = not reached. A click carries the hours, rounded down to a third of a second.
    """
    in_days, width = _scale(rows)
    per = 24.0 if in_days else 1.0
    x = rows["hours"] / per
    drawn = go.Figure()
    for column, fill in (("high", None), ("low", "tonexty")):
        drawn.add_scatter(
            x=x, y=_PERCENT * rows[column].fillna(rows["unresolved"]), mode="lines", hoverinfo="skip", fill=fill,
            line={"width": 0, "shape": "hv"}, fillcolor="rgba(47,109,181,0.22)",
        )  # fmt: skip
    unit = "days" if in_days else "hours"
    drawn.add_scatter(
        x=x, y=_PERCENT * rows["unresolved"], mode="lines+markers", marker=_UNSEEN, selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}}, line={"color": theme.ACCENT[mode], "width": 2.5, "shape": "hv"},
        customdata=[[f"{floor(_EXACT * hours) / _EXACT:.12g}"] for hours in rows["hours"]],
        hovertemplate=f"after %{{x:,.1f}} {unit}<br>%{{y:.1f}} % still unresolved<extra></extra>",
    )  # fmt: skip
    for (name, hours), left in zip(quantiles.items(), (50, 25, 10), strict=False):
        if hours is not None and hours / per <= width:
            _mark(drawn, (hours / per, left), f"{name} {theme.hours(hours)}", mode, is_late=hours / per > 0.6 * width)
    drawn.update_layout(template=theme.template(mode), height=320, margin={"t": 12}, hoverdistance=-1)
    drawn.update_yaxes(range=[0, 104], title_text="% still unresolved", nticks=6)
    drawn.update_xaxes(range=[0, width], title_text=f"{unit} since detection", rangemode="tozero")
    return drawn


def _mark(drawn: go.Figure, place: tuple[float, float], words: str, mode: str, is_late: bool) -> None:
    """A point and its name; late on the axis the name stands to the left, above the curve that falls to the mark."""
    x, y = place
    drawn.add_scatter(x=[x], y=[y], mode="markers", hoverinfo="skip", marker={"color": theme.INK[mode], "size": 8})
    drawn.add_annotation(
        x=x, y=y, text=words, showarrow=False, yshift=24 if is_late else 10, xshift=4,
        xanchor="right" if is_late else "left", font={"color": theme.INK[mode], "size": 12},
    )  # fmt: skip


def _scale(rows: pd.DataFrame) -> tuple[bool, float]:
    """Whether the axis is in days, and where it ends: where 3 % are left, or at the last duration."""
    reached = rows[rows["unresolved"] <= 0.03]
    end = float(reached["hours"].iloc[0] if len(reached) else rows["hours"].max()) or 1.0
    return end > 96, 1.05 * (end / 24 if end > 96 else end)
