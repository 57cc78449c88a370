"""What was planned and what happened? One line per milestone: a hollow mark for the plan, a filled one for the fact."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components import plain


def figure(rows: pd.DataFrame, mode: str, as_of: pd.Timestamp | None) -> go.Figure:
    """rows: milestone, planned_at, actual_at (UTC); late ones are joined by a red line, those in time by a green one."""
    late, early = theme.BADGE_SLA[0], theme.BADGE_SLA[1]
    shown = rows.iloc[::-1].reset_index(drop=True)
    labels = [plain.as_figure_text(name, 28) for name in shown["milestone"]]
    drawn = go.Figure()
    for place, row in shown.iterrows():
        planned, actual = row["planned_at"], row["actual_at"]
        until = actual if pd.notna(actual) else as_of
        if pd.notna(planned) and until is not None and pd.notna(until) and (pd.notna(actual) or until > planned):
            is_late = until > planned
            drawn.add_scatter(
                x=[planned, until], y=[place, place], mode="lines", hoverinfo="skip",
                line={"color": late if is_late else early, "width": 3, "dash": "solid" if pd.notna(actual) else "dot"},
            )  # fmt: skip
    common = {"mode": "markers", "y": list(range(len(shown)))}
    ink, ground = theme.INK[mode], theme.GREY[mode]
    drawn.add_scatter(
        x=shown["planned_at"], marker={"symbol": "diamond-open", "size": 11, "color": ink, "line": {"width": 2}},
        customdata=labels, hovertemplate="%{customdata}<br>planned %{x|%d %b %Y %H:%M} UTC<extra></extra>", **common,
    )  # fmt: skip
    drawn.add_scatter(
        x=shown["actual_at"], marker={"symbol": "circle", "size": 9, "color": theme.ACCENT[mode]},
        customdata=labels, hovertemplate="%{customdata}<br>%{x|%d %b %Y %H:%M} UTC<extra></extra>", **common,
    )  # fmt: skip
    if as_of is not None:
        drawn.add_vline(x=as_of, line={"color": ground, "width": 1, "dash": "dot"})
    drawn.update_layout(template=theme.template(mode), height=56 + 26 * len(shown), margin={"t": 8})
    drawn.update_yaxes(
        tickvals=list(range(len(shown))), ticktext=labels, range=[-0.6, len(shown) - 0.4], showgrid=False
    )
    drawn.update_xaxes(title_text="day, UTC", range=_range(rows, as_of))
    return drawn


def _range(rows: pd.DataFrame, as_of: pd.Timestamp | None) -> list[pd.Timestamp]:
    """What has happened and the two weeks after it; a plan for a far day stands in the table alone."""
    known = pd.concat([rows["actual_at"], rows["planned_at"], pd.Series([as_of], dtype="datetime64[us]")]).dropna()
    past = pd.concat([rows["actual_at"], pd.Series([as_of], dtype="datetime64[us]")]).dropna()
    last = min(known.max(), (past if len(past) else known).max() + pd.Timedelta(days=14))
    edge = max((last - known.min()) * 0.04, pd.Timedelta(hours=1))
    return [known.min() - edge, last + edge]
