"""From a case to its plan: is there a shortage to deal out, or a proposal to look at, and who finds the workbench?"""

from collections.abc import Sequence

import streamlit as st

from control_tower.model import Proposal, User
from dashboard import access, data
from dashboard.components import plain

_PAGE = "app_pages/reallocation_workbench.py"
_MOST = 5


def show(reader: data.Reader, exception_id: str, viewer: User) -> None:
    """A link to the workbench where the case's lines are still open; nothing for roles that do not plan."""
    if not access.may_open("Reallocation workbench", viewer.role):
        return
    if reader.frame("reallocation_scope", exception_ids=[exception_id]).empty:
        return
    asked = {"exception": [exception_id]}
    st.page_link(_PAGE, label="Deal out the shortage", query_params=asked, icon=":material/conversion_path:")


def to_proposals(found: Sequence[Proposal], viewer: User) -> None:
    """A link to the workbench for each of the newest proposals; nothing for roles that do not plan."""
    if not access.may_open("Reallocation workbench", viewer.role):
        return
    for proposal in sorted(found, key=lambda one: one.proposal_id, reverse=True)[:_MOST]:
        label = plain.as_text(f"Open {proposal.proposal_id} in the workbench")
        st.page_link(_PAGE, label=label, query_params={"proposal": [proposal.proposal_id]}, icon=":material/handshake:")
