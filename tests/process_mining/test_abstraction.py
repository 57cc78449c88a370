"""Does a simplified map stay one piece (PM-01)?"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from process_mining.abstraction import simplified
from process_mining.directly_follows import Activity, Edge, Endpoint, Map
from tests.process_mining.logs import logs, traces
from tests.process_mining.small_log import Step

PERCENT = st.sampled_from([0, 10, 25, 50, 80, 100])


def walked(steps: list[Step]) -> Map:
    """The map of a log, counted by hand: every edge counts its events, cases do not matter here."""
    names = [[step.activity for step in trace] for trace in traces(steps).values()]
    pairs = [pair for trace in names for pair in itertools.pairwise(trace)]
    counted = {one: sum(trace.count(one) for trace in names) for trace in names for one in trace}
    return Map(
        "order", len(names), len(steps),
        tuple(Activity(a, n, n) for a, n in sorted(counted.items(), key=lambda one: (-one[1], one[0]))),
        tuple(Edge(*pair, pairs.count(pair), 1) for pair in sorted(set(pairs))),
        tuple(Endpoint(a, 1) for a in sorted({trace[0] for trace in names})),
        tuple(Endpoint(a, 1) for a in sorted({trace[-1] for trace in names})),
        False,
    )  # fmt: skip


def reached(found: Map, backwards: bool) -> set[str]:
    ends = found.end if backwards else found.start
    seen, waiting = set[str](), [one.name for one in ends]
    ways = [(e.target, e.source) if backwards else (e.source, e.target) for e in found.edges]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [to for come, to in ways if come == node]
    return seen


@given(logs(tuple("ABCDEFGH"), events=60), PERCENT, PERCENT)
def test_every_activity_that_stays_is_reached_from_a_start_and_reaches_an_end(
    steps: list[Step], activities: int, paths: int
) -> None:
    found = simplified(walked(steps), activities, paths)
    names = {one.name for one in found.activities}
    assert names and names == reached(found, False) & names == reached(found, True) & names
    assert {name for edge in found.edges for name in (edge.source, edge.target)} <= names


@given(logs(tuple("ABCDEFGH"), events=60), PERCENT)
def test_each_activity_keeps_its_strongest_way_in_and_out(steps: list[Step], activities: int) -> None:
    whole, found = walked(steps), simplified(walked(steps), activities, 0)
    names = {one.name for one in found.activities}
    for name in names:
        ways = [e for e in whole.edges if e.target == name and e.source in names - {name}]
        kept = [e for e in found.edges if e.target == name and e.source != name]
        entry = max((one.cases for one in whole.start if one.name == name), default=0)
        if ways and max(e.events for e in ways) > entry:
            assert max(e.events for e in kept) == max(e.events for e in ways)


@given(logs(tuple("ABCDEFGH"), events=60))
def test_all_activities_and_paths_are_the_whole_map(steps: list[Step]) -> None:
    assert simplified(walked(steps), 100, 100) == walked(steps)


def test_a_share_beyond_a_hundred_percent_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 100 percent"):
        simplified(walked([Step("a", "X")]), 101, 0)
