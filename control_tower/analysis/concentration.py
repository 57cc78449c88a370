"""Are exceptions everywhere a little, or in a few places a lot?

Pareto by count, value and touches, the share of the top and the Herfindahl–Hirschman index of one dimension.
Speaks of where exceptions are, never of why: for that, rates per exposure are needed (root_cause.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from control_tower.analysis.exposure import Span, default_span
from control_tower.warehouse import Build

DIMENSIONS: Final = (
    "source_system", "supplier_id", "site_id", "process_step", "channel", "customer_id", "segment", "product_family",
    "business_rule_id", "fulfilment_channel", "business_unit", "carrier_id", "item_id", "owner_team_id", "type_code",
    "category",
)  # fmt: skip
"""What exceptions can be counted by (RCA-01, RCA-02): columns of mart_exception, the allow-list of the read."""
MEASURES: Final = ("n", "amount", "touches")
NOT_STATED: Final = "(not stated)"


@dataclass(frozen=True, slots=True)
class Measure:
    """How concentrated one measure is.

    `top_share` of the three largest stated values and `index` (HHI: sum of squared shares, 1/values … 1) speak
    of the stated values; `evenly` is the index if all were equal; None without anything to share.
    `vital_few` counts the largest values that together hold 80 %.
    """

    total: float
    stated_total: float
    top_share: float | None
    index: float | None
    evenly: float | None
    vital_few: int | None


@dataclass(frozen=True)
class Concentration:
    """One dimension in one period: `rows` per value, most exceptions first, with shares and running shares."""

    dimension: str
    span: Span
    measures: dict[str, Measure]
    rows: pd.DataFrame = field(repr=False)

    def as_json(self, limit: int = 100) -> dict[str, Any]:
        """Measures and the first rows, ready for JSON."""
        shown = self.rows.head(limit).astype(object)
        measures = {name: {part: getattr(one, part) for part in one.__slots__} for name, one in self.measures.items()}
        return {"dimension": self.dimension, "since": self.span.since.isoformat(), "until": self.span.until.isoformat(),
                "measures": measures, "value_count": len(self.rows),
                "rows": shown.where(shown.notna(), None).to_dict("records")}  # fmt: skip


def concentration(build: Build, by: str, span: Span | None = None, sites: Sequence[str] = ()) -> Concentration:
    """Count a build's exceptions of a period by one dimension (RCA-01, RCA-02, RCA-03).

    Money counts once per order line and value; touches are K22's. Raises ValueError for a dimension that is not in `DIMENSIONS`.
    """
    if by not in DIMENSIONS:
        raise ValueError(f"exceptions cannot be counted by {by[:40]!r}; use one of {', '.join(DIMENSIONS)}")
    chosen = span or default_span(build)
    bound = {"since": chosen.since, "until": chosen.until, "sites": list(sites)}
    rows = build.read("concentration", None, dimension=by, **bound)
    measures = {}
    for name in MEASURES:
        values = rows[name].astype("float64").fillna(0.0)
        measures[name] = measure(values[rows["key"].notna()], float(values.sum()))
        order = np.argsort(-values.to_numpy(), kind="stable")
        share = values / values.sum() if values.sum() > 0 else values * np.nan
        rows[f"{name}_share"] = share
        rows.loc[rows.index[order], f"{name}_running"] = share.to_numpy()[order].cumsum()
    rows["label"] = rows["label"].astype(object).where(rows["key"].notna(), NOT_STATED)
    return Concentration(by, chosen, measures, rows)


def measure(values: ArrayLike, total: float | None = None) -> Measure:
    """How concentrated the values of a dimension are; `total` includes what states none.

    Source: Herfindahl (1950) and Hirschman (1945): the sum of squared shares. Raises ValueError for a negative value.

    >>> measure([50, 30, 10, 10]).top_share, round(measure([50, 30, 10, 10]).index or 0, 2)
    (0.9, 0.36)
    """
    known = np.sort(np.asarray(values, dtype=np.float64))[::-1]
    if (known < 0).any():
        raise ValueError("a count or amount is negative; shares need values of 0 or more")
    stated = float(known.sum())
    whole = stated if total is None else total
    if stated <= 0:
        return Measure(whole, stated, None, None, None, None)
    share = known / stated
    few = int(np.searchsorted(share.cumsum(), 0.8 - 1e-12) + 1)
    return Measure(whole, stated, float(share[:3].sum()), float((share**2).sum()), 1 / int((known > 0).sum()), few)
