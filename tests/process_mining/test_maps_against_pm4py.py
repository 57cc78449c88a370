"""Are maps, variants and durations of generated logs exactly those of pm4py, equal timestamps included (PM-01, PM-03)?"""

import itertools

import pm4py
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from process_mining.case_list import cases
from process_mining.cohort import Cohort
from process_mining.directly_follows import Map, dfg
from process_mining.variants import variants
from tests.process_mining.logs import logs, traces
from tests.process_mining.small_log import Step, frame, small_log

VIEW = Cohort("order")


def edges(found: Map) -> dict[tuple[str, str], int]:
    return {(edge.source, edge.target): edge.events for edge in found.edges}


@settings(max_examples=20)
@given(logs())
def test_counts_starts_ends_variants_times_and_durations_are_those_of_pm4py(steps: list[Step]) -> None:
    build, log = small_log(steps), frame(steps)
    follows, start, end = pm4py.discover_dfg(log)
    found = dfg(build, VIEW, with_times=True)
    assert edges(found) == follows
    assert {one.name: one.cases for one in found.start} == start
    assert {one.name: one.cases for one in found.end} == end
    assert {one.name: one.events for one in found.activities} == log["concept:name"].value_counts().to_dict()
    page = variants(build, VIEW, limit=1000)
    assert {row.activities: row.cases for row in page.rows} == {
        sequence: len(given) if isinstance(given, list) else given
        for sequence, given in pm4py.get_variants(log).items()
    }
    timed, _, _ = pm4py.discover_performance_dfg(log)
    for edge in found.edges:
        told = timed[edge.source, edge.target]
        assert (edge.mean_seconds, edge.median_seconds) == pytest.approx((told["mean"], told["median"]))
        assert edge.total_seconds == told["sum"]
    durations = sorted(pm4py.get_all_case_durations(log))
    assert sorted(row.throughput_seconds for row in cases(build, VIEW).rows) == durations


@settings(max_examples=12)
@given(logs())
def test_repeats_taken_as_one_give_the_map_that_pm4py_finds_without_them(steps: list[Step]) -> None:
    """Ruling 15: of a run of one activity pm4py is given the first event only."""
    log = frame(steps)
    is_again = (log["concept:name"] == log["concept:name"].shift()) & (
        log["case:concept:name"] == log["case:concept:name"].shift()
    )
    once = log[~is_again].reset_index(drop=True)
    follows, start, end = pm4py.discover_dfg(once)
    timed, _, _ = pm4py.discover_performance_dfg(once)
    for found in (dfg(small_log(steps), VIEW, with_times=True, collapsed=True),
                  dfg(small_log(steps), Cohort("order", min_seconds=0), with_times=True, collapsed=True)):  # fmt: skip
        assert edges(found) == follows
        assert ({one.name: one.cases for one in found.start}, {one.name: one.cases for one in found.end}) == (
            start,
            end,
        )
        counted = once.groupby("concept:name")["case:concept:name"].agg(["size", "nunique"])
        assert {one.name: (one.events, one.cases) for one in found.activities} == dict(
            zip(counted.index, counted.itertuples(index=False, name=None), strict=True)
        )
        for edge in found.edges:
            told = timed[edge.source, edge.target]
            assert (edge.mean_seconds, edge.median_seconds, edge.total_seconds) == pytest.approx(
                (told["mean"], told["median"], told["sum"])
            )


@settings(max_examples=12)
@given(logs(), st.sampled_from(["Detect", "Assign"]))
def test_a_filtered_map_is_the_map_of_whole_kept_cases_whichever_way_it_is_counted(
    steps: list[Step], activity: str
) -> None:
    build = small_log(steps)
    cohort = Cohort("order", through=(activity,))
    kept = {case for case, given in traces(steps).items() if activity in [step.activity for step in given]}
    rest = [step for step in steps if step.case in kept]
    counted, timed = dfg(build, cohort), dfg(build, cohort, with_times=True)
    assert timed == dfg(build, cohort, with_times=True, slice_of=3), (
        "joined to three cases at a time it is the same map"
    )
    assert [(e.source, e.target, e.events, e.cases) for e in counted.edges] == [
        (e.source, e.target, e.events, e.cases) for e in timed.edges
    ]
    assert counted.activities == timed.activities and counted.cases == len(kept)
    assert edges(counted) == (pm4py.discover_dfg(frame(rest))[0] if rest else {})
    in_cases = {
        pair: sum(
            pair in itertools.pairwise(names) for names in ([s.activity for s in t] for t in traces(rest).values())
        )
        for pair in edges(counted)
    }
    assert {(e.source, e.target): e.cases for e in counted.edges} == in_cases


def test_counting_by_variants_and_by_steps_gives_one_answer() -> None:
    """Many cases of few variants take the short way; the same cases, each with its own variant, the long one."""
    same = [Step(f"c{case}", name, at) for case in range(40) for at, name in enumerate("ABACA")]
    own = [Step(f"d{case}", f"only {case}", 9) for case in range(40)] + [
        Step(f"d{case}", name, at) for case in range(40) for at, name in enumerate("ABACA")
    ]
    short, long = dfg(small_log(same), VIEW), dfg(small_log(own), VIEW)
    among = {pair: n for pair, n in edges(long).items() if not pair[1].startswith("only")}
    assert edges(short) == among == {("A", "B"): 40, ("B", "A"): 40, ("A", "C"): 40, ("C", "A"): 40}
    assert {one.name: (one.events, one.cases) for one in short.activities} == {
        "A": (120, 40),
        "B": (40, 40),
        "C": (40, 40),
    }
