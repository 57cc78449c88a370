"""Does the trouble come from a few places, or from everywhere?

Shares of parts, their concentration, how uniform the ways are, and how far agents lie apart. Rows come in,
numbers go out; never SQL, never a verdict on a part (size is not fault: rates stand beside the shares).
"""

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from control_tower.analysis.outcome import Outcome, nothing

TOP: Final = 3
SHOWN: Final = 20
NOT_STATED: Final = "(not stated)"
MEASURES: Final = {"value": "by_count", "amount": "by_value", "touch_count": "by_touches"}


def top_share(rows: pd.DataFrame) -> Outcome:
    """The share of the three largest parts in the sum of `value`; unstated parts count as one part.

    Columns `value, weight, part, amount, touch_count`. Rows with weight 1 and value 0 are exposure: the rate
    per 1,000 of them stands beside each part. `hhi` is the sum of squared shares (0–1); money and touches are
    shown beside the count where the rows carry them.

    >>> rows = pd.DataFrame({"value": 1.0, "weight": 0.0, "part": ["a", "a", "b", "c", "d"]})
    >>> top_share(rows.assign(amount=None, touch_count=None)).value
    0.8
    """
    named = rows.assign(part=rows["part"].fillna(NOT_STATED))
    summed = named.groupby("part")[["value", "weight"]].sum()
    whole = float(summed["value"].sum())
    if not whole:
        return nothing("nothing to share out in this period and selection", len(rows))
    shares = (summed["value"] / whole).sort_values(ascending=False, kind="stable")
    detail: dict[str, Any] = {"hhi": float((shares**2).sum()), "parts": _parts(summed, shares)}
    for column, name in MEASURES.items():
        if column != "value" and named[column].notna().any():
            detail[name] = _shares_of(named.groupby("part")[column].sum())
    top = float(summed["value"][shares.index[:TOP]].sum())
    return Outcome(top / whole, int((rows["value"] != 0).sum()), top, whole, detail)


def _parts(summed: pd.DataFrame, shares: pd.Series) -> list[dict[str, Any]]:
    cumulative = shares.cumsum()
    has_exposure = bool(summed["weight"].sum())
    return [
        {
            "key": str(name),
            "value": float(summed["value"][name]),
            "share": float(shares[name]),
            "cumulative": float(cumulative[name]),
            "per_1000": 1000 * float(summed["value"][name]) / float(summed["weight"][name])
            if has_exposure and summed["weight"][name]
            else None,
        }
        for name in shares.index[:SHOWN]
        if shares[name]
    ]


def _shares_of(sums: pd.Series) -> dict[str, Any] | None:
    whole = float(sums.sum())
    if not whole:
        return None
    shares = (sums / whole).sort_values(ascending=False, kind="stable")
    return {"top_3_share": float(shares.iloc[:TOP].sum()), "hhi": float((shares**2).sum())}


def uniformity(rows: pd.DataFrame) -> Outcome:
    """1 − H(way) / ln(ways) per stratum, weighted by its rows: 1 = always the same way, 0 = every way equally often.

    Columns `value, part` (the way) and `stratum`. A stratum that knows one way only is 1; one row says nothing
    about consistency, so its stratum is left out. Shannon (1948).
    """
    scores, sizes = [], []
    for _, stratum in rows.groupby("stratum", dropna=False, sort=True):
        shares = stratum.groupby("part", dropna=False).size().to_numpy() / len(stratum)
        if len(stratum) < 2:
            continue
        entropy = float(-(shares * np.log(shares)).sum())
        scores.append(1 - entropy / math.log(len(shares)) if len(shares) > 1 else 1.0)
        sizes.append(len(stratum))
    if not sizes:
        return nothing("no stratum holds two rows", len(rows))
    value = float(np.average(scores, weights=sizes))
    return Outcome(value, sum(sizes), detail={"strata": len(sizes), "least": float(min(scores))})


def spread(rows: pd.DataFrame) -> Outcome:
    """Interquartile range ÷ median of the parts' own medians of `value`; parts unstated are left out."""
    medians = rows.groupby("part")["value"].median()
    if len(medians) < 2:
        return nothing("fewer than two agents are known", int(rows["part"].notna().sum()))
    low, middle, high = np.quantile(medians.to_numpy(), [0.25, 0.5, 0.75])
    if not middle:
        return nothing("the median is 0: a spread relative to it has no meaning", len(rows))
    n = int(rows["part"].notna().sum())
    return Outcome(float((high - low) / middle), n, float(high - low), float(middle), {"agents": len(medians)})
