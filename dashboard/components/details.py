"""What is known about one exception? Its facts in the trade's order, its evidence and note as text only."""

from typing import Any

import streamlit as st

from dashboard import data, filters, theme
from dashboard.components import plain, quiet


def show(reader: data.Reader, exception_id: str, currency: str) -> None:
    """The panel of one exception, nothing without an id; says so when the build does not hold it."""
    if not exception_id:
        return
    row = reader.row("exception_detail", exception_id=exception_id)
    with st.container(border=True, key="details"):
        heading, close = st.columns([4, 1], vertical_alignment="center", wrap=False)
        close.button("Close", key="details_close", icon=":material/close:", type="tertiary",
                     on_click=filters.set_local, args=("exception", ""))  # fmt: skip
        if not row:
            heading.markdown("**Not in this build**")
            st.text(exception_id)
            return
        heading.markdown(f"**{plain.as_text(row['type_title'])}**")
        st.text(exception_id)
        _badges(row)
        case = filters.link(filters.current(), exception=exception_id)
        st.page_link("app_pages/case.py", label="Open the case", query_params=case, icon=":material/topic:")
        _facts(row, currency)
        _words("Evidence", row["evidence"])
        _words("Note", row["note"])
        if row["file"]:
            quiet.line(
                f"From {plain.as_text(row['file'])}, line {row['file_line']}, load {row['load_id']}, "
                f"source {plain.as_text(row['source_system'])}"
            )


def _badges(row: dict[str, Any]) -> None:
    sla = {True: ("past SLA", "red"), False: ("in time", "green"), None: ("SLA unknown", "gray")}[row["sla_breached"]]
    colour = {"critical": "orange", "standard": "blue"}.get(row["severity"], "gray")
    with st.container(horizontal=True, gap="xsmall"):
        st.badge(row["severity"], color=colour)  # type: ignore[arg-type]
        st.badge(theme.words(row["status"]), color="gray")
        st.badge(sla[0], color=sla[1])  # type: ignore[arg-type]


def _facts(row: dict[str, Any], currency: str) -> None:
    value = row["value_at_risk_amount"]
    lasted = ("Age", row["age_hours"]) if row["is_open"] else ("Time to resolve", row["resolution_hours"])
    basis = "; the source only says in time or late" if row["sla_basis"] == "source_flag" else ""
    facts = {
        lasted[0]: theme.hours(lasted[1]) + (" – times are suspect" if row["is_time_suspect"] else ""),
        "Value at risk": theme.money(value, currency) if value is not None else "not stated by the source",
        "Due": theme.moment(row["sla_due_at"], row["time_zone"]) if row["sla_due_at"] else f"no due time{basis}",
        "Detected": theme.moment(row["detected_at"], row["time_zone"]),
        "Resolved": theme.moment(row["resolved_at"], row["time_zone"]) if row["resolved_at"] else "",
        "Site": row["site"],
        "Team": row["team"],
        "Supplier": row["supplier"],
        "Customer": row["customer"],
        "Order": row["order_id"],
        "Order line": row["order_line_id"],
        "Channel": row["channel"],
        "Local code": row["local_code"],
        "Reopened": _times(row["reopen_count"]),
        "Reassigned": _times(row["reassignment_count"]),
    }
    for name, fact in facts.items():
        if fact:
            left, right = st.columns([2, 3], wrap=False)
            left.markdown(quiet.text(name))
            right.text(str(fact))


def _times(n: int | None) -> str:
    return "" if not n else "once" if n == 1 else f"{n} times"


def _words(name: str, text: str | None) -> None:
    """Free text from a file: never markdown, never HTML (fault 89)."""
    if text:
        quiet.line(name)
        st.text(text)
