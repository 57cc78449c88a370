"""Where do exceptions come from, beyond what exposure, mix and chance explain?

Searches every dimension and the pairs that make sense, per exception type, against the rest. Never says
"cause" where no exposure is known, and holds no statistics of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from control_tower.analysis import exposure
from control_tower.analysis.contingency import ANY, Table, tables
from control_tower.analysis.contrast import Contrast, Floats, clusters, compare
from control_tower.analysis.exposure import Exposure, Span
from control_tower.analysis.multiplicity import benjamini_hochberg
from control_tower.analysis.shrinkage import learn
from control_tower.analysis.verdict import Limits, Verdict, explain, judge
from control_tower.warehouse import Build

_Z = 1.959963984540054
_REPLICATED_P = 0.05
CLUSTER = ("customer_id",)
"""Whose failures come together."""
_ORDER = {Verdict.STRONG: 0, Verdict.WATCH: 1, Verdict.NOISE: 2, Verdict.TOO_FEW: 3}
COLUMNS = (
    "exposure", "type_code", "type_title", "dimension", "key", "other_dimension", "other_key", "verdict",
    "explained_by", "exposed", "failed", "expected", "rate", "rest_rate", "shrunk_rate", "shrunk_low", "shrunk_high",
    "difference", "low", "high", "ratio", "p", "q", "replicated", "excess", "excess_low", "amount_recoverable",
    "days_recoverable",
)  # fmt: skip
"""Columns of `RootCause.looked`; see `RootCause`."""


@dataclass(frozen=True)
class RootCause:
    """What was found, and all it was found among.

    `looked` has one row per type (`*` = any type of its exposure), dimension or pair, and value with at least
    one failure, the most certain and largest first. Rates are failures per exposed unit; `difference` (value −
    rest) with `low` and `high` (95 %) and `ratio` are adjusted for customer tier and time; `rest_rate` is the
    rest's rate at the value's mix; `replicated`: True, False, or None where the previous period cannot say.
    `excess` = failures more than at the rest's rate, `excess_low` at the low end; money is in the reporting
    currency, once per order line. `looked_at` counts everything compared, also what had no failure.
    """

    span: Span
    exposure: Exposure
    limits: Limits
    looked_at: int
    looked: pd.DataFrame = field(repr=False)

    def found(self, by: str | None = None) -> pd.DataFrame:
        """Rows with verdict strong or watch, of one dimension and its pairs when `by` names it."""
        rows = self.looked[self.looked["verdict"].isin([Verdict.STRONG, Verdict.WATCH])]
        return rows if by is None else rows[(rows["dimension"] == by) | (rows["other_dimension"] == by)]

    def as_json(self, by: str | None = None, limit: int = 100) -> dict[str, Any]:
        """Findings and what they stand on, ready for JSON; with `by` also what was looked at and not found."""
        rows = self.found(by) if by is None else self.looked[self.looked["dimension"] == by]
        if by is not None:
            is_pair = rows["other_dimension"].notna() & ~rows.index.isin(self.found(by).index)
            rows = pd.concat([rows[~is_pair], self.found(by).query("dimension != @by", local_dict={"by": by})])
        shown = rows.head(limit).astype(object)
        records = shown.where(shown.notna() & ~shown.isin([np.inf]), None).to_dict("records")
        titles = self.exposure.titles
        return {
            "since": self.span.since.isoformat(), "until": self.span.until.isoformat(),
            "previous_since": self.span.before.isoformat(), "false_alarm_level": self.limits.level,
            "looked_at": self.looked_at, "row_count": len(rows), "rows": records,
            "exposure": {kind: list(types) for kind, types in self.exposure.kinds.items()},
            "no_exposure_known": [
                {"type_code": code, "title": titles[code], "n": self.exposure.counts[code]} for code in self.exposure.without
            ],
        }  # fmt: skip


def search(
    build: Build, span: Span | None = None, sites: Sequence[str] = (), limits: Limits | None = None
) -> RootCause:
    """Search a build over all dimensions and pairs (RCA-01, RCA-02, DET-12).

    `sites` limits everything to a reader's sites; none = all. Raises NotAvailable for a build without any past.
    """
    chosen = span or exposure.default_span(build)
    held = limits or Limits()
    assigned = exposure.assign(build, chosen, sites)
    parts, looked_at = [], 0
    for kind, types in assigned.kinds.items():
        exposed = build.read(f"exposed_{kind}", None, **chosen.bound(sites))
        failed = build.read(f"failed_{kind}", None, types=list(types), **chosen.bound(sites))
        encoded = list(tables(exposed, failed, held.small_sample))
        by_customer = next((one for one in encoded if one.dimensions == CLUSTER and one.now.are_units), None)
        for table in encoded:
            shares = by_customer is not None and table.now.are_units and table is not by_customer
            parts.append(look(table, kind, clusters(by_customer.now) if by_customer and shares else None))
            looked_at += table.looked_at
    rows = conclude(parts, looked_at, held)
    titles = {ANY: "any of these"} | dict(assigned.titles)
    rows["type_title"] = rows["type_code"].map(titles)
    return RootCause(chosen, assigned, held, looked_at, rows[list(COLUMNS)])


def look(table: Table, kind: str, clustering: Floats | None = None) -> pd.DataFrame:
    """The evidence of one table: a row per type and value with a failure now; `p` is not yet corrected."""
    now = compare(table.now, clustering)
    row, column = np.nonzero(now.failed > 0)
    value = now.value[column]
    prior = learn(table.failed, table.exposed[None, :], table.now.are_units)
    prior = type(prior)(prior.mean[row], prior.strength[row], prior.are_units)
    failed, units = now.failed[row, column], now.exposed[row, column]
    shrunk, low, high = prior.believe(failed, units)
    half = _Z * now.error[row, column]
    names = (*table.dimensions, None)[:2]
    keys = np.array([(*key, None)[:2] for key in table.keys], dtype=object)[value]
    with np.errstate(divide="ignore", invalid="ignore"):
        per_failure = [grid[row, value] / failed for grid in (table.amount, table.days)]
        rest = failed / units / now.ratio[row, column]
    return pd.DataFrame({
        "exposure": kind, "type_code": np.array(table.types, dtype=object)[row], "dimension": names[0],
        "key": keys[:, 0], "other_dimension": names[1], "other_key": keys[:, 1],
        "exposed": units, "failed": failed, "expected": now.expected[row, column], "rate": failed / units,
        "rest_rate": rest, "shrunk_rate": shrunk, "shrunk_low": low, "shrunk_high": high,
        "difference": now.difference[row, column], "low": now.difference[row, column] - half,
        "high": now.difference[row, column] + half, "ratio": now.ratio[row, column], "p": now.p[row, column],
        "replicated": _replicated(table, row, value), "excess": now.excess[row, column],
        "amount_recoverable": now.excess[row, column] * per_failure[0],
        "days_recoverable": now.excess[row, column] * per_failure[1],
    })  # fmt: skip


def _replicated(table: Table, row: "np.ndarray[Any, Any]", value: "np.ndarray[Any, Any]") -> list[bool | None]:
    """Whether the previous period alone shows the same; None where it had too little to say."""
    if table.before is None:
        return [None] * len(row)
    before = compare(table.before)
    size = (len(table.types), len(table.keys))
    p, ratio, expected = (
        _spread(before, grid, size, fill)
        for grid, fill in ((before.p, 1.0), (before.ratio, np.nan), (np.maximum(before.expected, before.failed), 0.0))
    )
    known = expected[row, value] >= 1
    holds = (p[row, value] <= _REPLICATED_P) & (ratio[row, value] >= Limits().watch_ratio)
    return [bool(one) if says else None for one, says in zip(holds, known, strict=True)]


def _spread(contrast: Contrast, grid: Floats, size: tuple[int, int], fill: float) -> Floats:
    wide = np.full(size, fill)
    wide[:, contrast.value] = grid
    return wide


def conclude(parts: Sequence[pd.DataFrame], looked_at: int, limits: Limits) -> pd.DataFrame:
    """Correct for all that was looked at, judge, explain and rank the evidence of all tables."""
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = pd.concat(
        [part.astype({"other_key": object, "other_dimension": object}) for part in parts], ignore_index=True
    )
    enough = rows["exposed"] >= limits.small_sample
    rows["q"] = np.nan
    rows.loc[enough, "q"] = benjamini_hochberg(rows.loc[enough, "p"], max(looked_at, int(enough.sum())))
    rows["verdict"] = judge(rows, limits)
    found = rows[rows["verdict"].isin([Verdict.STRONG, Verdict.WATCH])]
    rows["explained_by"] = explain(found).reindex(rows.index)
    rows["excess_low"] = np.maximum(rows["low"], 0.0) * rows["exposed"]
    rank = rows.assign(order=rows["verdict"].map(_ORDER), echo=rows["explained_by"].notna())
    return rank.sort_values(["order", "echo", "excess_low"], ascending=[True, True, False], kind="stable").drop(
        columns=["order", "echo"]
    ).reset_index(drop=True)  # fmt: skip
