"""What did the store keep first of working an exception?

Never edited once released: a later change is a later module.
"""

import sqlalchemy as sa
from alembic import op

from control_tower.workflow.store.columns import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _exception_case()
    _case_state()
    _case_comment()
    _case_link()
    _case_task()
    _case_pause()
    _indexes()


def _exception_case() -> None:
    op.create_table(
        "exception_case",
        sa.Column("exception_id", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("site_id", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("owner_team_id", sa.String(length=200), nullable=True),
        sa.Column("owner_user_id", sa.String(length=200), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("escalation_level", sa.Integer(), nullable=False),
        sa.Column("is_on_hold", sa.Boolean(), nullable=False, comment="downstream invoicing or shipping is held"),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.String(length=200), nullable=True),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'acknowledged', 'in_progress', 'waiting', 'escalated', 'resolved', 'closed', 'cancelled', 'duplicate', 'false_positive')",
            name=op.f("ck_exception_case_status"),
        ),
        sa.CheckConstraint("duplicate_of <> exception_id", name=op.f("ck_exception_case_not_of_itself")),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_exception_case")),
        comment="One row per exception that somebody worked in the tower; laid over the facts of a build",
    )


def _case_state() -> None:
    op.create_table(
        "case_state",
        sa.Column("exception_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="the case's version that this change made"),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("team_id", sa.String(length=200), nullable=True),
        sa.Column("owner_user_id", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status IN ('new', 'acknowledged', 'in_progress', 'waiting', 'escalated', 'resolved', 'closed', 'cancelled', 'duplicate', 'false_positive')",
            name=op.f("ck_case_state_status"),
        ),
        sa.ForeignKeyConstraint(
            ["exception_id"], ["exception_case.exception_id"], name=op.f("fk_case_state_exception_id")
        ),
        sa.PrimaryKeyConstraint("exception_id", "version", name=op.f("pk_case_state")),
        comment="One row per change of a case, in order (ROU-04)",
    )


def _case_comment() -> None:
    op.create_table(
        "case_comment",
        sa.Column("comment_id", sa.String(length=200), nullable=False),
        sa.Column("exception_id", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("commented_at", Instant(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exception_id"], ["exception_case.exception_id"], name=op.f("fk_case_comment_exception_id")
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_case_comment")),
        comment="One row per remark on a case",
    )


def _case_link() -> None:
    op.create_table(
        "case_link",
        sa.Column("exception_id", sa.String(length=200), nullable=False),
        sa.Column("linked_id", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("linked_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("exception_id <> linked_id", name=op.f("ck_case_link_others")),
        sa.ForeignKeyConstraint(
            ["exception_id"], ["exception_case.exception_id"], name=op.f("fk_case_link_exception_id")
        ),
        sa.PrimaryKeyConstraint("exception_id", "linked_id", name=op.f("pk_case_link")),
        comment="One row per link that a person drew between two exceptions (ROU-07)",
    )


def _case_task() -> None:
    op.create_table(
        "case_task",
        sa.Column("task_id", sa.String(length=200), nullable=False),
        sa.Column("exception_id", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_case_task_state")),
        sa.ForeignKeyConstraint(
            ["exception_id"], ["exception_case.exception_id"], name=op.f("fk_case_task_exception_id")
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_case_task")),
        comment="One row per parallel task of a case (ROU-05)",
    )


def _case_pause() -> None:
    op.create_table(
        "case_pause",
        sa.Column("pause_id", sa.String(length=200), nullable=False),
        sa.Column("exception_id", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["exception_id"], ["exception_case.exception_id"], name=op.f("fk_case_pause_exception_id")
        ),
        sa.PrimaryKeyConstraint("pause_id", name=op.f("pk_case_pause")),
        comment="One row per stretch in which the clocks of a case stand still",
    )


def _indexes() -> None:
    op.create_index("ix_case_comment_exception_id", "case_comment", ["exception_id"])
    op.create_index("ix_case_pause_exception_id", "case_pause", ["exception_id"])
    op.create_index(
        "uq_case_pause_open",
        "case_pause",
        ["exception_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_case_task_exception_id", "case_task", ["exception_id"])
