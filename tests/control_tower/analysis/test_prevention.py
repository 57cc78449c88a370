"""Is a planted change seen in a finding's rate before and after, and is none seen where nothing changed? (RCA-08)"""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd
import pytest

from control_tower.analysis import prevention
from control_tower.analysis.prevention import Moved, Place
from control_tower.analysis.verdict import limits
from control_tower.errors import NotAvailable
from control_tower.warehouse import Build
from tests.control_tower.analysis.changed import CHANGED, changed_build

SHORT_PICKS = Place("pick_shortfall", "order_line", {"site_id": "d:S7"})


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A build in which a change on 2 May took three quarters of the short picks of one site away."""
    build = changed_build(tmp_path_factory.mktemp("changed"))
    yield build
    build.close()


def _counted(build: Build, where: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Lines ordered in a period and how many of them have a short pick, in pandas over plain rows."""
    lines = build.sql("SELECT order_line_id, site_id, order_at FROM mart_order_line").to_pandas()
    failed = build.sql(
        "SELECT order_line_id FROM mart_exception WHERE type_code = 'pick_shortfall' AND status <> 'false_positive'"
    ).to_pandas()
    inside = lines[(lines["order_at"] >= since) & (lines["order_at"] < until)].query(where)
    return int(inside["order_line_id"].isin(failed["order_line_id"]).sum()), len(inside)


def test_a_planted_fall_is_seen_with_counts_equal_to_pandas(changed: Build) -> None:
    found = prevention.measure(changed, SHORT_PICKS, CHANGED, (), limits())
    assert (found.failed_before, found.exposed_before) == _counted(
        changed, "site_id == 'd:S7'", found.span.before, CHANGED
    )
    assert (found.failed_after, found.exposed_after) == _counted(
        changed, "site_id == 'd:S7'", CHANGED, found.span.until
    )
    assert found.verdict is Moved.FELL
    assert found.high is not None
    assert found.low is not None
    assert found.low < -0.75 * 0.048 < found.high < 0  # 4 × 0.012 was planted, a quarter is left
    rest = _counted(changed, "site_id != 'd:S7'", CHANGED, found.span.until)
    assert found.rest_after == pytest.approx(rest[0] / rest[1])


def test_where_nothing_changed_it_cannot_be_told(changed: Build) -> None:
    for site in ("d:S0", "d:S1", "d:S3"):
        found = prevention.measure(
            changed, Place("pick_shortfall", "order_line", {"site_id": site}), CHANGED, (), limits()
        )
        assert found.verdict is Moved.CANNOT_TELL
        assert found.low is not None
        assert found.high is not None
        assert found.low < 0 < found.high


def test_a_planted_rise_is_called_one(changed: Build) -> None:
    """Credit holds of one segment are three times as many from the 110th of 182 days on."""
    day = (pd.Timestamp("2026-07-01") - pd.Timedelta(days=0.4 * 182)).floor("s").to_pydatetime()
    found = prevention.measure(changed, Place("credit_hold", "order", {"segment": "segment 4"}), day, (), limits())
    assert found.verdict is Moved.ROSE
    assert found.rate_after == pytest.approx(0.03, abs=0.008)


def test_a_change_of_less_than_a_week_ago_is_told_to_wait_and_an_unknown_place_is_refused(changed: Build) -> None:
    with pytest.raises(NotAvailable, match="less than a week after the change"):
        prevention.measure(changed, SHORT_PICKS, datetime(2026, 6, 28), (), limits())
    with pytest.raises(NotAvailable, match="nothing is counted by"):
        prevention.measure(changed, Place("pick_shortfall", "order_line", {"moon": "full"}), CHANGED, (), limits())


def test_a_place_that_hardly_had_any_exposure_says_how_many_are_needed(changed: Build) -> None:
    nowhere = Place("pick_shortfall", "order_line", {"site_id": "d:S7", "supplier_id": "d:V999"})
    found = prevention.measure(changed, nowhere, CHANGED, (), limits())
    assert found.verdict is Moved.CANNOT_TELL
    assert "only 0 could have failed" in found.why
    assert found.difference is None
