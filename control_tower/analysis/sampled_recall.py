"""How much do our rules find, judged by orders that nobody had complained about?

Recall from a random sample of passed orders. Rows come in, numbers go out; never SQL.
"""

from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from control_tower.analysis.outcome import Outcome, nothing

LEVEL: Final = 0.95


def sampled_recall(rows: pd.DataFrame) -> Outcome:
    """Orders caught ÷ (orders caught + orders missed), the missed ones estimated from the sample.

    `part` says what a row is: `caught` (an order with an exception), `passed` (an order without), `sampled` (a
    passed order that was looked at; `value` 1 = an exception had been missed). Missed = passed × share of the
    sample. The interval is Wilson's (1927) of that share, carried through.

    >>> rows = pd.DataFrame({"part": ["caught"] * 8 + ["passed"] * 40 + ["sampled"] * 20, "value": [0] * 48 + [1] + [0] * 19})
    >>> round(sampled_recall(rows).value, 3)
    0.8
    """
    sizes = rows["part"].value_counts()
    caught, passed, looked = (int(sizes.get(name, 0)) for name in ("caught", "passed", "sampled"))
    if not looked:
        return nothing("no passed order was sampled in this period")
    if not caught and not passed:
        return nothing("no order was booked in this period", looked)
    missed = int(rows.loc[rows["part"] == "sampled", "value"].sum())
    low, high = stats.binomtest(missed, looked).proportion_ci(LEVEL, method="wilson")
    estimates = [passed * share for share in (missed / looked, low, high)]
    if not caught and not estimates[0]:
        return nothing("nothing was caught and nothing was missed", looked)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, most, least = (float(np.divide(caught, caught + number)) for number in estimates)
    detail = {
        "interval_95": [least, most], "caught_orders": caught, "passed_orders": passed, "sampled": looked,
        "missed_in_sample": missed, "missed_estimate": estimates[0],
    }  # fmt: skip
    return Outcome(recall, looked, float(caught), caught + estimates[0], detail)
