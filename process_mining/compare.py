"""What goes differently in one set of cases than in another? Two cohorts beside each other, activity by activity (PM-08).

Shares of cases and times of each activity and edge, their difference with an interval, and how much of what looks
different is so by chance: false discoveries are controlled over everything compared at once. Says that, never why.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from control_tower.analysis.multiplicity import benjamini_hochberg
from control_tower.errors import NotAvailable
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, kept_cases
from process_mining.median_difference import ranks

LEVEL: Final = 0.05
"""Of what is called different, at most this share is so by chance (Benjamini–Hochberg)."""
_FEW: Final = 5
_Z: Final = 1.959963984540054
COLUMNS: Final = [
    "activity", "next_activity", "cases_a", "cases_b", "share_a", "share_b", "share_difference", "share_low",
    "share_high", "share_p", "share_q", "n_a", "n_b", "median_a_seconds", "median_b_seconds", "time_difference_seconds",
    "time_low_seconds", "time_high_seconds", "time_p", "time_q", "is_different",
]  # fmt: skip
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """Cohort a beside cohort b. One row of `rows` (COLUMNS) per activity (next_activity null) and per edge of either.

    Shares: cases with at least one. Times: of an edge the seconds between its two events, of an activity those from the
    start of the case until it, both at its first time in the case (one value a case, so that values are independent).
    Differences are a − b; q = false-discovery rate over all shares and times compared. `median_*`: finished cases.
    `open_*`: cases still open; where one side has more of them, its late steps are rarer for that reason alone.
    """

    cases_a: int
    cases_b: int
    overlap: int
    open_a: int
    open_b: int
    median_a_seconds: float | None
    median_b_seconds: float | None
    rows: pd.DataFrame

    @property
    def found(self) -> pd.DataFrame:
        """Rows that differ beyond chance, the surest first."""
        different = self.rows[self.rows["is_different"]]
        return (
            different.assign(least=different[["share_q", "time_q"]].min(axis=1))
            .sort_values("least")
            .drop(columns="least")
        )


def compare(build: Build, first: Cohort, second: Cohort, level: float = LEVEL) -> Comparison:
    """Compare two cohorts of one view. Cases in both count in both; `overlap` says how many.

    Raises ValueError for different views, NotAvailable when one of the two keeps no case.
    """
    if first.view != second.view:
        raise ValueError(f"{first.view} and {second.view} are different cases; compare two cohorts of one view")
    return _compared(build, _Pair(kept_cases(build, first), kept_cases(build, second)), level)


def of_cases(build: Build, view: str, case_nos: Collection[int], level: float = LEVEL) -> Comparison:
    """Compare these cases of a view with all its others."""
    values: dict[str, Any] = {"view": view, "case_nos": sorted(case_nos)}
    is_one = "c.view = $view AND {}list_contains($case_nos, c.case_no)"
    pair = _Pair(*(Kept(is_one.format(word), values, False) for word in ("", "NOT ")))
    return _compared(build, pair, level)


def _compared(build: Build, pair: "_Pair", level: float) -> Comparison:
    with build.cursor() as cursor:
        (counted,) = cursor.execute(pair.text(_CASES), pair.values).fetchall()
        cases_a, cases_b, overlap, open_a, open_b = map(int, counted[:5])
        if not cases_a or not cases_b:
            raise NotAvailable(f"{'the first' if not cases_a else 'the second'} of the two keeps no case; widen it")
        found = cursor.execute(pair.text(_ROWS), {**pair.values, **_places(cases_a, cases_b)}).df()
    rows = _judged(_timed(found), cases_a, cases_b, level)
    return Comparison(cases_a, cases_b, overlap, open_a, open_b, counted[5], counted[6], rows)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The SQL of both cohorts in one query: the second's bound values get names of their own."""

    first: Kept
    second: Kept

    @property
    def values(self) -> dict[str, Any]:
        return {**self.first.values, **{f"b__{name}": value for name, value in self.second.values.items()}}

    def text(self, template: str) -> str:
        other = self.second.condition
        for name in sorted(self.second.values, key=len, reverse=True):
            other = other.replace(f"${name}", f"$b__{name}")
        return template.replace("{a}", self.first.condition).replace("{b}", other)


def _places(cases_a: int, cases_b: int) -> dict[str, Any]:
    """Rank of the interval of a median for each number of values, as lists that the query indexes."""
    most = max(cases_a, cases_b)
    low = [found[0] + 1 if (found := ranks(n)) else 0 for n in range(1, min(most, 200) + 1)]
    return {"c_low": low}


