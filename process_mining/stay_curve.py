"""What share of the cases still waits so long after a step? The Kaplan–Meier curve, thinned to what a screen can show.

Never about paths: a path has only observed times (ruling 15; distribution.py counts them), a step knows who still waits.
"""

import math
from typing import Final

import pandas as pd

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases
from process_mining.stay import stays_of

MOST_POINTS: Final = 400
_Z: Final = 1.959963984540054
"""Of a two-sided 95 % interval."""


def stay_curve(build: Build, cohort: Cohort, activity: str) -> pd.DataFrame:
    """The share still waiting so long after an activity, with its 95 % band (Kaplan–Meier, log-log, Greenwood).

    One row per point, ascending, thinned to at most 400: seconds, waiting, low, high (0–1), at_risk. Cases that wait
    still are counted until their source's clock. Empty when nothing may follow the activity.
    """
    kept = kept_cases(build, cohort)
    steps = stays_of("s.activity_no", kept)
    with build.cursor() as cursor:
        rows = cursor.execute(_CURVE.replace("{steps}", steps), {**kept.values, "activity": activity}).df()
    if len(rows) > MOST_POINTS:
        level = (rows["waiting"] * MOST_POINTS).astype(int)
        rows = rows[(level != level.shift()) | (rows.index == rows.index[-1])]
    bands = [_band(waiting, variance) for waiting, variance in zip(rows["waiting"], rows["variance"], strict=True)]
    return rows.drop(columns="variance").assign(low=[b[0] for b in bands], high=[b[1] for b in bands])


_CURVE = (
    "WITH stay AS ({steps}), "
    "ends AS (SELECT seconds, count(*) AS leaving, count(*) FILTER (WHERE is_over) AS over FROM stay "
    "WHERE key = (SELECT activity_no FROM mart_activity WHERE view = $view AND activity = $activity) GROUP BY seconds), "
    "risk AS (SELECT seconds, over, sum(leaving) OVER (ORDER BY seconds DESC) AS at_risk FROM ends) "
    "SELECT CAST(seconds AS DOUBLE) AS seconds, CAST(at_risk AS BIGINT) AS at_risk, "
    "CASE WHEN bool_or(over = at_risk) OVER up_to THEN 0 ELSE "
    "exp(sum(CASE WHEN over = at_risk THEN 0 ELSE ln(1 - over / at_risk) END) OVER up_to) END AS waiting, "
    "sum(CASE WHEN over = at_risk THEN 0 ELSE over / (at_risk * (at_risk - over)) END) OVER up_to AS variance "
    "FROM risk WINDOW up_to AS (ORDER BY seconds) ORDER BY seconds"
)


def _band(waiting: float, variance: float) -> tuple[float, float]:
    """The log-log band of one point; where all or nothing has moved on it is the curve itself."""
    if not 0 < waiting < 1:
        return waiting, waiting
    spread = _Z * math.sqrt(variance) / math.log(waiting)
    size = math.log(-math.log(waiting))
    return math.exp(-math.exp(size - spread)), math.exp(-math.exp(size + spread))
