"""Which pages are there? The list of pages, in the order of the navigation; run.py puts the frame around each."""

import streamlit as st

from dashboard import run

PAGES = {
    "Lead": [
        st.Page("app_pages/executive_overview.py", title="Executive overview", icon=":material/insights:"),
        st.Page("app_pages/outcomes.py", title="Outcomes", icon=":material/fact_check:"),
    ],
    "Decide": [
        st.Page("app_pages/work_queue.py", title="Work queue", icon=":material/checklist:"),
        st.Page("app_pages/case.py", title="Case", icon=":material/topic:"),
        st.Page(
            "app_pages/reallocation_workbench.py", title="Reallocation workbench", icon=":material/conversion_path:"
        ),
        st.Page("app_pages/approvals.py", title="Approvals", icon=":material/approval:"),
        st.Page("app_pages/audit_and_policy.py", title="Audit and policy", icon=":material/policy:"),
    ],
    "Watch": [
        st.Page("app_pages/control_room.py", title="Control room", icon=":material/monitoring:", default=True),
        st.Page("app_pages/exceptions.py", title="Exceptions", icon=":material/list_alt:"),
        st.Page("app_pages/aging.py", title="Aging", icon=":material/hourglass_top:"),
        st.Page("app_pages/cycle_times.py", title="Cycle times", icon=":material/timer:"),
    ],
    "Explain": [
        st.Page("app_pages/root_causes.py", title="Root causes", icon=":material/troubleshoot:"),
        st.Page("app_pages/prevention_backlog.py", title="Prevention backlog", icon=":material/shield:"),
        st.Page("app_pages/integration_health.py", title="Integration health", icon=":material/sync_problem:"),
    ],
    "Mine": [
        st.Page("app_pages/process_map.py", title="Process map", icon=":material/account_tree:"),
        st.Page("app_pages/variants.py", title="Variants", icon=":material/alt_route:"),
        st.Page("app_pages/bottlenecks.py", title="Bottlenecks", icon=":material/hourglass_bottom:"),
        st.Page("app_pages/conformance.py", title="Conformance", icon=":material/rule:"),
        st.Page("app_pages/hand_overs.py", title="Hand-overs", icon=":material/sync_alt:"),
        st.Page("app_pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("app_pages/objects.py", title="Objects", icon=":material/category:"),
    ],
    "Data": [
        st.Page("app_pages/kpi_catalogue.py", title="KPI catalogue", icon=":material/menu_book:"),
        st.Page("app_pages/data_health.py", title="Data health", icon=":material/verified:"),
    ],
}

run.run(PAGES)
