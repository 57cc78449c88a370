"""Do rules change only by two people, and is a finding followed to its measured result?"""

from datetime import timedelta
from decimal import Decimal

import pytest

from control_tower.errors import Conflict, NotAllowed, PolicyError, Stale
from control_tower.policy import SHIPPED
from control_tower.services import approvals, backlog, policy
from control_tower.services.backlog import Finding
from control_tower.services.request import Request
from tests.control_tower.services.deciding_desk import START, Tower, plan

TEXT = SHIPPED.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"', 1)


def test_a_policy_is_written_by_one_activated_by_another_and_counts_from_its_day(either: Tower) -> None:
    tomorrow = START + timedelta(days=1)
    policy.draft(either.store, Request("engineer", reason="stricter from March on"), TEXT)
    with pytest.raises(NotAllowed, match=r"may not policy.activate"):
        policy.activate(either.store, Request("engineer"), "2", tomorrow)
    policy.activate(either.store, Request("executive"), "2", tomorrow)
    with pytest.raises(Conflict, match=r"is activated: executive did policy.activate"):
        policy.activate(either.store, Request("admin"), "2", tomorrow)
    assert policy.in_force(either.store).version == "1"
    number = either.submitted(plan())
    either.clock.at = tomorrow
    assert policy.in_force(either.store).version == "2"
    with pytest.raises(Stale, match=r"the policy changed \(it was made under 1, in force is 2\)"):
        approvals.approve(either.store, Request("approver"), number)
    [kept] = policy.history(either.store)
    assert (kept.author_id, kept.activator_id, kept.why) == ("engineer", "executive", "stricter from March on")


def test_nobody_activates_their_own_rule_and_a_broken_one_is_never_drafted(desk: Tower) -> None:
    policy.draft(desk.store, Request("admin", reason="quicker"), TEXT)
    with pytest.raises(NotAllowed, match="somebody else must activate"):
        policy.activate(desk.store, Request("admin"), "2", START)
    with pytest.raises(NotAllowed, match="which is past"):
        policy.activate(desk.store, Request("executive"), "2", START - timedelta(days=1))
    loose = TEXT.replace('credit_release = "needs_approval"', 'credit_release = "execute"')
    with pytest.raises(PolicyError, match="a high-risk action is never a machine's"):
        policy.draft(desk.store, Request("admin", reason="quicker"), loose)
    with pytest.raises(PolicyError, match="only approver and executive may approve"):
        policy.draft(
            desk.store,
            Request("admin", reason="q"),
            TEXT.replace('roles = ["approver", "executive"]', 'roles = ["analyst"]'),
        )


def test_a_finding_is_followed_to_its_measured_result(either: Tower) -> None:
    found = Finding(
        "two thirds of short picks come from one aisle", "engineer", "recount weekly", "master_data", {"n": 412}
    )
    made = backlog.add(either.store, Request("analyst"), found)
    changed = backlog.change(
        either.store, Request("engineer", expected_version=1), made.subject_id, status="in_progress"
    )
    with pytest.raises(Stale, match="status open → in_progress"):
        backlog.change(either.store, Request("planner", expected_version=1), made.subject_id, owner="planner")
    with pytest.raises(NotAllowed, match="by giving the measured value"):
        backlog.change(either.store, Request("engineer"), made.subject_id, status="measured")
    request = Request("analyst", expected_version=changed.version)
    backlog.measure(either.store, request, made.subject_id, Decimal("0.12"), Decimal("0.07"))
    entry = backlog.find(either.store, made.subject_id)
    assert entry is not None
    assert (entry.status, entry.before_value, entry.after_value) == ("measured", Decimal("0.12"), Decimal("0.07"))
    assert entry.evidence == {"n": 412}
    with pytest.raises(Conflict, match=r"is measured: analyst did backlog.measure"):
        backlog.change(either.store, Request("engineer"), made.subject_id, owner="planner")
