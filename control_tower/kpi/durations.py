"""Which single durations stand behind a survival figure, and how did each end?

For curves and tests that need more than a median. Never estimate anything here (`analysis/` does), and never
decide which rows count (the definition does).
"""

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from control_tower.analysis.cycle_time import Outcome
from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.kpi import listed
from control_tower.kpi.availability import build_facts
from control_tower.kpi.measure import instant, scores
from control_tower.kpi.score import Question, Where
from control_tower.kpi.value import Period


@dataclass(frozen=True, slots=True, eq=False)
class Durations:
    """Durations in the figure's unit and, beside each, its `Outcome`; `unknown` rows had no duration."""

    values: NDArray[np.float64]
    outcomes: NDArray[np.int64]
    unknown: int

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Which of them ended by resolution."""
        return np.asarray(self.outcomes == Outcome.OBSERVED)


def durations(
    connection: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period | None = None,
    filters: Where | None = None,
    dimension: str = "",
) -> dict[str | None, Durations]:
    """The durations by value of a dimension (None = not stated), most frequent first; without one under None.

    Raises NotAvailable when the figure is no survival figure or this build cannot give it.
    """
    if definition.aggregate != "survival":
        raise NotAvailable(f"{definition.name} is no survival figure; it has no durations")
    facts, period = build_facts(connection), period or Period()
    base = scores(connection, definition, Question(period, instant(facts, period), filters or {}, dimension or None))
    text = (
        f"{base.text}\nSELECT key AS part, list(CAST(value AS DOUBLE)) FILTER (WHERE is_known) AS durations,"
        " list(outcome) FILTER (WHERE is_known) AS outcomes, count(*) FILTER (WHERE NOT is_known) AS unknown FROM ("
        "SELECT key, value, value IS NOT NULL AND weight IS NOT NULL AS is_known,"
        f" CASE WHEN is_competing THEN {Outcome.COMPETING:d} WHEN weight > 0 THEN {Outcome.OBSERVED:d}"
        f" ELSE {Outcome.CENSORED:d} END AS outcome FROM scored) GROUP BY key ORDER BY count(*) DESC, key"
    )
    return {
        part: Durations(values.astype(np.float64), ends.astype(np.int64), int(unknown))
        for part, values, ends, unknown in listed.rows(connection, text, base.parameters)
    }
