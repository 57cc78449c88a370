"""How do the audit trail, its anchors and the requests already answered become rows, and rows records?

Only adds; never changes and never decides.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from control_tower.model import AuditEntry
from control_tower.workflow import audit as chain
from control_tower.workflow import canonical
from control_tower.workflow.asked import Asked
from control_tower.workflow.audit import Head, Sealed
from control_tower.workflow.keys import KeyRing
from control_tower.workflow.store.tables_record import anchor, audit, request

_BATCH = 20_000
_FETCHED = 500
"""Texts fetched at once: more take longer each, since they no longer fit the processor's cache."""
_COLUMNS = [audit.c[name] for name in chain.COLUMNS]


def _conditions(asked: Asked) -> list[sa.ColumnElement[bool]]:
    """Exact words, a part of the subject's or actor's id taken literally, and days as they stand in the entry."""
    found = [
        column == value for column, value in ((audit.c.action, asked.action), (audit.c.outcome, asked.outcome)) if value
    ]
    found += [
        column.contains(value, autoescape=True)
        for column, value in ((audit.c.subject_id, asked.subject), (audit.c.actor_id, asked.actor))
        if value
    ]
    found += [audit.c.acted_at >= asked.since.isoformat()] if asked.since else []
    found += [audit.c.acted_at < (asked.until + timedelta(days=1)).isoformat()] if asked.until else []
    return found


class Audit:
    """The trail: one sealed entry after the other."""

    def __init__(self, connection: Connection, ring: KeyRing) -> None:
        self._connection, self._ring = connection, ring

    def last(self) -> AuditEntry | None:
        """The newest entry."""
        row = self._connection.execute(sa.select(*_COLUMNS).order_by(audit.c.sequence_no.desc()).limit(1)).first()
        return AuditEntry(*row) if row else None

    def append(self, said: Mapping[str, Any]) -> AuditEntry:
        """Seal and write one entry. `said` holds every column but sequence, key and hashes; before/after as values."""
        newest = self.last()
        fields = {
            **said,
            "before": canonical.text(said["before"]),
            "after": canonical.text(said["after"]),
            "sequence_no": newest.sequence_no + 1 if newest else 1,
            "key_id": self._ring.active_id,
            "previous_hash": newest.hash if newest else chain.GENESIS,
        }
        fields["hash"] = chain.seal([fields[name] for name in chain.COLUMNS[:-1]], self._ring)
        self._connection.execute(sa.insert(audit).values(**fields))
        return AuditEntry(**fields)

    def of_subject(self, subject_type: str, subject_id: str) -> list[AuditEntry]:
        """Everything that was done, tried or repeated on one thing, in order."""
        query = sa.select(*_COLUMNS).where(audit.c.subject_type == subject_type, audit.c.subject_id == subject_id)
        return [AuditEntry(*row) for row in self._connection.execute(query.order_by(audit.c.sequence_no))]

    def newest(self, limit: int) -> list[AuditEntry]:
        """The newest entries, newest first."""
        query = sa.select(*_COLUMNS).order_by(audit.c.sequence_no.desc()).limit(limit)
        return [AuditEntry(*row) for row in self._connection.execute(query)]

    def page(self, asked: Asked, limit: int, skip: int = 0) -> list[AuditEntry]:
        """The entries that pass, newest first, one page of them."""
        query = sa.select(*_COLUMNS).where(*_conditions(asked)).order_by(audit.c.sequence_no.desc())
        return [AuditEntry(*row) for row in self._connection.execute(query.limit(limit).offset(skip))]

    def count(self, asked: Asked) -> int:
        """How many entries pass."""
        query = sa.select(sa.func.count()).select_from(audit).where(*_conditions(asked))
        return self._connection.execute(query).scalar_one()

    def actions(self) -> list[str]:
        """Every action that stands in the trail, in order."""
        return list(self._connection.execute(sa.select(audit.c.action).distinct().order_by("action")).scalars())

    def heads(self, limit: int) -> list[dict[str, Any]]:
        """The newest heads that were anchored elsewhere: number, when and where."""
        query = sa.select(anchor.c.sequence_no, anchor.c.anchored_at, anchor.c.place, anchor.c.key_id)
        rows = self._connection.execute(query.order_by(anchor.c.sequence_no.desc()).limit(limit)).mappings()
        return [dict(row) for row in rows]

    def rows(self, after: int = -1) -> Iterator[Sequence[Any]]:
        """Every entry after one in order as plain tuples of `audit.COLUMNS`, a batch at a time."""
        last: sa.BindParameter[int] = sa.bindparam("after", after)
        query = sa.select(*_COLUMNS).where(audit.c.sequence_no > last).order_by(audit.c.sequence_no).limit(_BATCH)
        while True:
            batch = self._connection.execute(query, {"after": after}).cursor.fetchall()
            yield from batch
            if len(batch) < _BATCH:
                return
            after = batch[-1][0]

    def sealed(self) -> Iterator[Sealed]:
        """Every entry in order as it is verified. SQLite writes the texts itself, which costs half of doing it here.

        What SQLite has no text for (bytes that somebody put there) ends that, and the rest is read as rows.
        """
        last = -1
        if self._connection.dialect.name == "sqlite":
            text = sa.func.json_array(*_COLUMNS[:-1])
            query = sa.select(audit.c.sequence_no, audit.c.key_id, audit.c.previous_hash, audit.c.hash, text)
            try:
                cursor = self._connection.execute(query.order_by(audit.c.sequence_no)).cursor
                while batch := cursor.fetchmany(_FETCHED):
                    yield from batch
                    last = batch[-1][0]
                return
            except (sa.exc.DBAPIError, sqlite3.Error):
                pass
        yield from map(chain.sealed, self.rows(last))

    def keep_head(self, head: Head, at: datetime, place: str) -> None:
        """Write down that a head was anchored elsewhere."""
        known = sa.select(anchor.c.sequence_no).where(anchor.c.sequence_no == head.sequence_no)
        if self._connection.execute(known).first() is None:
            values = {
                name: getattr(head, name) for name in ("sequence_no", "entry_count", "hash", "key_id", "signature")
            }
            self._connection.execute(sa.insert(anchor).values(**values, anchored_at=at, place=place))


class Requests:
    """Requests that were answered, so that a repeated one has no second effect."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, actor_id: str, key: str) -> tuple[str, str] | None:
        """Content hash and answer (JSON) of an answered request."""
        query = sa.select(request.c.content_hash, request.c.answer)
        row = self._connection.execute(query.where(request.c.actor_id == actor_id, request.c.key == key)).first()
        return (row[0], row[1]) if row else None

    def keep(self, asked: tuple[str, str], content_hash: str, answer: str, at: datetime) -> None:
        """Write down the answer to a request (actor, key)."""
        self._connection.execute(
            sa.insert(request).values(
                actor_id=asked[0], key=asked[1], content_hash=content_hash, answer=answer, answered_at=at
            )
        )
