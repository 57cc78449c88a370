"""How did the cases really flow, and where do they wait? The map, and what lies behind the step or path selected."""

import streamlit as st

from dashboard import answers, data
from dashboard.components import (
    answer_place,
    empty,
    figure,
    filter_bar,
    map_controls,
    map_selection,
    map_state,
    map_view,
    plain,
    quiet,
)  # fmt: skip
from dashboard.mining import Mining


def main() -> None:
    """The filters, the map beside what is selected on it, its table twin."""
    reader = data.reader()
    st.title("How did the cases really flow, and where do they wait?", anchor=False)
    answer = answer_place.reserved()
    filter_bar.show(reader, reader.recent(reader.header()), has_rows=True)
    cohort, refused = map_state.adopt()
    for sentence in refused:
        quiet.line(f":orange[{plain.as_text(sentence)}]")
    mining = Mining(reader, cohort, map_state.is_collapsed())
    views = mining.views()
    if not views:
        figure.nothing("No events", "This build holds no events, so there is nothing to map.")
        return
    whole = mining.map()
    cut = map_controls.show(mining, views, whole)
    if not whole.cases:
        empty.no_cases(cohort)
        return
    answer.markdown(plain.as_text(answers.process_map(whole, mining.waits())))
    selection = map_state.selection(one.name for one in whole.activities)
    looked_at, shown, look = map_view.seen(mining, whole, cut, selection)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        map_view.show(mining, (looked_at, shown), look)
    with right:
        map_selection.show(mining, whole, selection)


main()
