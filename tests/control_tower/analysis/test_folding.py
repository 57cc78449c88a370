"""Are many customers that fail alike one line, and is what they share more than chance?"""

import numpy as np
import pandas as pd

from control_tower.analysis.folding import fold, shared


def finding(number: int, **changed: object) -> dict[str, object]:
    row: dict[str, object] = {
        "exposure": "invoice", "type_code": "payment_overdue", "dimension": "customer_id", "key": f"d:C{number}",
        "other_dimension": None, "other_key": None, "verdict": "watch", "explained_by": None, "exposed": 100.0,
        "failed": 50.0, "expected": 5.0, "rate": 0.5, "rest_rate": 0.05, "difference": 0.45, "low": 0.3, "high": 0.6,
        "ratio": 10.0, "excess": 45.0, "amount_recoverable": 10.0, "days_recoverable": 1.0, "elsewhere": 9.0,
    }  # fmt: skip
    return row | changed


def test_three_customers_of_one_type_and_verdict_are_one_line_after_the_strong_ones() -> None:
    rows = [finding(1), finding(2, high=0.9), finding(3, exposed=300.0), finding(4, explained_by="segment = a"),
            finding(5, type_code="credit_hold"), finding(6, dimension="site_id", key="d:S1", verdict="strong")]  # fmt: skip
    lines = fold(pd.DataFrame(rows).astype({"other_dimension": object, "explained_by": object}))
    assert list(lines["verdict"]) == ["strong", "watch", "watch"]
    assert list(lines["customers"]) == [(), ("d:C1", "d:C2", "d:C3"), ()]
    folded = lines.iloc[1]
    assert (folded["failed"], folded["exposed"], folded["rate"]) == (150, 500, 0.3)
    assert np.isclose(folded["rest_rate"], 0.05)
    assert (folded["low"], folded["high"], folded["amount_recoverable"]) == (0.3, 0.9, 30)


def traits(**members: int) -> pd.DataFrame:
    """300 customers in three segments of 100, of whom some are members."""
    return pd.DataFrame(
        [{"trait": "segment", "value": value, "customer_count": 100, "member_count": n} for value, n in members.items()]
    )


def test_a_segment_that_most_of_them_are_in_is_what_they_share() -> None:
    """Nine of ten where a third would be usual: chance 0.0003 (hypergeometric)."""
    found = shared(traits(a=9, b=1, c=0), 10)
    assert found is not None
    assert (found.value, found.members, found.of, found.customers, found.among) == ("a", 9, 10, 100, 300)


def test_what_chance_does_is_not_shared() -> None:
    assert shared(traits(a=5, b=3, c=2), 10) is None
    assert shared(traits(a=2, b=0, c=0), 2) is None, "two of two in a third of all: chance one in nine"
