"""How should this shortage be dealt out? The plan for the lines that share it, why it is that, and the way to submit it."""

import streamlit as st

from control_tower.errors import NotAllowed
from control_tower.services import proposals
from dashboard import data, filters, identity, planned
from dashboard.components import plain, workbench


def main() -> None:
    """`?proposal=` shows what was drafted; `?exception=` (one or several) plans; without either, what is short."""
    reader, viewer = data.reader(), identity.current()
    st.title("How should this shortage be dealt out?", anchor=False)
    chosen = tuple(word for word in st.query_params.get_all("exception") if word)
    number = filters.local("proposal")
    if number:
        workbench.proposal(reader, proposals.find(identity.store(), viewer, number), viewer)
    elif chosen:
        plan(reader, chosen)
    else:
        workbench.choose(reader, reader.header().currency)


def plan(reader: data.Reader, chosen: tuple[str, ...]) -> None:
    """A fresh plan, or in words why there is none."""
    wished = planned.wish(chosen)
    try:
        workbench.plan(reader, wished, identity.current())
    except NotAllowed as refusal:
        with st.container(border=True):
            st.markdown("**There is no such plan.**")
            st.markdown(plain.as_text(refusal))
            if wished.choice or wished.weights:
                st.button("Back to the recommended plan", on_click=planned.change, kwargs={"choice": {}, "weights": {}})
            st.page_link("app_pages/reallocation_workbench.py", label="All shortages", icon=":material/list:")


main()
