"""What can people do with a proposal before it is decided? Draft, edit, submit, withdraw, and look.

Deciding is `approvals`, carrying out is `releases`. A proposal's `revision` is what `expected_version` is compared with.
Never makes a plan: payloads come from the planner.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from control_tower.errors import NotAllowed
from control_tower.model import Approval, OutboxMessage, Proposal, Reservation, User
from control_tower.services import stock
from control_tower.services.acting import Change, Deed, Desk, Work, already, perform, require_version
from control_tower.services.request import Receipt, Request
from control_tower.services.standing import advance, proposal_for, require_fresh, shown
from control_tower.vocabulary import ProposalState, ServiceRole
from control_tower.workflow import canonical, matrix
from control_tower.workflow import payload as payloads
from control_tower.workflow.approval import EDITABLE, HOLDING
from control_tower.workflow.payload import Payload
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_KIND = "proposal"


def find(store: Store, viewer: User, proposal_id: str) -> Proposal:
    """One proposal. Raises NotAllowed in the same words for one that does not exist and one of other sites (fault 81)."""
    with store.reading() as unit:
        found = unit.proposals.find(proposal_id)
    if found is None or not viewer.sees(found.site_ids):
        raise NotAllowed(f"no proposal {proposal_id!r}")
    return found


def find_all(store: Store, viewer: User, state: ProposalState | None = None) -> list[Proposal]:
    """Every proposal of this user's sites, last changed first; of one state when it is given."""
    with store.reading() as unit:
        return [proposal for proposal in unit.proposals.all(state) if viewer.sees(proposal.site_ids)]


def approvals_of(store: Store, proposal_id: str) -> list[Approval]:
    """Every decision on a proposal, void ones too, oldest first."""
    with store.reading() as unit:
        return unit.proposals.approvals(proposal_id)


def versions_of(store: Store, proposal_id: str) -> list[dict[str, Any]]:
    """Every version of a proposal: payload text, hash, who made it and when."""
    with store.reading() as unit:
        return unit.proposals.versions(proposal_id)


def reservations_of(store: Store, proposal_id: str) -> list[Reservation]:
    """Everything a proposal ever claimed of stock."""
    with store.reading() as unit:
        return unit.reservations.of_proposal(proposal_id)


def messages_of(store: Store, proposal_id: str) -> list[OutboxMessage]:
    """What a proposal sent or will send."""
    with store.reading() as unit:
        return unit.outbox.of_proposal(proposal_id)


def draft(store: Store, request: Request, payload: Mapping[str, Any]) -> Receipt:
    """Put a plan forward. An option other than the recommended one needs a reason.

    Raises PolicyError for a payload that is none, NotAllowed for exceptions or sites out of scope.
    """
    read = payloads.read(payload)
    digest = canonical.digest(payload)

    def write(desk: Desk) -> Change:
        _require_scope(store, desk, read)
        override = _override(desk, read)
        made = _new(desk, payload, read, override)
        desk.unit.proposals.add(made)
        editor = (desk.actor.user_id, desk.actor.person_id)
        desk.unit.proposals.keep_version(made, editor, desk.unit.now, desk.request.reason or "drafted")
        return Change(made.proposal_id, made.state, made.revision, {}, shown(made))

    return perform(store, request, Deed(Action.PROPOSAL_DRAFT, _KIND, "new", {"payload": digest}), write)


def _new(desk: Desk, payload: Mapping[str, Any], read: Payload, override: str | None) -> Proposal:
    at, policy = desk.unit.now, desk.policy
    return Proposal(
        proposal_id=f"P-{desk.unit.proposals.count() + 1:06d}",
        version=1,
        revision=1,
        state=ProposalState.DRAFT,
        created_by=desk.actor.user_id,
        proposer_person_id=desk.actor.person_id,
        created_at=at,
        updated_at=at,
        expires_at=at + timedelta(hours=policy.approval.expires_hours),
        policy_version=policy.version,
        policy_hash=policy.hash,
        **_said(payload, read, override),
    )


def _said(payload: Mapping[str, Any], read: Payload, override: str | None) -> dict[str, Any]:
    """The columns that follow from the payload."""
    return {
        "payload": payload,
        "payload_hash": canonical.digest(payload),
        "site_ids": tuple(sorted(read.sites)),
        "exception_ids": tuple(read.exception_ids),
        "build_id": read.build_id,
        "recommended_option": _text(read.recommended_option),
        "chosen_option": _text(read.chosen_option),
        "override_reason": override,
    }


