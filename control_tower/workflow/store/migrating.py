"""Is the store's schema the one this version speaks, and how does it become so? Alembic in one transaction (fault 55).

Both SQLite and PostgreSQL roll a migration back that is killed half-way, so that it is run again from its start.
Never says what a table is.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from control_tower.errors import StoreError

FOLDER = Path(__file__).with_name("migrations")


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def current(connection: Connection) -> str | None:
    """The revision the store is at; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision this version of the product speaks."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def upgrade(connection: Connection) -> None:
    """Bring the store to the newest revision, inside the caller's transaction.

    Raises StoreError when a newer product has already moved it on.
    """
    found = current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"the decision store is at revision {found}, which this version does not know; use a newer tower"
        )
    if found != newest():
        command.upgrade(configuration(connection), "head")
