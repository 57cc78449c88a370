"""What is ageing, and who owns it? Age by severity, and the rows behind it, the costliest first."""

from functools import partial
from typing import Any

import streamlit as st

from control_tower.filters import Filters
from dashboard import answers, data, filters
from dashboard.charts import aging
from dashboard.components import answer_place, csv, details, empty, figure, filter_bar, plain, quiet, table


def main() -> None:
    """The filtered exceptions: an answer, the ageing figure, the table, one of them in full."""
    reader = data.reader()
    head = reader.header()
    st.title("What is ageing, and who owns it?", anchor=False)
    answer = answer_place.reserved()
    state = filter_bar.show(reader, reader.recent(head), has_rows=True)
    total = reader.row("exception_total", state)
    if not total["n"]:
        empty.no_rows(reader, state)
        return
    answer.markdown(plain.as_text(answers.exceptions(total, head.currency)))
    ageing(reader, state, is_open=bool(total["open_count"]))
    rows(reader, state, total, head.currency)


def ageing(reader: data.Reader, state: Filters, is_open: bool) -> None:
    """The buckets of K10 for what is open; where nothing is, how long the resolved ones took."""
    title = "Age of what is open" if is_open else "Nothing is open; how long the resolved ones took"
    unit = "open" if is_open else "resolved"
    cells = reader.frame("aging", state, whose=unit)
    if cells.empty:
        figure.nothing(title, "No exception of this selection has a duration.")
    else:
        figure.show(title, aging.figure(cells, figure.mode(), unit), cells, "ageing", "aging" if is_open else "")


def rows(reader: data.Reader, state: Filters, total: dict[str, Any], currency: str) -> None:
    """Fifty rows, the way to the others, all of them as CSV, and the one that is opened."""
    n, chosen = int(total["n"]), filters.local("exception")
    skip = min(filters.number("skip"), n - 1) // table.PAGE_ROWS * table.PAGE_ROWS
    with st.container(horizontal=True, vertical_alignment="center"):
        sort = table.sorter()
        file_rows = partial(reader.export, "exception_export", state, row_limit=csv.MOST_ROWS, sort=sort)
        csv.button(f"CSV of {csv.how_many(n)}", "exceptions", file_rows, "csv_rows")
    if not total["value_known_count"]:
        quiet.line("Value at risk: not available because no row of this selection carries an amount with a currency.")
    left, right = st.columns([3, 2], gap="medium") if chosen else (st.container(), st.container())
    with left:
        page = reader.frame("exception_row", state, row_limit=table.PAGE_ROWS, skip=skip, sort=sort)
        table.exceptions_beside_details(page, currency, f"rows_{hash((state, sort, skip))}", has_details=bool(chosen))
        table.pager(n, skip)
    with right:
        details.show(reader, chosen, currency)


main()
