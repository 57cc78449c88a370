"""Which rows count, and what does each score? Wraps a definition's SELECT with period, instant and filter.

Names come from the definition's own columns and the allow-list of dimensions; values are always bound.
Never aggregate here (`measure.py` does), and never decide what a KPI means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import duckdb

from control_tower.definitions import KpiDefinition
from control_tower.errors import DefinitionError, NotAvailable
from control_tower.filters import DIMENSIONS as FILTERED
from control_tower.filters import NOT_STATED, Filters
from control_tower.kpi.availability import columns_of
from control_tower.kpi.value import Period

Where = Mapping[str, Sequence[str]]

#: what a figure may be filtered and split by.
DIMENSIONS: Final = frozenset({
    "source_system", "category", "type_code", "severity", "status", "detected_by", "detector_id", "disposition",
    "site_id", "supplier_id", "customer_id", "customer_tier", "segment", "item_id", "product_family", "carrier_id",
    "owner_team_id", "owner_user_id", "department", "channel", "fulfilment_channel", "order_type", "priority",
    "business_unit", "process_step", "business_rule_id", "root_cause_code", "resolution_code", "recurrence_key",
    "aging_bucket", "interface_id", "error_class", "consumer", "policy_rule_id", "approver", "action", "reason_code", "sla_basis",
})  # fmt: skip
#: those that people ask for first, in this order.
_USUAL: Final = (
    "type_code",
    "site_id",
    "owner_team_id",
    "supplier_id",
    "channel",
    "severity",
    "customer_id",
    "interface_id",
)
#: grain → the mart that knows more dimensions of it than a SELECT repeats.
CONTEXT: Final = {"exception": "mart_exception", "order_line": "mart_order_line"}

#: what a derived figure's SELECT may return beside its scores → its type; absent ones are null.
EXTRAS: Final = {
    "part": "VARCHAR", "stratum": "VARCHAR", "is_exposed": "BOOLEAN", "amount": "DOUBLE", "touch_count": "DOUBLE",
}  # fmt: skip
#: value of a dimension of an exposure row: it belongs to every value (orders have no exception type).
EVERY: Final = "*"

_FLOW: Final = ("measured_on", "value", "weight")
_STOCK: Final = ("valid_from", "valid_to", "value", "weight")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a definition: a period, the instant that "now" means, a filter and a dimension.

    `instants`: a stock as of each of these in one query instead, the instant being the key.
    """

    period: Period
    at: datetime | None
    where: Where
    dimension: str | None = None
    instants: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A WITH clause that ends in `scored`: one row per row that counts.

    Columns `grain_id, measured_on, value, weight, is_competing, key`; `value` is null where unknown, `key`
    is the dimension's value as text or null. `parameters` are exactly those that `text` names.
    """

    text: str
    parameters: dict[str, Any]


def selection(filters: Filters) -> Where:
    """The dimensions of a page's filter state, as every function on a KPI takes them.

    The period is asked separately (`Period.of_days`). Raises NotAvailable for a state, an age or a search:
    they speak of exceptions as they are now, and a KPI brings its own idea of open.
    """
    for name in ("state", "aging", "search", "lasted"):
        if getattr(filters, name) not in ("", (), None):
            raise NotAvailable(f"a KPI cannot be narrowed by {name}; remove that filter to see it")
    return {name: getattr(filters, name) for name in FILTERED if getattr(filters, name)}


def score(connection: duckdb.DuckDBPyConnection, definition: KpiDefinition, question: Question) -> Score:
    """Build the common part of every query on a definition.

    Raises NotAvailable when a column is missing in this build or the KPI cannot be split as asked;
    DefinitionError when the SELECT does not return what its aggregate needs.
    """
    types = _column_types(connection, definition, question.at)
    wanted = [*question.where, *([question.dimension] if question.dimension else [])]
    source = {name: _place(connection, definition, types, name) for name in dict.fromkeys(wanted)}
    parameters: dict[str, Any] = {"at": question.at} if "$at" in definition.select else {}
    conditions = _time_conditions(definition, question, parameters)
    every = definition.aggregate == "derived"
    conditions += [_in(source[name], values, (name, every), parameters) for name, values in question.where.items()]
    context = _context(definition) if any(place.startswith("context.") for place in source.values()) else ""
    place = "point.at" if question.instants else source[question.dimension] if question.dimension else "NULL"
    if question.instants:
        context += " CROSS JOIN (SELECT unnest(CAST($instants AS TIMESTAMP[])) AS at) AS point"
    text = (
        f"WITH score AS (\n{definition.select}\n),\n"
        f"{'counted' if definition.once_per else 'scored'} AS (\nSELECT {_columns(definition, types)}, CAST({place} AS VARCHAR) AS key\n"
        f"FROM score {context}\nWHERE {' AND '.join(conditions)}\n)"
    )
    return Score(text + _counted_once(definition), parameters)


def _column_types(
    connection: duckdb.DuckDBPyConnection, definition: KpiDefinition, at: datetime | None
) -> dict[str, str]:
    given = {"at": at} if "$at" in definition.select else {}
    try:
        described = connection.execute(f"FROM (\n{definition.select}\n) LIMIT 0", given).description or []
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise NotAvailable(f"{definition.name} cannot be computed in this build: {error}") from error
    types = {str(column[0]): str(column[1]) for column in described}
    required = (f"{definition.grain}_id", *(_STOCK if definition.aggregate == "stock" else _FLOW))
    missing = [name for name in (*required, definition.once_per) if name and name not in types]
    if missing:
        raise DefinitionError(f"kpis/{definition.name}.sql: the SELECT lacks {', '.join(missing)}")
    return types


def dimensions(connection: duckdb.DuckDBPyConnection, definition: KpiDefinition) -> tuple[str, ...]:
    """What a figure can be split by in this build: what its SELECT returns and its grain's mart knows; () when neither."""
    is_made = bool(definition.made_of) and definition.select == definition.made_of[0].select
    one = definition.made_of[0] if is_made else definition
    try:
        types = _column_types(connection, one, None)
    except NotAvailable:
        return ()
    known = columns_of(connection, CONTEXT[definition.grain]) if definition.grain in CONTEXT else frozenset()
    return tuple(name for name in _USUAL if name in known | set(types)) + tuple(
        sorted(DIMENSIONS & (known | set(types)) - set(_USUAL))
    )


