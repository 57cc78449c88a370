"""How do claims on stock and messages that must leave become rows, and rows records?

Never decides how much may be claimed, and never sends.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from control_tower.model import OutboxMessage, Pool, Reservation
from control_tower.vocabulary import OutboxState, ReservationState
from control_tower.workflow import canonical
from control_tower.workflow.store.tables_proposals import outbox, reservation


class Reservations:
    """Which proposal holds how much of which pool."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def held_qty(self, pool_key: str) -> Decimal:
        """The sum that all proposals hold of a pool now."""
        query = sa.select(reservation.c.qty).where(
            reservation.c.pool_key == pool_key, reservation.c.state == ReservationState.TAKEN
        )
        return sum(self._connection.execute(query).scalars(), Decimal(0))

    def holders(self, pool_key: str) -> list[Reservation]:
        """Who holds a pool now, first come first."""
        query = sa.select(reservation).where(
            reservation.c.pool_key == pool_key, reservation.c.state == ReservationState.TAKEN
        )
        rows = self._connection.execute(query.order_by("taken_at", "reservation_id")).mappings()
        return [_reservation(row) for row in rows]

    def all_taken(self) -> list[Reservation]:
        """Every claim that is held now."""
        query = sa.select(reservation).where(reservation.c.state == ReservationState.TAKEN).order_by("reservation_id")
        return [_reservation(row) for row in self._connection.execute(query).mappings()]

    def of_proposal(self, proposal_id: str) -> list[Reservation]:
        """Everything a proposal ever claimed."""
        query = sa.select(reservation).where(reservation.c.proposal_id == proposal_id).order_by("reservation_id")
        return [_reservation(row) for row in self._connection.execute(query).mappings()]

    def taken(self) -> dict[str, Decimal]:
        """What is held of every pool now: pool key → quantity."""
        query = sa.select(reservation.c.pool_key, reservation.c.qty).where(
            reservation.c.state == ReservationState.TAKEN
        )
        sums: dict[str, Decimal] = {}
        for key, qty in self._connection.execute(query):
            sums[key] = sums.get(key, Decimal(0)) + qty
        return sums

    def take(self, claims: Iterable[Reservation], at: datetime) -> None:
        """Write new claims."""
        for claim in claims:
            self._connection.execute(
                sa.insert(reservation).values(
                    reservation_id=claim.reservation_id,
                    proposal_id=claim.proposal_id,
                    pool_key=claim.pool.key,
                    site_id=claim.pool.site_id,
                    item_id=claim.pool.item_id,
                    supply_id=claim.pool.supply_id,
                    donor_order_line_id=claim.pool.donor_order_line_id,
                    qty=claim.qty,
                    state=claim.state,
                    taken_at=at,
                )
            )

    def end(self, proposal_id: str, state: ReservationState, at: datetime) -> int:
        """Free or consume everything a proposal holds; returns how many claims that were."""
        change = sa.update(reservation).where(
            reservation.c.proposal_id == proposal_id, reservation.c.state == ReservationState.TAKEN
        )
        return self._connection.execute(change.values(state=state, ended_at=at)).rowcount


def _reservation(row: RowMapping) -> Reservation:
    pool = Pool(row["site_id"], row["item_id"], row["supply_id"], row["donor_order_line_id"])
    return Reservation(row["reservation_id"], row["proposal_id"], pool, row["qty"], ReservationState(row["state"]))


class Outbox:
    """Messages that must leave, in the order they were written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, messages: Iterable[OutboxMessage]) -> None:
        """Write messages; one that is there already (a retry) waits to be sent again under its old key."""
        last = self._connection.execute(sa.select(sa.func.coalesce(sa.func.max(outbox.c.sequence_no), 0))).scalar_one()
        for message in messages:
            waiting: dict[str, Any] = {"state": OutboxState.PENDING, "next_at": message.next_at, "last_error": None}
            again = sa.update(outbox).where(outbox.c.key == message.key, outbox.c.state != OutboxState.SENT)
            known = sa.select(outbox.c.key).where(outbox.c.key == message.key)
            if self._connection.execute(known).first():
                self._connection.execute(again.values(**waiting))
                continue
            last += 1
            self._connection.execute(
                sa.insert(outbox).values(
                    key=message.key,
                    sequence_no=last,
                    kind=message.kind,
                    proposal_id=message.proposal_id,
                    payload=canonical.text(message.payload),
                    attempts=0,
                    created_at=message.created_at,
                    **waiting,
                )
            )

    def of_proposal(self, proposal_id: str) -> list[OutboxMessage]:
        """The messages of a proposal, in order."""
        query = sa.select(outbox).where(outbox.c.proposal_id == proposal_id).order_by("sequence_no")
        return [message_of(row) for row in self._connection.execute(query).mappings()]

    def due(self, at: datetime, limit: int) -> list[OutboxMessage]:
        """What may be sent now, oldest first."""
        query = sa.select(outbox).where(outbox.c.state.in_([OutboxState.PENDING, OutboxState.FAILED]))
        query = query.where(outbox.c.next_at <= at).order_by("sequence_no").limit(limit)
        return [message_of(row) for row in self._connection.execute(query).mappings()]

    def all(self) -> list[OutboxMessage]:
        """Every message, in order."""
        rows = self._connection.execute(sa.select(outbox).order_by("sequence_no")).mappings()
        return [message_of(row) for row in rows]

    def mark(self, key: str, **values: Any) -> None:
        """Write how sending went: state, attempts, next_at, last_error, sent_at."""
        self._connection.execute(sa.update(outbox).where(outbox.c.key == key).values(**values))

    def cancel(self, proposal_id: str) -> int:
        """Take back what has not left yet; returns how many messages that were."""
        unsent = sa.update(outbox).where(outbox.c.proposal_id == proposal_id, outbox.c.state != OutboxState.SENT)
        return self._connection.execute(unsent.values(state=OutboxState.CANCELLED)).rowcount


def message_of(row: Mapping[str, Any] | RowMapping) -> OutboxMessage:
    """The record of a row of the outbox."""
    read = {"payload": json.loads(row["payload"]), "state": OutboxState(row["state"])}
    return OutboxMessage(**{name: row[name] for name in OutboxMessage.__slots__} | read)
