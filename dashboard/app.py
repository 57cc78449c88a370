"""Which pages are there, and what stands around every one of them? The page list, the header, the footer."""

from pathlib import Path

import streamlit as st

from control_tower.errors import BuildError, ControlTowerError
from dashboard import data, filters
from dashboard.components import empty, figure, header, plain, quiet

PAGES = {
    "Lead": [
        st.Page("app_pages/executive_overview.py", title="Executive overview", icon=":material/insights:"),
    ],
    "Watch": [
        st.Page("app_pages/control_room.py", title="Control room", icon=":material/monitoring:", default=True),
        st.Page("app_pages/exceptions.py", title="Exceptions", icon=":material/list_alt:"),
        st.Page("app_pages/aging.py", title="Aging", icon=":material/hourglass_top:"),
        st.Page("app_pages/cycle_times.py", title="Cycle times", icon=":material/timer:"),
    ],
    "Explain": [
        st.Page("app_pages/root_causes.py", title="Root causes", icon=":material/troubleshoot:"),
        st.Page("app_pages/integration_health.py", title="Integration health", icon=":material/sync_problem:"),
    ],
    "Mine": [
        st.Page("app_pages/process_map.py", title="Process map", icon=":material/account_tree:"),
    ],
    "Data": [
        st.Page("app_pages/kpi_catalogue.py", title="KPI catalogue", icon=":material/menu_book:"),
        st.Page("app_pages/data_health.py", title="Data health", icon=":material/verified:"),
    ],
}


def main() -> None:
    """One run of the script: one build, one filter state, one page."""
    st.set_page_config("Order exception control tower", Path(__file__).with_name("icon.png"), layout="wide")
    page = st.navigation(PAGES)
    st.logo(Path(__file__).with_name(f"logo_{figure.mode()}.svg"), size="large")
    refused = filters.adopt(page.title)
    try:
        head = data.begin().header()
    except BuildError as error:
        empty.no_build(str(error))
        return
    except ControlTowerError as error:
        empty.stopped(str(error))
        return
    header.show(head)
    for sentence in refused:
        quiet.line(f":orange[{plain.as_text(sentence)}]")
    try:
        page.run()
    except ControlTowerError as error:
        empty.stopped(str(error))
    header.footer(head)


main()
