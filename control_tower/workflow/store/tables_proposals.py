"""What is kept of a proposal, its approvals, its claims on stock and what leaves the house? Tables only."""

import sqlalchemy as sa

from control_tower.vocabulary import OutboxState, ProposalState, ReservationState
from control_tower.workflow.store.columns import METADATA, Exact, Id, Instant, one_of, required_at, required_id, word

proposal = sa.Table(
    "proposal",
    METADATA,
    sa.Column("proposal_id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, comment="edits of the payload"),
    sa.Column("revision", sa.Integer, nullable=False, comment="every change of the row"),
    word("state"),
    sa.Column("payload", sa.Text, nullable=False, comment="canonical JSON: what was shown is what is approved"),
    sa.Column("payload_hash", sa.String(64), nullable=False),
    sa.Column("site_ids", sa.Text, nullable=False, comment="JSON list"),
    sa.Column("exception_ids", sa.Text, nullable=False, comment="JSON list"),
    required_id("created_by", "app_user.user_id"),
    required_id("proposer_person_id"),
    required_at("created_at"),
    required_at("updated_at"),
    required_at("expires_at"),
    sa.Column("policy_version", sa.String(60), nullable=False),
    sa.Column("policy_hash", sa.String(64), nullable=False),
    sa.Column("build_id", sa.String(100), nullable=False),
    sa.Column("required", sa.Text, nullable=False, comment="JSON: rows of the approval matrix that were hit"),
    sa.Column("submitted_at", Instant),
    sa.Column("decided_at", Instant),
    sa.Column("released_at", Instant),
    sa.Column("confirmed_at", Instant),
    sa.Column("recommended_option", sa.Text),
    sa.Column("chosen_option", sa.Text),
    sa.Column("override_reason", sa.Text),
    sa.Column("failure", sa.Text),
    one_of("state", ProposalState),
    sa.UniqueConstraint("proposal_id", "proposer_person_id"),
    comment="One row per proposal as it stands",
)

proposal_version = sa.Table(
    "proposal_version",
    METADATA,
    sa.Column("proposal_id", Id, sa.ForeignKey("proposal.proposal_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_hash", sa.String(64), nullable=False),
    required_id("edited_by", "app_user.user_id"),
    required_id("editor_person_id"),
    required_at("edited_at"),
    sa.Column("reason", sa.Text, nullable=False),
    comment="One row per version of a proposal's payload; never changed",
)

proposal_approval = sa.Table(
    "proposal_approval",
    METADATA,
    sa.Column("approval_id", Id, primary_key=True),
    required_id("proposal_id"),
    sa.Column("proposal_version", sa.Integer, nullable=False),
    required_id("proposer_person_id"),
    required_id("approver_id", "app_user.user_id"),
    required_id("approver_person_id"),
    word("approver_role"),
    word("decision"),
    required_at("decided_at"),
    sa.Column("payload_hash", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("on_behalf_of", Id, sa.ForeignKey("app_user.user_id")),
    sa.Column("on_behalf_of_person_id", Id),
    sa.Column("is_void", sa.Boolean, nullable=False),
    sa.ForeignKeyConstraint(
        ["proposal_id", "proposer_person_id"], ["proposal.proposal_id", "proposal.proposer_person_id"]
    ),
    sa.CheckConstraint("approver_person_id <> proposer_person_id", name="second_person"),
    sa.CheckConstraint("on_behalf_of_person_id <> proposer_person_id", name="delegate_of_another"),
    sa.CheckConstraint("decision IN ('approved', 'rejected')", name="decision"),
    sa.UniqueConstraint("proposal_id", "proposal_version", "approver_person_id"),
    comment="One row per decision of one person on one version of a proposal",
)

reservation = sa.Table(
    "reservation",
    METADATA,
    sa.Column("reservation_id", Id, primary_key=True),
    sa.Column("proposal_id", Id, sa.ForeignKey("proposal.proposal_id"), nullable=False, index=True),
    sa.Column("pool_key", sa.String(600), nullable=False, index=True),
    sa.Column("site_id", Id),
    required_id("item_id"),
    sa.Column("supply_id", Id),
    sa.Column("donor_order_line_id", Id),
    sa.Column("qty", Exact, nullable=False),
    word("state"),
    required_at("taken_at"),
    sa.Column("ended_at", Instant),
    one_of("state", ReservationState),
    comment="One row per claim of one proposal on one pool of stock",
)

outbox = sa.Table(
    "outbox",
    METADATA,
    sa.Column("key", sa.String(300), primary_key=True, comment="idempotency key for the receiver"),
    sa.Column("sequence_no", sa.Integer, nullable=False, unique=True, comment="order of writing"),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("proposal_id", Id, sa.ForeignKey("proposal.proposal_id"), index=True),
    sa.Column("payload", sa.Text, nullable=False),
    word("state"),
    sa.Column("attempts", sa.Integer, nullable=False),
    required_at("created_at"),
    sa.Column("next_at", Instant, nullable=False, index=True),
    sa.Column("last_error", sa.Text),
    sa.Column("sent_at", Instant),
    one_of("state", OutboxState),
    comment="One row per message that must leave exactly once",
)

outcome = sa.Table(
    "outcome",
    METADATA,
    sa.Column("proposal_id", Id, sa.ForeignKey("proposal.proposal_id"), primary_key=True),
    sa.Column("proposal_version", sa.Integer, primary_key=True),
    required_at("frozen_at"),
    sa.Column("expected", sa.Text, nullable=False, comment="JSON: the effect promised at approval"),
    sa.Column("realised", sa.Text, comment="JSON: what later builds show"),
    sa.Column("measured_build_id", sa.String(100)),
    sa.Column("measured_at", Instant),
    comment="One row per approved version: promised and realised effect",
)
