"""How is a derived figure made of scored rows, or of other figures? One named function each.

The functions themselves are statistics and live in `analysis/`; here rows are fetched, split by the asked
dimension and handed over. Never put here what counts (a definition's SELECT says that).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import duckdb
import pandas as pd

from control_tower.analysis import shares, standardised, stratified, weekly
from control_tower.analysis.outcome import Outcome
from control_tower.analysis.sampled_recall import sampled_recall
from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.kpi.availability import BuildFacts
from control_tower.kpi.score import EVERY, Question, Score
from control_tower.kpi.value import Figure, Period

Figures = dict[str | None, Figure]
Ask = Callable[[KpiDefinition, Period], Figures]

#: functions over the rows of one SELECT.
ROWS: Final[Mapping[str, Callable[[pd.DataFrame], Outcome]]] = {
    "stratified_difference": stratified.difference,
    "stratified_total": stratified.total,
    "entropy": shares.uniformity,
    "spread": shares.spread,
    "top_share": shares.top_share,
    "observed_to_expected": standardised.observed_to_expected,
    "calibration": standardised.calibration,
    "sampled_recall": sampled_recall,
}
#: functions over rows that need to know which weeks are whole.
WEEKS: Final[Mapping[str, Callable[[pd.DataFrame, weekly.Span], Outcome]]] = {
    "weekly_deviation": weekly.deviation,
    "weekly_slope": weekly.slope,
    "weekly_change": weekly.change,
}
#: functions over other definitions.
OVER: Final = frozenset({"recovery", "expected_days"})


def derived_figures(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    base: Score,
    asked: tuple[Question, BuildFacts, str],
) -> Figures:
    """The figure of each value of a key (an expression over `scored`); exposure rows count for each of them."""
    question, facts, key = asked
    text = (
        f"{base.text}\nSELECT {key} AS key, grain_id, measured_on, CAST(value AS DOUBLE) AS value,"
        " CAST(weight AS DOUBLE) AS weight, part, stratum, is_exposed, amount, touch_count FROM scored ORDER BY ALL"
    )
    frame = connection.execute(text, base.parameters).df()
    if definition.function == "observed_to_expected" and question.dimension:
        return _of_each_unit(frame, facts)
    return {name: _figure(definition, rows, question, facts) for name, rows in _split(frame).items()}


def _split(frame: pd.DataFrame) -> dict[str | None, pd.DataFrame]:
    everywhere = frame["key"].eq(EVERY)
    own = frame[~everywhere]
    parts: dict[str | None, pd.DataFrame] = {}
    for name, rows in own.groupby("key", dropna=False, sort=True):
        whole = pd.concat([rows, frame[everywhere]], ignore_index=True) if everywhere.any() else rows
        parts[name if isinstance(name, str) else None] = whole
    return parts


def _figure(definition: KpiDefinition, rows: pd.DataFrame, question: Question, facts: BuildFacts) -> Figure:
    known = rows[rows["value"].notna() & rows["weight"].notna()]
    found = _computed(definition, known, question)
    too_few = found.n < facts.small_sample
    return Figure(
        found.value, found.numerator, found.denominator, found.n, len(rows) - len(known), too_few, detail=found.detail
    )


def _computed(definition: KpiDefinition, rows: pd.DataFrame, question: Question) -> Outcome:
    if question.at is None:
        raise NotAvailable("this build has no clock: no source has brought an event or a time yet")
    name = str(definition.function)
    if name in WEEKS:
        return WEEKS[name](rows, weekly.Span(question.period.since, question.at))
    return ROWS[name](rows)


def _of_each_unit(frame: pd.DataFrame, facts: BuildFacts) -> Figures:
    """Every unit is compared with what the strata of all units together predict."""
    known = frame[frame["value"].notna()]
    found: Figures = {}
    for unit in standardised.units(known.assign(part=known["key"])):
        limits = {name: unit[name] for name in ("low", "high", "is_outside")}
        found[unit["key"]] = Figure(
            unit["ratio"], unit["observed"], unit["expected"], unit["n"], 0, unit["n"] < facts.small_sample,
            detail=limits,
        )  # fmt: skip
    return found


def first_moment(connection: duckdb.DuckDBPyConnection, base: Score) -> datetime | None:
    """The earliest `measured_on` of scored rows, None without any."""
    found = connection.execute(f"{base.text}\nSELECT min(measured_on) FROM scored", base.parameters).fetchall()
    moment: datetime | None = found[0][0]
    return moment


def combined(
    definition: KpiDefinition, ask: Ask, span: tuple[datetime | None, datetime | None], baseline: float | None = None
) -> Figures:
    """The figures of a function over other definitions, per value of the asked dimension; baseline: as the policy states it of the whole.

    Raises NotAvailable when the period does not allow it.
    """
    since, until = span
    if until is None:
        raise NotAvailable("this build has no clock: no source has brought an event or a time yet")
    if since is None:
        why = "nothing has ended yet" if definition.function == "expected_days" else "say since when (--since)"
        raise NotAvailable(f"{definition.name} needs a period with a beginning: {why}")
    if definition.function == "recovery":
        return _recovery(definition, ask, since, until, baseline)
    return _expected_days(definition, ask, since, until)


def _recovery(definition: KpiDefinition, ask: Ask, since: datetime, until: datetime, captured: float | None) -> Figures:
    """(baseline − now) ÷ baseline: the policy's captured baseline of the whole, else the period before, of equal length."""
    now = ask(definition.made_of[0], Period(since, until))
    before = ask(definition.made_of[0], Period(since - (until - since), since))
    found: Figures = {}
    for name, figure in now.items():
        measured = before[name].value if name in before else None
        is_stated = captured is not None and name is None
        baseline = captured if is_stated else measured
        source = "the policy" if is_stated else "the period before"
        detail: dict[str, Any] = {"now": figure.value, "baseline": baseline, "baseline_from": source}
        value = (baseline - figure.value) / baseline if baseline and baseline > 0 and figure.value is not None else None
        if value is None:
            detail["why"] = "there is no delay in the period before to recover from, or none can be compared now"
        gained = baseline - figure.value if value is not None and baseline and figure.value is not None else None
        found[name] = Figure(
            value, gained, baseline, figure.n, figure.unknown, figure.too_few, detail=detail
        )  # fmt: skip
    return found


def _expected_days(definition: KpiDefinition, ask: Ask, since: datetime, until: datetime) -> Figures:
    """Work in progress ÷ daily outflow (Little 1961): what a new exception has to expect while flow is steady."""
    stock, flow = (ask(one, Period(since, until)) for one in definition.made_of[:2])
    days = (until - since).total_seconds() / 86400
    found: Figures = {}
    for name, waiting in stock.items():
        gone = flow[name].value if name in flow else None
        daily = gone / days if gone and days else None
        value = waiting.value / daily if daily and waiting.value is not None else None
        detail = {"days": days} | ({} if value is not None else {"why": "nothing has ended in this period"})
        n = int(flow[name].n) if name in flow else 0
        found[name] = Figure(value, waiting.value, daily, n, waiting.unknown, n < 1, detail=detail)
    return found
