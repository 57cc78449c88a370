"""What escalates by itself? Every step of the ladder that is due, taken by the service account `service.escalation_service`.

Called by `tower escalate` and by the intake of every build; each step is an ordinary action with its right, its audit entry and a key of
its own, so that calling twice takes no step twice. Never holds the ladder: the policy does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from control_tower.errors import Conflict, NotAllowed, Stale
from control_tower.policy_triage import Step
from control_tower.services import cases, triaging, users
from control_tower.services.facts import ReadAhead
from control_tower.services.request import Request
from control_tower.services.triaging import Asked, Laid, Read
from control_tower.triage import escalation
from control_tower.vocabulary import ServiceRole
from control_tower.workflow.store.store import Store

ACCOUNT = f"service.{ServiceRole.ESCALATION}"
_TOGETHER = 250
"""Cases of one transaction: people who press a button meanwhile wait for it, and not for the whole backlog."""
Due = tuple[Mapping[str, Any], Step, str]


@dataclass(frozen=True, slots=True)
class Escalated:
    """One step that was taken, or why it was refused."""

    exception_id: str
    step_id: str
    team_id: str
    reason: str
    refused: str = ""


def run(store: Store, read: Read) -> list[Escalated]:
    """Take every step that is due, the gravest exceptions first. A refused one is reported and does not stop the others.

    Many steps are one transaction, each undone alone when it is refused: a first look at a year's backlog takes thousands.
    """
    laid = triaging.lay(store, users.find(store, ACCOUNT))
    found, taken = _due(read, laid), list[Escalated]()
    for start in range(0, len(found), _TOGETHER):
        steps, facts = found[start : start + _TOGETHER], store.facts()
        ahead = ReadAhead(facts, facts.known(row["exception_id"] for row, _, _ in steps))
        with store.together(ahead) as joined:
            taken += [_take(joined, laid, *step) for step in steps]
    return taken


def _due(read: Read, laid: Laid) -> Sequence[Due]:
    """Every open exception with a step that is due, that step and its reason."""
    calendars, skip, found = triaging.load_calendars(read), 0, list[Due]()
    while True:
        rows = triaging.rows_of(triaging.queue(read, laid, Asked("all", "impact", triaging.MOST, skip), None, "[]"))
        for row in rows:
            clocks = triaging.clocks_of(row, laid, calendars)
            calendar, at = triaging.calendar_of(row, laid, calendars), triaging.present(row, laid)
            step = escalation.due(row, clocks, calendar, at, laid.policy.rules.routing.escalation)
            if step is not None:
                found.append((row, step, escalation.reason(step, clocks)))
        if len(rows) < triaging.MOST:
            return found
        skip += triaging.MOST


def _take(store: Store, laid: Laid, row: Mapping[str, Any], step: Step, why: str) -> Escalated:
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
