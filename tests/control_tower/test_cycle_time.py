"""Does the cycle time agree with hand-worked cases and with an independent survival library?"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import median_survival_times, qth_survival_times

from control_tower.analysis.cycle_time import Outcome, Quantile, cycle_time

pytestmark = pytest.mark.filterwarnings("ignore::lifelines.exceptions.ApproximationWarning")

RESOLVED, OPEN, OTHERWISE = Outcome.OBSERVED, Outcome.CENSORED, Outcome.COMPETING


def _oracle(durations: list[float], resolved: list[bool], remaining: float) -> tuple[float, float, float]:
    fitted = KaplanMeierFitter().fit(durations, resolved)
    remaining += 1e-12  # its curve is a sum of logarithms: exactly half comes out as 0.5000000000000001
    band = qth_survival_times(remaining, fitted.confidence_interval_)
    low, high = sorted(band.to_numpy().ravel().tolist())
    return float(fitted.percentile(remaining)), low, high


def _numbers(quantile: Quantile) -> tuple[float, float, float]:
    """Not reached is infinity, as the oracle writes it."""
    value, low, high = (math.inf if part is None else part for part in (quantile.value, quantile.low, quantile.high))
    return value, low, high


def test_by_hand_six_exceptions_two_open() -> None:
    # At 2 h 1 of 6 ends (5/6), at 5 h 1 of 4 (5/8), at 7 h 1 of 3 (5/12), at 9 h 1 of 2 (5/24), at 12 h one is open.
    found = cycle_time([2, 3, 5, 7, 9, 12], [RESOLVED, OPEN, RESOLVED, RESOLVED, RESOLVED, OPEN])
    assert found.median.value == 7
    assert found.p75.value == 9
    assert found.p90.value is None  # 5/24 are left: a tenth is never reached
    assert (found.n, found.observed, found.open, found.competing_share) == (6, 4, 2, 0)


def test_an_open_exception_makes_the_median_longer_than_that_of_closed_ones() -> None:
    closed_only = cycle_time([1, 2, 3], [RESOLVED] * 3)
    with_open = cycle_time([1, 2, 3, 4, 4], [RESOLVED] * 3 + [OPEN] * 2)
    assert closed_only.median.value == 2
    assert with_open.median.value == 3
    assert (closed_only.closed_only_median, with_open.closed_only_median) == (2, 2)


def test_a_competing_end_is_censored_and_shown_as_a_share() -> None:
    found = cycle_time([1, 2, 3, 4], [RESOLVED, OTHERWISE, RESOLVED, OTHERWISE])
    # Alive before 2 h: 3/4, of which 1/3 ends otherwise; before 4 h: 1/4, all of which does.
    assert found.competing_share == pytest.approx(3 / 4 * 1 / 3 + 1 / 4)
    assert found.median.value == 3  # 3/4 after 1 h, 3/4 × 1/2 after 3 h
    assert (found.competing, found.open) == (2, 0)


def test_without_any_exception_nothing_is_reached() -> None:
    found = cycle_time([], [])
    assert (found.n, found.median.value, found.competing_share) == (0, None, None)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_negative_or_unknown_duration_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="negative, NaN or infinite"):
        cycle_time([1.0, bad], [1, 1])


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 durations but 1 outcomes"):
        cycle_time([1.0, 2.0], [1])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=80))
def test_quantiles_and_intervals_equal_the_oracle(pairs: list[tuple[int, bool]]) -> None:
    durations = [float(duration) for duration, _ in pairs]
    resolved = [ended for _, ended in pairs]
    found = cycle_time(durations, [int(ended) for ended in resolved])
    for quantile, remaining in ((found.median, 0.5), (found.p75, 0.25), (found.p90, 0.1)):
        assert _numbers(quantile) == pytest.approx(_oracle(durations, resolved, remaining), abs=1e-9), remaining


def test_a_large_sample_equals_the_oracle() -> None:
    random = np.random.default_rng(7)
    durations = np.round(random.lognormal(3, 1.5, 20_000), 2)
    resolved = random.random(20_000) < 0.85
    found = cycle_time(durations, resolved.astype(int))
    fitted = KaplanMeierFitter().fit(durations, resolved)
    band = median_survival_times(fitted.confidence_interval_).to_numpy().ravel()
    assert found.median.value == fitted.median_survival_time_
    assert sorted([found.median.low, found.median.high]) == sorted(band.tolist())


def test_the_competing_share_equals_the_oracle() -> None:
    random = np.random.default_rng(11)
    durations = random.exponential(10, 500)  # without ties, which the oracle would jitter
    outcomes = random.choice([0, 1, 2], 500, p=[0.2, 0.6, 0.2])
    fitted = AalenJohansenFitter(calculate_variance=False).fit(durations, outcomes, event_of_interest=2)
    assert cycle_time(durations, outcomes).competing_share == pytest.approx(
        float(fitted.cumulative_density_.iloc[-1, 0])
    )
