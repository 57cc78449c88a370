"""Is flow quality getting better, and what is at risk? The balanced picture of a month in one screen."""

import pandas as pd
import streamlit as st

from dashboard import answers, data, figures, period
from dashboard.charts import trend
from dashboard.components import answer_place, empty, figure, filter_bar, overview, overview_causes, plain, tile


def main() -> None:
    """Flow, speed, service, money and integration; the flow week by week; three causes."""
    reader = data.reader()
    head = reader.header()
    st.title("Is flow quality getting better, and what is at risk?", anchor=False)
    answer, recent = answer_place.reserved(), reader.recent(head)
    state = filter_bar.show(reader, recent, has_rows=False)
    asked, shown = period.of(state, recent), state.without_time()
    if not reader.row("exception_total", shown)["n"]:
        empty.no_rows(reader, shown)
        return
    found = figures.Figures(reader, shown, asked)
    causes = reader.frame("cause", shown, row_limit=50, **asked.bounds)
    tiles = overview.tiles(found, head.currency)
    answer.markdown(plain.as_text(answers.executive(tiles, causes, asked)))
    tile.row(tiles)
    left, right = st.columns([3, 2], gap="large")
    with left:
        name, points = overview.leading_trend(found)
        one, scale = figures.definition(name), 100 if figures.definition(name).unit == "percent" else 1
        unit = {"percent": "%", "per_1000": "per 1,000 orders"}.get(one.unit, "per week")
        goal = figures.target(name)
        drawn = trend.figure(points.assign(value=points["value"].astype(float) * scale), figure.mode(), unit,
                             goal * scale if goal else None, pd.Timestamp(asked.first))  # fmt: skip
        figure.chooses(overview.figure_title(name), drawn, points, "flow_quality", overview.narrow_to_week)
    with right:
        overview_causes.show(reader, causes, shown, asked)


main()
