"""How is a proposal decided? Approve and reject: by the right role and scope, never by somebody who proposed or gains."""

from collections.abc import Iterable
from dataclasses import replace

from control_tower.errors import NotAllowed
from control_tower.model import Approval, Proposal, User
from control_tower.services.acting import Change, Deed, Desk, already, perform, require_version
from control_tower.services.request import Receipt, Request
from control_tower.services.standing import advance, proposal_for, require_fresh, shown
from control_tower.vocabulary import ProposalState
from control_tower.workflow import matrix, segregation
from control_tower.workflow import payload as payloads
from control_tower.workflow.rights import Action, may
from control_tower.workflow.store.store import Store

_KIND = "proposal"
_WAITING = (ProposalState.SUBMITTED, ProposalState.PARTLY_APPROVED)


def approve(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Say yes to what was shown. Stock, supply, orders and policy are checked anew first.

    Raises NotAllowed (role, scope, segregation of duties), Conflict (somebody was first), Stale (with what changed).
    """

    def decide(desk: Desk) -> Change:
        principal = _principal(desk, Action.PROPOSAL_APPROVE)
        before = proposal_for(desk, proposal_id, principal)
        _require_waiting(desk, before)
        _require_second_person(desk, before, principal)
        require_fresh(store, desk, before, ProposalState.APPROVED)
        _require_asked(desk, before, principal)
        _write(desk, before, principal, "approved")
        open_rules = matrix.missing(before.required, _valid(desk, before))
        decided = before if open_rules else replace(before, decided_at=desk.unit.now)
        if open_rules and before.state is ProposalState.PARTLY_APPROVED:
            after = desk.unit.proposals.save(replace(before, updated_at=desk.unit.now))
        else:
            after = advance(desk, decided, ProposalState.PARTLY_APPROVED if open_rules else ProposalState.APPROVED)
        return Change(proposal_id, after.state, after.revision, shown(before), _after(after, principal, desk))

    return perform(store, request, Deed(Action.PROPOSAL_APPROVE, _KIND, proposal_id), decide)


def reject(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Say no, with a reason; its stock is free again."""

    def decide(desk: Desk) -> Change:
        principal = _principal(desk, Action.PROPOSAL_REJECT)
        before = proposal_for(desk, proposal_id, principal)
        _require_waiting(desk, before)
        _require_second_person(desk, before, principal)
        require_version(desk, (_KIND, proposal_id), before.revision)
        if not desk.request.reason.strip():
            raise NotAllowed(f"proposal {proposal_id}: rejecting needs a reason; give one")
        _write(desk, before, principal, "rejected")
        after = advance(desk, replace(before, decided_at=desk.unit.now), ProposalState.REJECTED)
        return Change(proposal_id, after.state, after.revision, shown(before), _after(after, principal, desk))

    return perform(store, request, Deed(Action.PROPOSAL_REJECT, _KIND, proposal_id), decide)


def _principal(desk: Desk, action: Action) -> User:
    """Whose right is used: the actor's own, or that of somebody who lent it and whose account may do it."""
    lender = desk.request.on_behalf_of
    if lender is None or lender == desk.actor.user_id:
        return desk.actor
    principal = desk.unit.users.find(lender)
    if principal is None or not desk.unit.users.stands_in(desk.actor.user_id, lender, desk.unit.now):
        raise NotAllowed(f"{desk.actor.user_id} does not stand in for {lender!r} now; ask for a delegation")
    if not principal.is_active or not may(principal.role, action):
        raise NotAllowed(f"{lender} may not {action} any more, so nobody may in that name")
    return principal


def _require_waiting(desk: Desk, proposal: Proposal) -> None:
    if proposal.state not in _WAITING:
        raise already(desk, (_KIND, proposal.proposal_id), proposal.state)


def _require_second_person(desk: Desk, proposal: Proposal, principal: User) -> None:
    users = desk.unit.users
    contributors = _known(
        users.find(user_id) for user_id in sorted(desk.unit.proposals.contributors(proposal.proposal_id))
    )
    waivers = payloads.read(proposal.payload).waivers
    beneficiaries = _known(users.find(waiver.user_id) for waiver in waivers)
    why = segregation.objection({desk.actor, principal}, contributors, beneficiaries, _valid(desk, proposal))
    if why:
        raise NotAllowed(f"proposal {proposal.proposal_id}: {why}")


def _known(users: Iterable[User | None]) -> list[User]:
    return [user for user in users if user is not None]


def _valid(desk: Desk, proposal: Proposal) -> list[Approval]:
    return [approval for approval in desk.unit.proposals.approvals(proposal.proposal_id) if not approval.is_void]


def _require_asked(desk: Desk, proposal: Proposal, principal: User) -> None:
    """The matrix still waits for this role. Raises NotAllowed naming the roles it waits for."""
    open_rules = matrix.missing(proposal.required, _valid(desk, proposal))
    roles = sorted({role for rule in open_rules for role in rule.roles})
    if principal.role not in roles:
        raise NotAllowed(f"proposal {proposal.proposal_id}: waits for {' or '.join(roles)}, not for {principal.role}")


def _write(desk: Desk, proposal: Proposal, principal: User, decision: str) -> None:
    stands_in = principal.user_id != desk.actor.user_id
    number = len(desk.unit.proposals.approvals(proposal.proposal_id)) + 1
    approval = Approval(
        approval_id=f"{proposal.proposal_id}-a{number}",
        proposal_id=proposal.proposal_id,
        proposal_version=proposal.version,
        approver_id=desk.actor.user_id,
        approver_person_id=desk.actor.person_id,
        approver_role=principal.role,
        decision=decision,
        decided_at=desk.unit.now,
        payload_hash=proposal.payload_hash,
        reason=desk.request.reason or None,
        on_behalf_of=principal.user_id if stands_in else None,
        on_behalf_of_person_id=principal.person_id if stands_in else None,
    )
    desk.unit.proposals.decide(approval, proposal.proposer_person_id)


def _after(proposal: Proposal, principal: User, desk: Desk) -> dict[str, object]:
    lent = principal.user_id if principal.user_id != desk.actor.user_id else None
    return {**shown(proposal), "decided_by": desk.actor.user_id, "on_behalf_of": lent, "role": principal.role}
