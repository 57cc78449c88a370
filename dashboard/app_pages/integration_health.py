"""Do messages get through between the systems? Failures per interface, error classes, retries, dead letters."""

import pandas as pd
import streamlit as st

from dashboard import answers, data, figures, period
from dashboard.charts import rates
from dashboard.components import (
    csv,
    filter_bar,
    integration_hidden,
    integration_messages,
    integration_view,
    plain,
    tile,
)
from dashboard.components.answer_place import reserved


def main() -> None:
    """Five tiles, the rate by interface beside the classes of error, interfaces and dead letters as tables."""
    reader = data.reader()
    head = reader.header()
    st.title("Do messages get through between the systems?", anchor=False)
    answer, recent = reserved(), reader.recent(head)
    state = integration_view.narrowed(filter_bar.show(reader, recent, has_rows=False))
    asked, source = period.of(state, recent), (*state.source_system, "")[0]
    row = reader.row("integration_total", source=source, since=asked.bounds["since"], until=asked.bounds["until"])
    if not row["n"]:
        integration_view.none_loaded()
        return
    rows = rates.frame(reader.frame("integration_interface", None, source=source, **asked.bounds))
    answer.markdown(plain.as_text(answers.integration(row, rows, asked)))
    found = figures.Figures(reader, state.without_time(), asked)
    tile.row(integration_view.tiles(found, row, head.currency))
    pictures(reader, rows, source, asked)
    integration_view.patterns(found, source)
    if len(rows):
        st.subheader("Interfaces", anchor=False)
        integration_view.interfaces(rows)
        csv.button("CSV", "interfaces", lambda: rows, "csv_interfaces")
    integration_view.dead_letters(reader, source, row)
    integration_hidden.show(reader, found, source, head.currency)


def pictures(reader: data.Reader, rows: pd.DataFrame, source: str, asked: period.Period) -> None:
    """The rate of every interface with its interval, and which class of error hits which; a click shows the messages."""
    left, right = st.columns(2, gap="large")
    with left:
        integration_view.rate_by_interface(rows)
    with right:
        integration_view.classes(reader, source, asked)
    integration_messages.chosen(reader, rows, source, asked)


main()
