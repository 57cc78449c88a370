"""What is the value, the breakdown, and which rows are behind it? For any definition.

Aggregates the scores of `score.py`; `history.py` asks the same over time. Never put the meaning of one KPI here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import duckdb

from control_tower.analysis.cycle_time import Outcome, cycle_time
from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.kpi import listed
from control_tower.kpi.availability import BuildFacts, build_facts, require
from control_tower.kpi.baseline import captured
from control_tower.kpi.derived import OVER, combined, derived_figures, first_moment
from control_tower.kpi.score import Question, Score, Where, score
from control_tower.kpi.value import Figure, KpiPart, KpiValue, Period

_KNOWN: Final = "FILTER (WHERE value IS NOT NULL AND weight IS NOT NULL)"
_SUMS: Final = {
    "sum": (f"sum(value) {_KNOWN}", "NULL"),
    "mean": (f"sum(value * weight) {_KNOWN}", f"sum(weight) {_KNOWN}"),
    "ratio": (f"sum(value) {_KNOWN}", f"sum(weight) {_KNOWN}"),
    "median": (f"quantile_cont(value, 0.5) {_KNOWN}", "NULL"),
    "p90": (f"quantile_cont(value, 0.9) {_KNOWN}", "NULL"),
    "max": (f"max(value) {_KNOWN}", "NULL"),
}


def evaluate(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period | None = None,
    filters: Where | None = None,
) -> KpiValue:
    """The figure of one period and selection; a stock is counted at the period's end, at latest the build's clock.

    `filters` maps a dimension to its alternatives (`NOT_STATED` = no value). A figure that this build cannot
    give comes back with `not_available`, never as 0. Raises DefinitionError for a malformed SELECT or an
    unknown dimension; NotAvailable only when the connection holds no build at all.
    """
    facts, period = build_facts(connection), period or Period()
    at = instant(facts, period)
    shown = at if definition.aggregate == "stock" else None
    try:
        found = figures(connection, definition, Question(period, at, filters or {}), facts)
    except NotAvailable as reason:
        return KpiValue(definition.name, definition.unit, period, facts.build, None, str(reason), shown)
    figure = found.get(None) or figure_of_nothing(definition, facts)
    why = None if figure.value is not None else _why_no_value(figure)
    return KpiValue(definition.name, definition.unit, period, facts.build, figure, why, shown)


def breakdown(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period | None,
    filters: Where | None,
    dimension: str,
) -> list[KpiPart]:
    """The figure of each value of a dimension, largest first, without a value last.

    Raises NotAvailable when this build cannot give it or the KPI cannot be split so.
    """
    facts, period = build_facts(connection), period or Period()
    question = Question(period, instant(facts, period), filters or {}, dimension)
    found = figures(connection, definition, question, facts)
    parts = [KpiPart(key, figure) for key, figure in found.items()]
    return sorted(parts, key=lambda part: (part.figure.value is None, -(part.figure.value or 0), part.key or "~"))


def rows(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period | None = None,
    filters: Where | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """The scored rows behind a figure, largest value first, unknown ones last; at most `limit`.

    One dict per row: `<grain>_id, measured_on, value, weight`. Raises NotAvailable as `breakdown` does.
    """
    facts, period = build_facts(connection), period or Period()
    base = scores(connection, definition, Question(period, instant(facts, period), filters or {}))
    text = (
        f'{base.text}\nSELECT grain_id AS "{definition.grain}_id", measured_on, CAST(value AS DOUBLE) AS value,'
        " CAST(weight AS DOUBLE) AS weight FROM scored ORDER BY value DESC NULLS LAST, grain_id LIMIT $row_limit"
    )
    found = connection.execute(text, base.parameters | {"row_limit": limit})
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def instant(facts: BuildFacts, period: Period) -> datetime | None:
    """What "now" means (UTC): the end of the period, but nothing is known after the build's clock."""
    if facts.as_of is None or period.until is None:
        return facts.as_of
    return min(facts.as_of, period.until)


def scores(connection: duckdb.DuckDBPyConnection, definition: KpiDefinition, question: Question) -> Score:
    """The scored rows of a question. Raises NotAvailable when this build cannot give them."""
    if definition.function in OVER:
        definition = definition.made_of[0]
    require(connection, definition)
    if question.at is None:
        raise NotAvailable("this build has no clock: no source has brought an event or a time yet")
    return score(connection, definition, question)


