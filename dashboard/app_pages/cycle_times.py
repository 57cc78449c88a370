"""How long does it take until an exception is fixed, counting those still open? Curve, quantiles, who takes longer."""

import streamlit as st

from control_tower.analysis.cycle_time import cycle_time, survival_curve
from dashboard import answers, data, figures, filters, period
from dashboard.components import aging_view, cycle_view, empty, filter_bar, groups_table, plain, quiet, tile
from dashboard.components.answer_place import reserved

KPI, TWIN = "resolution_cycle_time", "resolution_business_time"


def main() -> None:
    """Five tiles, the curve beside who takes longer, what is still to come, the groups as a table."""
    reader = data.reader()
    head = reader.header()
    st.title("How long until an exception is fixed?", anchor=False)
    answer, recent = reserved(), reader.recent(head)
    state = filter_bar.show(reader, recent, has_rows=False, is_any_time=True)
    is_whole = not (state.since or state.until)
    found = figures.Figures(reader, state.without_time(), period.of(state, recent), whole=is_whole)
    single = found.durations(KPI).get(None)
    if single is None or not single.values.size:
        empty.no_rows(reader, state.without_time() if is_whole else state)
        return
    times, curve = cycle_time(single.values, single.outcomes), survival_curve(single.values, single.observed)
    answer.markdown(plain.as_text(answers.cycle_times(times, "all time" if is_whole else found.asked.words)))
    tile.row(cycle_view.tiles(times, head.small_sample, found.points(KPI)))
    quiet.line(plain.as_text(cycle_view.business_words(found.now(TWIN))))
    by = aging_view.choice("By", "by", cycle_view.BY, "type_code")
    left, right = st.columns(2, gap="large")
    with left:
        groups_table.curve(times, curve, found)
    with right:
        groups = groups_table.medians_by(found, KPI, by, head.small_sample)
    st.subheader("What is still to come", anchor=False)
    waited = float(aging_view.choice("Already waited", "waited", cycle_view.WAITED, "144"))
    st.markdown(plain.as_text(cycle_view.still_to_come(curve, waited)))
    if len(groups):
        groups_table.show(groups, cycle_view.BY[by])
    st.page_link(
        "app_pages/exceptions.py", label="Show the exceptions", query_params=filters.link(state), icon=":material/list:"
    )


main()
