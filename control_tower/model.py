"""What are the things that people decide about? Frozen records of the trade; no rule, no database, no page.

Instants are UTC and aware; quantities and amounts are Decimal; ids are `namespace:local` where they come from a build
and our own (`P-…`) where they are made here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from control_tower.vocabulary import ExceptionStatus, OutboxState, ProposalState, ReservationState, TaskState


@dataclass(frozen=True, slots=True)
class User:
    """Grain: one account. Two accounts of one person share `person_id` and count as one person (GOV-02)."""

    user_id: str
    name: str
    role: str
    site_ids: frozenset[str] | None
    """Scope (ruling 17); None = every site."""
    person_id: str
    is_active: bool = True

    def sees(self, site_ids: Iterable[str]) -> bool:
        """Whether any of these sites is in scope; what names no site is seen by those who see every site."""
        return self.site_ids is None or not self.site_ids.isdisjoint(site_ids)

    def covers(self, site_ids: Iterable[str]) -> bool:
        """Whether all of these sites are in scope, and there is at least one."""
        wanted = set(site_ids)
        return self.site_ids is None or (bool(wanted) and wanted <= self.site_ids)


@dataclass(frozen=True, slots=True)
class Pool:
    """Where stock is taken from: a donor line's allocation, an expected supply, or a site's free stock of an item."""

    site_id: str | None
    item_id: str
    supply_id: str | None = None
    donor_order_line_id: str | None = None

    @property
    def key(self) -> str:
        """One text per pool: what reservations are summed by."""
        if self.donor_order_line_id:
            return f"line|{self.donor_order_line_id}|{self.item_id}"
        if self.supply_id:
            return f"supply|{self.supply_id}|{self.item_id}"
        return f"stock|{self.site_id}|{self.item_id}"


@dataclass(frozen=True, slots=True)
class ExceptionFacts:
    """What the newest build says of one exception: all that a case verb must know before it acts."""

    exception_id: str
    status: ExceptionStatus
    site_id: str | None
    type_code: str
    owner_team_id: str | None = None
    owner_user_id: str | None = None


@dataclass(frozen=True, slots=True)
class ExceptionCase:
    """Grain: one exception that somebody worked in the tower; laid over the build's facts."""

    exception_id: str
    status: ExceptionStatus
    site_id: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    owner_team_id: str | None = None
    owner_user_id: str | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str | None = None
    closed_at: datetime | None = None
    escalation_level: int = 0
    is_on_hold: bool = False
    """Downstream invoicing or shipping is held (ROU-06)."""
    hold_reason: str | None = None
    duplicate_of: str | None = None
    reopen_count: int = 0


@dataclass(frozen=True, slots=True)
class CaseComment:
    """Grain: one remark on a case; plain text, never changed."""

    comment_id: str
    exception_id: str
    user_id: str
    commented_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class CasePause:
    """Grain: one stretch in which the clocks of a case stand still; `ended_at` is None while they do."""

    pause_id: str
    exception_id: str
    reason: str
    started_at: datetime
    started_by: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseTask:
    """Grain: one of the parallel tasks of a case (ROU-05)."""

    task_id: str
    exception_id: str
    title: str
    owner: str | None
    state: TaskState
    version: int
    created_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequiredApproval:
    """One row of the approval matrix that a proposal hit: who must say yes, how many of them, and why."""

    rule_id: str
    roles: tuple[str, ...]
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Grain: one decision of one person on one version of a proposal."""

    approval_id: str
    proposal_id: str
    proposal_version: int
    approver_id: str
    approver_person_id: str
    approver_role: str
    decision: str
    decided_at: datetime
    payload_hash: str
    reason: str | None = None
    on_behalf_of: str | None = None
    """The account that delegated its right; its person counts too."""
    on_behalf_of_person_id: str | None = None
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Grain: one proposal as it stands. `version` counts edits of the payload, `revision` every change of the row."""

    proposal_id: str
    version: int
    revision: int
    state: ProposalState
    payload: Mapping[str, Any]
    payload_hash: str
    site_ids: tuple[str, ...]
    exception_ids: tuple[str, ...]
    created_by: str
    proposer_person_id: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    policy_version: str
    policy_hash: str
    build_id: str
    required: tuple[RequiredApproval, ...] = ()
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    released_at: datetime | None = None
    confirmed_at: datetime | None = None
    recommended_option: str | None = None
    chosen_option: str | None = None
    override_reason: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """Grain: one claim of one proposal on one pool of stock."""

    reservation_id: str
    proposal_id: str
    pool: Pool
    qty: Decimal
    state: ReservationState


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """Grain: one message that must leave exactly once; `key` is its idempotency key for the receiver."""

    key: str
    kind: str
    proposal_id: str | None
    payload: Mapping[str, Any]
    state: OutboxState
    attempts: int
    created_at: datetime
    next_at: datetime
    last_error: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Grain: one thing somebody did, tried or repeated. `before` and `after` are canonical JSON texts."""

    sequence_no: int
    acted_at: str
    actor_id: str
    action: str
    outcome: str
    """done | refused | replayed"""
    subject_type: str
    subject_id: str
    reason: str
    before: str
    after: str
    policy_version: str
    policy_hash: str
    build_id: str
    request_key: str
    key_id: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """Grain: one version of the policy after the shipped one (ruling 9)."""

    version: str
    content: str
    hash: str
    author_id: str
    author_person_id: str
    drafted_at: datetime
    why: str
    activator_id: str | None = None
    activator_person_id: str | None = None
    activated_at: datetime | None = None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BacklogEntry:
    """Grain: one finding with an owner and a change that shall prevent it (RCA-08)."""

    backlog_id: str
    finding: str
    owner: str
    intended_change: str
    change_kind: str
    status: str
    version: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    evidence: Mapping[str, Any] = field(default_factory=dict)
    measure: str | None = None
    before_value: Decimal | None = None
    after_value: Decimal | None = None
    measured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExpectedOutcome:
    """Grain: one approved version of a proposal: the effect it promised, frozen; realised fields come later."""

    proposal_id: str
    proposal_version: int
    frozen_at: datetime
    expected: Mapping[str, Any]
    realised: Mapping[str, Any] | None = None
    measured_build_id: str | None = None
    measured_at: datetime | None = None
