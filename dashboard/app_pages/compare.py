"""What goes differently here than there, or now than before? Two sets of cases on one map, told from chance."""

import streamlit as st

from control_tower.errors import NotAvailable
from dashboard import data
from dashboard.components import (
    answer_place,
    compare_view,
    difference_view,
    log_export,
    map_controls,
    mined,
    plain,
    quiet,
    tile,
)
from dashboard.conforming import Conforming
from dashboard.mining import Mining


def main() -> None:
    """The two sets chosen, tiles, the map of their differences, the largest with their intervals, every step and path."""
    reader = data.reader()
    st.title("What goes differently here than there, or now than before?", anchor=False)
    answer = answer_place.reserved()
    cohort = mined.cohort(reader)
    if cohort is None:
        return
    with mined.controls():
        mined.view(reader, cohort)
        two = compare_view.two(reader, cohort)
        mined.choice("By", "by", list(difference_view.BY), difference_view.BY, 112)
        mined.choice("Draw", "draw", list(difference_view.DRAWS), difference_view.DRAWS, 136)
    map_controls.chips(cohort)
    if two is None:
        quiet.line("There are no two to compare: this build knows at most one. Choose another kind of comparison.")
        return
    try:
        found, overlay = Conforming(reader, two.cohorts[0]).laid_over(two.cohorts[1])
    except NotAvailable as error:
        quiet.line(plain.as_text(str(error)))
        return
    rows = compare_view.named(found)
    answer.markdown(plain.as_text(compare_view.answer(found, rows, *two.names)))
    tile.row(compare_view.tiles(found, *two.names), is_timed=False)
    difference_view.show(Mining(reader, cohort), two, overlay)
    if said := compare_view.open_ones(found):
        quiet.line(said)
    compare_view.picture(rows, *two.names)
    compare_view.listing(rows, *two.names)
    log_export.two((Mining(reader, two.cohorts[0]), Mining(reader, two.cohorts[1])), two.names)


main()