def figures(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    question: Question,
    facts: BuildFacts,
    key: str = "key",
) -> dict[str | None, Figure]:
    """One figure per value of `key` (an expression over `scored`); keys without a row are absent."""
    if definition.function in OVER:
        return _over_definitions(connection, definition, question, facts)
    base = scores(connection, definition, question)
    if definition.aggregate == "derived":
        return derived_figures(connection, definition, base, (question, facts, key))
    if definition.aggregate == "survival":
        return _survival_figures(connection, base, key, facts)
    numerator, denominator = _SUMS[_aggregate(definition)]
    counted = f"sum(weight) {_KNOWN}" if definition.sample == "weight" else f"count(*) {_KNOWN}"
    text = (
        f"{base.text}\nSELECT {key} AS part, {numerator} AS numerator, {denominator} AS denominator,"
        f" {counted} AS n, count(*) FILTER (WHERE value IS NULL OR weight IS NULL) AS unknown FROM scored GROUP BY ALL"
    )
    found = connection.execute(text, base.parameters).fetchall()
    return {row[0]: _figure(definition, row[1:], facts) for row in found}


def _over_definitions(
    connection: duckdb.DuckDBPyConnection, definition: KpiDefinition, question: Question, facts: BuildFacts
) -> dict[str | None, Figure]:
    require(connection, definition)
    since = question.period.since
    if since is None and definition.function == "expected_days":
        since = first_moment(connection, scores(connection, definition.made_of[1], question))

    def ask(one: KpiDefinition, period: Period) -> dict[str | None, Figure]:
        return figures(connection, one, Question(period, question.at, question.where, question.dimension), facts)

    is_compared = definition.function == "recovery" and not question.where and not question.dimension
    stated = captured(connection, definition.of[0]) if is_compared else None
    return combined(definition, ask, (since, question.at), stated)


def _aggregate(definition: KpiDefinition) -> str:
    return definition.stock_figure if definition.aggregate == "stock" else definition.aggregate


def _figure(definition: KpiDefinition, sums: Sequence[Any], facts: BuildFacts) -> Figure:
    top, bottom = (None if number is None else float(number) for number in sums[:2])
    n, unknown = int(sums[2] or 0), int(sums[3])
    aggregate = _aggregate(definition)
    too_few = n < facts.small_sample and aggregate not in ("sum", "max")
    if aggregate in ("mean", "ratio"):
        scale = 1000 if definition.unit == "per_1000" else 1
        value = scale * top / bottom if top is not None and bottom else None
        return Figure(value, top, bottom, n, unknown, too_few)
    if aggregate == "derived":
        return Figure(None, None, None, n, unknown, True)
    if aggregate == "sum" and top is None and not unknown:
        top = 0.0
    return Figure(top, top if aggregate == "sum" else None, None, n, unknown, too_few)


def figure_of_nothing(definition: KpiDefinition, facts: BuildFacts) -> Figure:
    """The figure where no row counts: 0 for a sum, no value for everything else."""
    return _figure(definition, (None, None, 0, 0), facts)


def _why_no_value(figure: Figure) -> str:
    if figure.detail and "why" in figure.detail:
        return str(figure.detail["why"])
    if figure.cycle_time and figure.n:
        return f"the median is not reached: {figure.cycle_time.observed} of {figure.n} have ended"
    if figure.unknown:
        return f"none of the {figure.unknown} rows in this period and selection has a known value"
    return "no rows in this period and selection"


def _survival_figures(
    connection: duckdb.DuckDBPyConnection, base: Score, key: str, facts: BuildFacts
) -> dict[str | None, Figure]:
    outcome = (
        f"CASE WHEN is_competing THEN {Outcome.COMPETING:d}"
        f" WHEN weight > 0 THEN {Outcome.OBSERVED:d} ELSE {Outcome.CENSORED:d} END"
    )
    text = (
        f"{base.text}\nSELECT {key} AS part, list(CAST(value AS DOUBLE)) {_KNOWN} AS durations,"
        f" list({outcome}) {_KNOWN} AS outcomes,"
        " count(*) FILTER (WHERE value IS NULL OR weight IS NULL) AS unknown FROM scored GROUP BY ALL"
    )
    figures: dict[str | None, Figure] = {}
    for part, durations, outcomes, unknown in listed.rows(connection, text, base.parameters):
        found = cycle_time(durations, outcomes)
        too_few = found.n < facts.small_sample
        figures[part] = Figure(found.median.value, found.observed, found.n, found.n, unknown, too_few, found)
    return figures
