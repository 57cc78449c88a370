"""Does a proposal go its way, and only its way?"""

from control_tower.services import approvals, proposals, releases
from control_tower.services.request import Request
from tests.control_tower.services.deciding_desk import Tower, plan


def test_a_proposal_goes_from_draft_to_release_and_every_step_is_audited(desk: Tower) -> None:
    made = proposals.draft(desk.store, Request("planner"), plan())
    sent = proposals.submit(desk.store, Request("planner", expected_version=made.version), made.subject_id)
    agreed = approvals.approve(desk.store, Request("approver", expected_version=sent.version), made.subject_id)
    gone = releases.release(desk.store, Request("planner", expected_version=agreed.version), made.subject_id)
    assert [r.state for r in (made, sent, agreed, gone)] == ["draft", "submitted", "approved", "released"]
    assert desk.trail() == [
        ("planner", "proposal.draft", "done"),
        ("planner", "proposal.submit", "done"),
        ("approver", "proposal.approve", "done"),
        ("planner", "proposal.release", "done"),
    ]
    keys = [message.key for message in proposals.messages_of(desk.store, made.subject_id)]
    assert keys == ["P-000001:1:move:1", "P-000001:1:order:erp:O1"]
    assert desk.store.verify().is_whole
