"""Which change of a proposal's state exists, and what does it do to its reservation? The table of ruling 16, pure.

Who may make the change is `rights`, `segregation` and `matrix`; this module knows only states.
"""

from enum import StrEnum

from control_tower.vocabulary import ProposalState
from control_tower.workflow.rights import Action

S = ProposalState


class Effect(StrEnum):
    """What happens to the stock a proposal holds."""

    NONE = "none"
    TAKEN = "taken"
    KEPT = "kept"
    FREED = "freed"
    CONSUMED = "consumed"


TRANSITIONS: dict[tuple[ProposalState, ProposalState], Effect] = {
    (S.DRAFT, S.SUBMITTED): Effect.TAKEN,
    (S.DRAFT, S.WITHDRAWN): Effect.NONE,
    (S.DRAFT, S.EXPIRED): Effect.NONE,
    (S.SUBMITTED, S.PARTLY_APPROVED): Effect.KEPT,
    (S.SUBMITTED, S.APPROVED): Effect.KEPT,
    (S.SUBMITTED, S.REJECTED): Effect.FREED,
    (S.SUBMITTED, S.WITHDRAWN): Effect.FREED,
    (S.SUBMITTED, S.EXPIRED): Effect.FREED,
    (S.PARTLY_APPROVED, S.APPROVED): Effect.KEPT,
    (S.PARTLY_APPROVED, S.REJECTED): Effect.FREED,
    (S.PARTLY_APPROVED, S.WITHDRAWN): Effect.FREED,
    (S.PARTLY_APPROVED, S.EXPIRED): Effect.FREED,
    (S.APPROVED, S.RELEASED): Effect.KEPT,
    (S.APPROVED, S.CANCELLED): Effect.FREED,
    (S.APPROVED, S.EXPIRED): Effect.FREED,
    (S.RELEASED, S.CONFIRMED): Effect.CONSUMED,
    (S.RELEASED, S.FAILED): Effect.KEPT,
    (S.RELEASED, S.CANCELLED): Effect.FREED,
    (S.FAILED, S.RELEASED): Effect.KEPT,
    (S.FAILED, S.CANCELLED): Effect.FREED,
}

FINAL = frozenset({S.CONFIRMED, S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.CANCELLED})
EDITABLE = frozenset({S.DRAFT, S.SUBMITTED, S.PARTLY_APPROVED, S.APPROVED})
"""An edit ends this version (its approvals are void, its stock is free) and begins the next one as a draft."""
HOLDING = frozenset({S.SUBMITTED, S.PARTLY_APPROVED, S.APPROVED, S.RELEASED, S.FAILED})
"""States in which the reservation is held."""

VERB_TARGETS: dict[Action, ProposalState] = {
    Action.PROPOSAL_SUBMIT: S.SUBMITTED,
    Action.PROPOSAL_WITHDRAW: S.WITHDRAWN,
    Action.PROPOSAL_REJECT: S.REJECTED,
    Action.PROPOSAL_RELEASE: S.RELEASED,
    Action.PROPOSAL_CANCEL: S.CANCELLED,
    Action.PROPOSAL_EXPIRE: S.EXPIRED,
    Action.PROPOSAL_CONFIRM: S.CONFIRMED,
    Action.PROPOSAL_FAIL: S.FAILED,
}
"""Where a verb leads; approval leads to one of two states, so it is asked of `matrix`."""


def effect(old: ProposalState, new: ProposalState) -> Effect | None:
    """What a change does to the reservation; None when there is no such change.

    >>> effect(ProposalState.APPROVED, ProposalState.RELEASED)
    <Effect.KEPT: 'kept'>
    >>> effect(ProposalState.DRAFT, ProposalState.APPROVED) is None
    True
    """
    return TRANSITIONS.get((old, new))


def targets(state: ProposalState) -> frozenset[ProposalState]:
    """The states that can follow."""
    return frozenset(new for old, new in TRANSITIONS if old is state)
