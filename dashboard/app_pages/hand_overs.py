"""Who hands work to whom, and where does it wait or come back? Between people, teams, departments or systems."""

import streamlit as st

from control_tower.errors import NotAvailable
from dashboard import data
from dashboard.components import answer_place, handovers_view, mined, plain, quiet, tile
from dashboard.conforming import Conforming
from process_mining.handovers import LEVELS


def main() -> None:
    """The level chosen, five tiles, the network beside the cases of what is picked on it, every pair."""
    reader = data.reader()
    st.title("Who hands work to whom, and where does it wait or come back?", anchor=False)
    answer = answer_place.reserved()
    cohort = mined.cohort(reader)
    if cohort is None:
        return
    held = Conforming(reader, cohort)
    names = {"resource": "people", "team": "teams", "department": "departments", "system": "source systems"}
    with mined.controls():
        mined.view(reader, cohort)
        level = mined.choice("Between", "level", ["team", *(one for one in LEVELS if one != "team")], names, 180)
        way = mined.choice("Drawn as", "drawn", list(handovers_view.WAYS), handovers_view.WAYS, 150)
        measure = mined.choice("Show", "measure", list(handovers_view.MEASURES), handovers_view.MEASURES, 180)
    try:
        found = held.hand_overs(level)
    except NotAvailable as error:
        quiet.line(plain.as_text(str(error)))
        return
    answer.markdown(plain.as_text(handovers_view.answer(found)))
    tile.row(handovers_view.tiles(found), is_timed=False)
    if not found.times:
        return
    handovers_view.network(held, found, measure, way)
    handovers_view.listing(found)


main()
