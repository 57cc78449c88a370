"""Is the due time the source's, else the policy's in working hours, and does it wait while the case is paused?"""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from control_tower import policy
from control_tower.policy_triage import Local, Sla
from control_tower.triage import sla
from control_tower.triage.calendar import Calendar

RULES = policy.load().rules.sla
WEEKS = Calendar("Europe/Paris", {day: [(time(8), time(18))] for day in range(1, 6)})
FOUND = datetime(2026, 3, 11, 8)  # Wednesday, 09:00 in Paris; the day closes at 17:00 UTC


def row(**changed: Any) -> dict[str, Any]:
    facts = {
        "severity": "standard", "customer_tier": "standard", "revenue_amount": 100.0, "site_id": "x:1", "business_unit": None,
        "detected_at": FOUND, "acknowledged_at": None, "decided_at": None, "resolved_at": None,
        "ack_due_at": None, "decide_due_at": None, "stated_due_at": None,
    }  # fmt: skip
    return facts | changed


def by_name(at: datetime, *pauses: tuple[datetime, datetime], **changed: Any) -> dict[str, sla.Clock]:
    return {clock.name: clock for clock in sla.clocks(row(**changed), WEEKS, at, RULES, pauses)}


def test_the_three_clocks_run_in_working_hours_from_detection() -> None:
    found = by_name(FOUND + timedelta(hours=5))
    assert found["acknowledge"].due_at == datetime(2026, 3, 11, 12)  # 4 h
    assert found["decide"].due_at == datetime(2026, 3, 12, 10)  # 12 h: 9 today, 3 from 07:00 UTC tomorrow
    assert found["resolve"].due_at == datetime(2026, 3, 17, 8)  # 40 h: 9 + 10 + 10, weekend, 10 on Monday, 1 on Tuesday
    assert [found[name].state for name in sla.NAMES] == ["late", "running", "running"]


def test_tier_and_exposure_shorten_and_say_so() -> None:
    found = by_name(FOUND, customer_tier="strategic", revenue_amount=30_000.0)
    assert found["acknowledge"].due_at == FOUND + timedelta(hours=1)  # 4 h × 0.5 × 0.5
    assert (
        "strategic customer × 0.5" in found["acknowledge"].basis
        and "large exposure × 0.5" in found["acknowledge"].basis
    )


def test_what_the_source_states_stands() -> None:
    stated = datetime(2026, 3, 12, 9)
    found = by_name(FOUND, stated_due_at=stated)
    assert (found["resolve"].due_at, found["resolve"].basis) == (stated, "stated by the source")


def test_a_pause_moves_the_due_time_by_its_working_time_only() -> None:
    pause = (datetime(2026, 3, 11, 10), datetime(2026, 3, 12, 8))  # 7 h today, a night, 1 h tomorrow: 8 working hours
    found = by_name(datetime(2026, 3, 12, 9), pause)
    assert found["acknowledge"].due_at == datetime(2026, 3, 12, 10)  # 12:00 + 8 working hours
    after = (datetime(2026, 3, 20, 10), datetime(2026, 3, 21, 8))
    assert by_name(datetime(2026, 3, 23), after)["acknowledge"].due_at == datetime(2026, 3, 11, 12)


def test_a_running_pause_stops_the_clock_and_is_said() -> None:
    at = datetime(2026, 3, 11, 11, 30)
    found = by_name(at, (datetime(2026, 3, 11, 11), at), is_paused=True)
    assert found["acknowledge"].state == "paused"
    assert found["acknowledge"].due_at == datetime(2026, 3, 11, 12, 30)


@pytest.mark.parametrize(("done", "state"), [("2026-03-11T12:00", "done"), ("2026-03-11T12:01", "done late")])
def test_a_step_done_on_the_minute_is_in_time(done: str, state: str) -> None:
    found = by_name(datetime(2026, 3, 13), acknowledged_at=datetime.fromisoformat(done))
    assert found["acknowledge"].state == state


def test_a_later_step_implies_the_earlier_ones() -> None:
    found = by_name(datetime(2026, 3, 13), resolved_at=datetime(2026, 3, 11, 11))
    assert {clock.state for clock in found.values()} == {"done"}
    assert sla.nearest(list(found.values())) is None


def test_the_next_clock_is_the_first_that_still_runs() -> None:
    found = by_name(datetime(2026, 3, 11, 9), acknowledged_at=datetime(2026, 3, 11, 8, 30))
    assert sla.nearest(list(found.values())).name == "decide"
    assert by_name(datetime(2026, 3, 12, 8))["decide"].state == "due soon"


def test_a_log_that_ended_long_ago_is_judged_at_its_end() -> None:
    ended = datetime(2026, 3, 11)
    assert sla.present(ended, ended + timedelta(hours=47), RULES) == ended + timedelta(hours=47)
    assert sla.present(ended, ended + timedelta(days=90), RULES) == ended


def test_a_site_may_differ_within_the_enterprise_bounds_only() -> None:
    """ROU-09: the bounds stand in the schema of the policy, so that a file outside them is refused."""
    slow = RULES.model_copy(update={"local": (Local(site_id="x:1", factor=1.5, why="one shift"),)})
    assert Sla.model_validate(slow.model_dump()).local[0].factor == 1.5
    assert sla.clocks(row(), WEEKS, FOUND, slow)[0].due_at == FOUND + timedelta(hours=6)
    assert sla.clocks(row(site_id="x:2"), WEEKS, FOUND, slow)[0].due_at == FOUND + timedelta(hours=4)
    with pytest.raises(ValidationError, match="outside the enterprise's bounds"):
        Sla.model_validate(slow.model_dump() | {"local": [{"site_id": "x:1", "factor": 1.6, "why": "slow"}]})
