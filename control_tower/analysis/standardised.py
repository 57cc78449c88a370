"""Is a unit worse than its mix of cases, and is a stated probability kept?

Indirect standardisation with funnel limits, and calibration by decile. Rows come in, numbers go out; never SQL.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from control_tower.analysis.outcome import Outcome, nothing

LIMIT: Final = 0.95


def units(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Per unit (`part`) observed ÷ expected of `value` (0 or 1), expected from the strata of all units together.

    `low` and `high` are funnel limits: 95 % of units of this size without any cause of their own lie between
    (normal approximation of the sum of Bernoulli trials). Units unstated are in the strata, not in the list.
    """
    rates = rows.groupby("stratum", dropna=False)["value"].transform("mean")
    table = rows.assign(expected=rates, variance=rates * (1 - rates)).groupby("part")
    z = float(stats.norm.ppf((1 + LIMIT) / 2))
    found = []
    for name, unit in table:
        observed, expected = float(unit["value"].sum()), float(unit["expected"].sum())
        if not expected:
            continue
        reach = z * float(np.sqrt(unit["variance"].sum())) / expected
        ratio = observed / expected
        limits = {"low": max(1 - reach, 0.0), "high": 1 + reach, "is_outside": abs(ratio - 1) > reach}
        found.append(
            {"key": str(name), "n": len(unit), "observed": observed, "expected": expected, "ratio": ratio} | limits
        )
    return sorted(found, key=lambda unit: (-unit["ratio"], unit["key"]))


def observed_to_expected(rows: pd.DataFrame) -> Outcome:
    """The ratio of the worst unit; all units with their funnel limits in the detail."""
    found = units(rows)
    if len(found) < 2:
        return nothing("fewer than two units are known", len(rows))
    worst = found[0]
    return Outcome(worst["ratio"], len(rows), worst["observed"], worst["expected"], {"parts": found})


def calibration(rows: pd.DataFrame) -> Outcome:
    """Mean distance between stated probability (`amount`) and what came true (`value`), over deciles of probability.

    Each decile (0–0.1 … 0.9–1) counts with its rows: the expected calibration error.
    """
    known = rows[rows["amount"].notna()]
    if known.empty:
        return nothing("no probability was stated")
    decile = np.minimum((known["amount"] * 10 + 1e-9).astype(int), 9)
    grouped = known.groupby(decile)
    stated, true, sizes = grouped["amount"].mean(), grouped["value"].mean(), grouped.size()
    parts = [
        {
            "key": f"{at / 10:.1f}–{(at + 1) / 10:.1f}",
            "n": int(sizes[at]),
            "stated": float(stated[at]),
            "true": float(true[at]),
        }
        for at in sizes.index
    ]
    distance = float(((stated - true).abs() * sizes).sum())
    return Outcome(distance / len(known), len(known), distance, float(len(known)), {"parts": parts})
