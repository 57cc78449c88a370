"""How do accounts, delegations, policy versions and the prevention backlog become rows, and rows records?

Never decides who may.
"""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from control_tower.model import BacklogEntry, PolicyVersion, User
from control_tower.workflow import canonical
from control_tower.workflow.store.tables_people import app_user, backlog_entry, delegate, policy_version


def _user(row: RowMapping) -> User:
    sites = frozenset(json.loads(row["site_ids"])) if row["site_ids"] is not None else None
    return User(row["user_id"], row["name"], row["role"], sites, row["person_id"], row["is_active"])


class Users:
    """Accounts and who stands in for whom."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, user_id: str) -> User | None:
        """One account, active or not."""
        row = self._connection.execute(sa.select(app_user).where(app_user.c.user_id == user_id)).mappings().first()
        return _user(row) if row else None

    def of_subject(self, subject: str) -> User | None:
        """The account of somebody the identity provider named."""
        row = self._connection.execute(sa.select(app_user).where(app_user.c.subject == subject)).mappings().first()
        return _user(row) if row else None

    def all(self) -> list[User]:
        """Every account, by id."""
        return [_user(row) for row in self._connection.execute(sa.select(app_user).order_by("user_id")).mappings()]

    def of_person(self, person_id: str) -> list[User]:
        """Every account of one person."""
        query = sa.select(app_user).where(app_user.c.person_id == person_id).order_by("user_id")
        return [_user(row) for row in self._connection.execute(query).mappings()]

    def save(self, user: User, at: datetime, subject: str | None = None) -> None:
        """Write an account, new or changed."""
        values: dict[str, Any] = {
            "name": user.name,
            "role": user.role,
            "site_ids": canonical.text(user.site_ids) if user.site_ids is not None else None,
            "person_id": user.person_id,
            "is_active": user.is_active,
            "changed_at": at,
        }
        if subject is not None:
            values["subject"] = subject
        change = sa.update(app_user).where(app_user.c.user_id == user.user_id).values(**values)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(app_user).values(user_id=user.user_id, **values))

    def lend(self, delegate_id: str, people: tuple[str, str], times: tuple[datetime, datetime], reason: str) -> None:
        """Write down that the first person's right to approve is the second's too for a time."""
        self._connection.execute(
            sa.insert(delegate).values(
                delegate_id=delegate_id,
                from_user_id=people[0],
                to_user_id=people[1],
                from_at=times[0],
                until_at=times[1],
                reason=reason,
            )
        )

    def stands_in(self, to_user_id: str, from_user_id: str, at: datetime) -> bool:
        """Whether somebody may act for somebody else at this instant."""
        found = sa.select(delegate.c.delegate_id).where(
            delegate.c.to_user_id == to_user_id,
            delegate.c.from_user_id == from_user_id,
            delegate.c.from_at <= at,
            delegate.c.until_at > at,
        )
        return self._connection.execute(found).first() is not None

    def lenders(self, to_user_id: str, at: datetime) -> list[str]:
        """For whom somebody may act at this instant."""
        found = sa.select(delegate.c.from_user_id).where(
            delegate.c.to_user_id == to_user_id, delegate.c.from_at <= at, delegate.c.until_at > at
        )
        return list(self._connection.execute(found.distinct().order_by("from_user_id")).scalars())


class Policies:
    """Versions of the policy after the shipped one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, version: str) -> PolicyVersion | None:
        """One version."""
        query = sa.select(policy_version).where(policy_version.c.version == version)
        row = self._connection.execute(query).mappings().first()
        return PolicyVersion(**row) if row else None

    def in_force(self, at: datetime) -> PolicyVersion | None:
        """The version in force at an instant; None = the shipped one. Of two effective at once, the one activated last."""
        query = (
            sa.select(policy_version)
            .where(policy_version.c.effective_at <= at)
            .order_by(policy_version.c.effective_at.desc(), policy_version.c.activated_at.desc())
        )
        row = self._connection.execute(query).mappings().first()
        return PolicyVersion(**row) if row else None

    def all(self) -> list[PolicyVersion]:
        """Every version, newest first."""
        query = sa.select(policy_version).order_by(policy_version.c.drafted_at.desc())
        return [PolicyVersion(**row) for row in self._connection.execute(query).mappings()]

    def add(self, version: PolicyVersion) -> None:
        """Write a new version."""
        self._connection.execute(sa.insert(policy_version).values(**_fields(version)))

    def activate(self, version: PolicyVersion) -> None:
        """Write who activated a version and from when it counts."""
        change = sa.update(policy_version).where(policy_version.c.version == version.version)
        names = ("activator_id", "activator_person_id", "activated_at", "effective_at")
        self._connection.execute(change.values({name: getattr(version, name) for name in names}))


class Backlog:
    """Findings with an owner (RCA-08)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, backlog_id: str) -> BacklogEntry | None:
        """One entry."""
        query = sa.select(backlog_entry).where(backlog_entry.c.backlog_id == backlog_id)
        row = self._connection.execute(query).mappings().first()
        return _entry(row) if row else None

    def all(self) -> list[BacklogEntry]:
        """Every entry, newest first."""
        query = sa.select(backlog_entry).order_by(backlog_entry.c.created_at.desc(), backlog_entry.c.backlog_id)
        return [_entry(row) for row in self._connection.execute(query).mappings()]

    def save(self, entry: BacklogEntry) -> None:
        """Write an entry, new or changed."""
        values = {**_fields(entry), "evidence": canonical.text(entry.evidence)}
        change = sa.update(backlog_entry).where(backlog_entry.c.backlog_id == entry.backlog_id).values(**values)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(backlog_entry).values(**values))


def _entry(row: RowMapping) -> BacklogEntry:
    return BacklogEntry(**{**row, "evidence": json.loads(row["evidence"])})


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__slots__}
