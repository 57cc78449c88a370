"""What is kept of every try to hand a message over? Tables only."""

import sqlalchemy as sa

from control_tower.workflow.store.columns import METADATA, required_at, word

outbox_attempt = sa.Table(
    "outbox_attempt",
    METADATA,
    sa.Column("key", sa.String(300), sa.ForeignKey("outbox.key"), primary_key=True),
    sa.Column(
        "attempt", sa.Integer, primary_key=True, comment="1 = first; one that was killed before it ended has no row"
    ),
    required_at("attempted_at"),
    word("status"),
    sa.Column("receiver", sa.String(200), nullable=False),
    sa.Column("http_code", sa.Integer),
    sa.Column("error_class", sa.String(40)),
    sa.CheckConstraint("status IN ('ok', 'failed', 'dead_letter')", name="status"),
    comment="One row per try to hand over a message that came to an end (INT-03)",
)
