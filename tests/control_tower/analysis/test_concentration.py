"""Is concentration what the shares say, with money counted once per order line?"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower.analysis.concentration import DIMENSIONS, concentration, measure
from control_tower.analysis.exposure import Span
from control_tower.warehouse import Build
from tests.control_tower import typed_home

COUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=30).filter(lambda values: sum(values) > 0)


@given(COUNTS, st.randoms(), st.integers(2, 9))
def test_the_measures_do_not_depend_on_order_or_unit(values, random, factor: int) -> None:
    shuffled = [value * factor for value in values]
    random.shuffle(shuffled)
    one, other = measure(values), measure(shuffled)
    assert (one.top_share, one.index, one.evenly) == pytest.approx((other.top_share, other.index, other.evenly))
    assert one.vital_few == other.vital_few


@given(COUNTS)
def test_the_index_lies_between_even_and_one(values) -> None:
    found = measure(values)
    assert found.evenly is not None
    assert found.index is not None
    assert found.evenly - 1e-12 <= found.index <= 1 + 1e-12
    shares = sorted((value / sum(values) for value in values), reverse=True)
    assert found.index == pytest.approx(sum(share**2 for share in shares))
    assert found.vital_few == next(n for n in range(1, 31) if sum(shares[:n]) >= 0.8 - 1e-9)


def test_doubling_every_value_as_two_halves_the_index() -> None:
    assert measure([3, 4, 5] * 2).index == pytest.approx((measure([3, 4, 5]).index or 0) / 2)


def test_nothing_to_share_is_no_number() -> None:
    assert measure([]).index is None
    assert measure([0, 0]).top_share is None
    with pytest.raises(ValueError, match="negative"):
        measure([-1, 2])


@pytest.mark.parametrize("dimension", ["site_id", "supplier_id", "process_step", "business_rule_id", "type_code"])
def test_counts_and_money_are_those_of_pandas(planted: Build, dimension: str) -> None:
    found = concentration(planted, dimension)
    rows = planted.sql(
        f"SELECT exception_id, order_line_id, {dimension} AS key, value_at_risk_amount AS amount FROM mart_exception "
        f"WHERE detected_at >= '{found.span.since}' AND detected_at < '{found.span.until}'"
    ).to_pandas()
    rows["line"] = rows["order_line_id"].fillna(rows["exception_id"])
    grouped = rows.groupby(rows["key"].fillna("none"))
    expected = pd.DataFrame(
        {"n": grouped.size(), "amount": grouped.apply(lambda part: part.groupby("line")["amount"].max().sum())}
    )
    said = found.rows.assign(key=found.rows["key"].fillna("none")).set_index("key")
    assert said["n"].to_dict() == expected["n"].to_dict()
    assert said["amount"].to_dict() == pytest.approx(expected["amount"].astype(float).to_dict())
    assert said["n_share"].sum() == pytest.approx(1)
    assert np.isclose(said["n_running"].max(), 1)


def test_two_exceptions_of_one_line_are_worth_the_line_once(planted: Build) -> None:
    found = concentration(planted, "source_system")
    lines = planted.sql(
        "SELECT count(DISTINCT coalesce(order_line_id, exception_id)) AS n, count(*) AS exceptions FROM mart_exception "
        f"WHERE detected_at >= '{found.span.since}' AND detected_at < '{found.span.until}'"
    ).to_pylist()[0]
    assert lines["n"] < lines["exceptions"], "the case must occur"
    assert found.measures["amount"].total == 100 * lines["n"]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_can_be_counted_by(planted: Build, dimension: str) -> None:
    found = concentration(planted, dimension)
    assert found.measures["n"].total == found.rows["n"].sum() > 0
    json.dumps(found.as_json(), allow_nan=False)


def test_a_word_that_is_no_dimension_is_refused(planted: Build) -> None:
    with pytest.raises(ValueError, match="cannot be counted by 'note'"):
        concentration(planted, "note")


def test_touches_are_those_of_the_mart_and_their_pareto_is_their_own(tmp_path: Path) -> None:
    """RCA-03: one exception of a quiet site takes seven of ten touches. Touches of orders do not count."""
    day = datetime(2026, 3, 2)
    raised = [("a", "S1"), ("b", "S1"), ("c", "S1"), ("d", "S2")]
    touches = {"a": 1, "b": 2, "c": 0, "d": 7}
    build = typed_home.publish(tmp_path, "touched", datetime(2026, 4, 1), {
        "mart_exception": [
            {"exception_id": one, "site_id": site, "detected_at": day, "status": "resolved"} for one, site in raised
        ],
        "mart_touch": [
            {"object_type": "exception", "object_id": one, "event_id": f"{one}{n}", "touched_at": day}
            for one, many in touches.items() for n in range(many)
        ] + [{"object_type": "order", "object_id": "a", "event_id": "o", "touched_at": day}],
    })  # fmt: skip
    found = concentration(build, "site_id", Span(day - timedelta(days=1), day + timedelta(days=1)))
    assert dict(zip(found.rows["key"], found.rows["touches"], strict=True)) == {"S1": 3, "S2": 7}
    assert (found.measures["n"].vital_few, found.measures["touches"].vital_few) == (2, 2)
    assert found.measures["touches"].index == pytest.approx(0.7**2 + 0.3**2)
    assert found.rows.set_index("key")["touches_running"].to_dict() == pytest.approx({"S2": 0.7, "S1": 1.0})
