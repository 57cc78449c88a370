"""Which step of the ladder is due? (ROU-03)

Pure: from one row of the queue, its clocks and the policy's ladder. A step is taken once: it leads to its own level, and a
case that was escalated so far or farther is left alone. Never takes the step: services.escalating does, as its own account.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from control_tower.policy_triage import Step
from control_tower.triage.calendar import Calendar, add
from control_tower.triage.sla import Clock


def due(
    row: Mapping[str, Any], clocks: Sequence[Clock], calendar: Calendar, at: datetime, ladder: Sequence[Step]
) -> Step | None:
    """The first step, lowest level first, that holds for an open exception and has not been taken; None when none is due."""
    for step in sorted(ladder, key=lambda one: one.level):
        if step.level == row["level"] + 1 and _concerns(step, row) and _is_over(step, clocks, calendar, at):
            return step
    return None


def reason(step: Step, clocks: Sequence[Clock]) -> str:
    """What the audit trail keeps of an automatic escalation."""
    clock = next(one for one in clocks if one.name == step.clock)
    due_at = f"{clock.due_at:%Y-%m-%d %H:%M} UTC" if clock.due_at else "unknown"
    alone = "; no other site can serve it" if step.only_without_alternate_stock else ""
    return f"ladder step {step.id}: not {_PAST[step.clock]} by {due_at}{alone}"


_PAST = {"acknowledge": "acknowledged", "decide": "decided", "resolve": "resolved"}


def _concerns(step: Step, row: Mapping[str, Any]) -> bool:
    is_kind = not step.categories or row["category"] in step.categories
    is_grave = not step.severities or row["severity"] in step.severities
    return is_kind and is_grave and not (step.only_without_alternate_stock and row["has_alternate_stock"] is not False)


def _is_over(step: Step, clocks: Sequence[Clock], calendar: Calendar, at: datetime) -> bool:
    clock = next(one for one in clocks if one.name == step.clock)
    if clock.state != "late" or clock.due_at is None:
        return False
    over = add(calendar, clock.due_at, timedelta(hours=step.after_hours))
    return over is not None and at >= over
