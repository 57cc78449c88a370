"""Is what came back counted as K05 counts it?"""

import json
from itertools import pairwise

import pandas as pd
import pytest

from control_tower.analysis.recurrence import recurrence
from control_tower.warehouse import Build


def test_repeats_are_those_of_the_rows(planted: Build) -> None:
    """Oracle: each exception's predecessors of the same key, one by one."""
    found = recurrence(planted, "site_id")
    rows = planted.sql("SELECT recurrence_key, site_id, detected_at, resolved_at FROM mart_exception").to_pandas()
    rows = rows.sort_values(["recurrence_key", "detected_at"])
    # every planted exception is resolved a day after it is seen, so an exception's nearest resolved
    # predecessor is the latest one seen at least a day before it
    repeats: dict[str, int] = {}
    for _, group in rows.groupby("recurrence_key"):
        seen = list(group.itertuples())
        for number, one in enumerate(seen):
            in_span = found.span.since <= one.detected_at < found.span.until
            if in_span and any(
                earlier.resolved_at <= one.detected_at <= earlier.resolved_at + pd.Timedelta(days=30)
                for earlier in seen[:number]
            ):
                repeats[one.site_id] = repeats.get(one.site_id, 0) + 1
    said = found.rows[found.rows["repeats"] > 0].set_index("key")["repeats"].to_dict()
    assert said == repeats
    assert found.repeats == sum(repeats.values()) > 100
    assert found.rate == pytest.approx(found.repeats / found.n)


def test_the_things_that_recur_most_stand_first(planted: Build) -> None:
    found = recurrence(planted, "recurrence_key")
    assert all(first >= second for first, second in pairwise(found.rows["repeats"]))
    assert found.rows["repeats"].iloc[0] > 1
    assert (found.rows["shrunk_low"] <= found.rows["shrunk_rate"]).all()
    json.dumps(found.as_json(), allow_nan=False)


def test_a_word_that_is_no_dimension_is_refused(planted: Build) -> None:
    with pytest.raises(ValueError, match="cannot be counted by 'note'"):
        recurrence(planted, "note")
