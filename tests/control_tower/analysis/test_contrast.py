"""Are rates compared as the sources of the formulas say, and is chance never understated?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from control_tower.analysis.contrast import Cells, clusters, compare, tail

COUNTS = st.integers(0, 40)
STRATUM = st.tuples(st.integers(1, 60), st.integers(1, 60), COUNTS, COUNTS).map(
    lambda drawn: (drawn[0], drawn[1], min(drawn[0], drawn[2]), min(drawn[1], drawn[3]))
)
STRATA = st.lists(STRATUM, min_size=1, max_size=6)


def cells_of(strata: list[tuple[int, int, int, int]], are_units: bool = True) -> Cells:
    """Value 0 against value 1 (the rest): (exposed, exposed of the rest, failed, failed of the rest) per stratum."""
    table = np.array(strata, dtype=float)
    count = len(strata)
    return Cells(
        value=np.repeat([0, 1], count),
        stratum=np.tile(np.arange(count), 2),
        exposed=np.concatenate([table[:, 0], table[:, 1]]),
        failed=np.concatenate([table[:, 2], table[:, 3]])[None, :],
        stratum_exposed=table[:, 0] + table[:, 1],
        stratum_failed=(table[:, 2] + table[:, 3])[None, :],
        are_units=are_units,
    )


def by_hand(strata: list[tuple[int, int, int, int]]) -> tuple[float, float]:
    """Mantel–Haenszel risk difference and Sato's variance, stratum by stratum."""
    weight = top = p = q = 0.0
    for n1, n0, a, b in strata:
        n = n1 + n0
        weight += n1 * n0 / n
        top += (a * n0 - b * n1) / n
        p += (n1**2 * b - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2
        q += (a * (n0 - b) + b * (n1 - a)) / (2 * n)
    difference = top / weight
    return difference, max(difference * p + q, 0) / weight**2


@given(STRATA)
def test_the_difference_and_its_error_are_those_of_mantel_haenszel_and_sato(strata) -> None:
    found = compare(cells_of(strata))
    difference, variance = by_hand(strata)
    assert found.difference[0, 0] == pytest.approx(difference, abs=1e-12)
    assert found.error[0, 0] ** 2 == pytest.approx(variance * found.dispersion[0, 0], abs=1e-12)


@given(STRATA.filter(lambda strata: sum(s[3] for s in strata) > 0))
def test_the_ratio_is_the_pooled_risk_ratio_of_statsmodels(strata) -> None:
    tables = [np.array([[a, n1 - a], [b, n0 - b]], dtype=float) for n1, n0, a, b in strata]
    expected = StratifiedTable(tables, shift_zeros=False).riskratio_pooled
    assert compare(cells_of(strata)).ratio[0, 0] == pytest.approx(expected)


def test_a_worked_table_of_two_strata() -> None:
    """Old and new customers: 10/100 against 5/100, and 30/50 against 20/50: both differ by 0.05 and 0.2."""
    found = compare(cells_of([(100, 100, 10, 5), (50, 50, 30, 20)]))
    assert found.difference[0, 0] == pytest.approx((50 * 0.05 + 25 * 0.2) / 75)
    assert found.ratio[0, 0] == pytest.approx(40 / 25)
    assert found.excess[0, 0] == pytest.approx(15)
    assert (found.failed[0, 0], found.exposed[0, 0], found.expected[0, 0]) == (40, 150, 32.5)


def test_a_crude_difference_that_is_only_mix_disappears() -> None:
    """Within each tier the rates are equal; the value merely has more of the failing tier."""
    found = compare(cells_of([(900, 100, 90, 10), (100, 900, 1, 9)]))
    assert found.difference[0, 0] == pytest.approx(0, abs=1e-12)
    assert found.p[0, 0] == 1


@given(STRATA, st.integers(0, 59))
def test_chance_is_never_understated(strata, seed: int) -> None:
    """The exact tail of the sum of the strata's hypergeometric counts is at most what we say."""
    distribution = np.ones(1)
    for n1, n0, a, b in strata:
        counts = stats.hypergeom(n1 + n0, a + b, n1).pmf(np.arange(min(n1, a + b) + 1))
        distribution = np.convolve(distribution, counts)
    found = compare(cells_of(strata))
    failed = int(found.failed[0, 0])
    exact = distribution[failed:].sum()
    assert tail(found.failed, found.expected, found.trials)[0, 0] >= exact - 1e-9
    assert found.p[0, 0] >= exact - 1e-9


@given(STRATA)
def test_doubling_every_stratum_keeps_the_difference_and_shrinks_the_error(strata) -> None:
    once, twice = compare(cells_of(strata)), compare(cells_of(strata + strata))
    assert twice.difference[0, 0] == pytest.approx(once.difference[0, 0], abs=1e-12)
    plain = [found.error[0, 0] / np.sqrt(found.dispersion[0, 0]) for found in (once, twice)]
    assert plain[1] == pytest.approx(plain[0] / np.sqrt(2), abs=1e-12)


@given(STRATA)
def test_the_rest_seen_from_the_other_side_is_the_opposite(strata) -> None:
    found = compare(cells_of(strata))
    assert found.difference[0, 0] == pytest.approx(-found.difference[0, 1], abs=1e-12)


def test_events_may_be_more_than_their_exposure() -> None:
    """Greenland and Robins: the variance of a rate difference is Σ(n0²a + n1²b)/N² over the squared weight."""
    found = compare(cells_of([(10, 40, 25, 20)], are_units=False))
    assert found.difference[0, 0] == pytest.approx(2.5 - 0.5)
    assert found.error[0, 0] == pytest.approx(np.sqrt(25 / 10**2 + 20 / 40**2))
    assert found.ratio[0, 0] == pytest.approx(5)
    exact = stats.binom.sf(24, 45, 10 / 50)
    assert found.p[0, 0] == pytest.approx(exact)


def test_a_burst_in_one_block_is_less_sure_than_the_same_failures_spread() -> None:
    spread = [(100, 900, 8, 18)] * 10
    burst = [(100, 900, 0, 18)] * 9 + [(100, 900, 80, 18)]
    assert compare(cells_of(burst)).p[0, 0] > 1000 * compare(cells_of(spread)).p[0, 0]


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    ours, rest, base = np.array([200, 80, 40]), np.array([900, 300, 500]), np.array([0.02, 0.08, 0.2])
    covered = 0
    for _ in range(400):
        failed = random.binomial(ours, base + 0.03), random.binomial(rest, base)
        found = compare(cells_of(list(zip(ours, rest, *failed, strict=True))))
        covered += abs(found.difference[0, 0] - 0.03) <= 1.96 * found.error[0, 0]
    assert covered / 400 >= 0.92


def test_failures_of_one_customer_among_many_are_one_failure() -> None:
    """Ten customers of ten orders; in one world failures fall anywhere, in the other whole customers fail."""

    def customers(failed: list[float]) -> Cells:
        count = len(failed)
        return Cells(
            np.arange(count), np.zeros(count, dtype=np.int64), np.full(count, 10.0), np.array([failed]),
            np.array([10.0 * count]), np.array([[sum(failed)]]),
        )  # fmt: skip

    assert clusters(customers([2.0] * 10))[0, 0] == 1
    together = clusters(customers([10.0, 10.0] + [0.0] * 8))[0, 0]
    assert together == pytest.approx((8**2 + 8 * 2**2) / (9 * 2) * 10 / 9)
    alone = compare(cells_of([(40, 60, 18, 2)]), np.array([[together]]))
    assert alone.p[0, 0] > 100 * compare(cells_of([(40, 60, 18, 2)])).p[0, 0]
