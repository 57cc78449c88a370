"""How is it kept who did what, and which requests were answered? Tables only; `guards` makes the first two append-only."""

import sqlalchemy as sa

from control_tower.workflow.store.columns import METADATA, Id, required_at, required_id

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("sequence_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("acted_at", sa.String(40), nullable=False, comment="ISO 8601, UTC, as text: it is part of the hash"),
    required_id("actor_id"),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("outcome", sa.String(20), nullable=False),
    sa.Column("subject_type", sa.String(40), nullable=False),
    required_id("subject_id"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("policy_version", sa.String(60), nullable=False),
    sa.Column("policy_hash", sa.String(64), nullable=False),
    sa.Column("build_id", sa.String(100), nullable=False),
    sa.Column("request_key", sa.String(200), nullable=False),
    sa.Column("key_id", sa.String(60), nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.CheckConstraint("outcome IN ('done', 'refused', 'replayed')", name="outcome"),
    sa.CheckConstraint("sequence_no > 0", name="sequence_no"),
    sa.Index("ix_audit_subject", "subject_type", "subject_id"),
    comment="One row per thing somebody did, tried or repeated; append-only, HMAC-chained",
)

anchor = sa.Table(
    "anchor",
    METADATA,
    sa.Column("sequence_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_count", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("key_id", sa.String(60), nullable=False),
    sa.Column("signature", sa.String(64), nullable=False),
    required_at("anchored_at"),
    sa.Column("place", sa.Text, nullable=False, comment="where the signed head was written"),
    comment="One row per signed head that was written elsewhere; a convenience, the proof is elsewhere",
)

request = sa.Table(
    "request",
    METADATA,
    sa.Column("actor_id", Id, primary_key=True),
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("answer", sa.Text, nullable=False, comment="JSON: the receipt"),
    required_at("answered_at"),
    comment="One row per answered request, so that a repeated one gets the same answer and has no second effect",
)