def _timed(found: pd.DataFrame) -> pd.DataFrame:
    """Mann–Whitney's p from the rank sums, with ties and continuity corrected; and the interval of the medians."""
    n_a, n_b = found["n_a"].to_numpy(np.float64), found["n_b"].to_numpy(np.float64)
    total, u = n_a + n_b, found["u"].to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = n_a * n_b / 12 * (total + 1 - found["ties"].to_numpy(np.float64) / (total * (total - 1)))
        away = np.maximum(np.abs(u - n_a * n_b / 2) - 0.5, 0) / np.sqrt(spread)
    p = 2 * stats.norm.sf(away)
    enough = (n_a >= _FEW) & (n_b >= _FEW)
    value = found["median_a"] - found["median_b"]
    low = value - np.hypot(found["median_a"] - found["low_a"], found["high_b"] - found["median_b"])
    high = value + np.hypot(found["high_a"] - found["median_a"], found["median_b"] - found["low_b"])
    return found.assign(
        median_a_seconds=found["median_a"], median_b_seconds=found["median_b"], time_difference_seconds=value,
        time_low_seconds=low, time_high_seconds=high,
        time_p=np.where(enough, np.where(spread > 0, p, 1.0), np.nan),
    )  # fmt: skip


def _judged(found: pd.DataFrame, cases_a: int, cases_b: int, level: float) -> pd.DataFrame:
    """Shares with their intervals and p-values, q-values over all at once, and what is different."""
    a, b = found["cases_a"].to_numpy(np.float64), found["cases_b"].to_numpy(np.float64)
    low, high = newcombe(a, cases_a, b, cases_b)
    rows = found.assign(
        share_a=a / cases_a, share_b=b / cases_b, share_difference=a / cases_a - b / cases_b, share_low=low,
        share_high=high, share_p=share_p(a, cases_a, b, cases_b),
    )  # fmt: skip
    p = rows[["share_p", "time_p"]].to_numpy(np.float64).ravel()
    q = np.full(p.shape, np.nan)
    known = ~np.isnan(p)
    q[known] = benjamini_hochberg(p[known])
    rows[["share_q", "time_q"]] = q.reshape(-1, 2)
    rows["is_different"] = (rows[["share_q", "time_q"]] <= level).any(axis=1)
    order = rows.assign(least=rows[["share_q", "time_q"]].min(axis=1), most=rows[["cases_a", "cases_b"]].max(axis=1))
    order = order.sort_values(["least", "most", "activity"], ascending=[True, False, True], ignore_index=True)
    return order[COLUMNS]


def newcombe(a: Floats, n_a: int, b: Floats, n_b: int) -> tuple[Floats, Floats]:
    """The 95 % interval of a share less another. Source: Newcombe (1998), method 10: Wilson's limits joined.

    >>> low, high = newcombe(np.array([56.0]), 70, np.array([48.0]), 80)
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.0524, 0.3339)
    """
    (low_a, high_a), (low_b, high_b) = _wilson(a, n_a), _wilson(b, n_b)
    share_a, share_b = a / n_a, b / n_b
    value = share_a - share_b
    return value - np.hypot(share_a - low_a, high_b - share_b), value + np.hypot(high_a - share_a, share_b - low_b)


def _wilson(count: Floats, n: int) -> tuple[Floats, Floats]:
    share, z2 = count / n, _Z**2
    middle, half = share + z2 / (2 * n), _Z * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)


def share_p(a: Floats, n_a: int, b: Floats, n_b: int) -> Floats:
    """The chance of so large a difference when there is none: chi² where all expected counts are 5 or more, else Fisher."""
    total, together = float(n_a + n_b), a + b
    expected = np.minimum.reduce([
        together * n_a / total, together * n_b / total, (total - together) * n_a / total, (total - together) * n_b / total
    ])  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        chi2 = total * (a * (n_b - b) - b * (n_a - a)) ** 2 / (n_a * n_b * together * (total - together))
    p: Floats = np.asarray(stats.chi2.sf(chi2, 1), dtype=np.float64)
    for place in np.flatnonzero(expected < _FEW):
        table = [[int(a[place]), n_a - int(a[place])], [int(b[place]), n_b - int(b[place])]]
        p[place] = stats.fisher_exact(table).pvalue
    return p.clip(max=1.0)


def rest_of(cohort: Cohort, by: str, value: str, values: list[str]) -> Cohort:
    """The cohort of all other values of a dimension, to compare one value with the rest."""
    return replace(cohort, filters=cohort.filters.with_values(by, [other for other in values if other != value]))


