"""Do the store's tables tell one story? The invariants of decisions, each as a query of what breaks it (faults.md, 4 to 7).

Looks and repairs nothing: every action is one transaction, so whatever is found here was done past the product. The links
of the audit trail are verified by `workflow.audit`.
"""

from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from control_tower.vocabulary import OutboxState, ReservationState
from control_tower.workflow.approval import HOLDING
from control_tower.workflow.store import engine as engines
from control_tower.workflow.store import migrating
from control_tower.workflow.store.tables_proposals import outbox, proposal, proposal_approval, reservation
from control_tower.workflow.store.tables_record import audit

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Broken:
    """One invariant that does not hold: what it says, how many break it, and the first of them."""

    rule: str
    count: int
    examples: tuple[str, ...]

    def sentence(self) -> str:
        """For people."""
        more = f" and {self.count - len(self.examples)} more" if self.count > len(self.examples) else ""
        return f"{self.rule}: not so for {', '.join(self.examples)}{more}"


def broken(url: str) -> list[Broken]:
    """Every invariant that a store breaks; none for a store that is not there. Raises StoreError when it cannot be read."""
    engine = engines.make(url)
    try:
        with engines.reading(engine) as connection:
            return found(connection) if migrating.current(connection) == migrating.newest() else []
    finally:
        engine.dispose()


def found(connection: Connection) -> list[Broken]:
    """The same inside a transaction that is open."""
    listed = []
    for rule, query in RULES.items():
        names = [str(row[0]) for row in connection.execute(query)]
        if names:
            listed.append(Broken(rule, len(names), tuple(sorted(names)[:SHOWN])))
    return listed


def _done(*actions: str) -> Any:
    """Entries of what was done to proposals: all of them, or these actions."""
    is_done = (audit.c.subject_type == "proposal") & (audit.c.outcome == "done")
    return is_done & audit.c.action.in_(actions) if actions else is_done


def _differing(one: tuple[Any, Any], other: tuple[Any, Any]) -> Any:
    """Ids that two columns, each under its condition, do not hold equally often."""
    signed = sa.union_all(*(
        sa.select(column.label("id"), sa.literal(sign).label("n")).where(condition)
        for (column, condition), sign in ((one, 1), (other, -1))
    )).subquery()  # fmt: skip
    return sa.select(signed.c.id).group_by(signed.c.id).having(sa.func.sum(signed.c.n) != 0)


_BY_PEOPLE: Final = ~audit.c.actor_id.startswith("service.")
_RELEASED: Final = sa.select(audit.c.subject_id).where(_done("proposal.release"))
_EVERY: Final = (
    sa.select(sa.func.count()).select_from(audit).where(_done(), audit.c.subject_id == proposal.c.proposal_id)
)
RULES: Final[dict[str, Any]] = {
    "every decision on a proposal has its audit entry, and every entry its decision": _differing(
        (proposal_approval.c.proposal_id, sa.true()),
        (audit.c.subject_id, _done("proposal.approve", "proposal.reject") & _BY_PEOPLE),
    ),
    "nobody decides on what they proposed": sa.select(proposal_approval.c.approval_id).where(
        proposal_approval.c.approver_person_id == proposal_approval.c.proposer_person_id
    ),
    "every revision of a proposal has its audit entry, and every entry its revision": sa.select(
        proposal.c.proposal_id
    ).where(_EVERY.scalar_subquery() != proposal.c.revision),
    "what is released has its messages": _RELEASED.where(
        audit.c.subject_id.not_in(sa.select(outbox.c.proposal_id).where(outbox.c.proposal_id.is_not(None)))
    ),
    "every message about a proposal comes from a release": sa.select(outbox.c.key).where(
        outbox.c.proposal_id.is_not(None), outbox.c.proposal_id.not_in(_RELEASED)
    ),
    "a message is sent when it has a time of sending, and only then": sa.select(outbox.c.key).where(
        (outbox.c.state == OutboxState.SENT) != outbox.c.sent_at.is_not(None)
    ),
    "only proposals whose state says so hold stock": sa.select(reservation.c.reservation_id)
    .join(proposal, proposal.c.proposal_id == reservation.c.proposal_id)
    .where(reservation.c.state == ReservationState.TAKEN, proposal.c.state.not_in(HOLDING)),
    "the audit trail has no gap": sa.select(sa.func.max(audit.c.sequence_no)).having(
        sa.func.max(audit.c.sequence_no) != sa.func.count()
    ),
}
"""What holds after every action → the SELECT of what breaks it."""
