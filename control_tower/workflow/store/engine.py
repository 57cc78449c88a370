"""How is the decision store reached? One engine per URL: SQLite in WAL with immediate writers, or PostgreSQL.

Every writing transaction is alone: SQLite's BEGIN IMMEDIATE, PostgreSQL's advisory lock. So what is read in it cannot
change before it is written, the audit sequence has no gap, and no two proposals promise the same stock (faults 58, 61).
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from control_tower.errors import StoreError
from control_tower.log import redacted

WAIT_SECONDS = 5
"""A busy store is waited for this long, then the user is told (fault 66)."""
_WRITERS_LOCK = 0x746F776572
_BUSY = re.compile(r"database is locked|lock timeout|database table is locked", re.IGNORECASE)
_FULL = re.compile(r"disk is full|disk I/O error|No space left|could not extend", re.IGNORECASE)
_DAMAGED = re.compile(r"malformed|not a database|corrupt", re.IGNORECASE)


def make(url: str) -> Engine:
    """An engine for a store's URL (`sqlite:////path` or `postgresql+psycopg://…`). Opens nothing yet.

    Raises StoreError for another kind of database.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(parsed, connect_args={"timeout": WAIT_SECONDS, "isolation_level": None})
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        settings = f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC -c client_min_messages=warning"
        arguments = {"connect_timeout": WAIT_SECONDS, "options": settings}
        return sa.create_engine(parsed, connect_args=arguments, pool_pre_ping=True)
    raise StoreError(f"{redacted(url)}: a decision store is sqlite or postgresql")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is alone; it commits when the block ends and is gone when the block raises.

    Raises StoreError when the store is busy for longer than WAIT_SECONDS, full, damaged or not there.
    """
    with in_words(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_LOCK)))
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the store and changes nothing. Raises StoreError as `writing` does."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with in_words(engine), engine.connect().execution_options(**level) as connection, connection.begin():
        yield connection


@contextmanager
def in_words(engine: Engine) -> Iterator[None]:
    """Turn what the database says into what the user should do; constraint violations are bugs and pass through."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.DatabaseError) as error:
        if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError | sa.exc.DataError):
            raise
        raise StoreError(sentence(engine, str(error.orig))) from error
    except sqlite3.Error as error:
        raise StoreError(sentence(engine, str(error))) from error


def sentence(engine: Engine, said: str) -> str:
    """What a database's complaint means for the user."""
    place = redacted(engine.url.render_as_string(hide_password=True))
    first = redacted(said.strip().splitlines()[0]) if said.strip() else "no reason given"
    if _BUSY.search(said):
        return f"{place}: busy for more than {WAIT_SECONDS} s; nothing was changed, try again"
    if _FULL.search(said):
        return f"{place}: could not be written ({first}); nothing was changed: make room on the disk and try again"
    if _DAMAGED.search(said):
        return f"{place}: damaged ({first}); nothing is read or written until `tower restore FILE` brings a backup back"
    return f"{place}: cannot be reached or used ({first}); nothing was changed, try again"


def check(engine: Engine) -> None:
    """Fail closed on a damaged SQLite file (fault 52). Raises StoreError with the way out."""
    if engine.dialect.name != "sqlite":
        return
    with reading(engine) as connection:
        answers = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(1)")]
    if answers != ["ok"]:
        raise StoreError(sentence(engine, f"database disk image is malformed: {answers[0]}"))
