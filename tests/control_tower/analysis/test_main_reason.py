"""Is the one reason that is given for a change the part that carries it?"""

import pandas as pd
import pytest

from control_tower.analysis.main_reason import of_moves, of_rates


def cells(**values: tuple[float, float]) -> pd.DataFrame:
    """Numerator and denominator by key."""
    return pd.DataFrame(
        {"key": list(values), "numerator": [one[0] for one in values.values()],
         "denominator": [one[1] for one in values.values()]}
    )  # fmt: skip


def moved(whole: float, **values: tuple[float, int]) -> pd.DataFrame:
    """Value and n by key, and the whole."""
    rows = [(key, *pair) for key, pair in values.items()]
    return pd.DataFrame([*rows, (None, whole, 0)], columns=["key", "value", "n"])


def test_a_value_that_got_worse_is_the_reason() -> None:
    before, after = cells(lyon=(5, 100), kiel=(5, 100)), cells(lyon=(15, 100), kiel=(6, 100))
    found = of_rates({"site_id": (before, after)}, "ratio")
    assert found is not None
    assert (found.what, found.dimension, found.key) == ("rate", "site_id", "lyon")
    assert (found.before, found.after) == (0.05, 0.15)
    assert found.amount == pytest.approx(0.05)
    assert found.share == pytest.approx(10 / 11)


def test_a_larger_share_of_a_bad_value_is_the_reason_when_no_value_changed() -> None:
    before, after = cells(edi=(20, 100), web=(1, 100)), cells(edi=(60, 300), web=(1, 100))
    found = of_rates({"channel": (before, after)}, "ratio")
    assert found is not None
    assert (found.what, found.key, found.before, found.after) == ("mix", "edi", 0.5, 0.75)


def test_the_dimension_that_explains_more_is_taken() -> None:
    site = cells(a=(5, 100), b=(5, 100)), cells(a=(10, 100), b=(10, 100))
    kind = cells(x=(5, 100), y=(5, 100)), cells(x=(15, 100), y=(5, 100))
    found = of_rates({"site_id": site, "type_code": kind}, "ratio")
    assert found is not None
    assert (found.dimension, found.key) == ("type_code", "x")


def test_a_change_that_everybody_shares_has_no_single_reason() -> None:
    many = {f"s{number}": (5.0, 100.0) for number in range(10)}
    worse = dict.fromkeys(many, (6.0, 100.0))
    assert of_rates({"site_id": (cells(**many), cells(**worse))}, "ratio") is None


def test_a_dimension_with_one_value_explains_nothing() -> None:
    assert of_rates({"site_id": (cells(a=(5, 100)), cells(a=(9, 100)))}, "ratio") is None


def test_of_a_sum_the_largest_difference_is_the_reason_also_when_it_is_new() -> None:
    found = of_moves({"site_id": (moved(100, a=(100, 9)), moved(340, a=(120, 9), b=(220, 9)))}, is_sum=True)
    assert found is not None
    assert (found.key, found.before, found.after, found.amount) == ("b", 0.0, 220.0, 220.0)


def test_of_a_median_a_small_group_that_jumps_is_no_reason() -> None:
    before = moved(20, small=(10, 4), large=(20, 400))
    after = moved(26, small=(500, 4), large=(26, 400))
    found = of_moves({"type_code": (before, after)}, is_sum=False)
    assert found is not None
    assert found.key == "large"


def test_what_did_not_move_has_no_reason() -> None:
    assert of_moves({"site_id": (moved(5, a=(5, 9)), moved(5, a=(5, 9)))}, is_sum=True) is None


def test_a_dimension_that_has_one_value_alone_is_no_reason() -> None:
    """All incidents are of one type: that the type moved says nothing; that one of two sites moved does."""
    before = pd.DataFrame([("incident", 77.0, 77), (None, 77.0, 77)], columns=["key", "value", "n"])
    after = pd.DataFrame([("incident", 81.0, 81), (None, 81.0, 81)], columns=["key", "value", "n"])
    assert of_moves({"type_code": (before, after)}, is_sum=True) is None
    sites = [pd.DataFrame([("a", 40.0, 40), ("b", n - 40.0, n - 40), (None, float(n), n)], columns=["key", "value", "n"])
             for n in (77, 81)]  # fmt: skip
    found = of_moves({"type_code": (before, after), "site_id": (sites[0], sites[1])}, is_sum=True)
    assert found is not None
    assert (found.dimension, found.key, found.share) == ("site_id", "b", 1.0)
