"""How did a figure move, week by week or day by day?

Asks `measure.py` per point of time. Never judge a movement here: only the points.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal

import duckdb

from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.kpi.availability import BuildFacts, build_facts
from control_tower.kpi.derived import OVER
from control_tower.kpi.measure import figure_of_nothing, figures, instant, scores
from control_tower.kpi.score import Question, Where
from control_tower.kpi.value import Figure, KpiPoint, Period

Grain = Literal["week", "day"]
MAX_POINTS: Final = 1500


def trend(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period | None = None,
    filters: Where | None = None,
    grain: Grain = "week",
) -> list[KpiPoint]:
    """The figure of each week (from Monday) or day of the period in order, empty ones included.

    An open end of the period is the first row's time or the build's clock. Rows outside the period do not
    count in a week that reaches beyond it. A stock is counted at the end of each point. Raises
    NotAvailable when this build cannot give it; ValueError for over 1,500 points.
    """
    facts, period = build_facts(connection), period or Period()
    question = Question(period, instant(facts, period), filters or {})
    if definition.function in OVER:
        raise NotAvailable(f"{definition.name} compares whole periods; see the trends of {', '.join(definition.of)}")
    span = _span(connection, definition, question)
    if span is None:
        return []
    points = list(_points(*span, grain))
    ask = _stocks if definition.aggregate == "stock" else _flows
    found = ask(connection, definition, question, facts, points)
    nothing, first = figure_of_nothing(definition, facts), period.since or span[0]
    return [
        KpiPoint(since, until, found.get(since, nothing), is_partial=since < first or until > span[1])
        for since, until in points
    ]


def _flows(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    question: Question,
    facts: BuildFacts,
    points: list[tuple[datetime, datetime]],
) -> dict[datetime, Figure]:
    grain = "week" if points[0][1] - points[0][0] > timedelta(days=1) else "day"
    found = figures(connection, definition, question, facts, f"CAST(date_trunc('{grain}', measured_on) AS VARCHAR)")
    return {datetime.fromisoformat(start): figure for start, figure in found.items() if start}


def _stocks(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    question: Question,
    facts: BuildFacts,
    points: list[tuple[datetime, datetime]],
) -> dict[datetime, Figure]:
    ends = {since: min(until, question.at or until) for since, until in points}
    if _is_read_once(definition, question):
        asked = Question(question.period, question.at, question.where, instants=tuple(dict.fromkeys(ends.values())))
        at_once = figures(connection, definition, asked, facts)
        known = {datetime.fromisoformat(at): figure for at, figure in at_once.items() if at}
        return {since: known[at] for since, at in ends.items() if at in known}
    counted: dict[datetime, Figure] = {}
    for since, at in ends.items():
        found = figures(connection, definition, Question(question.period, at, question.where), facts)
        counted |= {since: found[None]} if None in found else {}
    return counted


def _is_read_once(definition: KpiDefinition, question: Question) -> bool:
    """Whether the rows are the same at every instant: the SELECT does not ask for it, or only for a dimension unasked."""
    only_for = definition.instant_for
    return "$at" not in definition.select or (only_for is not None and only_for not in question.where)


def _span(
    connection: duckdb.DuckDBPyConnection, definition: KpiDefinition, question: Question
) -> tuple[datetime, datetime] | None:
    """From where to where a trend runs, or None when there is nothing to show."""
    base = scores(connection, definition, question)
    text, parameters = f"{base.text}\nSELECT min(measured_on) FROM scored", base.parameters
    if definition.aggregate == "stock":  # rows that are no longer valid at the end belong to the past too
        text = f"SELECT min(valid_from) FROM (\n{definition.select}\n)"
        parameters = {"at": question.at} if "$at" in definition.select else {}
    found = connection.execute(text, parameters).fetchone()
    start = question.period.since or (found[0] if found else None)
    return None if start is None or question.at is None else (start, max(start, question.at))


def _points(since: datetime, until: datetime, grain: Grain) -> Iterator[tuple[datetime, datetime]]:
    step = timedelta(days=7 if grain == "week" else 1)
    start = since.replace(hour=0, minute=0, second=0, microsecond=0)
    start -= timedelta(days=start.weekday() if grain == "week" else 0)
    count = -((start - until) // step) or 1
    if count > MAX_POINTS:
        raise ValueError(f"{count} {grain}s are more than a trend shows; narrow the period or use weeks")
    for _ in range(count):
        yield start, start + step
        start += step
