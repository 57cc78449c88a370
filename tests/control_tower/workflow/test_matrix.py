"""Does each condition of the approval matrix ask the right people, and is no high-risk step ever a machine's? (GOV-03, REA-05, AI-03)"""

from dataclasses import replace
from typing import Any

import pytest

from control_tower import policy
from control_tower.errors import PolicyError
from control_tower.model import Approval
from control_tower.policy import SHIPPED
from control_tower.policy_approval import ALWAYS_HUMAN, Decisions
from control_tower.vocabulary import MoveAction, Role
from control_tower.workflow import matrix, payload
from tests.control_tower.services.deciding_desk import START, plan

APPROVAL = policy.load().rules.approval
RULE = {"id": "asked", "roles": ["executive"], "count": 1, "why": "because"}


def needed(rules: Decisions = APPROVAL, action: str = "wait", **changes: Any) -> list[str]:
    """Which rows a plan of one such move hits; a wait touches nobody else's goods."""
    move = {**plan()["moves"][0], "action": action}
    given = {"moves": [move], "reserves": [], "amount": "500", "margin_rate": "0.21", **changes}
    return [row.rule_id for row in matrix.required(payload.read(plan(**given)), rules)]


@pytest.mark.parametrize(
    ("condition", "just_not", "just"),
    [
        ({"from_amount": 1_000}, {"amount": "999.99"}, {"amount": "1000"}),
        ({"below_margin_rate": 0.05}, {"margin_rate": "0.05"}, {"margin_rate": "0.0499"}),
        ({"below_margin_rate": 0.05}, {"margin_rate": "0.2"}, {"margin_rate": None}),
        ({"tiers": ["strategic"]}, {"tier": "key"}, {"tier": "strategic"}),
        ({"tiers": ["strategic"]}, {"tier": None}, {"tier": "strategic"}),
        ({"actions": ["partial_ship"]}, {"action": "wait"}, {"action": "partial_ship"}),
        ({"site_ids": ["erp:X"]}, {}, {"site_ids": ["erp:NORTH", "erp:X"]}),
        ({"site_ids": ["erp:NORTH"]}, {"site_ids": ["erp:S"], "moves": []}, {"site_ids": []}),
        ({"from_amount": 1_000, "tiers": ["key"]}, {"amount": "5000", "tier": "small"}, {"amount": "5000"}),
    ],
)
def test_a_row_asks_from_its_bound_on_and_only_when_all_its_conditions_hold(
    condition: dict[str, Any], just_not: dict[str, Any], just: dict[str, Any]
) -> None:
    rules = Decisions.model_validate(
        {
            "expires_hours": 72,
            "boundary": {"wait": "execute", "partial_ship": "execute"},
            "rule": [{**RULE, **condition}],
        }
    )
    assert needed(rules, **just_not) == []
    assert needed(rules, **just) == ["asked"]


@pytest.mark.parametrize("action", list(MoveAction))
def test_what_the_policy_lets_no_machine_do_needs_a_person_though_no_row_asks(action: MoveAction) -> None:
    bare = APPROVAL.model_copy(update={"rule": ()})
    assert needed(bare, action) == ([] if bare.bounds(action) == "execute" else ["boundary"])
    unnamed = bare.model_copy(update={"boundary": {}})
    assert needed(unnamed, action) == ["boundary"], "an action that the policy forgot is no machine's"


@pytest.mark.parametrize("name", ALWAYS_HUMAN)
def test_no_policy_gives_a_high_risk_action_to_a_machine(name: str) -> None:
    line = next((one for one in SHIPPED.read_text(encoding="utf-8").splitlines() if one.startswith(f"{name} = ")), None)
    assert line is not None, "the shipped policy says how far a machine may go"
    text = SHIPPED.read_text(encoding="utf-8").replace(line, f'{name} = "execute"')
    with pytest.raises(PolicyError, match=f"{name}: a high-risk action is never a machine's"):
        policy.parse(text.encode(), SHIPPED)


def test_a_waived_limit_is_always_a_persons() -> None:
    bare = APPROVAL.model_copy(update={"rule": ()})
    waived = [{"user_id": "planner", "limit": "split_margin"}]
    assert needed(bare) == []
    assert needed(bare, waivers=waived) == ["boundary"]


def test_two_are_two_persons_of_the_roles_that_are_asked() -> None:
    [row] = matrix.required(payload.read(plan(amount="100000")), APPROVAL)[:1]
    assert (row.rule_id, row.count) == ("large_amount", 2)
    yes = Approval("a1", "P", 1, "one", "person 1", Role.APPROVER, "approved", START, "x")
    second = replace(yes, approval_id="a2", approver_id="two")
    for other in (
        second,  # another account of the same person
        replace(second, approver_person_id="person 2", is_void=True),
        replace(second, approver_person_id="person 2", decision="rejected"),
        replace(second, approver_person_id="person 2", approver_role=Role.OPERATIONS_LEADER),
    ):
        assert matrix.missing([row], [yes, other]) == (row,)
    assert matrix.missing([row], [yes, replace(second, approver_person_id="person 2")]) == ()
