"""What was the store's first schema? Accounts, cases, proposals, record, and the guards.

Never edited once released.
"""

from alembic import op

from control_tower.workflow.store import guards
from control_tower.workflow.store.metadata import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table and guard."""
    connection = op.get_bind()
    METADATA.create_all(connection)
    for statement in guards.statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
