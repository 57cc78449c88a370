"""Do cases go as intended, and what does leaving the way cost? A process beside what really happened."""

import streamlit as st

from dashboard import data
from dashboard.components import answer_place, conformance_view, mined, plain, quiet, tile
from dashboard.conforming import Conforming

MINED = "mined"


def main() -> None:
    """The process chosen, five tiles, its drawing with deviations, deviations as rows, rules of order."""
    reader = data.reader()
    st.title("Do cases go as intended, and what does leaving the way cost?", anchor=False)
    answer = answer_place.reserved()
    cohort = mined.cohort(reader)
    if cohort is None:
        return
    held = Conforming(reader, cohort)
    offered = {one.reference.name: one for one in held.offered()}
    names = {name: f"{one.reference.process.title} ({one.cases:,})" for name, one in offered.items()}
    process = mined.choice(
        "Process", "process", [*offered, MINED], names | {MINED: "What the cases themselves do (mined)"}, 420
    )
    if not offered:
        quiet.line(
            "No reference process speaks of these cases, so they are measured against the process mined from them."
        )
    name = "" if process == MINED else process
    chosen = offered[process].reference if name else None
    drawn = chosen.process if chosen else held.model().process
    found = held.check(name)
    if not found.aligned_cases:
        answer.markdown("No case could be measured against this process.")
        return
    answer.markdown(plain.as_text(conformance_view.answer(found, drawn.title)))
    tile.row(conformance_view.tiles(found), is_timed=False)
    conformance_view.drawing(drawn, found)
    conformance_view.downloads(drawn, chosen.net if chosen else held.model().net, process)
    conformance_view.deviations(held, found, name)
    conformance_view.rules(Conforming(reader, chosen.cohort(cohort)) if chosen else held)


main()
