"""How do orders, lines, shipments and exceptions meet in the same events? The object-centric view."""

import streamlit as st

from dashboard import data, theme
from dashboard.components import answer_place, log_export, map_controls, mined, objects_view, plain, tile
from dashboard.conforming import Conforming
from dashboard.mining import Mining


def main() -> None:
    """Tiles, types with convergence and divergence, events by type, the paths of one type, related objects."""
    reader = data.reader()
    st.title("How do orders, shipments and exceptions meet in the same events?", anchor=False)
    answer = answer_place.reserved()
    cohort = mined.cohort(reader)
    if cohort is None:
        return
    with mined.controls():
        mined.view(reader, cohort)
    map_controls.chips(cohort)
    found = Conforming(reader, cohort).objects()
    if not found.events:
        answer.markdown("No event is left; remove a filter.")
        return
    answer.markdown(plain.as_text(objects_view.answer(found)))
    currency = reader.header().currency
    tile.row(objects_view.tiles(found, currency), is_timed=False)
    left, right = st.columns(2, gap="large")
    with left:
        objects_view.types(found)
        objects_view.money(found, currency)
    with right:
        objects_view.cells(found)
    kinds = list(found.types["object_type"])
    objects_view.paths(found, mined.choice("Paths of", "kind", kinds, {kind: theme.words(kind) for kind in kinds}))
    log_export.objects(Mining(reader, cohort), found.events)


main()
