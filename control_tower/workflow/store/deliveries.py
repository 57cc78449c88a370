"""Which message may be sent next, and what came of each try? The sender's questions to the outbox's rows.

Never judges an answer and never sends.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from control_tower.model import OutboxMessage
from control_tower.vocabulary import OutboxState, ProposalState
from control_tower.workflow.store.holdings import message_of
from control_tower.workflow.store.tables_outbox import outbox_attempt
from control_tower.workflow.store.tables_proposals import outbox, proposal

_OPEN = (OutboxState.PENDING, OutboxState.FAILED)


class Deliveries:
    """The outbox as its sender sees it: one lane per proposal, whose first unfinished message goes before the rest."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, at: datetime, lease: timedelta) -> OutboxMessage | None:
        """The message that is longest due, from now on this sender's for the length of the lease; None when none is due.

        A message waits for the ones before it in its own proposal, dead ones too, and for one that was called off
        while somebody was sending it; never for another proposal's (no head-of-line blocking).
        """
        under_way = sa.and_(outbox.c.state == OutboxState.CANCELLED, outbox.c.attempts > 0, outbox.c.next_at > at)
        unfinished = sa.or_(outbox.c.state.in_([*_OPEN, OutboxState.DEAD]), under_way)
        lane = sa.func.coalesce(outbox.c.proposal_id, outbox.c.key)
        heads = sa.select(sa.func.min(outbox.c.sequence_no)).where(unfinished).group_by(lane)
        due = sa.select(outbox).where(
            outbox.c.sequence_no.in_(heads), outbox.c.state.in_(_OPEN), outbox.c.next_at <= at
        )
        row = self._connection.execute(due.order_by("next_at", "sequence_no").limit(1)).mappings().first()
        if row is None:
            return None
        taken = {"attempts": row["attempts"] + 1, "next_at": at + lease}
        self._connection.execute(sa.update(outbox).where(outbox.c.key == row["key"]).values(**taken))
        return message_of({**row, **taken})

    def find(self, key: str) -> OutboxMessage | None:
        """One message."""
        row = self._connection.execute(sa.select(outbox).where(outbox.c.key == key)).mappings().first()
        return message_of(row) if row else None

    def done(self, key: str, at: datetime) -> None:
        """The receiver has it, whoever of several senders brought it and whatever was decided meanwhile."""
        change = sa.update(outbox).where(outbox.c.key == key, outbox.c.state != OutboxState.SENT)
        self._connection.execute(change.values(state=OutboxState.SENT, sent_at=at, next_at=at, last_error=None))

    def failed(self, message: OutboxMessage, state: OutboxState, next_at: datetime, said: str) -> bool:
        """This try failed. False when the message is not this sender's any more: then the other one's word counts."""
        mine = sa.update(outbox).where(
            outbox.c.key == message.key, outbox.c.attempts == message.attempts, outbox.c.state.in_(_OPEN)
        )
        values: dict[str, Any] = {"state": state, "next_at": next_at, "last_error": said}
        if self._connection.execute(mine.values(**values)).rowcount:
            return True
        called_off = sa.update(outbox).where(outbox.c.key == message.key, outbox.c.state == OutboxState.CANCELLED)
        self._connection.execute(called_off.where(outbox.c.attempts == message.attempts).values(last_error=said))
        return False

    def replay(self, key: str, at: datetime) -> None:
        """A dead letter waits to be sent again, under its old key."""
        values = {"state": OutboxState.PENDING, "next_at": at}
        self._connection.execute(sa.update(outbox).where(outbox.c.key == key).values(**values))

    def record(self, message: OutboxMessage, at: datetime, **outcome: Any) -> None:
        """Write down how a try ended: status, receiver, http_code, error_class."""
        values = {"key": message.key, "attempt": message.attempts, "attempted_at": at, **outcome}
        self._connection.execute(sa.insert(outbox_attempt).values(**values))

    def refused(self) -> list[tuple[str, str, str]]:
        """Proposals that count as released although the receiver refused one of their messages for good, with that
        message's key and the receiver's words.
        """
        query = sa.select(outbox.c.proposal_id, outbox.c.key, outbox.c.last_error).join(
            proposal, proposal.c.proposal_id == outbox.c.proposal_id
        )
        dead = query.where(outbox.c.state == OutboxState.DEAD, proposal.c.state == ProposalState.RELEASED)
        return [(row[0], row[1], row[2] or "") for row in self._connection.execute(dead.order_by("sequence_no"))]

    def counts(self) -> dict[str, int]:
        """How many messages stand in each state; every state is named."""
        query = sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)
        found: dict[str, int] = {row[0]: row[1] for row in self._connection.execute(query)}
        return {str(state): found.get(state, 0) for state in OutboxState}
