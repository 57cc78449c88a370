"""Which accounts, delegations, policy versions and findings are kept? Tables only."""

import sqlalchemy as sa

from control_tower.vocabulary import BacklogStatus, Role, ServiceRole
from control_tower.workflow.store.columns import METADATA, Exact, Id, Instant, one_of, required_at, required_id, word

app_user = sa.Table(
    "app_user",
    METADATA,
    sa.Column("user_id", Id, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    word("role"),
    sa.Column("site_ids", sa.Text, comment="JSON list; null = every site"),
    required_id("person_id"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("subject", sa.String(300), unique=True, comment="who the identity provider says it is"),
    required_at("changed_at"),
    one_of("role", Role, ServiceRole),
    comment="One row per account; two accounts of one person share person_id",
)

delegate = sa.Table(
    "delegate",
    METADATA,
    sa.Column("delegate_id", Id, primary_key=True),
    required_id("from_user_id", "app_user.user_id"),
    required_id("to_user_id", "app_user.user_id"),
    required_at("from_at"),
    required_at("until_at"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.CheckConstraint("from_user_id <> to_user_id", name="others"),
    sa.CheckConstraint("from_at < until_at", name="order"),
    comment="One row per right to approve that was lent to somebody for a time",
)

policy_version = sa.Table(
    "policy_version",
    METADATA,
    sa.Column("version", sa.String(60), primary_key=True),
    sa.Column("content", sa.Text, nullable=False, comment="the whole policy.toml"),
    sa.Column("hash", sa.String(64), nullable=False),
    required_id("author_id", "app_user.user_id"),
    required_id("author_person_id"),
    required_at("drafted_at"),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("activator_id", Id, sa.ForeignKey("app_user.user_id")),
    sa.Column("activator_person_id", Id),
    sa.Column("activated_at", Instant),
    sa.Column("effective_at", Instant),
    sa.CheckConstraint("activator_person_id <> author_person_id", name="second_person"),
    sa.CheckConstraint(
        "(activated_at IS NULL) = (activator_person_id IS NULL) AND (activated_at IS NULL) = (effective_at IS NULL)",
        name="activated_whole",
    ),
    comment="One row per version of the policy after the shipped one (GOV-05)",
)

backlog_entry = sa.Table(
    "backlog_entry",
    METADATA,
    sa.Column("backlog_id", Id, primary_key=True),
    sa.Column("finding", sa.Text, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False, comment="JSON: what the analysis showed"),
    sa.Column("owner", sa.String(200), nullable=False),
    sa.Column("intended_change", sa.Text, nullable=False),
    sa.Column("change_kind", sa.String(60), nullable=False),
    word("status"),
    sa.Column("version", sa.Integer, nullable=False),
    required_id("created_by", "app_user.user_id"),
    required_at("created_at"),
    required_at("updated_at"),
    sa.Column("measure", sa.String(200), comment="the figure it is judged by"),
    sa.Column("before_value", Exact),
    sa.Column("after_value", Exact),
    sa.Column("measured_at", Instant),
    one_of("status", BacklogStatus),
    comment="One row per finding that somebody shall prevent (RCA-08)",
)
