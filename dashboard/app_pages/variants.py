"""Which ways do cases take, and how common, fast and good is each? Ranked, drawn as chevrons, one of them opened."""

import streamlit as st

from dashboard import data, filters
from dashboard.components import answer_place, empty, log_export, map_controls, mined, plain, table, tile, variants_view
from dashboard.mining import Mining


def main() -> None:
    """Five tiles, the commonest ways as chevrons, every way fifty at a time, what is done again."""
    reader = data.reader()
    st.title("Which ways do cases take, and how common, fast and good is each?", anchor=False)
    answer = answer_place.reserved()
    cohort = mined.cohort(reader)
    if cohort is None:
        return
    with mined.controls():
        mined.view(reader, cohort)
    map_controls.chips(cohort)
    mining = Mining(reader, cohort)
    top = mining.variants(table.PAGE_ROWS, 0, variants_view.MAX_STEPS)
    if not top.rows:
        empty.no_cases(cohort)
        return
    skip = filters.number("skip") if filters.number("skip") < top.variants else 0
    page = mining.variants(table.PAGE_ROWS, skip, variants_view.MAX_STEPS) if skip else top
    again, picked = mining.rework(), filters.number("way")
    answer.markdown(plain.as_text(variants_view.answer(top, again)))
    tile.row(variants_view.tiles(top, again), is_timed=False)
    variants_view.picture(page, skip, picked)
    variants_view.chosen(mining, page, picked)
    variants_view.listing(page, skip)
    variants_view.again(mining, again)
    log_export.cases(mining, mining.events())


main()
