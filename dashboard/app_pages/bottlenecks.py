"""Where do cases wait longest, who is behind the line, and why? Ranked by all the time that passes there."""

import streamlit as st

from dashboard import data
from dashboard.components import bottleneck_view, delay_view, empty, figure, map_controls, mined, plain, tile
from dashboard.components.answer_place import reserved
from dashboard.components.bottleneck_view import Ranked
from dashboard.mining import Mining


def main() -> None:
    """Five tiles, the ranking beside what lies behind the row picked, its cases, the reasons, the approvals."""
    reader = data.reader()
    st.title("Where do cases wait longest, and what is behind it?", anchor=False)
    answer = reserved()
    cohort = mined.cohort(reader)
    if cohort is None:
        return
    with mined.controls():
        mined.view(reader, cohort)
        by = mined.choice("Rank", "rank", list(bottleneck_view.RANKS), bottleneck_view.RANKS)
    map_controls.chips(cohort)
    mining = Mining(reader, cohort)
    found = mining.bottlenecks()
    if not found.cases:
        empty.no_cases(cohort)
        return
    ranked = Ranked(by, found, mining.stays())
    if not found.elapsed_seconds or not ranked.selections():
        figure.nothing("Where the time goes", "No time passes between the steps of these cases.")
        return
    reasons, approved = mining.delay_reasons(), delay_view.approvals(mining)
    answer.markdown(plain.as_text(delay_view.answer(ranked, reasons)))
    tile.row(delay_view.tiles(ranked, approved), is_timed=False)
    _ranking(mining, ranked)
    left, right = st.columns(2, gap="medium")
    with left:
        delay_view.why(reasons)
    with right:
        delay_view.approvers(approved)
    delay_view.service(mining.performance())


def _ranking(mining: Mining, ranked: Ranked) -> None:
    picked = ranked.picked()
    left, right = st.columns([7, 6], gap="medium")
    with left:
        bottleneck_view.pictured(ranked, picked)
    with right:
        bottleneck_view.behind(mining, ranked, picked)
    bottleneck_view.listing(ranked)
    bottleneck_view.cases(mining, picked)


main()
