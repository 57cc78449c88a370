"""Who may do what? The one table of roles × actions (GOV-01), and which roles one person may not unite.

Looked up by the services for every action, never by a page alone. Scope and segregation of duties are asked beside it.
"""

from collections.abc import Iterable
from enum import StrEnum

from control_tower.vocabulary import Role, ServiceRole


class Action(StrEnum):
    """Everything a user or a service account can do; the dotted word stands in the audit trail."""

    CASE_ACKNOWLEDGE = "case.acknowledge"
    CASE_ASSIGN = "case.assign"
    CASE_START = "case.start"
    CASE_COMMENT = "case.comment"
    CASE_PAUSE = "case.pause"
    CASE_RESUME = "case.resume"
    CASE_ESCALATE = "case.escalate"
    CASE_LINK = "case.link"
    CASE_DUPLICATE = "case.mark_duplicate"
    CASE_FALSE_POSITIVE = "case.mark_false_positive"
    CASE_RESOLVE = "case.resolve"
    CASE_CLOSE = "case.close"
    CASE_REOPEN = "case.reopen"
    CASE_HOLD = "case.hold"
    CASE_UNHOLD = "case.unhold"
    CASE_TASK_ADD = "case.task_add"
    CASE_TASK_CLOSE = "case.task_close"
    PROPOSAL_DRAFT = "proposal.draft"
    PROPOSAL_EDIT = "proposal.edit"
    PROPOSAL_SUBMIT = "proposal.submit"
    PROPOSAL_WITHDRAW = "proposal.withdraw"
    PROPOSAL_APPROVE = "proposal.approve"
    PROPOSAL_REJECT = "proposal.reject"
    PROPOSAL_RELEASE = "proposal.release"
    PROPOSAL_CANCEL = "proposal.cancel"
    PROPOSAL_EXPIRE = "proposal.expire"
    PROPOSAL_CONFIRM = "proposal.confirm"
    PROPOSAL_FAIL = "proposal.fail"
    POLICY_DRAFT = "policy.draft"
    POLICY_ACTIVATE = "policy.activate"
    BACKLOG_ADD = "backlog.add"
    BACKLOG_CHANGE = "backlog.change"
    BACKLOG_MEASURE = "backlog.measure"
    USER_ADD = "user.add"
    USER_CHANGE = "user.change"
    USER_DELEGATE = "user.delegate"
    DATA_LOAD = "data.load"
    DATA_UNLOAD = "data.unload"
    DATA_ROLLBACK = "data.rollback"
    STORE_BACKUP = "store.backup"
    STORE_ROTATE_KEY = "store.rotate_key"
    OUTBOX_REPLAY = "outbox.replay"
    OUTCOME_MEASURE = "outcome.measure"


_LEADER, _ENGINEER, _APPROVER = Role.OPERATIONS_LEADER, Role.PROCESS_ENGINEER, Role.APPROVER
_EXECUTIVE, _ANALYST, _ADMIN = Role.EXECUTIVE, Role.ANALYST, Role.ADMINISTRATOR
_ESCALATES = ServiceRole.ESCALATION

RIGHTS: dict[Action, frozenset[str]] = {
    Action.CASE_ACKNOWLEDGE: frozenset({_LEADER}),
    Action.CASE_ASSIGN: frozenset({_LEADER, _ESCALATES}),
    Action.CASE_START: frozenset({_LEADER}),
    Action.CASE_COMMENT: frozenset({_LEADER, _ENGINEER, _APPROVER, _EXECUTIVE, _ANALYST}),
    Action.CASE_PAUSE: frozenset({_LEADER}),
    Action.CASE_RESUME: frozenset({_LEADER}),
    Action.CASE_ESCALATE: frozenset({_LEADER, _ESCALATES}),
    Action.CASE_LINK: frozenset({_LEADER, _ENGINEER, _ANALYST}),
    Action.CASE_DUPLICATE: frozenset({_LEADER}),
    Action.CASE_FALSE_POSITIVE: frozenset({_LEADER, _ENGINEER}),
    Action.CASE_RESOLVE: frozenset({_LEADER, ServiceRole.INTAKE}),
    Action.CASE_CLOSE: frozenset({_LEADER, ServiceRole.INTAKE}),
    Action.CASE_REOPEN: frozenset({_LEADER}),
    Action.CASE_HOLD: frozenset({_LEADER}),
    Action.CASE_UNHOLD: frozenset({_LEADER}),
    Action.CASE_TASK_ADD: frozenset({_LEADER, _ENGINEER, _ESCALATES}),
    Action.CASE_TASK_CLOSE: frozenset({_LEADER, _ENGINEER}),
    Action.PROPOSAL_DRAFT: frozenset({_LEADER}),
    Action.PROPOSAL_EDIT: frozenset({_LEADER}),
    Action.PROPOSAL_SUBMIT: frozenset({_LEADER}),
    Action.PROPOSAL_WITHDRAW: frozenset({_LEADER}),
    Action.PROPOSAL_APPROVE: frozenset({_APPROVER, _EXECUTIVE}),
    Action.PROPOSAL_REJECT: frozenset({_APPROVER, _EXECUTIVE}),
    Action.PROPOSAL_RELEASE: frozenset({_LEADER, _APPROVER}),
    Action.PROPOSAL_CANCEL: frozenset({_LEADER, _APPROVER}),
    Action.PROPOSAL_EXPIRE: frozenset({ServiceRole.EXPIRY}),
    Action.PROPOSAL_CONFIRM: frozenset({ServiceRole.INTAKE}),
    Action.PROPOSAL_FAIL: frozenset({ServiceRole.OUTBOX}),
    Action.POLICY_DRAFT: frozenset({_ENGINEER, _ADMIN}),
    Action.POLICY_ACTIVATE: frozenset({_EXECUTIVE, _ADMIN}),
    Action.BACKLOG_ADD: frozenset({_LEADER, _ENGINEER, _ANALYST}),
    Action.BACKLOG_CHANGE: frozenset({_LEADER, _ENGINEER}),
    Action.BACKLOG_MEASURE: frozenset({_ENGINEER, _ANALYST}),
    Action.USER_ADD: frozenset({_ADMIN}),
    Action.USER_CHANGE: frozenset({_ADMIN}),
    Action.USER_DELEGATE: frozenset({_APPROVER, _EXECUTIVE}),
    Action.DATA_LOAD: frozenset({_ADMIN, _ENGINEER}),
    Action.DATA_UNLOAD: frozenset({_ADMIN, _ENGINEER}),
    Action.DATA_ROLLBACK: frozenset({_ADMIN, _ENGINEER}),
    Action.STORE_BACKUP: frozenset({_ADMIN}),
    Action.STORE_ROTATE_KEY: frozenset({_ADMIN}),
    Action.OUTBOX_REPLAY: frozenset({_ADMIN, _LEADER}),
    Action.OUTCOME_MEASURE: frozenset({ServiceRole.INTAKE}),
}

NEVER_TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({_LEADER, _APPROVER}),
    frozenset({_ADMIN, _APPROVER}),
    frozenset({_ADMIN, _LEADER}),
)
"""Pairs of roles that no person may hold through several accounts: who proposes does not approve (fault 77)."""


def may(role: str, action: Action) -> bool:
    """Whether a role may do this at all."""
    return role in RIGHTS[action]


def clash(roles: Iterable[str]) -> frozenset[str] | None:
    """The first pair among one person's roles that segregation of duties forbids; None when there is none."""
    held = set(roles)
    return next((pair for pair in NEVER_TOGETHER if pair <= held), None)
