"""What goes differently here than there, or now than before? Two sets of cases, told from chance."""

import streamlit as st

from control_tower.errors import NotAvailable
from dashboard import data
from dashboard.components import compare_view, mined, plain, quiet, tile
from dashboard.conforming import Conforming


def main() -> None:
    """The two sets chosen, tiles, the largest differences with their intervals, every step and path."""
    reader = data.reader()
    st.title("What goes differently here than there, or now than before?", anchor=False)
    answer = st.empty()
    cohort = mined.cohort(reader)
    if cohort is None:
        return
    with mined.controls():
        mined.view(reader, cohort)
        chosen = compare_view.two(reader, cohort)
    if chosen is None:
        quiet.line("There are no two to compare: this build knows at most one. Choose another kind of comparison.")
        return
    first, second, first_name, second_name = chosen
    try:
        found = Conforming(reader, first).beside(second)
    except NotAvailable as error:
        quiet.line(plain.as_text(str(error)))
        return
    rows = compare_view.named(found)
    answer.markdown(plain.as_text(compare_view.answer(found, rows, first_name, second_name)))
    tile.row(compare_view.tiles(found, first_name, second_name), is_timed=False)
    if said := compare_view.open_ones(found):
        quiet.line(said)
    compare_view.picture(rows, first_name, second_name)
    compare_view.listing(rows, first_name, second_name)


main()
