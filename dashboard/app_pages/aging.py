"""What has waited too long, and how long until it is cleared? Age by holder, the flow, what is due next."""

from dataclasses import replace
from functools import partial

import streamlit as st

from control_tower.filters import Filters
from dashboard import answers, data, figures, filters, period, theme
from dashboard.components import aging_tiles, aging_view, csv, empty, figure, filter_bar, plain, table, tile
from dashboard.components.answer_place import reserved


def main() -> None:
    """Five tiles, open by age and holder beside the cumulative flow, who holds it, what is due first."""
    reader = data.reader()
    head = reader.header()
    st.title("What has waited too long, and when is it cleared?", anchor=False)
    answer, recent = reserved(), reader.recent(head)
    state = filter_bar.show(reader, recent, has_rows=False).without_time()
    row = reader.row("aging_total", state, days=aging_tiles.FLOW_DAYS)
    if not row["n"]:
        empty.no_rows(reader, state)
        return
    found = figures.Figures(reader, state, period.of(replace(state, since=None, until=None), recent))
    row |= {"stock_count": found.now("open_exceptions").value}
    row |= {"open_value": found.now("value_at_risk").value, "late_count": found.now("past_sla_open").value}
    answer.markdown(plain.as_text(answers.aging(row, head.currency)))
    if not row["open_count"]:
        figure.nothing("Nothing is open", "Cycle times says how long the resolved ones took.")
        st.page_link("app_pages/cycle_times.py", query_params=filters.link(state), icon=":material/timer:")
        aging_view.flow(reader, state, found.asked.bounds["until"])
        return
    tile.row(aging_tiles.build(found, row, head.currency))
    by = aging_view.choice("By", "by", aging_view.BY, "type_code")
    left, right = st.columns(2, gap="large")
    with left:
        cells = aging_view.bars(reader, state, by)
    with right:
        aging_view.flow(reader, state, found.asked.bounds["until"])
    st.subheader("Who holds it", anchor=False)
    aging_view.holders(cells, head.currency)
    due_first(reader, state, row["open_count"], head.currency)


def due_first(reader: data.Reader, state: Filters, n: int, currency: str) -> None:
    """The open ones in the order of their due times, the latest past it on top; all of them as CSV."""
    st.subheader("Due first", anchor=False)
    opened = replace(state, state="open")
    due = reader.frame("exception_row", opened, row_limit=20, skip=0, sort="due")
    picked = table.exceptions(due, currency, key="due_rows")
    rows = partial(reader.export, "exception_export", opened, row_limit=csv.MOST_ROWS, sort="due")
    csv.button(f"CSV of all {theme.count(n)} open", "open_exceptions", rows, "csv_due")
    if picked:
        st.switch_page("app_pages/exceptions.py", query_params=filters.link(opened, exception=picked))


main()
