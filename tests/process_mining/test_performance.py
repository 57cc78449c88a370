"""Is waiting told apart from service exactly where a log writes both ends (PM-01)?"""

from datetime import timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pm4py.objects.conversion.log import converter
from pm4py.objects.log.util import interval_lifecycle

from process_mining.cohort import Cohort
from process_mining.performance import performance
from tests.process_mining.small_log import START, Step, small_log

VIEW = Cohort("order")


def test_a_log_without_starts_tells_no_service_and_not_zero() -> None:
    found = performance(small_log([Step("a", "X", 0, lifecycle="complete"), Step("a", "Y", 5)]), VIEW)
    assert not found.tells_service and found.activities == ()


def test_service_is_start_to_complete_and_waiting_from_the_last_complete_before() -> None:
    steps = [
        Step("a", "Check", 0, lifecycle="start"), Step("a", "Check", 600, lifecycle="complete"),
        Step("a", "Pick", 1600, lifecycle="START"), Step("a", "Pick", 2000, lifecycle="COMPLETE"),
        Step("a", "Pack", 2500, lifecycle="complete"), Step("a", "Pick", 3000, lifecycle="start"),
    ]  # fmt: skip
    rows = {row.activity: row for row in performance(small_log(steps), VIEW).activities}
    pick, check, pack = rows["Pick"], rows["Check"], rows["Pack"]
    assert (pick.instances, pick.running, pick.service_median, pick.waiting_total) == (1, 1, 400, 1000 + 500)
    assert (check.instances, check.without_wait, check.waiting_median, check.service_total) == (1, 1, None, 600)
    assert (pack.atomic, pack.instances, pack.service_median, pack.service_total) == (1, 0, None, None)


def test_a_start_of_another_name_begins_the_work_that_is_declared() -> None:
    """By hand: two picks of 70 and 30 s, the second after a wait of 20 s; a third has begun and is not done."""
    steps = [
        Step("a", "Start picking", 0, lifecycle="start"), Step("a", "Pick", 70, lifecycle="complete"),
        Step("a", "Start picking", 90, lifecycle="start"), Step("a", "Pick", 120, lifecycle="complete"),
        Step("b", "Start picking", 0, lifecycle="start"),
    ]  # fmt: skip
    rows = {row.activity: row for row in performance(small_log(steps), VIEW).activities}
    pick, begun = rows["Pick"], rows["Start picking"]
    assert (pick.instances, pick.running, pick.atomic, pick.service_total, pick.waiting_total) == (2, 0, 0, 100, 20)
    assert (begun.instances, begun.running, begun.service_total) == (0, 1, None)


@st.composite
def two_ended(draw: st.DrawFn) -> list[Step]:
    one = st.tuples(st.sampled_from(["X", "Y"]), st.sampled_from(["start", "complete"]), st.integers(1, 900))
    at, steps = 0, []
    for activity, end, later in draw(st.lists(one, min_size=1, max_size=14)):
        at += later
        steps.append(Step("a", activity, at, lifecycle=end))
    return [*steps, Step("b", "X", 0, lifecycle="start")]


@settings(max_examples=12)
@given(two_ended())
def test_starts_and_completes_are_paired_as_pm4py_pairs_them(steps: list[Step]) -> None:
    frame = pd.DataFrame({
        "case:concept:name": [s.case for s in steps], "concept:name": [s.activity for s in steps],
        "time:timestamp": [pd.Timestamp(START + timedelta(seconds=s.at), tz="UTC") for s in steps],
        "lifecycle:transition": [s.lifecycle for s in steps],
    })  # fmt: skip
    log = interval_lifecycle.to_interval(converter.apply(frame, variant=converter.Variants.TO_EVENT_LOG))
    found = {row.activity: row for row in performance(small_log(steps), VIEW).activities}
    for activity in ("X", "Y"):
        pairs = [e for trace in log for e in trace if e["concept:name"] == activity]
        seconds = sorted((e["time:timestamp"] - e["start_timestamp"]).total_seconds() for e in pairs)
        whole = [one for one in seconds if one > 0]
        row = found.get(activity)
        counted = (row.instances, row.service_total or 0, row.atomic) if row else (0, 0, 0)
        assert counted == (len(whole), sum(whole), len(seconds) - len(whole))
