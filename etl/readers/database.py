"""How do rows of a relational database get in? By a read-only, streamed SELECT, kept as all-text Parquet.

The only module beside the store that knows SQLAlchemy. `extract` reads a URL into a Parquet file that
the pipeline lands by its hash; `read` gives the raw table of such an extract or of a landed SQLite file.
Must never hold: SQL put together from text, a password in any message, casts.
"""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from psycopg import DataError
from psycopg.types import datetime as postgres_times
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from control_tower.errors import SourceError
from etl.readers import extracted, magic
from etl.readers.contract import LandedFile, Limits, RawTable, show
from etl.readers.header import match_header, normal
from etl.readers.parquet_out import TextParquet
from etl.readers.value_text import as_text
from etl.source import Table

FETCH_ROWS = 5_000
MAX_VALUE_BYTES = 64 * 2**20
_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_PRAGMAS = {"table_info", "table_xinfo", "read_uncommitted"}


def extract(
    name: str,
    table: Table,
    workspace: Path,
    environment: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Path:
    """Read the declared `query` or `table` behind `url` into a Parquet file and say where it is.

    All values as text, `_line` counts the rows; same rows in the same order give the same bytes. Rows come
    ordered by the declared key, if there is one. Raises SourceError when the database cannot be reached
    or read, or lacks a declared column; messages never hold the password. `name` may be `source.table`.
    """
    path = workspace / f"{name}-extract.parquet"
    with opened(_url(str(table.url), os.environ if environment is None else environment), name) as database:
        database.write(name, table, path, limits or Limits())
    return path


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """The raw table of a landed SQLite file or of a landed extract; `_line` is the row's number in it.

    Rows with a value that cannot be kept (NUL, no Unicode, too long) are refused. Raises SourceError when
    the file is neither, is damaged, or lacks a declared column.
    """
    with file.path.open("rb") as stream:
        kind = magic.kind_of(stream.read(magic.HEAD))
    source = file.path
    if kind != "parquet":
        magic.expect(file.path, "sqlite", file.name)
        source = workspace / f"{name}-{file.sha256[:16]}-extract.parquet"
        with opened_file(file.path, file.name) as database:
            database.write(name, table, source, limits)
    return extracted.framed(source, file, name, table, workspace)


class Database:
    """One read-only connection: which tables and columns there are, and their rows as a stream."""

    def __init__(self, connection: sa.Connection, where: str, is_delivered: bool = False) -> None:
        """Wrap an open `connection`; `where` names it in messages, without password.

        Views and virtual tables run code of whoever made the database: not read when it `is_delivered`.
        """
        self.where = where
        self._is_delivered = is_delivered
        self._connection = connection.execution_options(stream_results=True, yield_per=FETCH_ROWS)
        self._inspector = sa.inspect(connection)

    def columns(self, table: str) -> dict[str, str]:
        """Column → its declared type, as the database writes it. Raises SourceError when there is no such table."""
        schema, plain = _split(table)
        if plain not in self._plain_tables(schema) and (
            self._is_delivered or not self._inspector.has_table(plain, schema)
        ):
            shown = ", ".join(show(one) for one in sorted(self._plain_tables(schema))[:20])
            raise SourceError(f"{self.where}: no table {table!r}; there are: {shown or 'none'}")
        found = self._inspector.get_columns(plain, schema)
        return {column["name"]: str(column["type"]) for column in found}

    def _plain_tables(self, schema: str | None) -> set[str]:
        names = set(self._inspector.get_table_names(schema))
        if self._is_delivered:
            made = sa.func.upper(sa.column("sql")).like("CREATE VIRTUAL%")
            virtual: sa.Select[Any] = sa.select(sa.column("name")).select_from(sa.table("sqlite_master")).where(made)
            names -= set(self._connection.scalars(virtual))
        return names

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """The values of `columns`, row by row, as the driver gives them."""
        yield from self._stream(sa.select(*map(sa.column, columns)).select_from(_table(table)))

    def joined(
        self,
        key: str,
        first: tuple[str, Sequence[str]],
        second: tuple[str, Sequence[str]],
        only: tuple[str, str] | None = None,
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of `first` with the row of `second` that has the same `key`, or NULLs (left join).

        `only` = (column, value) keeps the rows of `first` with this value.
        """
        left = sa.table(first[0], *map(sa.column, {key, *first[1]}))
        right = sa.table(second[0], *map(sa.column, {key, *second[1]}))
        picked = [*(left.c[column] for column in first[1]), *(right.c[column] for column in second[1])]
        statement = sa.select(*picked).select_from(left.outerjoin(right, left.c[key] == right.c[key]))
        yield from self._stream(statement.where(left.c[only[0]] == only[1]) if only else statement)

    def _stream(self, statement: sa.Executable) -> Iterator[tuple[Any, ...]]:
        with self._connection.execute(statement) as result:
            for block in result.partitions():
                yield from (tuple(row) for row in block)

    def write(self, name: str, table: Table, path: Path, limits: Limits) -> None:
        """Stream the declared query or table into a Parquet file of text at `path`."""
        origin, headers = self._origin(name, table)
        names = match_header(headers, name, table, self.where)
        found = {column: header for header, column in names.items()}
        key: list[sa.ColumnElement[Any]] = (
            [] if table.key == "row" else [sa.column(found[column]) for column in table.key if column in found]
        )
        picked: list[sa.ColumnElement[Any]] = [sa.column(header) for header in names]
        statement = sa.select(*picked).select_from(origin).order_by(*key)
        with TextParquet(path, (*names.values(), extracted.REFUSED), Limits(max_field_bytes=2**40)) as out:
            for number, row in enumerate(self._stream(statement), start=1):
                out.add(number, extracted.keepable([as_text(value) for value in row], tuple(names.values()), limits))

    def _origin(self, name: str, table: Table) -> tuple[sa.FromClause, list[str]]:
        """What to select from, and its columns. Of a table only the declared ones: the rest was not asked for."""
        if not table.query:
            wanted = {normal(spec.from_ or column) for column, spec in table.columns.items()}
            origin = table.table or name.rpartition(".")[2]
            return _table(origin), [column for column in self.columns(origin) if normal(column) in wanted]
        text = sa.text(table.query.strip().rstrip(";").replace(":", r"\:"))
        declared = text.columns().subquery("declared_query")
        everything: sa.ColumnElement[Any] = sa.literal_column("*")
        with self._connection.execute(sa.select(everything).select_from(declared).limit(0)) as probe:
            return declared, list(probe.keys())


@contextmanager
def opened(url: sa.URL, name: str) -> Iterator[Database]:
    """A read-only connection to the database behind a URL. Raises SourceError, without the password."""
    where = f"table {name}, database {url.render_as_string(hide_password=True)}"
    if url.get_backend_name() == "sqlite":
        with opened_file(Path(url.database or ""), where, immutable=False) as database:
            yield database
        return
    try:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        if url.get_backend_name() == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            sa.event.listen(engine, "connect", _keep_strange_times)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise SourceError(f"{where}: the driver is not installed ({error})") from error
    with _connected(engine, where, url.password) as database:
        yield database


@contextmanager
def opened_file(path: Path, where: str, immutable: bool = True) -> Iterator[Database]:
    """An SQLite file, read-only, able to do nothing but SELECT; `immutable` when nobody writes to it."""
    if not path.is_file():
        raise SourceError(f"{where}: the SQLite file is missing")
    magic.expect(path, "sqlite", where)
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if immutable else ''}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True)
        connection.text_factory = lambda value: value.decode("utf-8", "surrogateescape")
        connection.set_authorizer(_only_select)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)
    with _connected(engine, where, is_delivered=immutable) as database:
        yield database


@contextmanager
def _connected(
    engine: sa.Engine, where: str, password: str | None = None, is_delivered: bool = False
) -> Iterator[Database]:
    try:
        with engine.connect() as connection:
            yield Database(connection, where, is_delivered)
    except SQLAlchemyError as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        reason = reason.replace(password, "***") if password else reason
        raise SourceError(f"{where}: cannot be read: {reason[:400]}") from None
    finally:
        engine.dispose()


def _only_select(action: int, first: str | None, *_: str | None) -> int:
    allowed = action in _ALLOWED or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS)
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _keep_strange_times(connection: Any, _record: object) -> None:
    """Dates that Python cannot hold (infinity, BC) stay text, so that one of them does not stop the extract."""
    for name, kind in (("date", "Date"), ("timestamp", "Timestamp"), ("timestamptz", "Timestamptz")):
        connection.adapters.register_loader(name, _lenient(getattr(postgres_times, f"{kind}Loader")))


def _lenient(base: Any) -> Any:
    class Lenient(base):  # type: ignore[misc]
        def load(self, data: Any) -> object:
            try:
                return super().load(data)
            except (DataError, ValueError):
                return bytes(data).decode()

    return Lenient


def _url(template: str, environment: Mapping[str, str]) -> sa.URL:
    """The URL with every `${NAME}` taken from the environment; within `user:password@` it is quoted."""

    def value(match: re.Match[str]) -> str:
        if match.group(1) not in environment:
            raise SourceError(f"url: the environment variable {match.group(1)} is not set; set it before loading")
        given = environment[match.group(1)]
        begin, end = template.find("://"), template.rfind("@")
        return quote(given, safe="") if begin < match.start() < end else given

    try:
        return sa.make_url(_NAME.sub(value, template))
    except (ArgumentError, ValueError):
        raise SourceError(
            f"url: {template!r} (with the environment's values) is no SQLAlchemy URL; it reads "
            "dialect://user:password@host:port/database"
        ) from None


def _split(table: str) -> tuple[str | None, str]:
    schema, _, plain = table.rpartition(".")
    return schema or None, plain


def _table(name: str) -> sa.TableClause:
    schema, plain = _split(name)
    return sa.table(plain, schema=schema)
