"""Are differences between two sets of cases told from chance, with the tests and intervals of scipy and statsmodels?"""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from control_tower.errors import NotAvailable
from process_mining import compare
from process_mining.cohort import Cohort
from process_mining.median_difference import difference
from tests.process_mining import small_home

DRAW = np.random.default_rng(11)


def drawn(n: int, prefix: str, ask: float, hours: float) -> dict[str, list[tuple[str, float]]]:
    cases = {}
    for i in range(n):
        steps = [("Open", 0.0)]
        if DRAW.random() < ask:
            steps.append(("Ask", steps[-1][1] + round(float(DRAW.exponential(3)), 1)))
        steps.append(("Close", steps[-1][1] + round(float(DRAW.exponential(hours)), 1)))
        cases[f"{prefix}{i:03}"] = steps
    return cases


BEFORE, AFTER = drawn(120, "before", 0.5, 10), drawn(90, "later", 0.2, 4)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory):
    """What came before starts on 2 March, what came later a week after."""
    rows = small_home.events({**BEFORE, **AFTER})
    for event in rows["core_event"]:
        if event["event_id"].startswith("later"):
            event["timestamp"] += pd.Timedelta(days=14)  # type: ignore[index]
    return small_home.made(tmp_path_factory.mktemp("compared"), rows)


@pytest.fixture(scope="module")
def found(build) -> compare.Comparison:
    before, after = Cohort(until=date(2026, 3, 9)), Cohort(since=date(2026, 3, 10))
    return compare.compare(build, before, after)


def row(found: compare.Comparison, activity: str, then: str | None = None) -> pd.Series:
    rows = found.rows
    is_then = rows["next_activity"].isna() if then is None else rows["next_activity"] == then
    (one,) = (r for _, r in rows[(rows["activity"] == activity) & is_then].iterrows())
    return one


def test_shares_have_the_interval_and_p_of_statsmodels_and_scipy(found: compare.Comparison) -> None:
    """PM-08."""
    a, b = (sum(len(steps) == 3 for steps in cases.values()) for cases in (BEFORE, AFTER))
    one = row(found, "Ask")
    assert (found.cases_a, found.cases_b, one["cases_a"], one["cases_b"], found.overlap) == (120, 90, a, b, 0)
    low, high = confint_proportions_2indep(a, 120, b, 90, method="newcomb", compare="diff")
    assert (one["share_low"], one["share_high"]) == pytest.approx((low, high))
    assert one["share_p"] == pytest.approx(stats.chi2_contingency([[a, 120 - a], [b, 90 - b]], correction=False).pvalue)


def test_times_have_the_p_of_mann_and_whitney_and_the_interval_of_order_statistics(found: compare.Comparison) -> None:
    """Ties included: hours are rounded to a tenth."""
    hours = [
        np.sort([round(s[-1][1] * 3600) - round(s[-2][1] * 3600) for s in cases.values() if len(s) == 2])
        for cases in (BEFORE, AFTER)
    ]
    one = row(found, "Open", "Close")
    expected = stats.mannwhitneyu(*hours, method="asymptotic", use_continuity=True)
    assert one["time_p"] == pytest.approx(expected.pvalue)
    apart = difference(*hours)
    assert apart is not None
    assert one["time_difference_seconds"] == apart.value
    assert (one["time_low_seconds"], one["time_high_seconds"]) == pytest.approx((apart.low, apart.high))


def test_what_was_planted_is_found_and_all_comparisons_share_one_level(found: compare.Comparison) -> None:
    assert row(found, "Ask")["is_different"]
    assert row(found, "Close")["time_difference_seconds"] > 0
    p = found.rows[["share_p", "time_p"]].to_numpy().ravel()
    q = found.rows[["share_q", "time_q"]].to_numpy().ravel()
    known = ~np.isnan(p)
    assert q[known] == pytest.approx(stats.false_discovery_control(p[known]))
    assert set(found.found["activity"]) <= {"Open", "Ask", "Close"}


def test_rare_things_are_compared_exactly() -> None:
    p = compare.share_p(np.array([3.0]), 40, np.array([0.0]), 35)
    assert p[0] == pytest.approx(stats.fisher_exact([[3, 37], [0, 35]]).pvalue)


def test_under_permutation_there_are_no_more_false_alarms_than_stated(tmp_path) -> None:
    """All cases of one kind, cut at random into two: an alarm in 2 of 40 cuts on average, so hardly ever in more than 6."""
    alike = drawn(120, "c", 0.4, 6)
    rows = small_home.events(alike)
    build = small_home.made(tmp_path, rows)
    names, alarms = sorted(alike), 0
    with build.cursor() as cursor:
        number = dict(cursor.execute("SELECT case_id, case_no FROM mart_case WHERE view = 'exception'").fetchall())
        steps = cursor.execute(
            "SELECT s.case_no, a.activity, n.activity, s.gap_seconds FROM mart_event_step AS s "
            "JOIN mart_activity AS a USING (view, activity_no) "
            "LEFT JOIN mart_activity AS n ON n.view = s.view AND n.activity_no = s.next_activity_no"
        ).fetchall()
    assert steps
    for cut in range(40):
        chosen = set(np.random.default_rng(cut).permutation([number[name] for name in names])[:60].tolist())
        alarms += bool(compare.of_cases(build, "exception", chosen, level=compare.LEVEL).rows["is_different"].any())
    assert alarms <= 6


def test_views_cannot_be_mixed_and_an_empty_side_is_said(build) -> None:
    with pytest.raises(ValueError, match="one view"):
        compare.compare(build, Cohort(), Cohort(view="order"))
    with pytest.raises(NotAvailable, match="the second"):
        compare.compare(build, Cohort(), replace(Cohort(), since=date(2030, 1, 1)))
