"""What is ageing, and who owns it? Age by severity, and the rows behind it, the costliest first."""

from functools import partial

import streamlit as st

from dashboard import answers, data, filters, theme
from dashboard.charts import aging
from dashboard.components import csv, details, empty, figure, filter_bar, plain, table


def main() -> None:
    """The filtered exceptions: an answer, the ageing figure, the table, one of them in full."""
    reader = data.reader()
    head = reader.header()
    st.title("What is ageing, and who owns it?", anchor=False)
    answer = st.empty()
    state = filter_bar.show(reader, reader.recent(head), has_rows=True)
    total = reader.row("exception_total", state)
    if not total["n"]:
        answer.markdown("No exception passes these filters.")
        empty.no_rows(reader, state)
        return
    answer.markdown(plain.as_text(answers.exceptions(total, head.currency)))
    whose, title, unit = ("open", "Age of what is open", "open")
    if not total["open_count"]:
        whose, title, unit = ("resolved", "Nothing is open; how long the resolved ones took", "resolved")
    cells = reader.frame("aging", state, whose=whose)
    if cells.empty:
        figure.nothing(title, "No exception of this selection has a duration.")
    else:
        dimension = "aging" if whose == "open" else ""
        figure.show(title, aging.figure(cells, figure.mode(), unit), cells, "ageing", dimension)
    skip = min(filters.number("skip"), max(int(total["n"]) - 1, 0)) // table.PAGE_ROWS * table.PAGE_ROWS
    with st.container(horizontal=True, vertical_alignment="center"):
        sort = table.sorter()
        rows = partial(reader.export, "exception_export", state, row_limit=200_000, sort=sort)
        n = min(int(total["n"]), 200_000)
        csv.button(
            f"CSV of {'all' if n == total['n'] else 'the first'} {theme.count(n)}", "exceptions", rows, "csv_rows"
        )
    if not total["value_known_count"]:
        st.caption("Value at risk: not available because no row of this selection carries an amount with a currency.")
    page = reader.frame("exception_row", state, row_limit=table.PAGE_ROWS, skip=skip, sort=sort)
    chosen = filters.local("exception")
    left, right = st.columns([3, 2], gap="medium") if chosen else (st.container(), None)
    with left:
        table.exceptions_beside_details(page, head.currency, key=f"rows_{hash((state, sort, skip))}")
        table.pager(int(total["n"]), skip)
    if right:
        with right:
            details.show(reader, chosen, head.currency)


main()
