"""What waits for my decision? Each with what it gains, who gives stock up, what it costs and which rule asks."""

import streamlit as st

from control_tower.services import proposals
from dashboard import data, filters, identity
from dashboard.components import approving, delegating, plain, quiet


def main() -> None:
    """What waits for this user in full, then what waits for others and what was decided."""
    reader, viewer, store = data.reader(), identity.current(), identity.store()
    st.title("What waits for my decision?", anchor=False)
    found = proposals.find_all(store, viewer)
    mine = sorted(approving.waiting_for(viewer, found), key=lambda p: (p.expires_at, p.proposal_id))
    ready = approving.due(viewer, found)
    st.markdown(plain.as_text(approving.answer(viewer, mine, ready, found)))
    number = filters.local("proposal")
    if number:
        st.button("All decisions", on_click=filters.set_local, args=("proposal", ""), icon=":material/arrow_back:")
        approving.decide(reader, proposals.find(store, viewer, number), viewer)
    elif mine:
        approving.decide(reader, approving.choose(mine), viewer)
    elif ready:
        approving.decide(reader, ready[0], viewer)
    else:
        quiet.line("A proposal comes here when a rule of the approval matrix asks for your role and your sites.")
    approving.tables(viewer, found)
    delegating.lend(viewer)


main()
