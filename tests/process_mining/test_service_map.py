"""Does the map tell service from waiting as pm4py's interval log does, and say nothing where the log cannot tell?"""

from collections import defaultdict
from datetime import timedelta
from statistics import median

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pm4py.algo.discovery.dfg.variants import performance as pm4py_performance
from pm4py.objects.conversion.log import converter
from pm4py.objects.log.util import interval_lifecycle

from process_mining.cohort import Cohort
from process_mining.service_map import NOTHING, service_map
from tests.process_mining.small_log import START, Step, small_log

VIEW = Cohort("order")


def test_a_step_shows_service_and_a_path_waiting() -> None:
    """By hand: check 600 s, wait 1,000 s, pick 400 s; pack began unseen; the last pick still runs."""
    steps = [
        Step("a", "Check", 0, lifecycle="start"), Step("a", "Check", 600, lifecycle="complete"),
        Step("a", "Pick", 1600, lifecycle="START"), Step("a", "Pick", 2000, lifecycle="COMPLETE"),
        Step("a", "Pack", 2500), Step("a", "Pick", 3000, lifecycle="start"),
    ]  # fmt: skip
    found = service_map(small_log(steps), VIEW)
    assert found.map is not None
    assert {name: one.median_seconds for name, one in found.services.items()} == {"Check": 600, "Pick": 400}
    assert [(one.source, one.target, one.median_seconds) for one in found.map.edges] == [
        ("Check", "Pick", 1000),
        ("Pick", "Pack", 500),
    ]
    assert ([one.name for one in found.map.start], [one.name for one in found.map.end]) == (["Check"], ["Pack"])
    said = found.as_json()
    assert said is not None
    assert {one["name"]: one["service"] and one["service"]["total_seconds"] for one in said["steps"]} == {
        "Check": 600, "Pick": 400, "Pack": None,
    }  # fmt: skip
    assert said["edges"][0]["waiting"]["p90_seconds"] == 1000


def test_work_that_overlaps_waits_for_nothing() -> None:
    steps = [
        Step("a", "X", 0, lifecycle="start"), Step("a", "Y", 50, lifecycle="start"),
        Step("a", "X", 100, lifecycle="complete"), Step("a", "Y", 90 + 60, lifecycle="complete"),
    ]  # fmt: skip
    found = service_map(small_log(steps), VIEW).map
    assert found is not None
    assert [(one.source, one.target, one.total_seconds) for one in found.edges] == [("X", "Y", 0)]


def test_a_start_of_another_name_begins_the_work_that_is_declared() -> None:
    steps = [
        Step("a", "Start picking", 0, lifecycle="start"), Step("a", "Pick", 70, lifecycle="complete"),
        Step("a", "Pick", 90, lifecycle="complete"), Step("b", "Pick", 0, lifecycle="complete"),
    ]  # fmt: skip
    found = service_map(small_log(steps), VIEW)
    assert (found.services["Pick"].timed, found.services["Pick"].total_seconds) == (1, 70)
    assert found.map is not None and [one.name for one in found.map.activities] == ["Pick"]


def test_a_log_without_starts_or_without_a_pair_tells_nothing() -> None:
    assert service_map(small_log([Step("a", "X"), Step("a", "Y", 5)]), VIEW) == NOTHING
    alone = service_map(small_log([Step("a", "X", lifecycle="start"), Step("a", "Y", 5, lifecycle="complete")]), VIEW)
    assert (alone, alone.as_json()) == (NOTHING, None)


@st.composite
def two_ended(draw: st.DrawFn) -> list[Step]:
    one = st.tuples(st.sampled_from("XYZ"), st.sampled_from(["start", "complete", None]), st.integers(0, 900))
    steps = []
    for case in "ab":
        at = 0
        for activity, end, later in draw(st.lists(one, min_size=1, max_size=12)):
            at += later
            steps.append(Step(case, activity, at, lifecycle=end))
    return [*steps, Step("c", "X", 0, lifecycle="start"), Step("c", "X", 10, lifecycle="complete")]


@settings(max_examples=8)
@given(two_ended())
def test_counts_service_and_waiting_equal_pm4pys(steps: list[Step]) -> None:
    frame = pd.DataFrame({
        "case:concept:name": [s.case for s in steps], "concept:name": [s.activity for s in steps],
        "time:timestamp": [pd.Timestamp(START + timedelta(seconds=s.at), tz="UTC") for s in steps],
        "lifecycle:transition": [s.lifecycle or "complete" for s in steps],
    })  # fmt: skip
    log = interval_lifecycle.to_interval(converter.apply(frame, variant=converter.Variants.TO_EVENT_LOG))
    keys = {pm4py_performance.Parameters.START_TIMESTAMP_KEY: "start_timestamp",
            pm4py_performance.Parameters.AGGREGATION_MEASURE: "raw_values"}  # fmt: skip
    waits = pm4py_performance.apply(log, keys)
    found = service_map(small_log(steps), VIEW)
    assert found.map is not None
    mine = {(one.source, one.target): (one.events, one.total_seconds, one.median_seconds) for one in found.map.edges}
    assert mine == {arc: (len(raw), sum(raw), median(raw)) for arc, raw in waits.items()}
    pieces, service = defaultdict[str, int](int), defaultdict[str, float](float)
    for event in (event for trace in log for event in trace):
        pieces[event["concept:name"]] += 1
        service[event["concept:name"]] += event["@@duration"]
    assert {one.name: one.events for one in found.map.activities} == pieces
    assert {name: one.total_seconds for name, one in found.services.items() if one.total_seconds} == {
        name: total for name, total in service.items() if total
    }
