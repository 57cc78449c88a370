"""What was planned and what happened? One line per milestone: a hollow mark for the plan, a filled one for the fact."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components import plain


def figure(rows: pd.DataFrame, mode: str, as_of: pd.Timestamp | None) -> go.Figure:
    """rows: milestone, planned_at, actual_at (UTC); late ones are joined by a red line, those in time by a green one."""
    shown = rows.iloc[::-1].reset_index(drop=True)
    labels = [plain.as_figure_text(name, 28) for name in shown["milestone"]]
    drawn = go.Figure()
    for place, row in shown.iterrows():
        if (line := _line(row, as_of)) is not None:
            until, colour, dash = line
            style = {"color": colour, "width": 3, "dash": dash}
            drawn.add_scatter(
                x=[row["planned_at"], until], y=[place, place], mode="lines", hoverinfo="skip", line=style
            )
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
    drawn.update_xaxes(title_text="day, UTC", type="date", range=_range(rows, as_of))
    return drawn


def _line(row: pd.Series, as_of: pd.Timestamp | None) -> tuple[pd.Timestamp, str, str] | None:
    """From the plan to the fact, or to the log's end where the fact is overdue: until when, in which colour and dash."""
    late, early, _ = theme.BADGE_SLA
    planned, actual = row["planned_at"], row["actual_at"]
    if pd.isna(planned):
        return None
    if pd.notna(actual):
        return actual, late if actual > planned else early, "solid"
    return (as_of, late, "dot") if as_of is not None and as_of > planned else None


def _range(rows: pd.DataFrame, as_of: pd.Timestamp | None) -> list[pd.Timestamp]:
    """What has happened and the two weeks after it; a plan for a far day stands in the table alone."""
    known = pd.concat([rows["actual_at"], rows["planned_at"], pd.Series([as_of], dtype="datetime64[us]")]).dropna()
    past = pd.concat([rows["actual_at"], pd.Series([as_of], dtype="datetime64[us]")]).dropna()
    last = min(known.max(), (past if len(past) else known).max() + pd.Timedelta(days=14))
    edge = max((last - known.min()) * 0.04, pd.Timedelta(hours=1))
    return [known.min() - edge, last + edge]
