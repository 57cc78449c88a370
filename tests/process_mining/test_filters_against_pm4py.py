"""Does every filter of the map keep the cases that pm4py's filter of the same meaning keeps?"""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pandas as pd
import pm4py
import pytest

from control_tower.warehouse import Build
from process_mining.case_list import cases
from process_mining.cohort import Cohort, FollowedBy
from process_mining.variants import variants
from tests.process_mining.small_log import START, Step, frame, small_log

DRAW = Random(5)
LOG = [
    Step(f"c{case:02}", DRAW.choice("ABCD"), case * 20_000 + place * DRAW.randrange(600, 9_000))
    for case in range(40) for place in range(DRAW.randrange(2, 9))
]  # fmt: skip
STARTS: dict[str, int] = {}
for _step in LOG:
    STARTS[_step.case] = min(STARTS.get(_step.case, _step.at), _step.at)
OPEN = {f"c{case:02}" for case in range(0, 40, 7)}


@pytest.fixture(scope="module")
def build() -> Build:
    return small_log(LOG, open_cases=sorted(OPEN))


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return frame(LOG)


Filter = Callable[[pd.DataFrame], pd.DataFrame]
ASKED: dict[str, tuple[dict, Filter]] = {
    "goes through": ({"through": ("A",)}, lambda log: pm4py.filter_event_attribute_values(log, "concept:name", ["A"], level="case")),
    "without": ({"avoiding": ("A",)}, lambda log: pm4py.filter_event_attribute_values(log, "concept:name", ["A"], level="case", retain=False)),
    "starts with": ({"starts_with": ("A", "B")}, lambda log: pm4py.filter_start_activities(log, {"A", "B"})),
    "ends with": ({"ends_with": ("C",)}, lambda log: pm4py.filter_end_activities(log, {"C"})),
    "directly followed by": ({"followed_by": (FollowedBy("A", "B", directly=True),)}, lambda log: pm4py.filter_directly_follows_relation(log, [("A", "B")])),
    "never directly": ({"not_followed_by": (FollowedBy("A", "B", directly=True),)}, lambda log: pm4py.filter_directly_follows_relation(log, [("A", "B")], retain=False)),
    "followed by": ({"followed_by": (FollowedBy("A", "B"),)}, lambda log: pm4py.filter_eventually_follows_relation(log, [("A", "B")])),
    "never followed by": ({"not_followed_by": (FollowedBy("A", "B"),)}, lambda log: pm4py.filter_eventually_follows_relation(log, [("A", "B")], retain=False)),
    "duration": ({"min_seconds": 9_000, "max_seconds": 30_000}, lambda log: pm4py.filter_case_performance(log, 9_000, 30_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_a_filter_keeps_the_cases_that_pm4py_keeps(name: str, build: Build, log: pd.DataFrame) -> None:
    asked, theirs = ASKED[name]
    kept = set(theirs(log)["case:concept:name"])
    found = {row.case_id for row in cases(build, Cohort("order", **asked)).rows}
    assert found == kept
    assert 0 < len(found) < 40, "a filter that keeps all or none would show nothing"


@pytest.mark.parametrize("seconds", [2_000, 8_000])
@pytest.mark.parametrize("is_kept", [True, False])
def test_followed_by_within_keeps_what_a_walk_over_every_pair_keeps(seconds: int, is_kept: bool, build: Build) -> None:
    """By hand: pm4py's own filter looks only at neighbouring pairs of the two activities."""
    held = {
        first.case for first in LOG for then in LOG
        if first.case == then.case and (first.activity, then.activity) == ("A", "B")
        and (first.at, LOG.index(first)) < (then.at, LOG.index(then)) and then.at - first.at <= seconds
    }  # fmt: skip
    rules = (FollowedBy("A", "B", seconds),)
    cohort = Cohort("order", followed_by=rules) if is_kept else Cohort("order", not_followed_by=rules)
    expected = held if is_kept else set(STARTS) - held
    assert {row.case_id for row in cases(build, cohort).rows} == expected
    assert 0 < len(held) < 40


def test_variants_are_kept_as_pm4py_groups_them(build: Build, log: pd.DataFrame) -> None:
    for one in variants(build, Cohort("order"), limit=3).rows:
        kept = pm4py.filter_variants(
            log.assign(**{"concept:name": log["concept:name"].astype(object)}), [one.activities]
        )
        found = cases(build, Cohort("order", variants=(one.variant_no,))).rows
        assert {row.case_id for row in found} == set(kept["case:concept:name"])


def test_open_ended_and_the_days_of_the_start_are_kept_by_hand(build: Build) -> None:
    def kept(**asked: object) -> set[str]:
        return {row.case_id for row in cases(build, Cohort("order", **asked)).rows}  # type: ignore[arg-type]

    assert kept(state="open") == OPEN
    assert kept(state="ended") == set(STARTS) - OPEN
    day = (START + timedelta(days=3)).date()
    of_day = {case for case, at in STARTS.items() if (START + timedelta(seconds=at)).date() == day}
    assert kept(since=day, until=day) == of_day
    assert kept(weekdays=(4,)) == {c for c, at in STARTS.items() if (START + timedelta(seconds=at)).isoweekday() == 4}
    assert of_day
