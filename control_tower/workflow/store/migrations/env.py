"""How does Alembic reach the store? On the connection that `migrating` hands over, inside its one transaction.

Never opens a connection of its own.
"""

from alembic import context

from control_tower.workflow.store.metadata import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