_MEMBERS = (
    "WITH member AS (SELECT c.case_no, c.throughput_seconds, c.is_open, c.started_at, "
    "bool_or(is_a) AS is_a, bool_or(is_b) AS is_b FROM ("
    "SELECT c.case_no, c.throughput_seconds, c.is_open, c.started_at, true AS is_a, false AS is_b FROM mart_case AS c "
    "WHERE {a} UNION ALL "
    "SELECT c.case_no, c.throughput_seconds, c.is_open, c.started_at, false AS is_a, true AS is_b FROM mart_case AS c "
    "WHERE {b}) AS c GROUP BY ALL) "
).replace("GROUP BY ALL", "GROUP BY c.case_no, c.throughput_seconds, c.is_open, c.started_at")
_CASES = _MEMBERS + (
    "SELECT count(*) FILTER (WHERE is_a), count(*) FILTER (WHERE is_b), count(*) FILTER (WHERE is_a AND is_b), "
    "count(*) FILTER (WHERE is_a AND is_open), count(*) FILTER (WHERE is_b AND is_open), "
    "median(throughput_seconds) FILTER (WHERE is_a AND NOT is_open), "
    "median(throughput_seconds) FILTER (WHERE is_b AND NOT is_open) FROM member"
)
# One value a case: the first time of each activity and edge. Values are counted before they are ranked, so that what
# is sorted are distinct seconds. ranks of a median's interval: from the list for few values, else the normal one.
_RANK = (
    "CASE WHEN {n} <= 200 THEN $c_low[CAST({n} AS INTEGER)] "
    "ELSE CAST(floor({n} / 2.0 - 0.979981992270027 * sqrt({n})) AS BIGINT) END"
)
_ROWS = _MEMBERS + (
    ", step AS (SELECT s.activity_no, CAST(NULL AS INTEGER) AS next_no, m.is_a, m.is_b, "
    "CAST(floor(epoch(s.timestamp)) - floor(epoch(m.started_at)) AS BIGINT) AS seconds FROM mart_event_step AS s "
    "JOIN member AS m ON m.case_no = s.case_no WHERE s.view = $view AND s.activity_seen = 1 "
    "UNION ALL SELECT s.activity_no, s.next_activity_no, m.is_a, m.is_b, CAST(s.gap_seconds AS BIGINT) "
    "FROM mart_event_step AS s JOIN member AS m ON m.case_no = s.case_no "
    "WHERE s.view = $view AND s.edge_seen = 1), "
    "counted AS (SELECT activity_no, next_no, seconds, count(*) FILTER (WHERE is_a) AS a, "
    "count(*) FILTER (WHERE is_b) AS b FROM step GROUP BY activity_no, next_no, seconds), "
    "summed AS (SELECT activity_no, next_no, seconds, a, b, "
    "sum(a) OVER below AS up_a, sum(b) OVER below AS up_b, sum(a) OVER whole AS n_a, sum(b) OVER whole AS n_b "
    "FROM counted WINDOW below AS (PARTITION BY activity_no, next_no ORDER BY seconds "
    "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), whole AS (PARTITION BY activity_no, next_no)), "
    f"placed AS (SELECT activity_no, next_no, seconds, a, b, up_a, up_b, n_a, n_b, {_RANK.format(n='n_a')} AS rank_a, {_RANK.format(n='n_b')} AS rank_b FROM summed) "
    "SELECT x.activity AS activity, y.activity AS next_activity, n_a AS cases_a, n_b AS cases_b, n_a, n_b, "
    "CAST(sum(CAST(a AS DOUBLE) * (up_b - b + b / 2.0)) AS DOUBLE) AS u, "
    "CAST(sum(CAST(a + b AS DOUBLE) * (a + b) * (a + b) - (a + b)) AS DOUBLE) AS ties, "
    "(min(seconds) FILTER (WHERE up_a >= floor((n_a + 1) / 2)) + min(seconds) FILTER (WHERE up_a >= floor(n_a / 2) + 1)) "
    "/ 2.0 AS median_a, "
    "(min(seconds) FILTER (WHERE up_b >= floor((n_b + 1) / 2)) + min(seconds) FILTER (WHERE up_b >= floor(n_b / 2) + 1)) "
    "/ 2.0 AS median_b, "
    "CAST(min(seconds) FILTER (WHERE rank_a > 0 AND up_a >= rank_a) AS DOUBLE) AS low_a, "
    "CAST(min(seconds) FILTER (WHERE rank_a > 0 AND up_a >= n_a + 1 - rank_a) AS DOUBLE) AS high_a, "
    "CAST(min(seconds) FILTER (WHERE rank_b > 0 AND up_b >= rank_b) AS DOUBLE) AS low_b, "
    "CAST(min(seconds) FILTER (WHERE rank_b > 0 AND up_b >= n_b + 1 - rank_b) AS DOUBLE) AS high_b "
    "FROM placed JOIN mart_activity AS x ON x.view = $view AND x.activity_no = placed.activity_no "
    "LEFT JOIN mart_activity AS y ON y.view = $view AND y.activity_no = placed.next_no "
    "GROUP BY x.activity, y.activity, n_a, n_b"
)
