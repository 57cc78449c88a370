"""How is an approved proposal carried out, and how does that end? Release, fail, confirm, cancel, expire.

What leaves the house is written to the outbox in the same transaction; sending it is the outbox's own work.
Never sends anything.
"""

from collections.abc import Iterator
from dataclasses import replace

from control_tower.errors import Conflict, NotAllowed
from control_tower.model import OutboxMessage, Proposal
from control_tower.services.acting import Change, Deed, Desk, perform, require_version
from control_tower.services.request import Receipt, Request
from control_tower.services.standing import advance, proposal_for, require_fresh, shown
from control_tower.vocabulary import OutboxState, ProposalState, ServiceRole
from control_tower.workflow import messages
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_KIND = "proposal"
_EXPIRES = [ProposalState.DRAFT, ProposalState.SUBMITTED, ProposalState.PARTLY_APPROVED, ProposalState.APPROVED]


def release(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Let the moves leave the house, or try again what failed under the same keys. Everything is checked anew first.

    Raises Stale with what changed, Conflict when it is not approved (any more).
    """

    def let_go(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        require_fresh(store, desk, before, ProposalState.RELEASED)
        desk.unit.outbox.put(_messages(desk, before))
        released = replace(before, released_at=before.released_at or desk.unit.now, failure=None)
        after = advance(desk, released, ProposalState.RELEASED)
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after))

    return perform(store, request, Deed(Action.PROPOSAL_RELEASE, _KIND, proposal_id), let_go)


def _messages(desk: Desk, proposal: Proposal) -> Iterator[OutboxMessage]:
    """Everything that must leave; the keys are the same on every try (REA-08)."""
    for leaving in messages.of(proposal):
        yield _message(desk, proposal, leaving.key, leaving.kind, leaving.content)


def _message(desk: Desk, proposal: Proposal, key: str, kind: str, content: dict[str, object]) -> OutboxMessage:
    at = desk.unit.now
    return OutboxMessage(key, kind, proposal.proposal_id, content, OutboxState.PENDING, 0, at, at)


def cancel(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Call off an approved, released or failed proposal, with a reason (REA-09).

    What has not left is taken back; for what has, or may have (a try that nobody answered), the receiver gets a
    cancellation under a key of its own.
    """

    def call_off(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        require_version(desk, (_KIND, proposal_id), before.revision)
        if not desk.request.reason.strip():
            raise NotAllowed(f"proposal {proposal_id}: cancelling needs a reason; give one")
        after = advance(desk, before, ProposalState.CANCELLED)
        tried = [m for m in desk.unit.outbox.of_proposal(proposal_id) if m.state is OutboxState.SENT or m.attempts]
        desk.unit.outbox.cancel(proposal_id)
        desk.unit.outbox.put(_message(desk, after, f"{m.key}:cancel", "cancel", {"cancels": m.key}) for m in tried)
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after))

    return perform(store, request, Deed(Action.PROPOSAL_CANCEL, _KIND, proposal_id), call_off)


def fail(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Say that the receiver refused for good; only the outbox's account may. The reason is what it said."""
    return _end(store, request, proposal_id, Action.PROPOSAL_FAIL, ProposalState.FAILED)


def confirm(store: Store, request: Request, proposal_id: str) -> Receipt:
    """Say that a build shows it; only the intake's account may. The stock counts as used."""
    return _end(store, request, proposal_id, Action.PROPOSAL_CONFIRM, ProposalState.CONFIRMED)


def _end(store: Store, request: Request, proposal_id: str, action: Action, state: ProposalState) -> Receipt:
    def write(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        failure = desk.request.reason if state is ProposalState.FAILED else before.failure
        at = desk.unit.now if state is ProposalState.CONFIRMED else None
        after = advance(desk, replace(before, failure=failure, confirmed_at=at), state)
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after))

    return perform(store, request, Deed(action, _KIND, proposal_id), write)


def expire_due(store: Store) -> list[Receipt]:
    """Expire every proposal whose time has run out, as the expiry account; one transaction each. Run it as often as you like."""
    with store.reading() as unit:
        due = unit.proposals.due(unit.now, _EXPIRES)
    receipts = []
    for proposal_id in due:
        try:
            receipts.append(_expire(store, proposal_id))
        except Conflict:
            continue  # somebody took the next step between looking and expiring; that one was audited
    return receipts


def _expire(store: Store, proposal_id: str) -> Receipt:
    def write(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        if before.expires_at > desk.unit.now:
            raise Conflict(f"proposal {proposal_id} stands until {before.expires_at.isoformat()}")
        after = advance(desk, before, ProposalState.EXPIRED)
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after))

    request = Request(f"service.{ServiceRole.EXPIRY}", reason="its time ran out")
    return perform(store, request, Deed(Action.PROPOSAL_EXPIRE, _KIND, proposal_id), write)
