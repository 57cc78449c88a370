"""Where does the time go? Steps and edges ranked by total waiting, open cases included (PM-02).

A case's time is cut at its events, so the stays after its steps add up to the whole: a share here is a share of all the time
that the kept cases took, until the clock where they are open. Never says who is to blame: queue_at.py shows the queue and the
load of those who end it.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.delay_reason import settled
from process_mining.directly_follows import Edge, Map, dfg
from process_mining.stay import Stay, stays

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class StepWait:
    """The waiting after one activity. `cases`: kept cases that came through; `waiting`: stays not ended yet.

    Quantiles by Kaplan–Meier, None = not reached. `share` of all time of the kept cases (0–1).
    """

    activity: str
    cases: int
    stays: int
    waiting: int
    total_seconds: int
    share: float
    median_seconds: int | None
    p90_seconds: int | None
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class EdgeWait:
    """The waiting between two activities: observed only, because whoever still waits has no edge yet (ruling 15)."""

    source: str
    target: str
    cases: int
    events: int
    total_seconds: int
    share: float
    median_seconds: float
    p90_seconds: float
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Bottlenecks:
    """Both rankings, the largest total first, and after all waiting what `is_settled`: the time after the fix, in which the
    record is still open and nothing is waited for (delay_reason.settled). `elapsed_seconds`: all time of the kept cases.
    """

    view: str
    cases: int
    elapsed_seconds: int
    steps: tuple[StepWait, ...]
    edges: tuple[EdgeWait, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape of `tower mine bottlenecks --json`."""
        edges = [{"from": row.pop("source"), "to": row.pop("target"), **row} for row in map(asdict, self.edges)]
        return {**asdict(self), "edges": edges}


def bottlenecks(build: Build, cohort: Cohort, limit: int = 50) -> Bottlenecks:
    """Rank the steps and edges of a cohort; at most `limit` of each, and as many after the fix.

    Raises NotAvailable as kept_cases does.
    """
    waits, walked = stays(build, cohort), dfg(build, cohort, with_times=True)
    elapsed, fixed = sum(stay.total_seconds for stay in waits), settled(build)
    shown = _waits_first(waits, lambda one: one.activity in fixed, limit)
    paths = _waits_first(_by_total(walked), lambda one: one.source in fixed, limit)
    cases = {activity.name: activity.cases for activity in walked.activities}
    return Bottlenecks(
        view=cohort.view,
        cases=walked.cases,
        elapsed_seconds=elapsed,
        steps=tuple(
            replace(_step(stay, cases[stay.activity], elapsed), is_settled=stay.activity in fixed) for stay in shown
        ),
        edges=tuple(replace(_edge(edge, elapsed), is_settled=edge.source in fixed) for edge in paths),
    )


def _step(stay: Stay, cases: int, elapsed: int) -> StepWait:
    return StepWait(
        stay.activity,
        cases,
        stay.stays,
        stay.waiting,
        stay.total_seconds,
        stay.total_seconds / elapsed if elapsed else 0.0,
        stay.median_seconds,
        stay.p90_seconds,
    )


def _waits_first(rows: Iterable[_Row], is_fixed: Callable[[_Row], bool], limit: int) -> list[_Row]:
    """In their order, what is waiting before what is not, `limit` of each."""
    waits, rest = list[_Row](), list[_Row]()
    for one in rows:
        (rest if is_fixed(one) else waits).append(one)
    return waits[:limit] + rest[:limit]


def _by_total(walked: Map) -> list[Edge]:
    return sorted(walked.edges, key=lambda edge: (-_known(edge, edge.total_seconds), edge.source, edge.target))


def _edge(edge: Edge, elapsed: int) -> EdgeWait:
    total = int(_known(edge, edge.total_seconds))
    share = total / elapsed if elapsed else 0.0
    median, p90 = _known(edge, edge.median_seconds), _known(edge, edge.p90_seconds)
    return EdgeWait(edge.source, edge.target, edge.cases, edge.events, total, share, median, p90)


def _known(edge: Edge, seconds: float | None) -> float:
    """Raises ValueError where the map was walked without times: no waiting is never said as 0."""
    if seconds is None:
        raise ValueError(f"the map has no times for {edge.source} → {edge.target}: walk it with with_times=True")
    return seconds
