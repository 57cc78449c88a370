"""What happened, and what shall be done? Everything about one exception on one page, and every step that can be taken."""

from typing import Any

import streamlit as st

from control_tower.services import casefile
from control_tower.services.triaging import Laid
from control_tower.vocabulary import ExceptionStatus
from dashboard import answers_case, data, filters, identity, queue
from dashboard.components import case_actions, case_facts, case_people, case_view, plain, quiet, walk, workbench_link


def main() -> None:
    """What it is and what it costs on the left, what people do about it on the right, the facts around it below."""
    reader, chosen = data.reader(), filters.local("exception")
    head, laid = reader.header(), queue.lay()
    st.title("What happened, and what shall be done?", anchor=False)
    walk.show(chosen)
    row = queue.case(reader, laid, chosen) if chosen else None
    if row is None:
        case_view.missing(chosen)
        return
    opened(reader, laid, head, row)


def opened(reader: data.Reader, laid: Laid, head: data.Header, row: dict[str, Any]) -> None:
    """The page of one exception that the build shows."""
    chosen, clocks = row["exception_id"], queue.clocks(reader, laid, row)
    siblings = reader.frame("case_sibling", exception_id=chosen)
    held = casefile.read(identity.store(), laid.viewer, chosen, siblings["exception_id"])
    st.markdown(plain.as_text(case_view.summary(row, clocks, head.currency)))
    case_view.badges(row, laid)
    quiet.line(plain.as_text(f"{chosen} · {answers_case.fresh(head, laid)}"))
    case_people.warn(chosen, held, siblings, laid)
    case_view.numbers(row, clocks, laid, head.currency)
    left, right = st.columns([3, 2], gap="large")
    with left:
        case_view.terms(row, laid, head.currency)
        case_view.still(reader, row, head)
        case_view.course(reader, row)
    with right:
        status = ExceptionStatus(row["status"])
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            case_actions.first(chosen, status, held, laid)
            workbench_link.show(reader, chosen, laid.viewer)  # beside what is always one button: no step moves it
        case_actions.others(chosen, status, held, laid)
        case_view.clocks(reader, row, clocks, laid)
        case_people.show(reader, row, held, laid)
    case_facts.show(reader, chosen, head.currency)
    left, right = st.columns(2, gap="large")
    with left:
        case_view.related(siblings)
    with right:
        case_view.alike(reader, row, head.currency)


main()
