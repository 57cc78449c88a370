"""How are the times of one step or one path distributed? A Kaplan–Meier curve after a step, observed times on a path.

Both come thinned to what a screen can show. Never mixes the two: a path has only observed times (ruling 15), and what
still waits is known only of a step.
"""

import math
from dataclasses import replace
from typing import Final

import pandas as pd

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases
from process_mining.stay import stays_of

BINS_A_DECADE: Final = 6
MOST_POINTS: Final = 400
_Z: Final = 1.959963984540054
"""Of a two-sided 95 % interval."""


def gaps(build: Build, cohort: Cohort, source: str, target: str, collapsed: bool = False) -> pd.DataFrame:
    """How often `target` came directly after `source`, by the time between them: observed times only.

    One row per bin: low_seconds (included), high_seconds (not included), events. Bins are equally wide on a logarithmic
    scale, six to each power of ten, from one second; the first bin holds what took less than that. `collapsed` as in `dfg`.
    """
    kept = replace(kept_cases(build, cohort), is_collapsed=collapsed)
    with build.cursor() as cursor:
        return cursor.execute(
            "WITH gap AS (SELECT CASE WHEN s.gap_seconds < 1 THEN -1 "
            "ELSE CAST(floor(log10(s.gap_seconds) * $per + 1e-9) AS INTEGER) END AS bin "
            f"FROM {kept.source} JOIN mart_activity AS a ON a.view = s.view AND a.activity_no = s.activity_no "
            "JOIN mart_activity AS b ON b.view = s.view AND b.activity_no = s.next_activity_no "
            f"WHERE {kept.of_steps} AND a.activity = $source AND b.activity = $target) "
            "SELECT CASE WHEN bin < 0 THEN 0 ELSE pow(10, CAST(bin AS DOUBLE) / $per) END AS low_seconds, "
            "CASE WHEN bin < 0 THEN 1 ELSE pow(10, CAST(bin + 1 AS DOUBLE) / $per) END AS high_seconds, "
            "count(*) AS events FROM gap GROUP BY bin ORDER BY bin LIMIT 100",
            {**kept.values, "source": source, "target": target, "per": BINS_A_DECADE},
        ).df()


def stay_curve(build: Build, cohort: Cohort, activity: str, collapsed: bool = False) -> pd.DataFrame:
    """The share still waiting so long after an activity, with its 95 % band (Kaplan–Meier, log-log, Greenwood).

    One row per point, ascending, thinned to at most 400: seconds, waiting, low, high (0–1), at_risk. Cases that wait
    still are counted until their source's clock. Empty when nothing may follow the activity. `collapsed` as in `stays`.
    """
    kept = replace(kept_cases(build, cohort), is_collapsed=collapsed)
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
