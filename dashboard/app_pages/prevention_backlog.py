"""What shall prevent the next exceptions, and did it? Findings with an owner, a change, and their measured rate (RCA-08)."""

import streamlit as st

from control_tower.services import preventing
from dashboard import data, filters, identity
from dashboard.components import plain, prevention_view, tile


def main() -> None:
    """How many are on their way and what the measured ones did, the list, and the entry that was picked."""
    reader, viewer, store = data.reader(), identity.current(), identity.store()
    st.title("What shall prevent the next exceptions, and did it?", anchor=False)
    entries = preventing.find_all(store, viewer)
    st.markdown(plain.as_text(prevention_view.answer(entries)))
    st.page_link(
        "app_pages/root_causes.py", label="Root causes", icon=":material/troubleshoot:",
        query_params=filters.link(filters.current()),
    )  # fmt: skip
    if not entries:
        return
    tile.row(prevention_view.tiles(entries))
    picked = next((one for one in entries if one.backlog_id == filters.local("entry")), entries[0])
    as_of = reader.header().as_of
    prevention_view.detail(picked, viewer, (as_of or picked.created_at).date())
    st.subheader("All entries", anchor=False)
    prevention_view.listing(entries)


main()
