"""Who did what? The audit trail for those who watch over it: by page, counted, verified.

Reads only. The trail holds the decisions of every site, so an account of some sites does not read it (ruling 17).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from control_tower.errors import NotAllowed
from control_tower.model import AuditEntry, User
from control_tower.vocabulary import Role
from control_tower.workflow import audit
from control_tower.workflow.asked import Asked
from control_tower.workflow.audit import Sealed, Verdict
from control_tower.workflow.store.store import Store

READERS = frozenset({Role.ADMINISTRATOR, Role.PROCESS_ENGINEER, Role.EXECUTIVE, Role.APPROVER})
_STEP = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the entries that pass, newest first, and how many there are in all."""

    entries: list[AuditEntry]
    total: int


def page(store: Store, viewer: User, asked: Asked, limit: int, skip: int = 0) -> Page:
    """The entries that pass. Raises NotAllowed for roles that do not watch over the trail, and for a part of the sites."""
    _require(viewer)
    with store.reading() as unit:
        return Page(unit.audit.page(asked, limit, skip), unit.audit.count(asked))


def actions(store: Store, viewer: User) -> list[str]:
    """Every action that was ever done or tried."""
    _require(viewer)
    with store.reading() as unit:
        return unit.audit.actions()


def heads(store: Store, viewer: User, limit: int = 20) -> list[dict[str, Any]]:
    """The newest heads anchored elsewhere: sequence_no, anchored_at, place, key_id."""
    _require(viewer)
    with store.reading() as unit:
        return unit.audit.heads(limit)


def verify(store: Store, viewer: User, told: Callable[[int, int], None]) -> Verdict:
    """Check every link and every anchored head; `told(checked, all)` is called as it goes."""
    _require(viewer)
    anchored = store.anchor.heads()
    with store.reading() as unit:
        total = unit.audit.count(Asked())
        return audit.verify(_counted(unit.audit.sealed(), total, told), store.ring, anchored)


def _counted(rows: Iterable[Sealed], total: int, told: Callable[[int, int], None]) -> Iterator[Sealed]:
    for number, row in enumerate(rows, 1):
        if number % _STEP == 0 or number == total:
            told(number, total)
        yield row


def _require(viewer: User) -> None:
    if viewer.role not in READERS:
        raise NotAllowed(
            f"{viewer.user_id}: the role {viewer.role} does not read the audit trail; ask an administrator"
        )
    if viewer.site_ids is not None:
        raise NotAllowed(f"{viewer.user_id}: the trail holds every site's decisions; ask somebody who sees all sites")
