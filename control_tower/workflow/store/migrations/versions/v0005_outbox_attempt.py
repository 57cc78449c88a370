"""How were the tries of the outbox first kept?

Never edited once released: a later change is a later module.
"""

import sqlalchemy as sa
from alembic import op

from control_tower.workflow.store.columns import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "outbox_attempt",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column(
            "attempt",
            sa.Integer(),
            nullable=False,
            comment="1 = first; one that was killed before it ended has no row",
        ),
        sa.Column("attempted_at", Instant(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("receiver", sa.String(length=200), nullable=False),
        sa.Column("http_code", sa.Integer(), nullable=True),
        sa.Column("error_class", sa.String(length=40), nullable=True),
        sa.CheckConstraint("status IN ('ok', 'failed', 'dead_letter')", name=op.f("ck_outbox_attempt_status")),
        sa.ForeignKeyConstraint(["key"], ["outbox.key"], name=op.f("fk_outbox_attempt_key_outbox")),
        sa.PrimaryKeyConstraint("key", "attempt", name=op.f("pk_outbox_attempt")),
        comment="One row per try to hand over a message that came to an end (INT-03)",
    )
