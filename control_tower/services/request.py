"""Who asks, why, and on what did they look? What every action carries; no rule."""

import uuid
from dataclasses import dataclass, field


def _fresh() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True)
class Request:
    """One wish of one user.

    `idempotency_key` names this one click: sent again with the same key, it has no second effect and gets the same answer.
    `expected_version` is the version the user saw (`Receipt.version`, `ExceptionCase.version`, `Proposal.revision`).
    """

    actor_id: str
    reason: str = ""
    expected_version: int | None = None
    build_id: str | None = None
    """The build whose facts the user saw; None = the newest."""
    on_behalf_of: str | None = None
    """The account that lent its right to approve."""
    idempotency_key: str = field(default_factory=_fresh)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a user action answers: which thing it made or changed, and how it stands now. Repeats give the same one."""

    subject_type: str
    subject_id: str
    state: str
    version: int
    """Pass it back as `expected_version` with the next action on the same thing."""
    sequence_no: int
    """The audit entry of this action."""
    is_replay: bool = False
