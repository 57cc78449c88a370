"""Are p-values corrected for everything that was looked at?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from control_tower.analysis.multiplicity import benjamini_hochberg

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(CHANCES)
def test_q_values_are_those_of_scipy(p) -> None:
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, method="bh"))


@given(CHANCES, st.integers(0, 50))
def test_what_was_looked_at_and_left_out_counts_as_certainly_nothing(p, more: int) -> None:
    full = false_discovery_control([*p, *[1.0] * more], method="bh")[: len(p)]
    assert benjamini_hochberg(p, len(p) + more) == pytest.approx(full)


@given(CHANCES, st.randoms())
def test_the_order_of_the_questions_does_not_matter(p, random) -> None:
    order = list(range(len(p)))
    random.shuffle(order)
    assert benjamini_hochberg(np.array(p)[order]) == pytest.approx(benjamini_hochberg(p)[order])


def test_rows_are_corrected_each_for_itself() -> None:
    both = benjamini_hochberg([[0.01, 0.5], [0.5, 0.5]])
    assert both[0] == pytest.approx(benjamini_hochberg([0.01, 0.5]))


def test_a_chance_beyond_one_and_a_short_count_are_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        benjamini_hochberg([1.2])
    with pytest.raises(ValueError, match="only 1 looked at"):
        benjamini_hochberg([0.1, 0.2], 1)
