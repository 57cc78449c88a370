"""What was done about one exception in the tower, by whom, and who works what is related to it? Reads only.

Scope is asked here as for every verb: what is not the viewer's is answered as if nobody had worked it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from control_tower.model import CaseComment, CasePause, CaseTask, ExceptionCase, Proposal, User
from control_tower.workflow.casework import OPEN
from control_tower.workflow.store.store import Store
from control_tower.workflow.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works a case, and since when."""

    user_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The case of one exception with all that hangs on it; `case` is None while nobody has worked it."""

    case: ExceptionCase | None = None
    history: list[dict[str, Any]] = field(default_factory=list)
    comments: list[CaseComment] = field(default_factory=list)
    tasks: list[CaseTask] = field(default_factory=list)
    pauses: list[CasePause] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    workers: Mapping[str, Worker] = field(default_factory=dict)
    """By exception: who works this one and the related ones now."""

    @property
    def version(self) -> int:
        """What to send back with the next action."""
        return self.case.version if self.case else 0


def read(store: Store, viewer: User, exception_id: str, related: Iterable[str] = ()) -> CaseFile:
    """Everything of one case; `related` are the exceptions of which it matters who works them."""
    with store.reading() as unit:
        cases = unit.cases.of({exception_id, *related, *unit.cases.links(exception_id)})
        seen = {key: case for key, case in cases.items() if viewer.sees({case.site_id} if case.site_id else set())}
        proposals = [
            one for one in unit.proposals.all() if exception_id in one.exception_ids and viewer.sees(one.site_ids)
        ]
        workers = {key: worker for key, case in seen.items() if (worker := _worker(unit, case)) is not None}
        if exception_id in cases and exception_id not in seen:
            return CaseFile()
        return CaseFile(
            seen.get(exception_id),
            unit.cases.history(exception_id),
            unit.cases.comments(exception_id),
            unit.cases.tasks(exception_id),
            unit.cases.pauses(exception_id),
            unit.cases.links(exception_id),
            proposals,
            workers,
        )


def _worker(unit: Unit, case: ExceptionCase) -> Worker | None:
    """The last person who changed an open case, and since when it is theirs; nobody when only a service did."""
    if case.status not in OPEN:
        return None
    changes = [one for one in unit.cases.history(case.exception_id) if not one["user_id"].startswith("service.")]
    if not changes:
        return None
    who, since = changes[-1]["user_id"], changes[-1]["changed_at"]
    for one in reversed(changes):
        if one["user_id"] != who:
            break
        since = one["changed_at"]
    return Worker(who, since)
