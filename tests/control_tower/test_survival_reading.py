"""Do the log-rank test and what is still to come agree with an independent library and with plain counting?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test

from control_tower.analysis.cycle_time import survival_curve
from control_tower.analysis.log_rank import log_rank
from control_tower.analysis.remaining import resolved_by, still_unresolved


@given(st.integers(0, 10_000), st.integers(2, 4))
def test_the_log_rank_test_agrees_with_lifelines(seed: int, groups: int) -> None:
    """Ties and censoring included."""
    drawn = np.random.default_rng(seed)
    label = drawn.integers(0, groups, 120)
    label[:groups] = range(groups)
    times = np.ceil(drawn.exponential(1 + label, 120) * 4)
    resolved = drawn.random(120) < 0.8
    resolved[0] = True
    found = log_rank([(times[label == one], resolved[label == one]) for one in range(groups)])
    oracle = multivariate_logrank_test(times, label, resolved)
    assert found.statistic == pytest.approx(oracle.test_statistic, rel=1e-6, abs=1e-9)
    assert found.p == pytest.approx(oracle.p_value, rel=1e-6, abs=1e-9)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=80), st.integers(0, 70), st.sampled_from([0.5, 0.8, 0.9]))
def test_without_open_ones_what_is_to_come_is_a_quantile_of_those_still_left(
    days: list[int], waited: int, share: float
) -> None:
    times = np.array(days, dtype=np.float64)
    curve = survival_curve(times, np.ones(times.size, dtype=bool))
    left = np.sort(times[times > waited])
    assert still_unresolved(curve, waited) == pytest.approx(left.size / times.size)
    by = resolved_by(curve, waited, share)
    if not left.size:
        assert by is None
    else:
        assert by is not None
        assert (left <= by).sum() >= share * left.size - 1e-9
        assert (left < by).sum() < share * left.size + 1e-9


def test_a_comparison_of_one_group_is_refused() -> None:
    with pytest.raises(ValueError, match="two groups"):
        log_rank([(np.array([1.0]), np.array([True]))])
