"""What does each number mean, and what is it now? Every definition with its value, its lineage and its rows."""

import streamlit as st

from dashboard import answers, data, figures, filters, period
from dashboard.components import answer_place, catalogue, csv, filter_bar, plain


def main() -> None:
    """The whole catalogue as one table; a row opens its definition."""
    reader = data.reader()
    head = reader.header()
    st.title("What does each number mean, and what is it now?", anchor=False)
    answer, recent = answer_place.reserved(), reader.recent(head)
    state = filter_bar.show(reader, recent, has_rows=False)
    found = figures.Figures(reader, state.without_time(), period.of(state, recent))
    answer.markdown(answers.so_far(len(figures.catalogue()), catalogue.known_count(found)))
    rows = catalogue.overview(found, head.currency)
    answer.markdown(plain.as_text(answers.catalogue(rows, found.asked)))
    chosen = filters.local("kpi", dict.fromkeys(figures.catalogue(), ""))
    if chosen:
        catalogue.panel(found, chosen, head.currency)
    catalogue.listing(rows)
    csv.button(f"CSV of all {len(rows)}", "kpi_catalogue", lambda: rows, "csv_catalogue")
    catalogue.go_on(int((rows["state"] == "pending").sum()))


main()
