"""How is the work queue shown? Views with counts, fifty rows with owner, next clock and score, and what may be done to
several at once.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.services import cases
from control_tower.services.triaging import Laid
from control_tower.triage import routing
from control_tower.workflow.rights import Action, may
from dashboard import actions, filters, theme
from dashboard.components import figure, plain, quiet
from dashboard.components.table import PAGE_ROWS

VIEWS = {
    "todo": "To do",
    "mine": "Mine",
    "team": "My teams",
    "unassigned": "Nobody's",
    "informational": "Informational",
}
SORTS = {"impact": "business impact", "due": "due next", "longest": "longest first", "newest": "newest first"}
CLOCKS = {"late": "late", "due soon": "due soon", "running": "in time", "paused": "paused", "unknown": "no clock"}
_COLOURS = ("#B91C1C", "#B45309", "#15803D", "#5F6E7B", "#5F6E7B")


def view(total: Mapping[str, Any]) -> str:
    """Which part of the queue is shown: in the URL, each with how many it holds."""
    chosen = filters.local("whose", VIEWS, "todo")
    st.session_state["queue_view"] = chosen
    st.segmented_control(
        "Part of the queue", list(VIEWS), key="queue_view", label_visibility="collapsed",
        format_func=lambda name: f"{VIEWS[name]} {theme.count(total[f'{name}_count'])}",
        on_change=lambda: _turn("whose", st.session_state["queue_view"] or "todo"),
    )  # fmt: skip
    return chosen


def sort() -> str:
    """The order of the rows: in the URL."""
    chosen = filters.local("sort", SORTS, "impact")
    st.session_state["queue_sort"] = chosen
    st.selectbox(
        "Order", list(SORTS), key="queue_sort", format_func=SORTS.__getitem__, label_visibility="collapsed", width=190,
        on_change=lambda: _turn("sort", st.session_state["queue_sort"]),
    )  # fmt: skip
    return chosen


def _turn(word: str, value: str) -> None:
    filters.set_local(word, value)
    filters.set_local("skip", "")


def rows(found: pd.DataFrame, laid: Laid, currency: str, key: str) -> list[dict[str, Any]]:
    """The table; a click on a cell opens the case, the boxes select rows. Returns the selected rows."""
    event = st.dataframe(
        _shown(found, laid), hide_index=True, key=key, on_select="rerun", selection_mode=["multi-row", "single-cell"],
        row_height=34, height=min(36 + 34 * len(found), 640), placeholder=theme.NO_VALUE,
        column_config=_columns(found, currency), alt="Work queue, what matters most first",
    )  # fmt: skip
    cells = event["selection"]["cells"]
    if cells:
        opened = str(found["exception_id"].iloc[cells[0][0]])
        st.switch_page("app_pages/case.py", query_params=filters.link(filters.current(), exception=opened))
    return [dict(found.iloc[place]) for place in event["selection"]["rows"] if place < len(found)]


def _shown(found: pd.DataFrame, laid: Laid) -> pd.DataFrame:
    rules = laid.policy.rules.routing
    teams = [
        routing.title(_text(key), rules, _text(name)) for key, name in zip(found["team_id"], found["team"], strict=True)
    ]
    shown = pd.DataFrame(
        {
            "type": found["type_title"],
            "severity": [[word] for word in found["severity"]],
            "score": found["score"].astype(int),
            "state": [[CLOCKS[word]] for word in found["next_state"]],
            "due": [_due(row) for _, row in found.iterrows()],
            "value": found["revenue_amount"].round(),
            "team": teams,
            "person": found["person"],
            "customer": found["customer"],
            "site": found["site"],
            "age": [theme.hours(value) for value in found["hours"]],
            "status": [
                [theme.words(word) + (" · held" if held else "")]
                for word, held in zip(found["status"], found["is_on_hold"], strict=True)
            ],
            "id": found["exception_id"].str.replace(r"^[^:]+:", "", regex=True),
        }
    )
    empty = [name for name in ("value", "customer", "site", "person", "team") if not shown[name].notna().any()]
    return shown.drop(columns=empty)


def _due(row: Any) -> str:
    if pd.isna(row["next_due_at"]):
        return theme.NO_VALUE
    zone = row["time_zone"] if isinstance(row["time_zone"], str) else None
    due = theme.moment(row["next_due_at"].to_pydatetime(), zone).split(" ")
    return f"{row['next_clock']} {' '.join((*due[:2], *due[3:]))}"


def _columns(found: pd.DataFrame, currency: str) -> dict[str, Any]:
    column, severity = st.column_config, theme.BADGE_SEVERITY
    top = float(found["revenue_amount"].max() or 1) if found["revenue_amount"].notna().any() else 1.0
    held = sorted({theme.words(word) + end for word in found["status"] for end in ("", " · held")})
    return {
        "type": column.TextColumn("Type", pinned=True, width=196),
        "severity": column.MultiselectColumn("Severity", options=list(severity), color=list(severity.values()), width=94),
        "score": column.NumberColumn("Score", width=56, help="points by the policy's terms; the case shows each"),
        "state": column.MultiselectColumn("Clock", options=list(CLOCKS.values()), color=list(_COLOURS), width=78),
        "due": column.TextColumn("Next", width=226, help="the clock that runs out first, in the site's time"),
        "team": column.TextColumn("Team", width=128),
        "person": column.TextColumn("Person", width=110),
        "value": column.ProgressColumn(
            f"At risk, {currency}", min_value=0, max_value=top, format="localized", color=theme.ACCENT[figure.mode()], width=104
        ),
        "customer": column.TextColumn("Customer", width=140),
        "site": column.TextColumn("Site", width=110),
        "age": column.TextColumn("Age", alignment="right", width=66),
        "status": column.MultiselectColumn("Status", options=held, color=[theme.BADGE_QUIET] * len(held), width=120),
        "id": column.TextColumn("Exception", width=110),
    }  # fmt: skip


def together(chosen: list[dict[str, Any]], laid: Laid) -> None:
    """Acknowledge or assign the selected rows; each is an action of its own."""
    role, n = laid.viewer.role, len(chosen)
    seen = {str(row["exception_id"]): _version(laid, str(row["exception_id"])) for row in chosen}
    fresh = {key: version for key, version in seen.items() if _status(chosen, key) == "new"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            f"Acknowledge {len(fresh) or ''}".strip(), key="queue_acknowledge", type="primary",
            disabled=not (fresh and may(role, Action.CASE_ACKNOWLEDGE)), help=_why_not(role, n, len(fresh)),
            on_click=_acknowledge, args=(fresh,),
        )  # fmt: skip
        teams = {team.id: team for team in laid.policy.rules.routing.team}
        team = st.selectbox("Team", list(teams), format_func=lambda key: teams[key].title, index=None, key="queue_team",
                            label_visibility="collapsed", placeholder="Team", width=180)  # fmt: skip
        people = sorted({one for known in teams.values() for one in known.members} | {laid.viewer.user_id})
        person = st.selectbox("Person", people, index=None, key="queue_person", label_visibility="collapsed",
                              placeholder="Person", width=160)  # fmt: skip
        st.button(
            f"Assign {n or ''}".strip(), key="queue_assign",
            disabled=not (n and (team or person) and may(role, Action.CASE_ASSIGN)),
            help="Names one accountable owner: a team, a person, or both" if may(role, Action.CASE_ASSIGN) else _role(role),
            on_click=_assign, args=(seen, team, person),
        )  # fmt: skip
        quiet.line("Click a row to open its case; tick rows to act on several at once." if not n else f"{n} selected")


def _acknowledge(seen: dict[str, int]) -> None:
    actions.act_each(lambda done: f"{done} acknowledged", cases.acknowledge, seen)


def _assign(seen: dict[str, int], team: str | None, person: str | None) -> None:
    actions.act_each(lambda done: f"{done} assigned", cases.assign, seen, team, person)


def _why_not(role: str, n: int, fresh: int) -> str:
    if not may(role, Action.CASE_ACKNOWLEDGE):
        return _role(role)
    if not n:
        return "Tick rows first"
    return "Stops their acknowledge clocks" if fresh else "None of the selected is new"


def _role(role: str) -> str:
    return plain.as_text(f"Not for the role {theme.words(role)}; an operations leader does it")


def _version(laid: Laid, exception_id: str) -> int:
    held = laid.cases.get(exception_id)
    return held.version if held else 0


def _status(chosen: list[dict[str, Any]], key: str) -> str:
    return next(str(row["status"]) for row in chosen if row["exception_id"] == key)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def pages(n: int) -> int:
    """From which row this page starts: the URL's, within what there is."""
    return min(filters.number("skip"), max(n - 1, 0)) // PAGE_ROWS * PAGE_ROWS


def rules(laid: Laid) -> None:
    """What the order, the owner and the clocks come from: the policy in force, and each local override."""
    held = laid.policy.rules
    with st.expander("How this order is made", icon=":material/rule:"):
        st.markdown(
            f"Tier by score (business-critical from {held.triage.tiers.critical_from} points, standard from "
            f"{held.triage.tiers.standard_from}), then score, then money at risk. The owner is the first routing rule that holds, "
            "unless a person assigned it. Clocks are the source's where it states them, else the policy's working hours in the "
            f"site's calendar. Policy version {plain.as_text(laid.policy.version)}."
        )
        local = routing.overrides(held.sla)
        bounds = f"{held.sla.least_local_factor:g} to {held.sla.most_local_factor:g}"
        quiet.line(
            f"No local override; sites and units may multiply their hours by {bounds}."
            if not local
            else "Local overrides"
        )
        if local:
            st.dataframe(pd.DataFrame(local), hide_index=True)
