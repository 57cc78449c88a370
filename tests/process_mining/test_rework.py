"""Is what is done twice counted as repeats, self-loops, returns and ping-pong (PM-03)?"""

import itertools

import pytest
from hypothesis import given, settings

from control_tower.errors import NotAvailable
from process_mining.cohort import Cohort
from process_mining.rework import PingPong, ping_pong_between, rework
from tests.process_mining.logs import logs, traces
from tests.process_mining.small_log import Step, small_log

VIEW = Cohort("order")


@settings(max_examples=10)
@given(logs(("A", "B", "C"), cases=4))
def test_rework_is_what_a_walk_along_every_trace_counts(steps: list[Step]) -> None:
    found = rework(small_log(steps), VIEW)
    walked = [[step.activity for step in trace] for trace in traces(steps).values()]
    assert found.cases_with_repeats == sum(len(set(trace)) < len(trace) for trace in walked)
    for row in found.repeated:
        counts = [trace.count(row.activity) for trace in walked]
        loops = sum(pair == (row.activity,) * 2 for trace in walked for pair in itertools.pairwise(trace))
        assert (row.events, row.repeats, row.cases) == (
            sum(counts),
            sum(n - 1 for n in counts if n),
            sum(n > 1 for n in counts),
        )
        assert (row.self_loops, row.returns) == (loops, row.repeats - loops)
    triples = [t for trace in walked for t in zip(trace, trace[1:], trace[2:], strict=False) if t[0] == t[2] != t[1]]
    assert {(row.first, row.second): row.times for row in found.ping_pong} == {
        t[:2]: triples.count(t) for t in set(triples)
    }


def test_work_that_goes_to_another_team_and_straight_back_is_ping_pong() -> None:
    teams = ["t:1", "t:1", "t:2", None, "t:1", "t:3", "t:1", "t:2"]
    steps = [Step("a", "Work", at, team=team) for at, team in enumerate(teams)] + [Step("b", "Work", 0, team="t:1")]
    assert ping_pong_between(small_log(steps), VIEW) == (
        PingPong("t:1", "t:2", 1, 1), PingPong("t:1", "t:3", 1, 1),
    )  # fmt: skip


def test_a_log_that_names_no_team_says_so_instead_of_nothing() -> None:
    with pytest.raises(NotAvailable, match=r"core_event\.team_id is empty"):
        ping_pong_between(small_log([Step("a", "X")]), VIEW)
