"""From a case to its plan: is there a shortage to deal out, and who finds the workbench?"""

import streamlit as st

from control_tower.model import User
from dashboard import access, data


def show(reader: data.Reader, exception_id: str, viewer: User) -> None:
    """A link to the workbench where the case's lines are still open; nothing for roles that do not plan."""
    if not access.may_open("Reallocation workbench", viewer.role):
        return
    if reader.frame("reallocation_scope", exception_ids=[exception_id]).empty:
        return
    page = "app_pages/reallocation_workbench.py"
    asked = {"exception": [exception_id]}
    st.page_link(page, label="Deal out the shortage", query_params=asked, icon=":material/conversion_path:")
