"""Does a proposal go its way, and only its way? On SQLite and on PostgreSQL."""

import dataclasses
import json

import pytest

from control_tower.errors import Conflict, NotAllowed, PolicyError, Stale
from control_tower.services import approvals, proposals, releases
from control_tower.services.request import Request
from control_tower.workflow import canonical
from tests.control_tower.services.deciding_desk import Tower, plan


def test_a_proposal_goes_from_draft_to_release_and_every_step_is_audited(either: Tower) -> None:
    made = proposals.draft(either.store, Request("planner"), plan())
    sent = proposals.submit(either.store, Request("planner", expected_version=made.version), made.subject_id)
    agreed = approvals.approve(either.store, Request("approver", expected_version=sent.version), made.subject_id)
    gone = releases.release(either.store, Request("planner", expected_version=agreed.version), made.subject_id)
    assert [r.state for r in (made, sent, agreed, gone)] == ["draft", "submitted", "approved", "released"]
    assert either.trail() == [
        ("planner", "proposal.draft", "done"),
        ("planner", "proposal.submit", "done"),
        ("approver", "proposal.approve", "done"),
        ("planner", "proposal.release", "done"),
    ]
    keys = [message.key for message in proposals.messages_of(either.store, made.subject_id)]
    what = ("move:1", "order:erp:O1", "customer:erp:O1", "finance")
    assert keys == [f"P-000001:1:{name}" for name in what]
    assert either.store.verify().is_whole


def test_what_was_shown_is_what_is_hashed_approved_and_frozen(either: Tower) -> None:
    payload = plan(lines=[{"order_line_id": "erp:L1", "order_id": "erp:O1", "note": "Łódź <b>"}], score=0.1)
    number = either.submitted(payload)
    approvals.approve(either.store, Request("approver"), number)
    [yes] = proposals.approvals_of(either.store, number)
    with either.store.reading() as unit:
        found = unit.proposals.find(number)
        [promised] = unit.proposals.outcomes()
    assert found is not None
    assert found.payload == payload
    assert yes.payload_hash == found.payload_hash == promised.expected["payload_hash"] == canonical.digest(payload)
    assert promised.expected["amount"] == "2500"


def test_a_large_amount_needs_two_different_persons(either: Tower) -> None:
    number = either.submitted(plan(amount="100000"))
    assert approvals.approve(either.store, Request("approver"), number).state == "partly_approved"
    with pytest.raises(NotAllowed, match="already decided"):
        approvals.approve(either.store, Request("approver"), number)
    assert approvals.approve(either.store, Request("second_approver"), number).state == "approved"


def test_what_no_rule_asks_about_is_approved_in_the_policys_name(either: Tower) -> None:
    move = {**plan()["moves"][0], "action": "wait"}
    number = either.submitted(plan(moves=[move], reserves=[]))
    assert either.state(number) == "approved"
    assert ("service.policy_service", "proposal.approve", "done") in either.trail()


def test_an_edit_makes_a_new_version_voids_approvals_and_frees_the_stock(either: Tower) -> None:
    # fault 78
    number = either.submitted(plan(100))
    approvals.approve(either.store, Request("approver"), number)
    edited = proposals.edit(either.store, Request("planner"), number, plan(60))
    assert edited.state == "draft"
    assert [a.is_void for a in proposals.approvals_of(either.store, number)] == [True]
    assert [r.state for r in proposals.reservations_of(either.store, number)] == ["freed"]
    with pytest.raises(Conflict, match="is draft"):
        releases.release(either.store, Request("planner"), number)
    proposals.submit(either.store, Request("planner"), number)
    with pytest.raises(Conflict, match="is submitted"):
        releases.release(either.store, Request("planner"), number)
    assert approvals.approve(either.store, Request("approver"), number).state == "approved"
    hashes = [version["payload_hash"] for version in proposals.versions_of(either.store, number)]
    assert hashes == [canonical.digest(plan(100)), canonical.digest(plan(60))]


def test_two_proposals_do_not_promise_the_same_stock(either: Tower) -> None:
    # fault 61
    first = either.submitted(plan(70))
    second = proposals.draft(either.store, Request("planner"), plan(40, exception_ids=["erp:E2"])).subject_id
    with pytest.raises(Conflict, match=r"40 needed, 100 available, P-000001 holds 70"):
        proposals.submit(either.store, Request("planner"), second)
    approvals.reject(either.store, Request("approver", reason="too dear"), first)
    assert proposals.submit(either.store, Request("planner"), second).state == "submitted"


