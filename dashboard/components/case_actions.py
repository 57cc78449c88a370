"""What can be done about this case? One primary step, the others behind it; each says what it does or why it cannot be done.

Every click goes through `actions.act` with the version that was seen; nothing is decided here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from control_tower.services import cases
from control_tower.services.casefile import CaseFile
from control_tower.services.request import Receipt
from control_tower.services.triaging import Laid
from control_tower.vocabulary import ExceptionStatus
from control_tower.workflow.offering import PRIMARY, refusal
from control_tower.workflow.rights import Action
from dashboard import actions
from dashboard.components import plain, quiet


@dataclass(frozen=True, slots=True)
class Step:
    """One verb: what it is called, what it does, and what it asks for. `field` names what is asked beside the reason."""

    action: Action
    label: str
    says: str
    verb: Callable[..., Receipt]
    is_reasoned: bool = False
    field: str = ""


STEPS = (
    Step(Action.CASE_ACKNOWLEDGE, "Acknowledge", "says that you have seen it; the acknowledge clock stops", cases.acknowledge),
    Step(Action.CASE_START, "Start", "says that it is being worked", cases.start),
    Step(Action.CASE_RESUME, "Resume", "the clocks run again", cases.resume),
    Step(Action.CASE_RESOLVE, "Resolve", "says that it is fixed; a build must confirm it", cases.resolve, False, "How it was fixed"),
    Step(Action.CASE_CLOSE, "Close", "ends the record", cases.close),
    Step(Action.CASE_ASSIGN, "Assign", "names the one accountable owner", cases.assign, False, "owner"),
    Step(Action.CASE_PAUSE, "Pause", "stops the clocks, for a reason of the policy", cases.pause, True),
    Step(Action.CASE_ESCALATE, "Escalate", "raises it one step of the ladder", cases.escalate, True, "team"),
    Step(Action.CASE_HOLD, "Hold downstream", "asks shipping and invoicing to wait", cases.hold, True),
    Step(Action.CASE_UNHOLD, "Release the hold", "shipping and invoicing may go on", cases.unhold),
    Step(Action.CASE_LINK, "Link", "ties it to another exception", cases.link, False, "The other exception’s id"),
    Step(Action.CASE_DUPLICATE, "Duplicate", "ends it; the other one is worked", cases.mark_duplicate, False, "The one to work"),
    Step(Action.CASE_FALSE_POSITIVE, "False positive", "ends it; the detector's scorecard counts it",
         cases.mark_false_positive, True),
    Step(Action.CASE_REOPEN, "Reopen", "works it again", cases.reopen, True),
)  # fmt: skip


def first(exception_id: str, status: ExceptionStatus, held: CaseFile, laid: Laid) -> None:
    """The one step that comes next, as the page's primary button."""
    _offer(_next(status), exception_id, status, held, laid)


def others(exception_id: str, status: ExceptionStatus, held: CaseFile, laid: Laid) -> None:
    """Every other step as a grid; what cannot be done now says why."""
    role, is_held = laid.viewer.role, bool(held.case and held.case.is_on_hold)
    hidden = {Action.CASE_HOLD if is_held else Action.CASE_UNHOLD, _next(status).action}
    rest = [step for step in STEPS if step.action not in hidden]
    offered = [step for step in rest if not refusal(role, status, step.action)]
    with st.container(horizontal=True, gap="xsmall"):
        for step in offered:
            _offer(step, exception_id, status, held, laid)
    refused = [step for step in rest if step not in offered]
    if refused:
        with st.expander(f"{len(refused)} steps cannot be taken now", key="case_refused"):
            for step in refused:
                quiet.line(f"**{step.label}**: {plain.as_text(refusal(role, status, step.action))}")


def _next(status: ExceptionStatus) -> Step:
    first = PRIMARY.get(status, Action.CASE_REOPEN)
    return next(step for step in STEPS if step.action is first)


def clear() -> None:
    """Empty every field that was filled in for another case."""
    session = st.session_state
    texts = ["case_remark", "case_task"] + [f"case_{step.action}_text" for step in STEPS]
    texts += [f"case_{step.action}_reason" for step in STEPS if step.action is not Action.CASE_PAUSE]
    for key in texts:
        if session.get(key):
            session[key] = ""
    for key in [f"case_{step.action}_{part}" for step in STEPS for part in ("team", "person")]:
        if session.get(key):
            session[key] = None


def _offer(step: Step, exception_id: str, status: ExceptionStatus, held: CaseFile, laid: Laid) -> None:
    why, key = refusal(laid.viewer.role, status, step.action), f"case_{step.action}"
    kind: Any = "primary" if step.action is PRIMARY.get(status) else "secondary"
    help_words = plain.as_text((why or step.says)[0].upper() + (why or step.says)[1:])
    if not (step.is_reasoned or step.field):
        st.button(step.label, key=key, type=kind, disabled=bool(why), help=help_words, on_click=_do,
                  args=(step, exception_id, held.version))  # fmt: skip
        return
    with st.popover(step.label, disabled=bool(why), help=help_words, type=kind, key=f"{key}_box"):
        quiet.line(help_words)
        _fields(step, key, laid)
        st.button(f"{step.label} now", key=key, type="primary", on_click=_do, args=(step, exception_id, held.version))


def _fields(step: Step, key: str, laid: Laid) -> None:
    rules = laid.policy.rules
    teams = {team.id: team.title for team in rules.routing.team}
    if step.field in ("owner", "team"):
        st.selectbox("Team", list(teams), index=None, format_func=teams.__getitem__, key=f"{key}_team")
    if step.field == "owner":
        people = sorted({one for team in rules.routing.team for one in team.members} | {laid.viewer.user_id})
        st.selectbox("Person", people, index=None, key=f"{key}_person")
    elif step.field and step.field != "team":
        st.text_input(step.field, key=f"{key}_text", max_chars=500)
    if step.action is Action.CASE_PAUSE:
        st.selectbox("Reason", list(rules.sla.pause_reasons), key=f"{key}_reason")
    else:
        st.text_input("Reason" + ("" if step.is_reasoned else " (optional)"), key=f"{key}_reason", max_chars=500)


def _do(step: Step, exception_id: str, version: int) -> None:
    key, session = f"case_{step.action}", st.session_state
    given: tuple[Any, ...] = ()
    if step.field == "owner":
        given = (session.get(f"{key}_team"), session.get(f"{key}_person"))
    elif step.field == "team":
        given = (session.get(f"{key}_team"),)
    elif step.field:
        given = (str(session.get(f"{key}_text") or "").strip(),)
    reason = str(session.get(f"{key}_reason") or "")
    actions.act(f"{step.label}: done", step.verb, exception_id, *given, reason=reason, version=version)
