"""Can every finding's interval be read, however large one of them is?"""

import math

import pandas as pd
import pytest

from dashboard.charts import findings


def rows(*differences: float) -> pd.DataFrame:
    """Findings with these extra failures per unit, ± a third, or from below zero on for the first when it is negative."""
    return pd.DataFrame([
        {"words": "site A", "type_title": "Pick shortfall", "verdict": "strong", "difference": abs(one), "low": one * 2 / 3 if one > 0 else one,
         "high": abs(one) * 4 / 3, "failed": 10, "exposed": 100}
        for one in differences
    ])  # fmt: skip


def test_one_large_finding_does_not_hide_the_others() -> None:
    drawn = findings.figure(rows(0.61, 0.006, 0.017), "light")
    assert drawn.layout.xaxis.type == "log"
    assert drawn.layout.xaxis.range[0] < math.log10(4) < math.log10(813) < drawn.layout.xaxis.range[1]
    labels = {one.text: one.x for one in drawn.layout.annotations}
    assert labels["+610"] == pytest.approx(math.log10(1000 * 0.61 * 4 / 3))


@pytest.mark.parametrize("given", [(0.02, 0.01), (0.61, -0.006)], ids=["alike", "an interval that reaches zero"])
def test_otherwise_the_scale_begins_at_zero_or_below(given: tuple[float, ...]) -> None:
    drawn = findings.figure(rows(*given), "light")
    assert drawn.layout.xaxis.type is None
    assert drawn.layout.xaxis.range[0] <= 0
