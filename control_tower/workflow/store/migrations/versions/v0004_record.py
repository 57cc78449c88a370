"""How was it first kept who did what? And the guards over everything before.

Never edited once released: a later change is a later module.
"""

import sqlalchemy as sa
from alembic import op

from control_tower.workflow.store import guards
from control_tower.workflow.store.columns import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    _audit()
    _anchor()
    _request()
    _indexes()
    connection = op.get_bind()
    for statement in guards.statements(connection.dialect.name):
        connection.execute(sa.text(statement))


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "acted_at", sa.String(length=40), nullable=False, comment="ISO 8601, UTC, as text: it is part of the hash"
        ),
        sa.Column("actor_id", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.String(length=60), nullable=False),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.Column("build_id", sa.String(length=100), nullable=False),
        sa.Column("request_key", sa.String(length=200), nullable=False),
        sa.Column("key_id", sa.String(length=60), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'refused', 'replayed')", name=op.f("ck_audit_outcome")),
        sa.CheckConstraint("sequence_no > 0", name=op.f("ck_audit_sequence_no")),
        sa.PrimaryKeyConstraint("sequence_no", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
        comment="One row per thing somebody did, tried or repeated; append-only, HMAC-chained",
    )


def _anchor() -> None:
    op.create_table(
        "anchor",
        sa.Column("sequence_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=60), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("anchored_at", Instant(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="where the signed head was written"),
        sa.PrimaryKeyConstraint("sequence_no", name=op.f("pk_anchor")),
        comment="One row per signed head that was written elsewhere; a convenience, the proof is elsewhere",
    )


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("actor_id", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False, comment="JSON: the receipt"),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_request")),
        comment="One row per answered request, so that a repeated one gets the same answer and has no second effect",
    )


def _indexes() -> None:
    op.create_index("ix_audit_subject", "audit", ["subject_type", "subject_id"])
