"""What keeps coming back after it was fixed, and from where?

Repeats by source, with rates that small numbers cannot inflate. The definition of a repeat is K05's; never
another one here, and never whether a source is worse than others beyond chance (root_cause.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from control_tower.analysis.concentration import DIMENSIONS as COUNTED_BY
from control_tower.analysis.concentration import Measure, measure
from control_tower.analysis.exposure import Span, default_span
from control_tower.analysis.shrinkage import learn
from control_tower.warehouse import Build

DIMENSIONS: Final = ("recurrence_key", *COUNTED_BY)
"""What repeats can be counted by; the recurrence key is the single thing that recurs."""


@dataclass(frozen=True)
class Recurrence:
    """Repeats of a period by one dimension, most repeats first.

    `rows`: key, n, repeats, repeat_amount (reporting currency, once per order line), repeat_rate, and the rate
    drawn to the dimension's mean with its 95 % interval (shrunk_rate, shrunk_low, shrunk_high).
    `concentrated` says how few sources hold the repeats.
    """

    dimension: str
    span: Span
    n: int
    repeats: int
    concentrated: Measure
    rows: pd.DataFrame = field(repr=False)

    @property
    def rate(self) -> float | None:
        """K05 of the period: repeats per exception; None without exceptions."""
        return self.repeats / self.n if self.n else None

    def as_json(self, limit: int = 100) -> dict[str, Any]:
        """The figures and the first rows, ready for JSON."""
        shown = self.rows.head(limit).astype(object)
        return {"dimension": self.dimension, "since": self.span.since.isoformat(), "until": self.span.until.isoformat(),
                "n": self.n, "repeats": self.repeats, "rate": self.rate,
                "top_share": self.concentrated.top_share, "index": self.concentrated.index,
                "rows": shown.where(shown.notna(), None).to_dict("records")}  # fmt: skip


def recurrence(build: Build, by: str, span: Span | None = None, sites: Sequence[str] = ()) -> Recurrence:
    """Count what came back by one dimension (RCA-04). Raises ValueError for a dimension not in `DIMENSIONS`."""
    if by not in DIMENSIONS:
        raise ValueError(f"repeats cannot be counted by {by[:40]!r}; use one of {', '.join(DIMENSIONS)}")
    chosen = span or default_span(build)
    bound = {"since": chosen.since, "until": chosen.until, "sites": list(sites)}
    rows = build.read("recurrence", None, dimension=by, **bound)
    repeats, n = rows["repeats"].to_numpy(np.float64), rows["n"].to_numpy(np.float64)
    rows["repeat_rate"] = rows["repeats"] / rows["n"]
    rows["shrunk_rate"], rows["shrunk_low"], rows["shrunk_high"] = learn(repeats, n).believe(repeats, n)
    stated = measure(rows.loc[rows["key"].notna(), "repeats"], float(repeats.sum()))
    return Recurrence(by, chosen, int(n.sum()), int(repeats.sum()), stated, rows)
