"""Who may not, and is every refusal written down? Roles, scopes, second accounts, delegates, forged and revoked rights."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from control_tower.errors import ControlTowerError, NotAllowed
from control_tower.model import Approval, User
from control_tower.services import approvals, proposals, releases, users
from control_tower.services.request import Request
from control_tower.vocabulary import Role
from control_tower.workflow.rights import NEVER_TOGETHER, RIGHTS, Action, clash
from control_tower.workflow.store.proposals import Proposals
from tests.control_tower.services.deciding_desk import START, Tower, plan

ACCOUNTS = {**users.DEMO_USERS, "south_planner": Role.OPERATIONS_LEADER, "south_approver": Role.APPROVER}
VERBS: dict[Action, Callable[..., Any]] = {
    Action.PROPOSAL_SUBMIT: proposals.submit,
    Action.PROPOSAL_WITHDRAW: proposals.withdraw,
    Action.PROPOSAL_APPROVE: approvals.approve,
    Action.PROPOSAL_REJECT: approvals.reject,
    Action.PROPOSAL_RELEASE: releases.release,
    Action.PROPOSAL_CANCEL: releases.cancel,
    Action.PROPOSAL_FAIL: releases.fail,
    Action.PROPOSAL_CONFIRM: releases.confirm,
}


def refused(desk: Tower, said: str, verb: Callable[..., Any], request: Request, *more: Any) -> None:
    """The verb is refused in these words, nothing happens, and the refusal stands in the trail."""
    before = len(desk.trail())
    with pytest.raises(NotAllowed, match=said):
        verb(desk.store, request, *more)
    trail = desk.trail()
    assert len(trail) == before + 1
    assert trail[-1][0] == request.actor_id
    assert trail[-1][2] == "refused"


@pytest.mark.parametrize("verb", VERBS)
def test_a_role_without_the_right_or_a_row_of_other_sites_is_refused_and_audited(desk: Tower, verb: Action) -> None:
    # fault 81: role × action × row
    number = desk.submitted(plan())
    for name, role in ACCOUNTS.items():
        request = Request(name, reason="because")
        if role not in RIGHTS[verb]:
            refused(desk, f"may not {verb}", VERBS[verb], request, number)
        elif name.startswith("south"):
            refused(desk, rf"no proposal '{number}'", VERBS[verb], request, number)
            refused(desk, r"no proposal 'P-999999'", VERBS[verb], request, "P-999999")
    assert desk.state(number) == "submitted"


def test_every_action_is_in_the_table_of_rights() -> None:
    assert set(RIGHTS) == set(Action)
    assert all(RIGHTS.values())


def test_other_sites_are_not_seen_and_cannot_be_planned_with(desk: Tower) -> None:
    # fault 81
    number = desk.submitted(plan())
    south = desk.user("south_planner")
    assert proposals.find_all(desk.store, south) == []
    with pytest.raises(NotAllowed, match="no proposal"):
        proposals.find(desk.store, south, number)
    refused(desk, "no exception 'erp:E1'", proposals.draft, Request("south_planner"), plan())
    hidden = plan(exception_ids=["erp:S1"], site_ids=["erp:SOUTH"])
    refused(desk, "sites that are not yours: erp:NORTH", proposals.draft, Request("south_planner"), hidden)


def test_nobody_approves_what_they_proposed_or_edited(either: Tower) -> None:
    # fault 76
    with either.store.writing() as unit:
        unit.users.save(User("boss", "Boss", Role.EXECUTIVE, None, "planner"), START)
        unit.users.save(User("other", "Other", Role.OPERATIONS_LEADER, None, "approver"), START)
    number = either.submitted(plan())
    refused(either, "account planner is the same person", approvals.approve, Request("boss"), number)
    proposals.edit(either.store, Request("other"), number, plan(11))
    proposals.submit(either.store, Request("planner"), number)
    refused(either, "account other is the same person", approvals.approve, Request("approver"), number)
    assert approvals.approve(either.store, Request("second_approver"), number).state == "approved"


def test_a_delegate_neither_launders_a_proposers_approval_nor_approves_twice(either: Tower) -> None:
    # fault 76
    with either.store.writing() as unit:
        unit.users.save(User("boss", "Boss", Role.EXECUTIVE, None, "planner"), START)
    later = either.clock.at.replace(hour=20)
    for lender in ("boss", "approver"):
        users.lend(either.store, Request(lender, reason="away"), "second_approver", START, later)
    number = either.submitted(plan(amount="100000"))
    refused(either, "same person", approvals.approve, Request("second_approver", on_behalf_of="boss"), number)
    refused(either, "does not stand in", approvals.approve, Request("approver", on_behalf_of="executive"), number)
    lent = Request("second_approver", on_behalf_of="approver")
    assert approvals.approve(either.store, lent, number).state == "partly_approved"
    refused(either, "already decided", approvals.approve, Request("second_approver"), number)
    refused(either, "already decided", approvals.approve, Request("approver"), number)
    assert approvals.approve(either.store, Request("executive"), number).state == "approved"


def test_a_delegation_ends(desk: Tower) -> None:
    users.lend(desk.store, Request("approver", reason="away"), "second_approver", START, START.replace(hour=9))
    number = desk.submitted(plan())
    desk.clock.move(hours=1)
    lent = Request("second_approver", on_behalf_of="approver")
    refused(desk, "does not stand in", approvals.approve, lent, number)


def test_who_gains_a_waiver_does_not_approve_it(desk: Tower) -> None:
    number = desk.submitted(plan(waivers=[{"user_id": "approver", "limit": "split_margin"}]))
    refused(desk, "gains a waiver", approvals.approve, Request("approver"), number)
    assert approvals.approve(desk.store, Request("second_approver"), number).state == "approved"


@pytest.mark.parametrize("way", ["own account", "second account", "forged person", "unknown state"])
def test_the_database_itself_refuses_a_self_approval_and_an_unknown_state(either: Tower, way: str) -> None:
    # fault 76, # fault 85: direct SQL, past every service
    with either.store.writing() as unit:
        unit.users.save(User("boss", "Boss", Role.EXECUTIVE, None, "planner"), START)
    number = either.submitted(plan())
    account = "boss" if way == "second account" else "planner"
    person = "somebody else" if way == "forged person" else "planner"
    yes = Approval("a1", number, 1, account, person, "approver", "approved", START, "x")
    table = sa.table("proposal", sa.column("state"))
    skip = sa.update(table).values(state="skipped")
    with either.store.engine.connect() as connection, pytest.raises(sa.exc.DatabaseError):
        connection.execute(skip) if way == "unknown state" else Proposals(connection).decide(yes, "planner")
    assert proposals.approvals_of(either.store, number) == []
    assert either.state(number) == "submitted"


def test_a_forged_role_or_account_gains_nothing(desk: Tower) -> None:
    number = desk.submitted(plan())
    for name in ("nobody", "approver'; DROP TABLE audit", "APPROVER", "", "service.outbox"):
        refused(desk, "is no user", approvals.approve, Request(name), number)
    refused(desk, "may not proposal.approve", approvals.approve, Request("service.outbox_service"), number)


def test_a_revoked_role_counts_at_the_next_action(either: Tower) -> None:
    # fault 80
    number = either.submitted(plan())
    approver = either.user("approver")
    users.change(either.store, Request("admin"), dataclasses.replace(approver, role=Role.ANALYST))
    refused(either, "role analyst may not", approvals.approve, Request("approver"), number)
    users.close(either.store, Request("admin"), "second_approver")
    refused(either, "account was closed", approvals.approve, Request("second_approver"), number)


def test_a_refusal_with_an_answered_key_is_no_way_around_a_revoked_role(desk: Tower) -> None:
    number = desk.submitted(plan())
    click = Request("approver")
    approvals.approve(desk.store, click, number)
    users.close(desk.store, Request("admin"), "approver")
    refused(desk, "account was closed", approvals.approve, click, number)


@given(roles=st.lists(st.sampled_from(list(Role)), min_size=2, max_size=4))
def test_no_set_of_roles_lets_one_person_propose_and_approve(roles: list[Role]) -> None:
    # fault 77
    proposes = any(role in RIGHTS[Action.PROPOSAL_SUBMIT] for role in roles)
    checks = Role.APPROVER in roles
    assert not (proposes and checks) or clash(roles) is not None
    assert (clash(roles) is not None) == any(pair <= set(roles) for pair in NEVER_TOGETHER)


def test_a_grant_that_unites_roles_that_check_each_other_is_refused(desk: Tower) -> None:
    # fault 77
    second = User("planner2", "P", Role.APPROVER, None, "planner")
    refused(desk, "they check each other", users.add, Request("admin"), second)
    users.add(desk.store, Request("admin"), dataclasses.replace(second, person_id="p2"))
    refused(desk, "they check each other", users.change, Request("admin"), second)
    own = dataclasses.replace(desk.user("admin"), role=Role.EXECUTIVE)
    refused(desk, "or their own", users.change, Request("admin"), own)


def test_a_secret_in_a_reason_is_blanked_in_messages_and_never_a_key_in_the_store(desk: Tower, tmp_path: Any) -> None:
    # fault 92
    from control_tower.workflow.store import engine

    canary = "s3cret-canary"
    unreachable = engine.make(f"postgresql+psycopg://tower:{canary}@127.0.0.1:1/none")
    with pytest.raises(ControlTowerError) as told, engine.reading(unreachable):
        pass
    assert canary not in str(told.value)
    desk.submitted(plan())
    secret = desk.store.ring.secret("k1")
    assert secret.hex() not in repr(desk.store)
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret not in held
    assert secret.hex().encode() not in held
