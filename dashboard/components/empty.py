"""What does a page say when there is nothing to show? Which filter emptied it, and how to go on."""

import streamlit as st

from control_tower.filters import DIMENSIONS, Filters
from dashboard import data, filters
from dashboard.components import filter_bar, map_controls, map_state, plain, quiet
from process_mining.cohort import Cohort


def no_build(reason: str) -> None:
    """The page of a home without a readable build: what is wrong and the command that helps."""
    if data.is_loaded():
        st.title("The published build cannot be read", anchor=False)
        st.markdown(plain.as_text(reason))
        st.code("tower doctor\ntower doctor --rebuild", language="bash")
        return
    st.title("Nothing is loaded yet", anchor=False)
    quiet.line(plain.as_text(reason))
    st.markdown(
        "Order exception control tower shows a build of your data. Load the demonstration, or your own exception and event logs:"
    )
    st.code("tower demo\ntower load SOURCE --from PATH", language="bash")
    quiet.line("Then reload this page. `tower doctor` says what is wrong when a build is there and cannot be read.")


def refused(reason: str) -> None:
    """The place of what is not for this person: why, and whom to ask."""
    with st.container(border=True):
        st.markdown("**This is not open to you.**")
        st.markdown(plain.as_text(reason))


def nobody(reason: str, can_leave: bool) -> None:
    """The only thing that somebody finds whom the provider names and the tower does not know, or no longer."""
    st.title("Order exception control tower", anchor=False)
    refused(reason)
    if can_leave:
        st.button("Sign out", on_click=st.logout)


def stopped(reason: str) -> None:
    """The place of an answer that could not be given in time or at all."""
    with st.container(border=True):
        st.markdown("**This could not be answered.**")
        st.markdown(plain.as_text(reason))
        if not filters.current().is_empty:
            st.button("Clear all filters", on_click=filters.change, args=(Filters(),), key="clear_stopped")


def no_rows(reader: data.Reader, state: Filters) -> None:
    """Nothing passes the filters: each part with what would be there without it, removable."""
    with st.container(border=True):
        st.markdown("**No exception passes these filters.**")
        if state.is_empty:
            quiet.line("This build holds no exceptions at all. Data health says what was read and what was refused.")
            return
        for name in parts(state):
            rest = state.without(name)
            n = int(reader.row("exception_total", rest).get("n") or 0)
            label = f"Remove {plain.as_text(filter_bar.part_words(name))}: {n:,} exceptions"
            st.button(
                label, on_click=filters.change, args=(rest,), key=f"remove_{name}", icon=":material/filter_alt_off:"
            )


def nothing_open(reader: data.Reader, state: Filters) -> None:
    """Nothing is open, or nothing that passes the filters."""
    if not state.is_empty and reader.row("exception_total", Filters()).get("open_count"):
        no_rows(reader, state)
        return
    with st.container(border=True):
        st.markdown("**Nothing is open in this build.**")
        quiet.line(
            "Every exception has ended at its source's clock. Exceptions lists them; Cycle times says how long they took."
        )


def no_shortage(reader: data.Reader) -> None:
    """Nothing to deal out: because this build cannot say it, because of the filters, or because nothing is short."""
    with st.container(border=True):
        ground = reader.row("workbench_ground")
        if not (ground["line_count"] and ground["stocked_site_count"]):
            st.markdown("**This build has nothing to deal out.**")
            quiet.line(
                "A plan needs open order lines, stock by site and supply on its way. What is loaded are exceptions and "
                "their events; load an ERP or a WMS beside them (`tower new-source` drafts the folder)."
            )
            return
        state = filters.current()
        st.markdown(
            "**No open exception waits for an item that is short.**"
            if state.is_empty
            else "**None of what is short passes these filters.**"
        )
        if not state.is_empty:
            st.button("Clear all filters", on_click=filters.change, args=(Filters(),), key="clear_shortages")


def parts(state: Filters) -> list[str]:
    """The parts of a state that narrow it, as `Filters.without` names them."""
    names = [name for name in (*DIMENSIONS, "aging", "state", "search") if getattr(state, name)]
    names += ["lasted"] if state.lasted is not None else []
    return names + (["period"] if state.since or state.until else [])


def no_cases(cohort: Cohort) -> None:
    """No case passes the filters: every part of them with the way to take it away."""
    with st.container(border=True):
        st.markdown("**No case passes these filters.**")
        state = cohort.filters
        for number, (words, rest) in enumerate(map_controls.parts(cohort)):
            st.button(
                f"Remove {plain.as_text(words)}", on_click=map_state.change, args=(rest,), key=f"remove_path_{number}",
                icon=":material/filter_alt_off:",
            )  # fmt: skip
        for name in parts(state):
            st.button(
                f"Remove {plain.as_text(filter_bar.part_words(name))}", on_click=filters.change, args=(state.without(name),),
                key=f"remove_{name}", icon=":material/filter_alt_off:",
            )  # fmt: skip
