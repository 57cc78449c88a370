"""Why did a figure change since the period before? Volume, mix and rate by one dimension, exactly.

Asks `measure.py` for both periods and `analysis/decomposition.py` for the split. Never judges a change.
"""

from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd

from control_tower.analysis.decomposition import decompose
from control_tower.analysis.main_reason import Reason, of_moves, of_rates
from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.kpi.availability import build_facts
from control_tower.kpi.measure import breakdown, evaluate, instant
from control_tower.kpi.score import Where
from control_tower.kpi.value import KpiPart, KpiValue, Period


def why_as_json(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period | tuple[Period, Period],
    filters: Where | None,
    dimension: str,
) -> dict[str, Any]:
    """The change from the period before, of equal length, or between two given periods, in the figure's unit.

    Of sums, means and ratios the parts add up to it (`adds_up`); of all other figures they say what moved and do not
    pretend to (ruling 10). Raises NotAvailable for a period without a beginning or an end, and where one of the two
    periods holds nothing.
    """
    spans = period if isinstance(period, tuple) else _with_the_one_before(connection, period)
    named = {"compared_with": spans[0].as_json(), "dimension": dimension}
    if definition.aggregate not in ("sum", "mean", "ratio"):
        return named | _what_moved(connection, definition, spans, filters, dimension)
    scale = 1000.0 if definition.unit == "per_1000" else 1.0
    earlier, later = (_frame(breakdown(connection, definition, span, filters, dimension), scale) for span in spans)
    try:
        found = decompose(earlier, later, definition.aggregate)
    except ValueError as error:
        raise NotAvailable(f"the change of {definition.name} by {dimension} cannot be split: {error}") from error
    return named | {"adds_up": True} | found.as_json()


def _with_the_one_before(connection: duckdb.DuckDBPyConnection, period: Period) -> tuple[Period, Period]:
    until = period.until or instant(build_facts(connection), period)
    if period.since is None or until is None:
        raise NotAvailable("a change needs a period with a beginning; say since when (--since)")
    return Period(period.since - (until - period.since), period.since), Period(period.since, until)


def _what_moved(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    spans: tuple[Period, Period],
    filters: Where | None,
    dimension: str,
) -> dict[str, Any]:
    """Both values of the whole and of each part, those that moved most first; None where one has no value."""
    whole = [evaluate(connection, definition, span, filters).value for span in spans]
    if whole[0] is None or whole[1] is None:
        raise NotAvailable(f"{definition.name} has no value in one of the two periods, so nothing can be compared")
    earlier, later = (
        {part.key: part.figure for part in breakdown(connection, definition, span, filters, dimension)}
        for span in spans
    )
    parts: list[dict[str, Any]] = []
    for key in dict.fromkeys((*earlier, *later)):
        ends = [held[key].value if key in held else None for held in (earlier, later)]
        moved = ends[1] - ends[0] if ends[0] is not None and ends[1] is not None else None
        n = later[key].n if key in later else 0
        parts.append({"key": key, "before": ends[0], "after": ends[1], "difference": moved, "n": n})
    parts.sort(key=lambda part: (part["difference"] is None, -abs(part["difference"] or 0.0)))
    totals = {"before": whole[0], "after": whole[1], "difference": whole[1] - whole[0]}
    return {"adds_up": False} | totals | {"parts": parts}


def main_reason(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period,
    filters: Where | None,
    dimensions: Sequence[str],
) -> Reason | None:
    """The part that carries most of the change since the period before, over these dimensions; None without one.

    Sums, means and ratios by their exact decomposition; of other figures which value moved most, without pretending
    to add up (ruling 10). A dimension that the figure does not know is left out. Raises NotAvailable without a period.
    """
    if period.since is None or period.until is None:
        raise NotAvailable("a change needs a period with a beginning and an end")
    spans = (Period(period.since - (period.until - period.since), period.since), period)
    scale = 1000.0 if definition.unit == "per_1000" else 1.0
    is_sum = definition.aggregate == "sum" or (definition.aggregate == "stock" and definition.stock_figure == "sum")
    frames: dict[str, tuple[pd.DataFrame, pd.DataFrame]] = {}
    whole: list[KpiValue] = []
    for dimension in dimensions:
        try:
            parts = [breakdown(connection, definition, span, filters, dimension) for span in spans]
        except NotAvailable:
            continue
        if definition.aggregate in ("mean", "ratio"):
            frames[dimension] = (_frame(parts[0], scale), _frame(parts[1], scale))
        else:
            whole = whole or [evaluate(connection, definition, span, filters) for span in spans]
            frames[dimension] = (_moves(parts[0], whole[0]), _moves(parts[1], whole[1]))
    if definition.aggregate == "mean" or definition.aggregate == "ratio":
        return of_rates(frames, definition.aggregate)
    return of_moves(frames, is_sum)


def _moves(parts: Sequence[KpiPart], whole: KpiValue) -> pd.DataFrame:
    rows: list[tuple[str | None, float | None, int]] = [
        (part.key, part.figure.value, part.figure.n)
        for part in parts
        if part.key is not None and part.figure.value is not None and not part.figure.too_few
    ]
    return pd.DataFrame([*rows, (None, whole.value, whole.n)], columns=["key", "value", "n"])


def _frame(parts: Sequence[KpiPart], scale: float) -> pd.DataFrame:
    """One row per value: a sum is divided by how many rows were summed."""
    rows = [
        (part.key, scale * (part.figure.numerator or 0.0), _below(part.figure.denominator, part.figure.n))
        for part in parts
    ]
    return pd.DataFrame(rows, columns=["key", "numerator", "denominator"])


def _below(denominator: float | None, n: int) -> float:
    return float(n) if denominator is None else denominator
