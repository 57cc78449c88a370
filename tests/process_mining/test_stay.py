"""Does a stay count those who still wait, and does the time add up (PM-02, ruling 15)?"""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from control_tower.analysis.cycle_time import Outcome, cycle_time
from process_mining import replay, step_times
from process_mining.bottleneck import bottlenecks
from process_mining.cohort import Cohort
from process_mining.delay_reason import settled
from process_mining.queue_at import loads, queue_length, waiting_cases
from process_mining.stay import stays, stays_by_unit
from tests.process_mining.logs import logs, traces
from tests.process_mining.small_log import START, Step, small_log

VIEW = Cohort("order")
CLOCK = 12 * 1800 + 600


def by_hand(steps: list[Step], still_open: set[str]) -> dict[str, list[tuple[int, bool]]]:
    """Activity → its stays as (seconds, ended)."""
    found: dict[str, list[tuple[int, bool]]] = {}
    for case, trace in traces(steps).items():
        for one, then in itertools.pairwise(trace):
            found.setdefault(one.activity, []).append((then.at - one.at, True))
        if case in still_open:
            found.setdefault(trace[-1].activity, []).append((CLOCK - trace[-1].at, False))
    return found


@settings(max_examples=15)
@given(logs(), st.sets(st.sampled_from([f"c{no}" for no in range(8)])))
def test_stays_are_those_of_cycle_time_and_of_lifelines_and_explain_all_time(
    steps: list[Step], still_open: set[str]
) -> None:
    build = small_log(steps, as_of=CLOCK, open_cases=sorted(still_open & set(traces(steps))))
    expected = by_hand(steps, still_open)
    found = {row.activity: row for row in stays(build, VIEW)}
    assert set(found) == set(expected)
    for activity, told in expected.items():
        row, times, over = found[activity], [t for t, _ in told], [ended for _, ended in told]
        assert (row.stays, row.waiting) == (len(told), over.count(False))
        estimate = cycle_time(times, [Outcome.OBSERVED if ended else Outcome.CENSORED for ended in over])
        wanted = (estimate.median.value, estimate.p75.value, estimate.p90.value)
        assert (row.median_seconds, row.p75_seconds, row.p90_seconds) == wanted
        fitted = KaplanMeierFitter().fit(times, over)
        is_half = row.median_seconds is not None and abs(float(fitted.predict(row.median_seconds)) - 0.5) < 1e-9
        assert is_half or row.median_seconds == (  # exactly half: lifelines' rounding may lie just above it
            None if fitted.median_survival_time_ == float("inf") else fitted.median_survival_time_
        )
        assert row.total_seconds == sum(times)
        assert row.waiting_seconds == sum(t for t, ended in told if not ended)
    ranked = bottlenecks(build, VIEW)
    elapsed = sum(
        (CLOCK if case in still_open else trace[-1].at) - trace[0].at for case, trace in traces(steps).items()
    )
    assert ranked.elapsed_seconds == elapsed
    assert sum(step.share for step in ranked.steps) == pytest.approx(1 if elapsed else 0)
    for is_settled in (False, True):  # each among its own: what is waiting, and the time after the fix
        totals = [step.total_seconds for step in ranked.steps if step.is_settled is is_settled]
        assert totals == sorted(totals, reverse=True)
    assert [step.is_settled for step in ranked.steps] == sorted(step.activity == "Resolve" for step in ranked.steps)


WAITING = [
    Step("a", "Assign", 0, "system"), Step("a", "Work", 7200, "Ada", "t:1"), Step("a", "Close", 9000, "Ada", "t:1"),
    Step("b", "Assign", 3600, "system"), Step("b", "Work", 10800, "Ben", "t:2"),
    Step("c", "Assign", 3600, "system"), Step("d", "Assign", 10800, "system"),
]  # fmt: skip


def test_a_line_is_as_long_as_those_who_have_come_and_not_gone() -> None:
    build = small_log(WAITING, as_of=14_400, open_cases=["c"])
    line = queue_length(build, VIEW, "Assign", points=8)
    seen = {int((look.at - START).total_seconds()): look.cases for look in line}
    assert seen == {0: 1, 3600: 3, 7200: 2, 10_800: 1, 14_400: 1, 18_000: 1}, "d ended at once: it never waits"


