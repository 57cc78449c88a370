"""What is kept of working an exception? Tables only."""

import sqlalchemy as sa

from control_tower.vocabulary import ExceptionStatus, TaskState
from control_tower.workflow.store.columns import METADATA, Id, Instant, one_of, required_at, required_id, word

exception_case = sa.Table(
    "exception_case",
    METADATA,
    sa.Column("exception_id", Id, primary_key=True),
    word("status"),
    sa.Column("site_id", Id),
    sa.Column("version", sa.Integer, nullable=False),
    required_at("created_at"),
    required_at("updated_at"),
    sa.Column("owner_team_id", Id),
    sa.Column("owner_user_id", Id),
    sa.Column("acknowledged_at", Instant),
    sa.Column("resolved_at", Instant),
    sa.Column("resolution", sa.Text),
    sa.Column("closed_at", Instant),
    sa.Column("escalation_level", sa.Integer, nullable=False),
    sa.Column("is_on_hold", sa.Boolean, nullable=False, comment="downstream invoicing or shipping is held"),
    sa.Column("hold_reason", sa.Text),
    sa.Column("duplicate_of", Id),
    sa.Column("reopen_count", sa.Integer, nullable=False),
    one_of("status", ExceptionStatus),
    sa.CheckConstraint("duplicate_of <> exception_id", name="not_of_itself"),
    comment="One row per exception that somebody worked in the tower; laid over the facts of a build",
)

case_state = sa.Table(
    "case_state",
    METADATA,
    sa.Column("exception_id", Id, sa.ForeignKey("exception_case.exception_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, comment="the case's version that this change made"),
    word("status"),
    sa.Column("action", sa.String(60), nullable=False),
    required_id("user_id"),
    required_at("changed_at"),
    sa.Column("team_id", Id),
    sa.Column("owner_user_id", Id),
    sa.Column("reason", sa.Text, nullable=False),
    one_of("status", ExceptionStatus),
    comment="One row per change of a case, in order (ROU-04)",
)

case_comment = sa.Table(
    "case_comment",
    METADATA,
    sa.Column("comment_id", Id, primary_key=True),
    sa.Column("exception_id", Id, sa.ForeignKey("exception_case.exception_id"), nullable=False, index=True),
    required_id("user_id"),
    required_at("commented_at"),
    sa.Column("text", sa.Text, nullable=False),
    comment="One row per remark on a case",
)

case_link = sa.Table(
    "case_link",
    METADATA,
    sa.Column("exception_id", Id, sa.ForeignKey("exception_case.exception_id"), primary_key=True),
    sa.Column("linked_id", Id, primary_key=True),
    required_id("user_id"),
    required_at("linked_at"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.CheckConstraint("exception_id <> linked_id", name="others"),
    comment="One row per link that a person drew between two exceptions (ROU-07)",
)

case_task = sa.Table(
    "case_task",
    METADATA,
    sa.Column("task_id", Id, primary_key=True),
    sa.Column("exception_id", Id, sa.ForeignKey("exception_case.exception_id"), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("owner", Id),
    word("state"),
    sa.Column("version", sa.Integer, nullable=False),
    required_at("created_at"),
    sa.Column("done_at", Instant),
    one_of("state", TaskState),
    comment="One row per parallel task of a case (ROU-05)",
)

case_pause = sa.Table(
    "case_pause",
    METADATA,
    sa.Column("pause_id", Id, primary_key=True),
    sa.Column("exception_id", Id, sa.ForeignKey("exception_case.exception_id"), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    required_at("started_at"),
    required_id("started_by"),
    sa.Column("ended_at", Instant),
    comment="One row per stretch in which the clocks of a case stand still",
)
sa.Index(
    "uq_case_pause_open",
    case_pause.c.exception_id,
    unique=True,
    sqlite_where=case_pause.c.ended_at.is_(None),
    postgresql_where=case_pause.c.ended_at.is_(None),
)
