"""Who did what about this case? Remarks, tasks, pauses, links, proposals and every change, in the order of time."""

from typing import Any

import pandas as pd
import streamlit as st

from control_tower.services import cases
from control_tower.services.casefile import CaseFile
from control_tower.services.triaging import Laid
from control_tower.vocabulary import TaskState
from control_tower.workflow.rights import Action, may
from dashboard import actions, data, filters, theme
from dashboard.components import case_facts, plain, quiet, table, workbench_link


def show(reader: data.Reader, row: dict[str, Any], held: CaseFile, laid: Laid) -> None:
    """Remarks, tasks, proposals and every change, a tab each."""
    key = row["exception_id"]
    names = (f"Remarks {len(held.comments) or ''}", f"Tasks {len(held.tasks) or ''}", "Proposals", "Changes")
    first, second, third, fourth = st.tabs([name.strip() for name in names])
    with first:
        case_facts.words(reader, key)
        comments(key, held, laid)
        links(held)
    with second:
        tasks(key, held, laid)
    with third:
        proposals(held, reader.frame("case_proposal", exception_id=key), reader.header().currency)
        workbench_link.to_proposals(held.proposals, laid.viewer)
    with fourth:
        changes(held, reader.frame("case_state", exception_id=key))


def warn(exception_id: str, held: CaseFile, siblings: pd.DataFrame, laid: Laid) -> None:
    """Say who works this case or a related one already, and since when (ROU-07)."""
    me, relations = laid.viewer.user_id, dict(zip(siblings["exception_id"], siblings["relation"], strict=True))
    for key, worker in held.workers.items():
        if worker.user_id == me:
            continue
        what = "this case" if key == exception_id else f"{key} ({relations.get(key, 'linked')})"
        st.warning(
            f"{plain.as_text(worker.user_id)} works {plain.as_text(what)} since {theme.moment(worker.since)}. "
            "Speak first, so that nobody investigates twice.",
            icon=":material/group:",
        )


def comments(exception_id: str, held: CaseFile, laid: Laid) -> None:
    """The remarks, and a place for one more."""
    for one in held.comments:
        quiet.line(f"{plain.as_text(one.user_id)}, {theme.moment(one.commented_at)}")
        st.text(one.text)
    is_allowed = may(laid.viewer.role, Action.CASE_COMMENT)
    st.text_input(
        "Remark", key="case_remark", max_chars=1_000, label_visibility="collapsed", placeholder="Write a remark"
    )
    st.button(
        "Add the remark", key="case_comment", disabled=not is_allowed,
        help=None if is_allowed else plain.as_text(f"Not for the role {theme.words(laid.viewer.role)}"),
        on_click=_comment, args=(exception_id,),
    )  # fmt: skip


def _comment(exception_id: str) -> None:
    text = str(st.session_state.get("case_remark") or "")
    if actions.act("The remark is kept", cases.comment, exception_id, text) is not None:
        st.session_state["case_remark"] = ""


def tasks(exception_id: str, held: CaseFile, laid: Laid) -> None:
    """The parallel tasks (ROU-05), each to be ticked off, and a place for one more."""
    is_allowed = may(laid.viewer.role, Action.CASE_TASK_ADD)
    for task in held.tasks:
        with st.container(horizontal=True, vertical_alignment="center"):
            owner = f" · {plain.as_text(task.owner)}" if task.owner else ""
            st.markdown(f"{plain.as_text(task.title)} :small[:gray[{task.state}{owner}]]")
            if task.state is TaskState.OPEN:
                st.button("Done", key=f"task_{task.task_id}", type="tertiary", disabled=not is_allowed,
                          on_click=_close, args=(task.task_id, task.version))  # fmt: skip
    st.text_input(
        "Task", key="case_task", max_chars=200, label_visibility="collapsed", placeholder="A task beside the case"
    )
    st.button("Add the task", key="case_task_add", disabled=not is_allowed, on_click=_task, args=(exception_id,),
              help=None if is_allowed else plain.as_text(f"Not for the role {theme.words(laid.viewer.role)}"))  # fmt: skip


def _task(exception_id: str) -> None:
    title = str(st.session_state.get("case_task") or "").strip()
    if title and actions.act("The task is open", cases.add_task, exception_id, title) is not None:
        st.session_state["case_task"] = ""


def _close(task_id: str, version: int) -> None:
    actions.act("The task is done", cases.close_task, task_id, version=version)


def changes(held: CaseFile, states: pd.DataFrame) -> None:
    """Every change of state, those of the source and those of the tower, newest first."""
    rows = [
        {
            "at": one["changed_at"],
            "who": one["user_id"],
            "what": theme.words(one["status"]),
            "why": one["reason"],
            "where": "tower",
        }
        for one in states.astype(object).where(states.notna(), None).to_dict("records")
    ]
    for row in rows:
        row["where"] = "source"
    rows += [
        {"at": pd.Timestamp(one["changed_at"]).tz_convert(None), "who": one["user_id"], "why": one["reason"], "where": "tower",
         "what": f"{theme.words(one['status'])} ({one['action'].removeprefix('case.').replace('_', ' ')})"}
        for one in held.history
    ]  # fmt: skip
    if not rows:
        quiet.line("This log has no changes of state, and nobody has worked it in the tower.")
        return
    frame = pd.DataFrame(rows).sort_values("at", ascending=False)
    frame["at"] = pd.to_datetime(frame["at"])
    table.plain_rows(
        frame, {"at": "When, UTC", "what": "State", "who": "Who", "why": "Why", "where": "In"}, "case_changes", 240
    )


def proposals(held: CaseFile, known: pd.DataFrame, currency: str) -> None:
    """The proposals about this exception, of the store and of the build, with their states."""
    rows: list[dict[str, Any]] = [
        {
            "id": one.proposal_id,
            "state": theme.words(one.state),
            "by": one.created_by,
            "amount": _amount(one.payload.get("amount")),
        }
        for one in held.proposals
    ]
    rows += [
        {"id": one["proposal_id"], "state": theme.words(one["state"]), "by": one["proposed_by"],
         "amount": one["expected_benefit_amount"]}
        for one in known.astype(object).where(known.notna(), None).to_dict("records")
    ]  # fmt: skip
    if not rows:
        quiet.line("No proposal yet.")
        return
    frame = pd.DataFrame(rows).astype({"amount": "float64"})
    table.plain_rows(
        frame, {"id": "Proposal", "state": "State", "by": "By", "amount": f"Amount, {currency}"}, "case_proposals", 180
    )


def links(held: CaseFile) -> None:
    """What people tied it to, each a link to its case."""
    for key in held.links:
        query = filters.link(filters.current(), exception=key)
        st.page_link("app_pages/case.py", label=plain.as_text(key), query_params=query, icon=":material/link:")


def _amount(value: Any) -> float | None:
    return None if value is None else float(value)