def _text(option: Any) -> str | None:
    return option if option is None or isinstance(option, str) else canonical.text(option)


def _override(desk: Desk, read: Payload) -> str | None:
    """Why another option than the recommended one was chosen; None when it was not (REA-10)."""
    if read.recommended_option == read.chosen_option:
        return None
    if not desk.request.reason.strip():
        raise NotAllowed("choosing another option than the recommended one needs a reason; give one")
    return desk.request.reason


def _require_scope(store: Store, desk: Desk, read: Payload) -> None:
    """Every exception is known and in scope, and so is every site the plan touches (fault 81)."""
    facts = store.facts()
    for exception_id in read.exception_ids:
        found = facts.exception(exception_id)
        if found is None or not desk.actor.sees({found.site_id} if found.site_id else set()):
            raise NotAllowed(f"no exception {exception_id!r} in the newest build")
    if not desk.actor.covers(read.sites):
        outside = sorted(read.sites - (desk.actor.site_ids or frozenset()))
        raise NotAllowed(f"the plan touches sites that are not yours: {', '.join(outside) or 'no site is named'}")


def edit(store: Store, request: Request, proposal_id: str, payload: Mapping[str, Any]) -> Receipt:
    """Put another plan in a proposal's place: a new version, a draft again; approvals are void, its stock is free (fault 78)."""
    read = payloads.read(payload)
    deed = Deed(Action.PROPOSAL_EDIT, _KIND, proposal_id, {"payload": canonical.digest(payload)})

    def write(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        if before.state not in EDITABLE:
            raise already(desk, (_KIND, proposal_id), before.state)
        require_version(desk, (_KIND, proposal_id), before.revision)
        _require_scope(store, desk, read)
        said = _said(payload, read, _override(desk, read))
        times: dict[str, Any] = {"submitted_at": None, "decided_at": None, "updated_at": desk.unit.now, "required": ()}
        expiry = desk.unit.now + timedelta(hours=desk.policy.approval.expires_hours)
        policy: dict[str, Any] = {
            "policy_version": desk.policy.version,
            "policy_hash": desk.policy.hash,
            "expires_at": expiry,
        }
        state: dict[str, Any] = {"state": ProposalState.DRAFT, "version": before.version + 1}
        if before.state in HOLDING:
            stock.free(desk, proposal_id)
        desk.unit.proposals.void_approvals(proposal_id)
        after = desk.unit.proposals.save(replace(before, **said, **times, **policy, **state))
        editor = (desk.actor.user_id, desk.actor.person_id)
        desk.unit.proposals.keep_version(after, editor, desk.unit.now, desk.request.reason or "edited")
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after))

    return perform(store, request, deed, write)


def submit(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Ask for approval: stock, supply, orders and policy are checked anew, the stock is taken, the matrix says who decides.

    Where the policy asks nobody, the proposal is approved at once, in the name of the policy's service account (REA-05).
    Raises Stale with what changed, Conflict when another proposal holds the stock.
    """

    def send(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        read = payloads.read(before.payload)
        require_fresh(store, desk, before, ProposalState.SUBMITTED)
        stock.take(store, desk, proposal_id, read)
        rules = matrix.required(read, desk.policy.approval)
        submitted = replace(before, submitted_at=desk.unit.now, required=rules)
        after = advance(desk, submitted, ProposalState.SUBMITTED)
        then = None if rules else _by_policy(desk, after)
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after), then)

    return perform(store, request, Deed(Action.PROPOSAL_SUBMIT, _KIND, proposal_id), send)


def _by_policy(desk: Desk, submitted: Proposal) -> tuple[Request, Deed, Work]:
    """Approve what needs nobody, as the policy's own account."""

    def agree(_desk: Desk) -> Change:
        after = advance(desk, replace(submitted, decided_at=desk.unit.now), ProposalState.APPROVED)
        return Change(after.proposal_id, after.state, after.revision, shown(submitted), shown(after))

    reason = "no rule of the approval matrix asks for anybody"
    asked = replace(desk.request, actor_id=f"service.{ServiceRole.POLICY}", reason=reason)
    return asked, Deed(Action.PROPOSAL_APPROVE, _KIND, submitted.proposal_id), agree


def withdraw(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Take a proposal back before it is decided; its stock is free again."""

    def take_back(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        require_version(desk, (_KIND, proposal_id), before.revision)
        after = advance(desk, before, ProposalState.WITHDRAWN)
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after))

    return perform(store, request, Deed(Action.PROPOSAL_WITHDRAW, _KIND, proposal_id), take_back)
