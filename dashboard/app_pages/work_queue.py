"""What shall be done first, and whose is it? Everything open by business impact, the store's state laid over the facts."""

import streamlit as st

from control_tower.services.triaging import Asked
from dashboard import answers_case, data, queue
from dashboard.components import answer_place, empty, filter_bar, plain, queue_view, quiet, table, walk


def main() -> None:
    """The answer, the parts of the queue, fifty rows, what may be done to several at once."""
    reader = data.reader()
    head = reader.header()
    st.title("What shall be done first, and whose is it?", anchor=False)
    answer = answer_place.reserved()
    state = filter_bar.show(reader, reader.recent(head), has_rows=False, is_any_time=True)
    laid = queue.lay()
    total = queue.totals(reader, laid, state)
    answer.markdown(plain.as_text(answers_case.work_queue(total, head.currency)))
    quiet.line(plain.as_text(answers_case.fresh(head, laid)))
    if not total["all_count"]:
        empty.nothing_open(reader, state)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        view, sort = queue_view.view(total), queue_view.sort()
        begin = st.container(width="content")
    n = int(total[f"{view}_count"])
    skip = queue_view.pages(n)
    if not n:
        quiet.line(answers_case.NONE_HERE[view])
        return
    found = queue.page(reader, laid, state, Asked(view, sort, table.PAGE_ROWS, skip))
    with begin:
        walk.begin(list(found["exception_id"]))
    actions = st.container()
    chosen = queue_view.rows(found, laid, head.currency, f"queue_{hash((state, view, sort, skip, laid.worked))}")
    with actions:
        queue_view.together(chosen, laid)
    table.pager(n, skip)
    queue_view.rules(laid)


main()
