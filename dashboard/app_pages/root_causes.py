"""What causes exceptions, beyond size, mix and chance? Findings with intervals, concentration, what rises."""

import streamlit as st

from control_tower.analysis import folding
from dashboard import answers, causes, data, period
from dashboard.components import (
    aging_view,
    answer_place,
    cause_more,
    cause_view,
    empty,
    filter_bar,
    holder_view,
    plain,
    prevention_form,
    quiet,
    tile,
)


def main() -> None:
    """Five tiles, the findings beside the concentration, all findings as a table, what has begun to rise."""
    reader = data.reader()
    head = reader.header()
    st.title("What causes exceptions, beyond size and chance?", anchor=False)
    answer, recent = answer_place.reserved(), reader.recent(head)
    state = filter_bar.show(reader, recent, has_rows=False, is_any_time=True)
    if not reader.row("exception_total", state.without_time())["n"]:
        empty.no_rows(reader, state.without_time())
        return
    cause_view.say_what_is_used(state)
    held = causes.Causes(reader, state, head.small_sample, period.asked_for(state, recent))
    result, rising = held.search(), held.emerging()
    lines = cause_view.named(folding.fold(result.found()), reader)
    if result.looked_at:
        tile.row(cause_view.tiles(result, rising, head.currency))
    by = aging_view.listed("By", "by", holder_view.BY, "site_id")
    left, right = st.columns([3, 2], gap="large")
    with left if result.looked_at else right:
        cause_view.outliers(lines, result)
        for said in cause_view.shared_words(lines, reader):
            quiet.line(plain.as_text(said))
    with right if result.looked_at else left:
        counted = holder_view.show(held, by, not result.looked_at, head.currency)
    answer.markdown(plain.as_text(answers.root_causes(lines, result.looked_at, holder_view.hold_words(counted, by))))
    if result.looked_at:
        cause_view.listing(result, reader)
        prevention_form.offer(cause_view.named(result.found(), reader), result, state)
        cause_view.rising(rising, reader, result.exposure.titles)
    cause_more.show(held, result.span, by)


main()
