"""Of what is a change made? From what was said to what is said now, one step per part, in the figure's unit."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text


def figure(rows: pd.DataFrame, mode: str, better: str) -> go.Figure:
    """Two whole bars and between them the steps, blue where better, orange where worse, grey where neither is.

    rows: words, amount, told (the amount in words), is_whole, in order; the steps add up from the first whole to the last.
    """
    ends = rows["amount"].where(~rows["is_whole"]).cumsum().fillna(0) + rows["amount"].iloc[0]
    starts = ends - rows["amount"].where(~rows["is_whole"], rows["amount"])
    starts, tops = starts.where(~rows["is_whole"], 0.0), ends.where(~rows["is_whole"], rows["amount"])
    good = {"lower": -1, "higher": 1}.get(better, 0)
    colours = [
        theme.ACCENT[mode] if row["is_whole"] else _colour(row["amount"] * good, mode) for row in rows.to_dict("records")
    ]  # fmt: skip
    drawn = go.Figure(go.Bar(
        x=list(range(len(rows))), y=tops - starts, base=starts, marker={"color": colours}, text=rows["told"], textposition="outside",
        cliponaxis=False, hovertext=rows["words"], hovertemplate="%{hovertext}: %{text}<extra></extra>",
    ))  # fmt: skip
    drawn.update_layout(template=theme.template(mode), height=260, margin={"t": 24})
    drawn.update_xaxes(tickvals=list(range(len(rows))), ticktext=[as_figure_text(word, 18) for word in rows["words"]],
                       showgrid=False, tickfont={"color": theme.INK[mode]})  # fmt: skip
    drawn.update_yaxes(showticklabels=False, rangemode="tozero")
    return drawn


def _colour(judged: float, mode: str) -> str:
    if judged == 0:
        return theme.GREY[mode]
    return theme.RESOLVED[mode] if judged > 0 else theme.ARRIVED[mode]
