"""Where do exceptions come from, beyond what exposure, mix and chance explain?

Searches every dimension and the pairs that make sense, per exception type, against the rest. Never says
"cause" where no exposure is known, and holds no statistics of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from control_tower.analysis import exposure
from control_tower.analysis.contingency import ANY, CUSTOMER, Table
from control_tower.analysis.contrast import Contrast, Floats, Ints, clusters, compare
from control_tower.analysis.counting import count
from control_tower.analysis.exposure import Exposure, Span
from control_tower.analysis.multiplicity import benjamini_hochberg
from control_tower.analysis.shrinkage import learn
from control_tower.analysis.verdict import Limits, Verdict, explain, judge
from control_tower.analysis.verdict import limits as stated_limits
from control_tower.warehouse import Build

_ORDER = {Verdict.STRONG: 0, Verdict.WATCH: 1, Verdict.NOISE: 2, Verdict.TOO_FEW: 3}
Evidence = Mapping[str, "np.ndarray[Any, Any]"]
"""One array per column of evidence, a place for each type and value with a failure."""
COLUMNS = (
    "exposure", "type_code", "type_title", "dimension", "key", "other_dimension", "other_key", "verdict",
    "explained_by", "exposed", "failed", "expected", "rate", "rest_rate", "shrunk_rate", "shrunk_low", "shrunk_high",
    "difference", "low", "high", "ratio", "p", "q", "replicated", "excess", "excess_low", "amount_recoverable",
    "days_recoverable", "dispersion", "elsewhere",
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
    currency, once per order line; `dispersion`: how much more failures come together than by chance (1 = not);
    `elsewhere` = failures of the type at all other values. `looked_at` counts everything compared, also what had no failure.
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
    held = limits or stated_limits(rules=build.rules)
    counted = count(build, chosen, tuple(sites), held.small_sample)
    parts = [part for kind, found in counted.tables.items() for part in _evidence(found, kind, held)]
    rows = conclude(parts, counted.looked_at, held, counted.customers)
    rows["type_title"] = rows["type_code"].map({ANY: "any of these"} | dict(counted.exposure.titles))
    return RootCause(chosen, counted.exposure, held, counted.looked_at, rows[list(COLUMNS)])


def _evidence(found: Sequence[Table], kind: str, limits: Limits) -> Iterator[Evidence]:
    """The evidence of the tables of one kind of unit; customers tell the others how much failures come together."""
    by_customer = next((one for one in found if one.dimensions == (CUSTOMER,) and one.now.are_units), None)
    apart = None if by_customer is None else clusters(by_customer.now)
    for table in found:
        yield look(table, kind, limits, apart if table.now.are_units and table is not by_customer else None)


def look(table: Table, kind: str, limits: Limits, clustering: Floats | None = None) -> Evidence:
    """The evidence of one table: a row per type and value with a failure now; `p` is not yet corrected."""
    now = compare(table.now, clustering)
    row, column = np.nonzero(now.failed > 0)
    value = now.value[column]
    prior = learn(table.failed, table.exposed[None, :], table.now.are_units).of(row)
    failed, units = now.failed[row, column], now.exposed[row, column]
    shrunk, low, high = prior.believe(failed, units)
    least, most = now.interval()
    names, keys = (*table.dimensions, None)[:2], table.places()[value]
    with np.errstate(divide="ignore", invalid="ignore"):
        per_failure = [grid[row, value] / failed for grid in (table.amount, table.days)]
        rest = failed / units / now.ratio[row, column]
    made: dict[str, Any] = {
        "exposure": kind, "type_code": np.array(table.types, dtype=object)[row], "dimension": names[0],
        "key": keys[:, 0], "other_dimension": names[1], "other_key": keys[:, 1],
        "exposed": units, "failed": failed, "expected": now.expected[row, column], "rate": failed / units,
        "rest_rate": rest, "shrunk_rate": shrunk, "shrunk_low": low, "shrunk_high": high,
        "difference": now.difference[row, column], "low": least[row, column],
        "high": most[row, column], "ratio": now.ratio[row, column], "p": now.p[row, column],
        "replicated": np.array(_replicated(table, row, value, limits), dtype=object), "excess": now.excess[row, column],
        "amount_recoverable": now.excess[row, column] * per_failure[0],
        "days_recoverable": now.excess[row, column] * per_failure[1],
        "dispersion": now.dispersion[row, 0],
        "elsewhere": table.failed.sum(axis=1)[row] - table.failed[row, value], "leader": table.leader[row, value], "leader_failed": table.leading[row, value],
    }  # fmt: skip
    return _filled(made, row.size)


def _filled(made: Mapping[str, Any], size: int) -> Evidence:
    return {name: one if isinstance(one, np.ndarray) else np.full(size, one, object) for name, one in made.items()}


def _leaders(rows: pd.DataFrame, customers: Sequence[str]) -> "pd.Series[str]":
    """The customers with most of the failures by id; None where it says nothing new: the place is a customer."""
    known = (rows["leader"] >= 0) & (rows["dimension"] != CUSTOMER) & bool(customers)
    named = [customers[no] if one else None for no, one in zip(rows["leader"], known, strict=True)]
    return pd.Series(named, index=rows.index, dtype=object)


def _replicated(table: Table, row: Ints, value: Ints, limits: Limits) -> list[bool | None]:
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
    holds = (p[row, value] <= limits.replication_level) & (ratio[row, value] >= limits.watch_ratio)
    return [bool(one) if says else None for one, says in zip(holds, known, strict=True)]


def _spread(contrast: Contrast, grid: Floats, size: tuple[int, int], fill: float) -> Floats:
    wide = np.full(size, fill)
    wide[:, contrast.value] = grid
    return wide


def conclude(parts: Sequence[Evidence], looked_at: int, limits: Limits, customers: Sequence[str] = ()) -> pd.DataFrame:
    """Correct for all that was looked at, judge, explain and rank the evidence of all tables."""
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rows = pd.DataFrame({name: pd.Series(column, dtype=column.dtype) for name, column in columns.items()})
    rows["leader"] = _leaders(rows, customers)
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
