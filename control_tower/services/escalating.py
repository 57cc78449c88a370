"""What escalates by itself? Every step of the ladder that is due, taken by the service account `service.escalation_service`.

Called by `tower escalate` and by the intake of every build; each step is an ordinary action with its right, its audit entry and a key of
its own, so that calling twice takes no step twice. Never holds the ladder: the policy does.
"""

from dataclasses import dataclass
from typing import Any

from control_tower.errors import Conflict, NotAllowed, Stale
from control_tower.policy_triage import Step
from control_tower.services import cases, triaging, users
from control_tower.services.request import Request
from control_tower.services.triaging import Asked, Laid, Read
from control_tower.triage import escalation
from control_tower.vocabulary import ServiceRole
from control_tower.workflow.store.store import Store

ACCOUNT = f"service.{ServiceRole.ESCALATION}"
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Escalated:
    """One step that was taken, or why it was refused."""

    exception_id: str
    step_id: str
    team_id: str
    reason: str
    refused: str = ""


def run(store: Store, read: Read) -> list[Escalated]:
    """Take every step that is due, the gravest exceptions first. A refused one is reported and does not stop the others."""
    laid = triaging.lay(store, users.find(store, ACCOUNT))
    calendars, skip, due = triaging.load_calendars(read), 0, list[tuple[dict[str, Any], Step, str]]()
    clocks = triaging.open_clocks(read, laid)
    while True:
        rows = triaging.rows_of(triaging.queue(read, laid, Asked("all", "impact", _CHUNK, skip), None, clocks))
        for row in rows:
            found = triaging.clocks_of(row, laid, calendars)
            calendar, at = triaging.calendar_of(row, laid, calendars), triaging.present(row, laid)
            step = escalation.due(row, found, calendar, at, laid.policy.rules.routing.escalation)
            if step is not None:
                due.append((row, step, escalation.reason(step, found)))
        if len(rows) < _CHUNK:
            return [_take(store, laid, row, step, why) for row, step, why in due]
        skip += _CHUNK


def _take(store: Store, laid: Laid, row: dict[str, Any], step: Step, why: str) -> Escalated:
    key, held = row["exception_id"], laid.cases.get(row["exception_id"])
    version = held.version if held else 0
    taken = Escalated(key, step.id, step.team, why)
    mark = f"{step.id}:{key}:{version}"
    try:
        cases.escalate(store, Request(ACCOUNT, why, version, idempotency_key=mark), key, step.team)
        if step.task:
            cases.add_task(store, Request(ACCOUNT, why, idempotency_key=f"{mark}:task"), key, step.task, step.task_team)
    except (Conflict, NotAllowed, Stale) as refusal:
        return Escalated(key, step.id, step.team, why, str(refusal))
    return taken
