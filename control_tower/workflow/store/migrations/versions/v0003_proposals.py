"""What did the store keep first of proposals, approvals, claims on stock and messages?

Never edited once released: a later change is a later module.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from control_tower.workflow.store.columns import Exact, Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _proposal()
    _proposal_version()
    _proposal_approval()
    _reservation()
    _outbox()
    _outcome()
    _indexes()


def _proposal_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("proposal_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="edits of the payload"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="every change of the row"),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False, comment="canonical JSON: what was shown is what is approved"),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("site_ids", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("exception_ids", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("proposer_person_id", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("policy_version", sa.String(length=60), nullable=False),
        sa.Column("policy_hash", sa.String(length=64), nullable=False),
        sa.Column("build_id", sa.String(length=100), nullable=False),
        sa.Column("required", sa.Text(), nullable=False, comment="JSON: rows of the approval matrix that were hit"),
        sa.Column("submitted_at", Instant(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("recommended_option", sa.Text(), nullable=True),
        sa.Column("chosen_option", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
    ]


def _proposal() -> None:
    op.create_table(
        "proposal",
        *_proposal_columns(),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'partly_approved', 'approved', 'released', 'failed', 'confirmed', 'rejected', 'withdrawn', 'expired', 'cancelled')",
            name=op.f("ck_proposal_state"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.user_id"], name=op.f("fk_proposal_created_by")),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal")),
        sa.UniqueConstraint(
            "proposal_id", "proposer_person_id", name=op.f("uq_proposal_proposal_id_proposer_person_id")
        ),
        comment="One row per proposal as it stands",
    )


def _proposal_version() -> None:
    op.create_table(
        "proposal_version",
        sa.Column("proposal_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("edited_by", sa.String(length=200), nullable=False),
        sa.Column("editor_person_id", sa.String(length=200), nullable=False),
        sa.Column("edited_at", Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edited_by"], ["app_user.user_id"], name=op.f("fk_proposal_version_edited_by")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.proposal_id"], name=op.f("fk_proposal_version_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "version", name=op.f("pk_proposal_version")),
        comment="One row per version of a proposal's payload; never changed",
    )


def _proposal_approval_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("approval_id", sa.String(length=200), nullable=False),
        sa.Column("proposal_id", sa.String(length=200), nullable=False),
        sa.Column("proposal_version", sa.Integer(), nullable=False),
        sa.Column("proposer_person_id", sa.String(length=200), nullable=False),
        sa.Column("approver_id", sa.String(length=200), nullable=False),
        sa.Column("approver_person_id", sa.String(length=200), nullable=False),
        sa.Column("approver_role", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("on_behalf_of", sa.String(length=200), nullable=True),
        sa.Column("on_behalf_of_person_id", sa.String(length=200), nullable=True),
        sa.Column("is_void", sa.Boolean(), nullable=False),
    ]


def _proposal_approval() -> None:
    op.create_table(
        "proposal_approval",
        *_proposal_approval_columns(),
        sa.CheckConstraint("decision IN ('approved', 'rejected')", name=op.f("ck_proposal_approval_decision")),
        sa.CheckConstraint("approver_person_id <> proposer_person_id", name=op.f("ck_proposal_approval_second_person")),
        sa.CheckConstraint(
            "on_behalf_of_person_id <> proposer_person_id", name=op.f("ck_proposal_approval_delegate_of_another")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["app_user.user_id"], name=op.f("fk_proposal_approval_approver_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["app_user.user_id"], name=op.f("fk_proposal_approval_on_behalf_of")),
        sa.ForeignKeyConstraint(
            ["proposal_id", "proposer_person_id"],
            ["proposal.proposal_id", "proposal.proposer_person_id"],
            name=op.f("fk_proposal_approval_proposal_id_proposer_person_id"),
        ),
        sa.PrimaryKeyConstraint("approval_id", name=op.f("pk_proposal_approval")),
        sa.UniqueConstraint(
            "proposal_id",
            "proposal_version",
            "approver_person_id",
            name=op.f("uq_proposal_approval_proposal_id_proposal_version_approver_person_id"),
        ),
        comment="One row per decision of one person on one version of a proposal",
    )


def _reservation() -> None:
    op.create_table(
        "reservation",
        sa.Column("reservation_id", sa.String(length=200), nullable=False),
        sa.Column("proposal_id", sa.String(length=200), nullable=False),
        sa.Column("pool_key", sa.String(length=600), nullable=False),
        sa.Column("site_id", sa.String(length=200), nullable=True),
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("supply_id", sa.String(length=200), nullable=True),
        sa.Column("donor_order_line_id", sa.String(length=200), nullable=True),
        sa.Column("qty", Exact(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('taken', 'consumed', 'freed')", name=op.f("ck_reservation_state")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.proposal_id"], name=op.f("fk_reservation_proposal_id")),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_reservation")),
        comment="One row per claim of one proposal on one pool of stock",
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(length=300), nullable=False, comment="idempotency key for the receiver"),
        sa.Column("sequence_no", sa.Integer(), nullable=False, comment="order of writing"),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("proposal_id", sa.String(length=200), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'sent', 'failed', 'dead', 'cancelled')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.proposal_id"], name=op.f("fk_outbox_proposal_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
        sa.UniqueConstraint("sequence_no", name=op.f("uq_outbox_sequence_no")),
        comment="One row per message that must leave exactly once",
    )


def _outcome() -> None:
    op.create_table(
        "outcome",
        sa.Column("proposal_id", sa.String(length=200), nullable=False),
        sa.Column("proposal_version", sa.Integer(), nullable=False),
        sa.Column("frozen_at", Instant(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False, comment="JSON: the effect promised at approval"),
        sa.Column("realised", sa.Text(), nullable=True, comment="JSON: what later builds show"),
        sa.Column("measured_build_id", sa.String(length=100), nullable=True),
        sa.Column("measured_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.proposal_id"], name=op.f("fk_outcome_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "proposal_version", name=op.f("pk_outcome")),
        comment="One row per approved version: promised and realised effect",
    )


def _indexes() -> None:
    op.create_index("ix_outbox_next_at", "outbox", ["next_at"])
    op.create_index("ix_outbox_proposal_id", "outbox", ["proposal_id"])
    op.create_index("ix_reservation_pool_key", "reservation", ["pool_key"])
    op.create_index("ix_reservation_proposal_id", "reservation", ["proposal_id"])
