"""Do the parts of a change add up, and does each say what it claims?"""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.analysis.decomposition import decompose

CELL = st.tuples(st.sampled_from("abcdefgh"), st.floats(-1e6, 1e6), st.floats(0.5, 1e5))
FRAME = st.lists(CELL, min_size=1, max_size=8, unique_by=lambda cell: cell[0]).map(
    lambda cells: pd.DataFrame(cells, columns=["key", "numerator", "denominator"])
)
KIND = st.sampled_from(["sum", "mean", "ratio"])


def frame(**cells: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"key": list(cells), "numerator": [c[0] for c in cells.values()], "denominator": [c[1] for c in cells.values()]}
    )


def figure(cells: pd.DataFrame, kind: str) -> float:
    total = cells["numerator"].sum()
    return total if kind == "sum" else total / cells["denominator"].sum()


@given(FRAME, FRAME, KIND)
def test_the_parts_add_up_to_the_difference(before, after, kind) -> None:
    change = decompose(before, after, kind)
    assert change.before == pytest.approx(figure(before, kind))
    assert change.after == pytest.approx(figure(after, kind))
    size = sum(abs(one) for part in change.parts for one in (part.volume, part.mix, part.rate)) + abs(change.before)
    assert change.volume + change.mix + change.rate == pytest.approx(change.difference, abs=1e-12 * size + 1e-300)
    assert sum(part.total for part in change.parts) == pytest.approx(change.difference, abs=1e-12 * size + 1e-300)


@given(FRAME, FRAME, KIND)
def test_backwards_in_time_every_part_is_the_opposite(before, after, kind) -> None:
    there, back = decompose(before, after, kind), decompose(after, before, kind)
    scale = sum(abs(one) for part in there.parts for one in (part.volume, part.mix, part.rate)) + abs(there.before)
    for name in ("volume", "mix", "rate"):
        assert getattr(there, name) == pytest.approx(-getattr(back, name), abs=1e-9 * scale + 1e-9)


@given(FRAME, KIND)
def test_nothing_changed_means_no_part_at_all(cells, kind) -> None:
    assert all(part.total == pytest.approx(0, abs=1e-6) for part in decompose(cells, cells, kind).parts)


@given(FRAME, st.floats(0.1, 10))
def test_more_of_everything_is_volume_alone(cells, factor: float) -> None:
    more = cells.assign(numerator=cells["numerator"] * factor, denominator=cells["denominator"] * factor)
    change = decompose(cells, more, "sum")
    scale = cells["numerator"].abs().sum() * (1 + factor) + 1
    assert change.volume == pytest.approx(change.difference, abs=1e-9 * scale)
    assert (change.mix, change.rate) == pytest.approx((0, 0), abs=1e-9 * scale)


def test_a_better_site_and_a_larger_bad_site_are_told_apart() -> None:
    """a 10 % → 5 % with equal share; b unchanged: only rate. Then b grows: only mix."""
    rate = decompose(frame(a=(10, 100), b=(30, 100)), frame(a=(5, 100), b=(30, 100)), "ratio")
    assert (rate.mix, rate.rate) == pytest.approx((0, -0.025))
    assert rate.parts[0].key == "a"
    mix = decompose(frame(a=(10, 100), b=(30, 100)), frame(a=(10, 100), b=(90, 300)), "ratio")
    assert (mix.mix, mix.rate) == pytest.approx((0.05, 0))


def test_a_value_that_is_new_is_mix() -> None:
    change = decompose(frame(a=(10, 100)), frame(a=(10, 100), b=(50, 100)), "ratio")
    assert change.rate == pytest.approx(0)
    assert change.mix == pytest.approx(60 / 200 - 0.1)


def test_what_cannot_be_decomposed_is_refused() -> None:
    good = frame(a=(1, 10))
    with pytest.raises(ValueError, match="numerator without a denominator at key 'b'"):
        decompose(good, frame(a=(1, 10), b=(3, 0)), "ratio")
    with pytest.raises(ValueError, match="no denominator"):
        decompose(frame(a=(0, 0)), good, "mean")
    with pytest.raises(ValueError, match="key twice"):
        decompose(pd.concat([good, good]), good, "sum")
