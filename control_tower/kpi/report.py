"""What do the reads of the command line say about figures? Documents ready for JSON.

Only puts together what `measure.py` answers; never computes, never prints.
"""

from typing import Any

import duckdb

from control_tower import definitions
from control_tower.analysis.cycle_time import cycle_time
from control_tower.errors import NotAvailable
from control_tower.kpi import value
from control_tower.kpi.measure import breakdown, evaluate
from control_tower.kpi.score import Where
from control_tower.kpi.value import Figure, Period

CYCLE_TIME = "resolution_cycle_time"


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
    }  # fmt: skip
    if dimension is None:
        return document
    try:
        parts = breakdown(connection, definition, period, filters, dimension)
    except NotAvailable as reason:
        return document | {"not_available": why or str(reason), "by": []}
    return document | {"by": [{"key": part.key, **_hours(part.figure)} for part in parts]}


def _hours(figure: Figure | None) -> dict[str, Any]:
    found = figure.cycle_time if figure else None
    return value.cycle_time_as_json(found or cycle_time([], []))