@pytest.mark.parametrize("step", ["approve", "release"])
@pytest.mark.parametrize("change", ["stock", "plan", "policy", "time"])
def test_what_changed_since_is_named_and_stops_the_step(desk: Tower, step: str, change: str) -> None:
    # fault 62
    number = desk.submitted(plan(90))
    if step == "release":
        approvals.approve(desk.store, Request("approver"), number)
    expected = _changed(desk, change)
    before = desk.state(number)
    verb, actor = (releases.release, "planner") if step == "release" else (approvals.approve, "approver")
    with pytest.raises(Stale, match=expected):
        verb(desk.store, Request(actor), number)
    assert desk.state(number) == before
    assert desk.trail()[-1][1:] == (f"proposal.{step}", "refused")


def _changed(desk: Tower, change: str) -> str:
    if change == "stock":
        desk.facts.stock["stock|erp:NORTH|erp:I1"] /= 2
        return "90 needed, 50 available"
    if change == "plan":
        desk.facts.changed.append("supply erp:S9 now comes on 2026-04-01")
        return "supply erp:S9 now comes"
    if change == "time":
        desk.clock.move(hours=73)
        return "it expired at"
    from control_tower.policy import SHIPPED
    from control_tower.services import policy

    text = SHIPPED.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"', 1)
    policy.draft(desk.store, Request("engineer", reason="a new year"), text)
    policy.activate(desk.store, Request("executive"), "2", desk.clock())
    return "the policy changed"


def test_time_running_out_expires_a_proposal_and_frees_its_stock(either: Tower) -> None:
    # fault 62
    number = either.submitted(plan(90))
    assert releases.expire_due(either.store) == []
    either.clock.move(hours=72)
    assert [receipt.subject_id for receipt in releases.expire_due(either.store)] == [number]
    assert either.state(number) == "expired"
    assert [r.state for r in proposals.reservations_of(either.store, number)] == ["freed"]
    assert either.trail()[-1] == ("service.expiry_service", "proposal.expire", "done")


def test_a_failed_release_is_tried_again_under_the_same_keys_and_confirmed_uses_the_stock(either: Tower) -> None:
    number = either.submitted(plan())
    approvals.approve(either.store, Request("approver"), number)
    releases.release(either.store, Request("planner"), number)
    keys = [m.key for m in proposals.messages_of(either.store, number)]
    releases.fail(either.store, Request("service.outbox_service", reason="400 unknown lane"), number)
    releases.release(either.store, Request("planner"), number)
    assert [m.key for m in proposals.messages_of(either.store, number)] == keys
    assert releases.confirm(either.store, Request("service.intake_service"), number).state == "confirmed"
    assert [r.state for r in proposals.reservations_of(either.store, number)] == ["consumed"]


def test_cancelling_a_released_proposal_takes_back_what_has_not_left_and_tells_who_got_the_rest(desk: Tower) -> None:
    number = desk.submitted(plan())
    approvals.approve(desk.store, Request("approver"), number)
    releases.release(desk.store, Request("planner"), number)
    with desk.store.writing() as unit:
        unit.outbox.mark("P-000001:1:move:1", state="sent", sent_at=desk.clock())
    with pytest.raises(NotAllowed, match="needs a reason"):
        releases.cancel(desk.store, Request("planner"), number)
    releases.cancel(desk.store, Request("planner", reason="the customer withdrew"), number)
    states = {m.key: str(m.state) for m in proposals.messages_of(desk.store, number)}
    assert states == {
        "P-000001:1:move:1": "sent",
        "P-000001:1:order:erp:O1": "cancelled",
        "P-000001:1:customer:erp:O1": "cancelled",
        "P-000001:1:finance": "cancelled",
        "P-000001:1:move:1:cancel": "pending",
    }


def test_another_option_than_the_recommended_one_needs_a_reason(desk: Tower) -> None:
    with pytest.raises(NotAllowed, match="needs a reason"):
        proposals.draft(desk.store, Request("planner"), plan(chosen_option="wait"))
    made = proposals.draft(desk.store, Request("planner", reason="the dock is closed"), plan(chosen_option="wait"))
    with desk.store.reading() as unit:
        found = unit.proposals.find(made.subject_id)
    assert found is not None
    assert found.override_reason == "the dock is closed"