def test_behind_a_line_stand_its_cases_and_those_who_end_the_waiting() -> None:
    build = small_log(WAITING, as_of=14_400, open_cases=["c"])
    rows = waiting_cases(build, VIEW, "Assign")
    assert [(row.case_id, row.waited_seconds, row.is_waiting) for row in rows] == [
        ("c", 10_800, True), ("a", 7200, False), ("b", 7200, False),
    ]  # fmt: skip
    assert [(row.resource, row.picked_up, row.events, row.working_days, row.events_per_working_day)
            for row in loads(build, VIEW, "Assign")] == [("Ada", 1, 2, 1, 2.0), ("Ben", 1, 1, 1, 1.0)]  # fmt: skip


def test_a_stay_can_be_split_by_team_and_half_not_moved_on_is_said_so() -> None:
    steps = [Step("a", "Assign", 0, team="t:1"), Step("a", "Work", 60), Step("b", "Assign", 0, team="t:2"),
             Step("b", "Work", 600), Step("c", "Assign", 0, team="t:2")]  # fmt: skip
    build = small_log(steps, as_of=7200, open_cases=["c"])
    rows = {row.activity: row for row in stays_by_unit(build, VIEW, "Assign")}
    assert (rows["t:1"].median_seconds, rows["t:2"].median_seconds, rows["t:2"].p75_seconds) == (60, 600, None)
    assert rows["t:2"].waiting_seconds == 7200


def test_a_repeat_taken_as_one_is_one_stay_from_its_first_coming() -> None:
    """By hand (ruling 15): a waits 60 + 40 + 20 s, b 30 s and since 50 s again; nothing of the time is lost."""
    steps = [
        Step("a", "Remind", 0), Step("a", "Remind", 60), Step("a", "Remind", 100), Step("a", "Answer", 120),
        Step("b", "Remind", 0), Step("b", "Answer", 30), Step("b", "Remind", 50), Step("b", "Remind", 70),
    ]  # fmt: skip
    build = small_log(steps, as_of=100, open_cases=["b"])
    apart, once = ({row.activity: row for row in stays(build, VIEW, collapsed)} for collapsed in (False, True))
    assert (apart["Remind"].stays, once["Remind"].stays, once["Remind"].waiting) == (6, 3, 1)
    assert once["Remind"].total_seconds == apart["Remind"].total_seconds == 120 + 30 + 50
    assert once["Remind"].waiting_seconds == 50
    curve = step_times.stay_curve(build, VIEW, "Remind", collapsed=True)
    assert curve[["seconds", "at_risk"]].to_numpy().tolist() == [[30, 3], [50, 2], [120, 1]]
    bins = step_times.gaps(build, VIEW, "Remind", "Answer", collapsed=True)
    assert [
        low <= took < high for took, low, high in zip((30, 120), bins["low_seconds"], bins["high_seconds"], strict=True)
    ] == [True, True]
    assert replay.collapsed([("b", [("Remind", 0), ("Answer", 30), ("Remind", 50), ("Remind", 70)])]) == [
        ("b", [("Remind", 0), ("Answer", 30), ("Remind", 50)])
    ]


def test_the_time_after_the_fix_is_no_bottleneck_however_long_the_record_stays_open() -> None:
    """By hand (ruling 5): 300 s of waiting before the fix, 10,000 s after it; named by activity, or by what its events mean."""
    steps = [
        Step("a", "Detect", 0), Step("a", "Check", 100), Step("a", "Resolve", 200), Step("a", "Close", 8200),
        Step("b", "Detect", 0), Step("b", "Mend", 100, business_event="exception_resolved"), Step("b", "Close", 2100),
        Step("c", "Note", 0, business_event="exception_resolved"), Step("c", "Note", 0), Step("c", "Detect", 0),
    ]  # fmt: skip
    build = small_log(steps)
    found = bottlenecks(build, VIEW)
    assert [(one.activity, one.total_seconds, one.is_settled) for one in found.steps] == [
        ("Detect", 200, False), ("Check", 100, False), ("Note", 0, False), ("Resolve", 8000, True), ("Mend", 2000, True),
    ]  # fmt: skip
    assert [(one.source, one.is_settled) for one in found.edges][-2:] == [("Resolve", True), ("Mend", True)]
    assert settled(build) >= {"Resolve", "Mend"}
