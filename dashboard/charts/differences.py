"""Which shares differ, by how much, and how sure is that? One mark per row with its interval about zero."""

import pandas as pd
import plotly.graph_objects as go

from dashboard import theme
from dashboard.components.plain import as_figure_text

SHOWN = 14


def figure(rows: pd.DataFrame, mode: str, first: str, second: str) -> go.Figure:
    """rows: name, share_difference, share_low, share_high (0–1), is_different; the first SHOWN of them."""
    shown = rows.head(SHOWN).iloc[::-1]
    names = [as_figure_text(name, 34) for name in shown["name"]]
    value, low, high = (100 * shown[column] for column in ("share_difference", "share_low", "share_high"))
    colour = [theme.ACCENT[mode] if different else theme.GREY[mode] for different in shown["is_different"]]
    drawn = go.Figure(
        go.Scatter(
            x=value, y=list(range(len(shown))), mode="markers", marker={"size": 9, "color": colour},
            error_x={"type": "data", "symmetric": False, "array": high - value, "arrayminus": value - low, "thickness": 1.4,
                     "color": theme.QUIET[mode], "width": 3},
            hovertext=names, hovertemplate="%{hovertext}<br>%{x:+.1f} points<extra></extra>",
        )
    )  # fmt: skip
    drawn.update_layout(template=theme.template(mode), height=80 + 27 * max(len(shown), 2), margin={"t": 4})
    words = f"share of cases, points · right: more often in {as_figure_text(first, 24)} · left: in {as_figure_text(second, 24)}"
    drawn.update_xaxes(title_text=words, zeroline=True, zerolinecolor=theme.QUIET[mode], ticksuffix="")
    drawn.update_yaxes(
        tickvals=list(range(len(shown))), ticktext=names, showgrid=False, tickfont={"color": theme.INK[mode]}
    )
    return drawn
