"""How do exception cases with their comments, links, tasks and pauses become rows, and rows records? Decides nothing.

Never holds a rule.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from control_tower.model import CaseComment, CasePause, CaseTask, ExceptionCase
from control_tower.vocabulary import ExceptionStatus, TaskState
from control_tower.workflow.store.tables_cases import (
    case_comment,
    case_link,
    case_pause,
    case_state,
    case_task,
    exception_case,
)


def _case(row: RowMapping) -> ExceptionCase:
    return ExceptionCase(**{**row, "status": ExceptionStatus(row["status"])})


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in type(record).__slots__}


class Cases:
    """What people did about exceptions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, exception_id: str) -> ExceptionCase | None:
        """The case of an exception; None while nobody has worked it."""
        query = sa.select(exception_case).where(exception_case.c.exception_id == exception_id)
        row = self._connection.execute(query).mappings().first()
        return _case(row) if row else None

    def of(self, exception_ids: Iterable[str]) -> dict[str, ExceptionCase]:
        """The cases of many exceptions, by exception."""
        query = sa.select(exception_case).where(exception_case.c.exception_id.in_(list(exception_ids)))
        return {row["exception_id"]: _case(row) for row in self._connection.execute(query).mappings()}

    def all(self) -> list[ExceptionCase]:
        """Every case, last changed first."""
        query = sa.select(exception_case).order_by(exception_case.c.updated_at.desc(), exception_case.c.exception_id)
        return [_case(row) for row in self._connection.execute(query).mappings()]

    def save(self, case: ExceptionCase, action: str, user_id: str, reason: str) -> ExceptionCase:
        """Write a case as its next version, and the change into its history. Returns it with its new version."""
        values = _fields(replace(case, version=case.version + 1))
        if case.version == 0:
            self._connection.execute(sa.insert(exception_case).values(**values))
        else:
            change = sa.update(exception_case).where(exception_case.c.exception_id == case.exception_id)
            self._connection.execute(change.values(**values))
        self._connection.execute(
            sa.insert(case_state).values(
                exception_id=case.exception_id,
                version=case.version + 1,
                status=case.status,
                action=action,
                user_id=user_id,
                changed_at=case.updated_at,
                team_id=case.owner_team_id,
                owner_user_id=case.owner_user_id,
                reason=reason,
            )
        )
        return replace(case, version=case.version + 1)

    def history(self, exception_id: str) -> list[dict[str, Any]]:
        """Every change of a case, oldest first."""
        query = sa.select(case_state).where(case_state.c.exception_id == exception_id).order_by(case_state.c.version)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def assigned(self) -> set[str]:
        """The exceptions to which a person named an owner at least once."""
        query = sa.select(case_state.c.exception_id).where(case_state.c.action == "case.assign").distinct()
        return {row[0] for row in self._connection.execute(query)}

    def comment(self, comment: CaseComment) -> None:
        """Add a remark."""
        self._connection.execute(sa.insert(case_comment).values(**_fields(comment)))

    def comments(self, exception_id: str) -> list[CaseComment]:
        """The remarks on a case, oldest first."""
        query = sa.select(case_comment).where(case_comment.c.exception_id == exception_id)
        rows = self._connection.execute(query.order_by("commented_at", "comment_id")).mappings()
        return [CaseComment(**row) for row in rows]

    def link(self, pair: tuple[str, str], user_id: str, at: datetime, reason: str) -> bool:
        """Draw a link between two exceptions; False when it is already there, either way round."""
        if pair[1] in self.links(pair[0]):
            return False
        values = {"exception_id": pair[0], "linked_id": pair[1], "user_id": user_id, "linked_at": at, "reason": reason}
        self._connection.execute(sa.insert(case_link).values(**values))
        return True

    def links(self, exception_id: str) -> list[str]:
        """The exceptions linked with this one, whichever way the link was drawn."""
        away = sa.select(case_link.c.linked_id).where(case_link.c.exception_id == exception_id)
        back = sa.select(case_link.c.exception_id).where(case_link.c.linked_id == exception_id)
        return sorted({row[0] for query in (away, back) for row in self._connection.execute(query)})

    def task(self, task_id: str) -> CaseTask | None:
        """One task."""
        row = self._connection.execute(sa.select(case_task).where(case_task.c.task_id == task_id)).mappings().first()
        return CaseTask(**{**row, "state": TaskState(row["state"])}) if row else None

    def tasks(self, exception_id: str) -> list[CaseTask]:
        """The tasks of a case, oldest first."""
        query = sa.select(case_task).where(case_task.c.exception_id == exception_id).order_by("created_at", "task_id")
        rows = self._connection.execute(query).mappings()
        return [CaseTask(**{**row, "state": TaskState(row["state"])}) for row in rows]

    def save_task(self, task: CaseTask) -> CaseTask:
        """Write a task as its next version."""
        values = _fields(replace(task, version=task.version + 1))
        change = sa.update(case_task).where(case_task.c.task_id == task.task_id).values(**values)
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(sa.insert(case_task).values(**values))
        return replace(task, version=task.version + 1)

    def begin_pause(self, pause: CasePause) -> None:
        """The clocks stand still from now on."""
        self._connection.execute(sa.insert(case_pause).values(**_fields(pause)))

    def end_pause(self, exception_id: str, at: datetime) -> None:
        """The clocks run again."""
        change = sa.update(case_pause).where(case_pause.c.exception_id == exception_id, case_pause.c.ended_at.is_(None))
        self._connection.execute(change.values(ended_at=at))

    def pauses(self, exception_id: str) -> list[CasePause]:
        """The pauses of a case, oldest first."""
        query = sa.select(case_pause).where(case_pause.c.exception_id == exception_id).order_by("started_at")
        return [CasePause(**row) for row in self._connection.execute(query).mappings()]

    def all_pauses(self) -> dict[str, list[CasePause]]:
        """The pauses of every case, oldest first, by exception."""
        found: dict[str, list[CasePause]] = {}
        for row in self._connection.execute(sa.select(case_pause).order_by("started_at")).mappings():
            found.setdefault(row["exception_id"], []).append(CasePause(**row))
        return found
