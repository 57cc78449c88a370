"""Does a figure drift, jump or wobble from week to week?

Whole weeks from Monday, UTC; a week cut off by the period, the first row or the clock is left out. Rows come in,
numbers go out; never SQL.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from control_tower.analysis.outcome import Outcome, nothing

WEEK: Final = pd.Timedelta(days=7)
FALSE_ALARMS: Final = 0.05
"""Chance that a calm build flags any pattern at all; shared among the patterns (Bonferroni)."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when (None = the first row) to when rows are complete."""

    since: datetime | None
    until: datetime


def deviation(rows: pd.DataFrame, span: Span) -> Outcome:
    """Standard deviation (n − 1) of the weekly ratio Σ value ÷ Σ weight."""
    ratios = _ratios(rows, span, 1.0)
    if len(ratios) < 2:
        return nothing(f"a deviation needs two whole weeks, there are {len(ratios)}", len(rows))
    return Outcome(float(ratios.std(ddof=1)), len(rows), detail={"weeks": len(ratios)})


def slope(rows: pd.DataFrame, span: Span) -> Outcome:
    """Least-squares slope per week of 1000 × Σ value ÷ Σ weight, with its 95 % interval (Student's t)."""
    ratios = _ratios(rows, span, 1000.0)
    if len(ratios) < 3:
        return nothing(f"a slope with its interval needs three whole weeks, there are {len(ratios)}", len(rows))
    numbers = ((ratios.index - ratios.index[0]) / WEEK).to_numpy(dtype=np.float64)
    found = stats.linregress(numbers, ratios.to_numpy(dtype=np.float64))
    reach = float(stats.t.ppf(0.975, len(ratios) - 2) * found.stderr)
    middle = float(found.slope)
    detail = {
        "interval_95": [middle - reach, middle + reach],
        "weeks": [
            {"week": day, "per_1000": float(rate)}
            for day, rate in zip(ratios.index.astype(str).str[:10], ratios, strict=True)
        ],
    }
    return Outcome(middle, int((rows["value"] != 0).sum()), detail=detail)


def change(rows: pd.DataFrame, span: Span) -> Outcome:
    """How many parts had in the last whole week a count that their earlier weeks do not explain.

    Given its earlier total, a part's last count is binomial with chance 1 ÷ weeks while nothing has changed
    (equal Poisson rates); two-sided, at 5 % for all parts together. `weeks_from` are the Mondays that were counted.
    """
    counts = _counts(rows, span)
    if counts.shape[1] < 2:
        return nothing(f"a change needs two whole weeks, there are {counts.shape[1]}", len(rows))
    parts = [_judged(str(name), series.to_numpy(), FALSE_ALARMS / len(counts)) for name, series in counts.iterrows()]
    parts.sort(key=lambda part: (part["p_value"], part["key"]))
    flagged = sum(part["is_flagged"] for part in parts)
    weeks = [f"{week:%Y-%m-%d}" for week in counts.columns]
    return Outcome(
        float(flagged), int(rows["value"].sum()), detail={"weeks": len(weeks), "weeks_from": weeks, "parts": parts[:20]}
    )


def _judged(name: str, counts: Any, limit: float) -> dict[str, Any]:
    last, before, weeks = int(counts[-1]), int(counts[:-1].sum()), len(counts)
    p_value = float(stats.binomtest(last, last + before, 1 / weeks).pvalue) if last + before else 1.0
    usual = before / (weeks - 1)
    return {"key": name, "last": last, "usual": usual, "p_value": p_value, "is_flagged": p_value < limit}


def _whole_weeks(rows: pd.DataFrame, span: Span) -> pd.DatetimeIndex:
    if rows.empty:
        return pd.DatetimeIndex([])
    start = pd.Timestamp(span.since) if span.since else rows["measured_on"].min()
    monday = _monday(pd.Series([start])).iloc[0]
    first = monday if span.since and monday == start else monday + WEEK
    weeks = pd.date_range(first, pd.Timestamp(span.until), freq="7D")
    return weeks[weeks + WEEK <= pd.Timestamp(span.until)]


def _monday(moments: pd.Series) -> pd.Series:
    days = moments.dt.normalize()
    mondays: pd.Series = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    return mondays


def _ratios(rows: pd.DataFrame, span: Span, scale: float) -> pd.Series:
    """Per whole week scale × Σ value ÷ Σ weight; weeks without weight are left out."""
    sums = rows.groupby(_monday(rows["measured_on"]))[["value", "weight"]].sum()
    sums = sums.reindex(_whole_weeks(rows, span), fill_value=0.0)
    sums = sums[sums["weight"] > 0]
    return pd.Series((scale * sums["value"] / sums["weight"]).to_numpy(dtype=np.float64), index=sums.index)


def _counts(rows: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Parts down, whole weeks across: Σ value."""
    named = rows.assign(week=_monday(rows["measured_on"]), part=rows["part"].fillna("(not stated)"))
    table = named.pivot_table(index="part", columns="week", values="value", aggfunc="sum", fill_value=0.0)
    return table.reindex(columns=_whole_weeks(rows, span), fill_value=0.0).sort_index()
