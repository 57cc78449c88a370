"""What is the number, how did it move, what is behind it? Written once for every KPI.

A definition scores rows; this package turns the scores into a value, a trend, a breakdown and the rows.
Never put a particular KPI here: that is one file in `kpis/`.
"""

from control_tower.kpi.availability import lineage
from control_tower.kpi.baseline import lay as lay_baselines
from control_tower.kpi.history import trend
from control_tower.kpi.measure import breakdown, evaluate, rows
from control_tower.kpi.report import aging_as_json, all_as_json, as_json, cycle_time_as_json
from control_tower.kpi.restated import restated, whole_change
from control_tower.kpi.score import DIMENSIONS, Where, dimensions, selection
from control_tower.kpi.value import KpiPart, KpiPoint, KpiValue, Period
from control_tower.kpi.why import main_reason, why_as_json

__all__ = [
    "DIMENSIONS",
    "KpiPart",
    "KpiPoint",
    "KpiValue",
    "Period",
    "Where",
    "aging_as_json",
    "all_as_json",
    "as_json",
    "breakdown",
    "cycle_time_as_json",
    "dimensions",
    "evaluate",
    "lay_baselines",
    "lineage",
    "main_reason",
    "restated",
    "rows",
    "selection",
    "trend",
    "whole_change",
    "why_as_json",
]
