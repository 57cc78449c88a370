"""Is a rate seen a few times drawn to what the others show, and no further?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from control_tower.analysis.shrinkage import Prior, learn

VALUES = st.lists(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=30
)


def test_a_prior_is_found_again_in_what_it_made() -> None:
    random = np.random.default_rng(5)
    exposed = random.integers(200, 2_000, 3_000).astype(float)
    failed = random.binomial(exposed.astype(int), random.beta(4, 96, 3_000)).astype(float)
    prior = learn(failed, exposed)
    assert prior.mean == pytest.approx(0.04, rel=0.05)
    assert prior.strength == pytest.approx(100, rel=0.15)


def test_events_find_their_prior_again() -> None:
    random = np.random.default_rng(6)
    exposed = random.integers(20, 200, 3_000).astype(float)
    failed = random.poisson(exposed * random.gamma(3, 0.5, 3_000)).astype(float)
    prior = learn(failed, exposed, are_units=False)
    assert prior.mean == pytest.approx(1.5, rel=0.05)
    assert prior.strength == pytest.approx(2, rel=0.15)


def test_the_interval_is_that_of_the_posterior() -> None:
    rate, low, high = Prior(np.array(0.1), np.array(50.0)).believe(np.array(3.0), np.array(20.0))
    posterior = stats.beta(5 + 3, 45 + 17)
    assert (rate, low, high) == pytest.approx((posterior.mean(), *posterior.interval(0.95)))
    rate, low, high = Prior(np.array(0.1), np.array(50.0), are_units=False).believe(np.array(3.0), np.array(20.0))
    posterior = stats.gamma(5 + 3, scale=1 / 70)
    assert (rate, low, high) == pytest.approx((posterior.mean(), *posterior.interval(0.95)))


@given(VALUES)
def test_a_shrunk_rate_lies_between_the_own_rate_and_the_mean(values) -> None:
    failed, exposed = (np.array(column, dtype=float) for column in zip(*values, strict=True))
    prior = learn(failed, exposed)
    rate, low, high = prior.believe(failed, exposed)
    ends = np.sort([failed / exposed, np.full(len(values), float(prior.mean))], axis=0)
    assert ((ends[0] - 1e-9 <= rate) & (rate <= ends[1] + 1e-9)).all()
    assert ((low <= rate + 1e-9) & (rate <= high + 1e-9)).all()


def test_where_everything_failed_everywhere_the_rate_is_one_for_certain() -> None:
    failed = exposed = np.array([1.0, 1.0])
    rate, low, high = learn(failed, exposed).believe(failed, exposed)
    assert (rate.tolist(), low.tolist(), high.tolist()) == ([1.0, 1.0], [1.0, 1.0], [1.0, 1.0])


def test_rates_that_differ_by_chance_alone_are_all_drawn_to_the_mean() -> None:
    failed, exposed = np.array([5.0, 10.0, 15.0]), np.array([100.0, 200.0, 300.0])
    rate, _, _ = learn(failed, exposed).believe(failed, exposed)
    assert rate == pytest.approx([0.05] * 3, abs=1e-6)


def test_one_failure_of_one_says_less_than_fifty_of_hundred() -> None:
    failed, exposed = np.array([1.0, 50.0, 10.0, 12.0, 9.0]), np.array([1.0, 100.0, 500.0, 500.0, 500.0])
    rate, _, _ = learn(failed, exposed).believe(failed, exposed)
    assert rate[0] < rate[1]
