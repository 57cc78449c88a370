"""How do we reach the facts? The only module that opens DuckDB.

Two ways in: a new build (read-write, private to one load, in the staging folder) and a published build
(read-only, locked down, counted against its manifest before the first read). Decides nothing about
what is loaded or shown; holds no business rule.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from control_tower import builds, contract, fingerprint, manifest, policy, query_limits
from control_tower.conditions import named_in, where_clause
from control_tower.errors import BuildError, ControlTowerError, DefinitionError, ReadStopped
from control_tower.filters import Filters
from control_tower.settings import Settings

_REMEDY = "`tower doctor --rebuild` makes the build again from its raw files"
_DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
READS = Path(__file__).with_name("reads")
_OPEN: dict[tuple[str, str], "Build"] = {}
_OPENING = threading.Lock()
_KEPT_OPEN = 4


def create(path: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """A new, empty warehouse with every relation of the contract and its comments."""
    connection = duckdb.connect(str(path))
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_external_file_cache = false")
    connection.execute("SET memory_limit = ?", [settings.memory_limit])
    connection.execute("SET temp_directory = ?", [str(path.parent / "spill")])
    if settings.threads:
        connection.execute("SET threads = ?", [settings.threads])
    connection.execute("BEGIN")  # one commit for all: a thousand single ones take seconds
    connection.execute(contract.SCHEMA.read_text(encoding="utf-8"))
    connection.execute(_comments())
    connection.execute("COMMIT")
    return connection


@cache
def _comments() -> str:
    parts = []
    for relation in contract.relations().values():
        parts.append(f"COMMENT ON TABLE {relation.name} IS {_literal(relation.grain)}")
        parts += [
            f'COMMENT ON COLUMN {relation.name}."{column.name}" IS {_literal(column.comment)}'
            for column in relation.columns
        ]
    return ";\n".join(parts)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class Build:
    """One published build, open for reading. Safe to share between threads: every read has its own cursor."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Open and count against the manifest. Raises BuildError when damaged or incomplete (faults 50, 51)."""
        self.folder = folder
        self.manifest = manifest.read(folder / builds.MANIFEST)
        self.id = self.manifest.build_id
        self._seconds = settings.query_seconds
        self._raw = settings.raw
        path = folder / builds.WAREHOUSE
        if not path.is_file():
            raise BuildError(f"{path}: missing; {_REMEDY}")
        if (beside := path.with_name(path.name + ".wal")).exists():
            raise BuildError(
                f"{beside}: a build is published without a write-ahead log, so this is not its own; {_REMEDY}"
            )
        try:
            self._connection = duckdb.connect(str(path), read_only=True, config=_reader_config(settings))
            _lock_down(self._connection)
            self._verify()
        except duckdb.Error as error:
            raise self._damaged(error) from error

    def _damaged(self, error: duckdb.Error) -> BuildError:
        return BuildError(f"{self.folder / builds.WAREHOUSE}: damaged ({str(error).splitlines()[0]}); {_REMEDY}")

    def _verify(self) -> None:
        found = {row[0] for row in self._connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        for name, entry in self.manifest.relations.items():
            if name not in found:
                rows: int | None = None
            else:
                rows = self._connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
            if rows != entry.rows:
                raise BuildError(
                    f"{self.folder / builds.WAREHOUSE}: {name} holds {rows} rows, its manifest says {entry.rows}; {_REMEDY}"
                )

    @cached_property
    def rules(self) -> policy.Rules:
        """What the business had decided when this build was made."""
        return policy.kept(self._raw / self.manifest.policy_hash).rules

    def differing(self) -> list[str]:
        """Relations whose content is not what the manifest says; reads everything. Raises BuildError when damaged."""
        try:
            found = fingerprint.of(self._connection)
        except duckdb.Error as error:
            raise self._damaged(error) from error
        return [n for n, entry in self.manifest.relations.items() if found.get(n) != (entry.rows, entry.hash)]

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of this build for one use, interrupted by the watchdog when it runs too long (fault 94).

        Raises ReadStopped when the query runs too long or needs too much memory, and BuildError
        when it meets a damaged block (fault 50).
        """
        cursor = self._connection.cursor()
        watchdog = threading.Timer(self._seconds, cursor.interrupt)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield cursor
        except duckdb.InterruptException as error:
            raise ReadStopped(
                f"the query ran longer than {self._seconds:g} s and was stopped; narrow the filters or the period"
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise ReadStopped("the query needs more memory than a reader may use; narrow it") from error
        except _DAMAGE as error:
            raise self._damaged(error) from error
        finally:
            watchdog.cancel()
            cursor.close()

    def sql(self, query: str, parameters: list[Any] | None = None) -> pa.Table:
        """Run one SELECT as given (`tower sql`). Raises ControlTowerError with DuckDB's own words."""
        with self.cursor() as cursor:
            try:
                query_limits.require_one_select(cursor, query)
                return query_limits.within_bounds(cursor.execute(query, parameters or []).to_arrow_reader(20_480))
            except (duckdb.InterruptException, duckdb.OutOfMemoryException):
                raise
            except _DAMAGE as error:
                if "disabled" in str(error):
                    raise ControlTowerError(f"the query was refused: {error}") from error
                raise
            except duckdb.Error as error:
                raise ControlTowerError(f"the query was refused: {error}") from error

    def read(self, name: str, filters: Filters | None = None, **bound: Any) -> pd.DataFrame:
        """Run `control_tower/reads/<name>.sql`; each states its own LIMIT (fault 93).

        In its text `{exceptions}` stands for the exceptions that pass the filters; `$name` for a bound
        value. Raises DefinitionError for a read that does not exist, BuildError for a build of another version.
        """
        with self._answer(name, filters, bound) as answer:
            return answer.df()

    def columns(self, name: str, **bound: Any) -> "dict[str, np.ndarray[Any, Any]]":
        """As `read`, for millions of rows of numbers: one array per column, with no frame around them and no nulls."""
        with self._answer(name, None, bound) as answer:
            found = answer.to_arrow_table().combine_chunks()
        return {column: found[column].to_numpy() for column in found.column_names}

    @contextmanager
    def _answer(
        self, name: str, filters: Filters | None, bound: Mapping[str, Any]
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        where, values = where_clause(filters or Filters())
        exceptions = f"(SELECT * FROM mart_exception WHERE {where})"
        text = _read_text(name).replace("{exceptions}", exceptions)
        wanted = named_in(text, {**values, **bound})
        with self.cursor() as cursor:
            try:
                yield cursor.execute(text, wanted)
            except (duckdb.BinderException, duckdb.CatalogException) as error:
                raise BuildError(
                    f"build {self.id} lacks what the read {name!r} asks for ({str(error).splitlines()[0]}): another "
                    "version of the product made it; `tower doctor --rebuild` makes it again from its raw files"
                ) from error


@cache
def _read_text(name: str) -> str:
    path = READS / f"{name}.sql"
    if not name.isidentifier() or not path.is_file():
        raise DefinitionError(f"no read {name!r} in {READS}")
    return path.read_text(encoding="utf-8")


def _reader_config(settings: Settings) -> dict[str, Any]:
    """A reader reaches its own file and nothing else: no files, no extensions, no settings, no spilling (fault 88)."""
    return {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
        "memory_limit": settings.memory_limit,
        **({"threads": str(settings.threads)} if settings.threads else {}),
    }


def _lock_down(connection: duckdb.DuckDBPyConnection) -> None:
    """The rest of the reader's limits, which DuckDB takes only in this order once a database is open."""
    if connection.execute("SELECT current_setting('lock_configuration')").fetchall()[0][0]:
        return  # a second opening of one file in one process shares what the first locked
    for setting in (
        "TimeZone = 'UTC'",
        "temp_directory = ''",  # a reader writes nothing, not even what does not fit in memory
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


@contextmanager
def _attached(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse file in an engine of its own: whoever else has it open in this process does not matter."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {_literal(str(path))} AS build (READ_ONLY)")
        yield connection


def open_current(settings: Settings) -> Build:
    """The published build. Raises BuildError when there is none yet."""
    build_id = builds.current_id(settings.builds)
    if build_id is None:
        raise BuildError(
            f"no build in {settings.builds} yet; load one: `tower demo` or `tower load SOURCE --from PATH`"
        )
    return open_build(settings, build_id)


def open_build(settings: Settings, build_id: str) -> Build:
    """One build by id, opened once per process. Raises BuildError for an unknown or damaged one."""
    if Path(build_id).name != build_id:
        raise BuildError(f"{build_id!r} is not the id of a build")
    key = (str(settings.builds), build_id)
    with _OPENING:
        if key not in _OPEN:
            _OPEN[key] = Build(settings.builds / build_id, settings)
            for old in list(_OPEN)[:-_KEPT_OPEN]:
                del _OPEN[old]  # whoever still reads it holds it open until done
        return _OPEN[key]


def forget(settings: Settings) -> None:
    """Close every build of this home that the process holds (a rebuild replaces files)."""
    with _OPENING:
        for key in [key for key in _OPEN if key[0] == str(settings.builds)]:
            _OPEN.pop(key).close()


def known_columns(relation: str) -> Mapping[str, str]:
    """Column → DuckDB type of one relation of the contract."""
    return {column.name: column.type for column in contract.relations()[relation].columns}


def rows(path: Path, relation: str, columns: list[str]) -> list[tuple[Any, ...]]:
    """All rows of a small relation of a warehouse file that nobody has open for writing, in order of its first column."""
    known = set(known_columns(relation))
    if not set(columns) <= known:
        raise DefinitionError(f"{relation} has no column {sorted(set(columns) - known)[0]!r}")
    with _attached(path) as connection:
        return connection.execute(f"SELECT {', '.join(columns)} FROM build.main.{relation} ORDER BY 1").fetchall()


def export(path: Path, relation: str, target: Path) -> None:
    """Write one relation of a warehouse file as Parquet."""
    known_columns(relation)
    with _attached(path) as connection:
        connection.execute(f"COPY build.main.{relation} TO {_literal(str(target))} (FORMAT parquet)")


def refused_rows(path: Path, limit: int) -> list[dict[str, Any]]:
    """What a load that was not published refused, from the quarantine file it left. Raises BuildError when there is none."""
    if not path.is_file():
        raise BuildError(f"{path}: no such file; only a load that was not published leaves one")
    with duckdb.connect() as connection:
        frame = connection.execute(
            'SELECT file_no, source_system AS source, file, raw_table AS "table", file_line AS line, last_line, place, '
            'column_name AS "column", value, rule, reason, decode(raw) AS raw, is_repaired '
            "FROM read_parquet(?) ORDER BY file_no, file_line, column_name LIMIT ?",
            [str(path), limit],
        )
        found: list[dict[str, Any]] = frame.to_arrow_table().to_pylist()
        return found
