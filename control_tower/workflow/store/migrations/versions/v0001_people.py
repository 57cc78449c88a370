"""Which accounts, delegations, policy versions and findings did the store keep first?

Never edited once released: a later change is a later module.
"""

import sqlalchemy as sa
from alembic import op

from control_tower.workflow.store.columns import Exact, Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _app_user()
    _delegate()
    _policy_version()
    _backlog_entry()


def _app_user() -> None:
    op.create_table(
        "app_user",
        sa.Column("user_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("site_ids", sa.Text(), nullable=True, comment="JSON list; null = every site"),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=True, comment="who the identity provider says it is"),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "role IN ('executive', 'operations_leader', 'process_engineer', 'approver', 'analyst', 'administrator', 'expiry_service', 'outbox_service', 'escalation_service', 'intake_service', 'policy_service')",
            name=op.f("ck_app_user_role"),
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("subject", name=op.f("uq_app_user_subject")),
        comment="One row per account; two accounts of one person share person_id",
    )


def _delegate() -> None:
    op.create_table(
        "delegate",
        sa.Column("delegate_id", sa.String(length=200), nullable=False),
        sa.Column("from_user_id", sa.String(length=200), nullable=False),
        sa.Column("to_user_id", sa.String(length=200), nullable=False),
        sa.Column("from_at", Instant(), nullable=False),
        sa.Column("until_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_delegate_order")),
        sa.CheckConstraint("from_user_id <> to_user_id", name=op.f("ck_delegate_others")),
        sa.ForeignKeyConstraint(["from_user_id"], ["app_user.user_id"], name=op.f("fk_delegate_from_user_id")),
        sa.ForeignKeyConstraint(["to_user_id"], ["app_user.user_id"], name=op.f("fk_delegate_to_user_id")),
        sa.PrimaryKeyConstraint("delegate_id", name=op.f("pk_delegate")),
        comment="One row per right to approve that was lent to somebody for a time",
    )


def _policy_version() -> None:
    op.create_table(
        "policy_version",
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="the whole policy.toml"),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.String(length=200), nullable=False),
        sa.Column("author_person_id", sa.String(length=200), nullable=False),
        sa.Column("drafted_at", Instant(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("activator_id", sa.String(length=200), nullable=True),
        sa.Column("activator_person_id", sa.String(length=200), nullable=True),
        sa.Column("activated_at", Instant(), nullable=True),
        sa.Column("effective_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(activated_at IS NULL) = (activator_person_id IS NULL) AND (activated_at IS NULL) = (effective_at IS NULL)",
            name=op.f("ck_policy_version_activated_whole"),
        ),
        sa.CheckConstraint("activator_person_id <> author_person_id", name=op.f("ck_policy_version_second_person")),
        sa.ForeignKeyConstraint(["activator_id"], ["app_user.user_id"], name=op.f("fk_policy_version_activator_id")),
        sa.ForeignKeyConstraint(["author_id"], ["app_user.user_id"], name=op.f("fk_policy_version_author_id")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_version")),
        comment="One row per version of the policy after the shipped one (GOV-05)",
    )


def _backlog_entry() -> None:
    op.create_table(
        "backlog_entry",
        sa.Column("backlog_id", sa.String(length=200), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False, comment="JSON: what the analysis showed"),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("intended_change", sa.Text(), nullable=False),
        sa.Column("change_kind", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=True, comment="the figure it is judged by"),
        sa.Column("before_value", Exact(), nullable=True),
        sa.Column("after_value", Exact(), nullable=True),
        sa.Column("measured_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'in_progress', 'done', 'measured', 'dropped')", name=op.f("ck_backlog_entry_status")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.user_id"], name=op.f("fk_backlog_entry_created_by")),
        sa.PrimaryKeyConstraint("backlog_id", name=op.f("pk_backlog_entry")),
        comment="One row per finding that somebody shall prevent (RCA-08)",
    )