def _place(
    connection: duckdb.DuckDBPyConnection, definition: KpiDefinition, types: Mapping[str, str], name: str
) -> str:
    """Where a dimension's column stands: in the SELECT itself, else in the grain's mart."""
    if name not in DIMENSIONS:
        raise DefinitionError(f"{name[:40]!r} is no dimension; use one of {', '.join(sorted(DIMENSIONS))}")
    if name in types:
        return f'score."{name}"'
    mart = CONTEXT.get(definition.grain)
    if mart and name in columns_of(connection, mart):
        return f'context."{name}"'
    offered = sorted(DIMENSIONS & set(types)) or ["nothing"]
    raise NotAvailable(f"{definition.name} cannot be split by {name}; it knows {', '.join(offered)}")


def _context(definition: KpiDefinition) -> str:
    grain = f"{definition.grain}_id"
    return f'LEFT JOIN {CONTEXT[definition.grain]} AS context ON context."{grain}" = score."{grain}"'


def _columns(definition: KpiDefinition, types: Mapping[str, str]) -> str:
    moment = "valid_from" if definition.aggregate == "stock" else "measured_on"
    value = "CAST(score.value AS INTEGER)" if types["value"] == "BOOLEAN" else "score.value"
    finite = f"CASE WHEN isfinite(CAST({value} AS DOUBLE)) THEN {value} END"
    weight = "CAST(score.weight AS INTEGER)" if types["weight"] == "BOOLEAN" else "score.weight"
    return ", ".join((
        *_extras(definition, types),
        f'score."{definition.grain}_id" AS grain_id',
        f"CAST(score.{moment} AS TIMESTAMP) AS measured_on",
        f"{finite} AS value",
        f"{weight} AS weight",
        f"{'score.is_competing' if 'is_competing' in types else 'false'} AS is_competing",
        f'CAST(score."{definition.once_per or definition.grain + "_id"}" AS VARCHAR) AS once_key',
    ))  # fmt: skip


def _extras(definition: KpiDefinition, types: Mapping[str, str]) -> list[str]:
    if definition.aggregate != "derived":
        return []
    places = {name: name for name in EXTRAS} | ({"part": definition.part} if definition.part else {})
    sources = {name: f'score."{place}"' if place in types else "NULL" for name, place in places.items()}
    return [f"CAST({source} AS {EXTRAS[name]}) AS {name}" for name, source in sources.items()]


def _time_conditions(definition: KpiDefinition, question: Question, parameters: dict[str, Any]) -> list[str]:
    if definition.aggregate == "stock":
        name, at = ("instants", "point.at") if question.instants else ("at", "$at")
        parameters[name] = list(question.instants) if question.instants else question.at
        return [f"score.valid_from <= {at}", f"(score.valid_to IS NULL OR score.valid_to > {at})"]
    conditions = ["score.measured_on IS NOT NULL"]
    for name, sign in (("since", ">="), ("until", "<")):
        if (bound := getattr(question.period, name)) is not None:
            conditions.append(f"CAST(score.measured_on AS TIMESTAMP) {sign} ${name}")
            parameters[name] = bound
    return conditions


def _in(place: str, values: Sequence[str], named: tuple[str, bool], parameters: dict[str, Any]) -> str:
    name, every = named
    parameters[f"{name}_values"] = [value for value in values if value != NOT_STATED] + [EVERY] * every
    condition = f"CAST({place} AS VARCHAR) IN (SELECT unnest(CAST(${name}_values AS VARCHAR[])))"
    return f"({condition} OR {place} IS NULL)" if NOT_STATED in values else condition


def _counted_once(definition: KpiDefinition) -> str:
    """Money of one order line is counted once although several exceptions stand on it."""
    if definition.once_per is None:
        return ""
    return (
        ",\nscored AS (\nSELECT first(grain_id ORDER BY value DESC NULLS LAST, grain_id) AS grain_id, min(measured_on) AS measured_on, max(value) AS value,"
        " max(weight) AS weight, false AS is_competing, key\n"
        "FROM counted GROUP BY coalesce(once_key, CAST(grain_id AS VARCHAR)), key\n)"
    )
