"""What do the reads of the command line say about figures? Documents ready for JSON.

Only puts together what `measure.py` answers; never computes, never prints.
"""

from typing import Any, Final

import duckdb

from control_tower import definitions
from control_tower.analysis.cycle_time import cycle_time
from control_tower.errors import NotAvailable
from control_tower.filters import AGING, NOT_STATED
from control_tower.kpi import value
from control_tower.kpi.measure import breakdown, evaluate
from control_tower.kpi.score import Where
from control_tower.kpi.value import Figure, Period

CYCLE_TIME = "resolution_cycle_time"
BUSINESS_TIME = "resolution_business_time"
MOST_PARTS: Final = 50


def as_json(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    period: Period | None = None,
    filters: Where | None = None,
    dimension: str | None = None,
) -> dict[str, Any]:
    """The document of `tower kpi NAME`; with a dimension also `by`. Raises DefinitionError for unknown names."""
    definition = definitions.kpi(name)
    document = evaluate(connection, definition, period, filters).as_json()
    if dimension is None:
        return document
    try:
        parts = breakdown(connection, definition, period, filters, dimension)
    except NotAvailable as reason:
        return document | {"not_available": document["not_available"] or str(reason), "by": []}
    return document | {"by": [part.as_json() for part in parts]}


def all_as_json(
    connection: duckdb.DuckDBPyConnection, period: Period | None = None, filters: Where | None = None
) -> list[dict[str, Any]]:
    """The document of `tower kpi` without a name: every KPI by name, those not available included."""
    return [evaluate(connection, one, period, filters).as_json() for one in definitions.kpis().values()]


def cycle_time_as_json(
    connection: duckdb.DuckDBPyConnection,
    period: Period | None = None,
    filters: Where | None = None,
    dimension: str | None = None,
) -> dict[str, Any]:
    """The document of `tower cycle-time`: hours, null = not reached; with a dimension also `by`, longest first."""
    definition = definitions.kpi(CYCLE_TIME)
    found = evaluate(connection, definition, period, filters)
    why = None if found.figure else found.not_available
    document = _hours(found.figure) | {
        "period": found.period.as_json(), "build": found.build, "not_available": why,
        "business_hours": _business_hours(connection, period, filters),
    }  # fmt: skip
    if dimension is None:
        return document
    try:
        parts = breakdown(connection, definition, period, filters, dimension)
    except NotAvailable as reason:
        return document | {"not_available": why or str(reason), "by": []}
    return document | {"by": [{"key": part.key, **_hours(part.figure)} for part in parts]}


def _business_hours(
    connection: duckdb.DuckDBPyConnection, period: Period | None, filters: Where | None
) -> dict[str, Any]:
    """The same in hours of each site's calendar; `without_calendar` are listed, not counted."""
    found = evaluate(connection, definitions.kpi(BUSINESS_TIME), period, filters)
    without = found.figure.unknown if found.figure else None
    why = None if found.figure else found.not_available
    return _hours(found.figure) | {"without_calendar": without, "not_available": why}


def _hours(figure: Figure | None) -> dict[str, Any]:
    found = figure.cycle_time if figure else None
    return value.cycle_time_as_json(found or cycle_time([], []))


def aging_as_json(
    connection: duckdb.DuckDBPyConnection, filters: Where | None = None, dimension: str | None = None
) -> dict[str, Any]:
    """The document of `tower aging` (K10): what is open at the build's clock, by age; with a dimension also `by`.

    Each bucket says how many, how many of those with a known SLA are late, and the money at risk, null when no
    value is known; an exception with suspect times has no age: bucket null.
    """
    found = evaluate(connection, definitions.kpi("open_exceptions"), None, filters)
    oldest = evaluate(connection, definitions.kpi("oldest_open_hours"), None, filters)
    document = found.as_json() | {"oldest_hours": oldest.value, "buckets": _buckets(connection, filters)}
    if dimension is None or found.figure is None:
        return document
    try:
        parts = breakdown(connection, definitions.kpi("open_exceptions"), None, filters, dimension)
    except NotAvailable as reason:
        return document | {"not_available": str(reason), "by": []}
    shown = [(part.key, dict(filters or {}) | {dimension: [part.key or NOT_STATED]}) for part in parts[:MOST_PARTS]]
    by = [{"key": key, "buckets": _buckets(connection, narrowed)} for key, narrowed in shown]
    return document | {"by": by, "by_total": len(parts)}


def _buckets(connection: duckdb.DuckDBPyConnection, filters: Where | None) -> list[dict[str, Any]]:
    """Youngest first; buckets without an open exception included."""
    names = ("open_exceptions", "past_sla_share", "value_at_risk")
    counted, late, money = (_by_bucket(connection, name, filters) for name in names)
    words: list[str | None] = [*AGING, *([None] if None in counted else [])]
    return [
        {
            "bucket": word,
            "n": counted[word].n if word in counted else 0,
            "late": late[word].numerator if word in late else 0 if late else None,
            "sla_known": late[word].denominator if word in late else 0,
            "value": money[word].value if word in money else None,
        }
        for word in words
    ]


def _by_bucket(connection: duckdb.DuckDBPyConnection, name: str, filters: Where | None) -> dict[str | None, Figure]:
    try:
        parts = breakdown(connection, definitions.kpi(name), None, filters, "aging_bucket")
    except NotAvailable:
        return {}  # no source states an SLA or a value: the bucket says null
    return {part.key: part.figure for part in parts}
