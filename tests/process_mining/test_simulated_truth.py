"""Does mining put first what the simulator planted: the slow approver, and the team that is short on Mondays (PM-02, PM-07)?

truth.json says what was planted; the demo is loaded as any delivery is, and only the published build is read.
"""

import json
from pathlib import Path

import pytest

from control_tower import warehouse
from control_tower.settings import Settings
from control_tower.warehouse import Build
from etl import pipeline, source
from etl.intake import Request
from etl.sources.network_simulator import simulate
from process_mining import conformance, reference_process
from process_mining.approval import approval_latency
from process_mining.bottleneck import bottlenecks
from process_mining.cohort import Cohort
from process_mining.delay_reason import Reason, delay_reasons
from process_mining.kept_cases import activity_names
from process_mining.stay import stays_by_unit
from tests.conftest import Demo

ENOUGH = 30
"""Below this n a mean says nothing (policy: small_sample)."""


def planted(demo: Demo, name: str) -> str:
    """The team of a planted cause."""
    causes = json.loads((demo.files / "truth.json").read_text())["causes"]
    (found,) = [cause["place"]["team"] for cause in causes if cause["name"] == name and cause["is_on"]]
    return str(found)


def slow_approver_is_first(build: Build, demo: Demo, view: str) -> bool:
    """Whether the planted approver has the longest median, and the intervals do not touch."""
    first, second, *_ = approval_latency(build, Cohort(view)).approvers
    is_it = str(first.team_id).partition(":")[2] == planted(demo, "slow_approver")
    return is_it and first.seconds.median.low > second.seconds.median.high


def longest_wait_of_the_weekend(build: Build) -> str:
    """The team after whose assignment the cases of Saturday to Monday wait longest in the mean."""
    weekend = Cohort("exception", weekdays=(6, 7, 1))
    waits = [row for row in stays_by_unit(build, weekend, "Assign to team") if row.stays >= ENOUGH]
    return max(waits, key=lambda row: row.total_seconds / row.stays).activity.partition(":")[2]


@pytest.mark.parametrize("view", ["exception", "order"])
def test_the_slow_approver_ranks_first(demo_build: Build, demo: Demo, view: str) -> None:
    assert slow_approver_is_first(demo_build, demo, view)


def test_the_team_that_is_short_on_mondays_makes_cases_of_the_weekend_wait_longest(
    demo_build: Build, demo: Demo
) -> None:
    assert longest_wait_of_the_weekend(demo_build) == planted(demo, "monday_staff")


@pytest.mark.slow
def test_in_another_world_the_same_two_rank_first(tmp_path: Path) -> None:
    """The same plan, other luck: orders, exceptions and times are drawn anew."""
    made = Demo(tmp_path / "files", Settings(home=tmp_path / "home", query_seconds=600.0))
    simulate.simulate(made.files, seed=2)
    requests = [Request(source.find(name), made.files / part, "test") for name, part in simulate.sources()]
    pipeline.load(requests, made.settings, lambda _name, _detail: None)
    build = warehouse.open_current(made.settings)
    assert all(slow_approver_is_first(build, made, view) for view in ("exception", "order"))
    assert longest_wait_of_the_weekend(build) == planted(made, "monday_staff")
    build.close()


def test_steps_explain_all_time_of_all_views_and_open_cases_are_counted(demo_build: Build) -> None:
    for view in ("exception", "order", "shipment"):
        found = bottlenecks(demo_build, Cohort(view), limit=1000)
        assert sum(step.share for step in found.steps) == pytest.approx(1)
    assert sum(step.waiting for step in bottlenecks(demo_build, Cohort("exception"), 1000).steps) > 0


def test_every_reason_occurs_in_the_demo_and_next_to_no_waiting_is_without_one(demo_build: Build) -> None:
    told = delay_reasons(demo_build, Cohort("exception"))
    found = {row.reason: row for row in (*told.reasons, *told.no_waiting)}
    assert all(found[reason].seconds > 0 for reason in Reason if reason is not Reason.UNKNOWN)
    assert sum(row.share for row in found.values()) == pytest.approx(1)
    assert found[Reason.UNKNOWN].share < 0.05


LEAVING = {"Escalate", "Hand over", "Reopen", "Cancel", "Send back"}
"""What no reference process foresees on purpose (reference/README.md): each is a deviation that the page counts and times."""


def test_the_reference_processes_know_every_step_of_the_demo_but_those_that_leave_the_way(
    demo_build: Build, demo: Demo
) -> None:
    with demo_build.cursor() as cursor:
        names = activity_names(cursor, "exception")
    offered = reference_process.applicable(demo_build, demo.settings, Cohort())
    of_exceptions = [one for one in offered if one.reference.view == "exception"]
    assert len(of_exceptions) == 8
    for one in of_exceptions:
        found, _ = conformance.variants_of(demo_build, one.reference.cohort(Cohort()), 10_000)
        taken = {name for variant in found for name in variant.activities}
        assert taken <= set(names.values()) and taken - one.reference.net.activities <= LEAVING, one.reference.name
    credit = next(one.reference for one in of_exceptions if one.reference.name == "exception_credit")
    measured = conformance.check(demo_build, credit.cohort(Cohort()), credit.net)
    assert measured.fitness > 0.9 and measured.conforming_cases > 0.35 * measured.cases
    inserted = measured.deviations.query("kind == 'inserted'").groupby("activity")["events"].sum()
    assert inserted.idxmax() == "Escalate"
