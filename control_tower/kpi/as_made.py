"""By which definitions was a build made, and how do the rows of another build look by them?

Puts the older build's policy numbers and marts before one cursor's own, as temporary tables that nobody else sees.
Never compares figures (`restated.py` does) and never writes a build.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb

from control_tower.definitions import KpiDefinition, kpi_as_kept
from control_tower.errors import NotAvailable
from control_tower.kpi.availability import lineage
from control_tower.query_limits import require_one_select

_RULES: Final = "policy_parameter"


@dataclass(frozen=True, slots=True)
class Made:
    """What a build was made with: texts of figures, models and exception types by name, numbers of the policy."""

    kpis: dict[str, str]
    models: dict[str, str]
    types: dict[str, str]
    rules: dict[str, str]
    sources: dict[str, str]
    currency: str


def made_with(connection: duckdb.DuckDBPyConnection) -> Made:
    """The definitions that a build keeps; without texts where an older version of the product made it."""
    texts: dict[str, dict[str, str]] = {"kpi": {}, "model": {}, "exception_type": {}}
    if connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'build_definition'").fetchall():
        for kind, name, text in connection.execute("SELECT kind, name, definition FROM build_definition").fetchall():
            texts[kind][name] = text
    rules = dict(connection.execute("SELECT name, CAST(value AS VARCHAR) FROM policy_parameter").fetchall())
    sources = dict(connection.execute("SELECT source_system, definition_hash FROM source_registry").fetchall())
    currency = connection.execute("SELECT reporting_currency FROM policy").fetchall()[0][0]
    return Made(texts["kpi"], texts["model"], texts["exception_type"], rules, sources, currency)


def as_kept(made: Made, today: KpiDefinition) -> KpiDefinition:
    """The figure as the build's own definition has it; today's where the build keeps none."""
    return kpi_as_kept(today.name, made.kpis) if today.name in made.kpis else today


def adopt(own: duckdb.DuckDBPyConnection, then: duckdb.DuckDBPyConnection, definition: KpiDefinition) -> None:
    """Let this cursor alone read its rows by the policy numbers and marts that `then` was made with.

    Only the marts that the figure needs and that would come out otherwise are made again. Raises NotAvailable when
    a mart of that time cannot be made of today's tables.
    """
    before, today = made_with(then), made_with(own)
    own.execute(f"CREATE TEMP TABLE {_RULES} AS SELECT name, value FROM {_RULES} LIMIT 0")
    for name, value in before.rules.items():
        own.execute(f"INSERT INTO temp.{_RULES} VALUES (?, CAST(? AS DECIMAL(18, 4)))", [name, value])
    needs = _needs(own, before.models)
    stale = _stale(needs, before, today)
    done: set[str] = set()
    for one in (definition, *definition.made_of):
        for name in lineage(own, one):
            _make(own, then, (name, needs, stale, done), before.models)


def reached(connection: duckdb.DuckDBPyConnection, made: Made, definition: KpiDefinition) -> set[str]:
    """The models that stand behind a figure, directly or through others."""
    needs = _needs(connection, made.models)
    found: set[str] = set()
    waiting = [name for one in (definition, *definition.made_of) for name in lineage(connection, one)]
    while waiting:
        if (name := waiting.pop()) in made.models and name not in found:
            found.add(name)
            waiting += needs[name]
    return found


def relations_behind(connection: duckdb.DuckDBPyConnection, made: Made, definition: KpiDefinition) -> set[str]:
    """Every relation that a figure reads, directly or through the models that stand behind it."""
    found = {name for one in (definition, *definition.made_of) for name in lineage(connection, one)}
    needs = _needs(connection, made.models)
    return found.union(*(needs[name] | {name} for name in reached(connection, made, definition)))


def sources_in(connection: duckdb.DuckDBPyConnection, relations: set[str]) -> set[str]:
    """The source systems whose rows are in these relations."""
    listed = "SELECT table_name FROM duckdb_columns() WHERE column_name = 'source_system' AND NOT internal"
    known = {name for (name,) in connection.execute(listed).fetchall()} & relations
    rows = (connection.execute(f'SELECT DISTINCT source_system FROM "{name}"').fetchall() for name in sorted(known))
    return {system for found in rows for (system,) in found}


def _needs(connection: duckdb.DuckDBPyConnection, models: Mapping[str, str]) -> dict[str, set[str]]:
    return {name: set(connection.get_table_names(text.strip().rstrip(";"))) for name, text in models.items()}


def _stale(needs: Mapping[str, set[str]], before: Made, today: Made) -> set[str]:
    """The models that would come out otherwise: another text, another number of the policy, or made of such a one."""
    stale = {name for name, text in before.models.items() if today.models.get(name) != text}
    if before.rules != today.rules:
        stale |= {name for name, read in needs.items() if _RULES in read}
    while more := {name for name, read in needs.items() if read & stale} - stale:
        stale |= more
    return stale


def _make(
    own: duckdb.DuckDBPyConnection,
    then: duckdb.DuckDBPyConnection,
    asked: tuple[str, Mapping[str, set[str]], set[str], set[str]],
    models: Mapping[str, str],
) -> None:
    """One mart and, before it, what it is made of; intermediate ones (`_name`) are in no build and always made."""
    name, needs, stale, done = asked
    if name not in models or name in done or not (name in stale or name.startswith("_")):
        return
    done.add(name)
    for other in sorted(needs[name]):
        _make(own, then, (other, needs, stale, done), models)
    text = models[name].strip().rstrip(";")
    require_one_select(own, text)
    try:
        own.execute(f'CREATE TEMP TABLE "{name}" AS SELECT {_columns(then, name)} FROM ({text})')
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise NotAvailable(f"{name} cannot be made as it was then: {str(error).splitlines()[0]}") from error


def _columns(then: duckdb.DuckDBPyConnection, name: str) -> str:
    """The columns of a stored mart, in the types it had; of an intermediate one whatever it returns."""
    listed = "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND NOT internal"
    typed = then.execute(listed, [name]).fetchall()
    return ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in typed) or "*"