def test_a_payload_that_is_none_is_refused_with_its_key(desk: Tower) -> None:
    with pytest.raises(PolicyError, match=r"moves\.0\.action"):
        proposals.draft(desk.store, Request("planner"), plan(moves=[{**plan()["moves"][0], "action": "teleport"}]))
    with pytest.raises(PolicyError, match=r"moves\.0\.qty"):
        proposals.draft(desk.store, Request("planner"), plan(-1))


def test_a_stale_version_is_refused_with_who_changed_what(either: Tower) -> None:
    # fault 60
    made = proposals.draft(either.store, Request("planner"), plan())
    proposals.edit(either.store, Request("planner"), made.subject_id, plan(11))
    with pytest.raises(Stale, match=r"you saw 1, it is 2.*planner at 2026-03-02.*proposal\.edit .*payload_hash"):
        proposals.submit(either.store, Request("planner", expected_version=made.version), made.subject_id)
    assert either.state(made.subject_id) == "draft"


def test_a_double_click_has_one_effect_and_the_same_answer(either: Tower) -> None:
    # fault 59, # fault 79
    number = either.submitted(plan(amount="100000"))
    click = Request("approver")
    first = approvals.approve(either.store, click, number)
    again = approvals.approve(either.store, click, number)
    assert again == dataclasses.replace(first, is_replay=True)
    assert len(proposals.approvals_of(either.store, number)) == 1
    assert either.trail()[-1] == ("approver", "proposal.approve", "replayed")
    with pytest.raises(Conflict, match="for something else"):
        approvals.reject(either.store, Request("approver", reason="no", idempotency_key=click.idempotency_key), number)


def test_the_second_of_two_approvers_is_told_who_was_first_and_when(either: Tower) -> None:
    # fault 58
    number = either.submitted(plan())
    approvals.approve(either.store, Request("approver", expected_version=2), number)
    with pytest.raises(Conflict, match=r"is approved: approver did proposal.approve at 2026-03-02T08:00"):
        approvals.approve(either.store, Request("second_approver", expected_version=2), number)


def test_a_stale_a_late_and_a_reused_request_are_each_written_down_as_refused(either: Tower) -> None:
    # fault 58, # fault 59, # fault 60: what was tried, by whom, under which key and why not; nothing else happened
    number = either.submitted(plan())
    click = Request("approver")
    tried = [
        (Stale, approvals.approve, Request("approver", expected_version=1), "you saw 1, it is 2"),
        (Conflict, approvals.approve, Request("second_approver"), "is approved: approver did proposal.approve"),
        (
            Conflict,
            approvals.reject,
            Request("approver", "no", idempotency_key=click.idempotency_key),
            "something else",
        ),
    ]
    for error, verb, request, why in tried:
        if error is Conflict and either.state(number) == "submitted":
            approvals.approve(either.store, click, number)
        with either.store.reading() as unit:
            before = unit.audit.newest(1)[0].sequence_no
        with pytest.raises(error):
            verb(either.store, request, number)
        with either.store.reading() as unit:
            last = unit.audit.newest(1)[0]
        assert (last.sequence_no, last.outcome, last.subject_id) == (before + 1, "refused", number)
        assert (last.actor_id, last.request_key) == (request.actor_id, request.idempotency_key)
        assert why in json.loads(last.after)["why"]
    assert [(vote.approver_id, vote.decision) for vote in proposals.approvals_of(either.store, number)] == [
        ("approver", "approved")
    ]
    assert either.store.verify().is_whole


def test_the_trail_says_before_after_reason_policy_and_build(desk: Tower) -> None:
    number = desk.submitted(plan())
    approvals.reject(desk.store, Request("approver", reason="too dear", build_id="build-0"), number)
    with desk.store.reading() as unit:
        last = unit.audit.newest(1)[0]
    assert (last.reason, last.build_id, last.policy_version) == ("too dear", "build-0", "1")
    before, after = json.loads(last.before), json.loads(last.after)
    assert (before["state"], after["state"]) == ("submitted", "rejected")
    assert before["payload_hash"] == after["payload_hash"] == canonical.digest(plan())
