"""Where does a proposal stand, and may it take the next step now? What every verb on a proposal asks first.

Holds the one place that changes a proposal's state: by the table of ruling 16, with what that does to its stock.
Never decides who may: that is asked before.
"""

from dataclasses import asdict, replace
from typing import Any

from control_tower.errors import NotAllowed, Stale
from control_tower.ledger import promise
from control_tower.model import ExpectedOutcome, Proposal, User
from control_tower.services import stock
from control_tower.services.acting import Desk, already, require_version
from control_tower.vocabulary import ProposalState, ReservationState
from control_tower.workflow import payload as payloads
from control_tower.workflow.approval import Effect, effect
from control_tower.workflow.store.store import Store

_KIND = "proposal"
_FROZEN = (
    "amount", "margin_rate", "freight_amount", "currency_code", "score", "score_terms", "lines", "moves", "donors",
    "as_of", "build_id", "chosen_option", "recommended_option",
)  # fmt: skip


def proposal_for(desk: Desk, proposal_id: str, principal: User | None = None) -> Proposal:
    """A proposal that the user may act on. Raises NotAllowed: as unknown when none of its sites is theirs (fault 81)."""
    found = desk.unit.proposals.find(proposal_id)
    user = principal or desk.actor
    if found is None or not user.sees(found.site_ids):
        raise NotAllowed(f"no proposal {proposal_id!r}")
    if not user.covers(found.site_ids):
        outside = ", ".join(sorted(set(found.site_ids) - (user.site_ids or frozenset())))
        raise NotAllowed(
            f"proposal {proposal_id}: touches sites that are not yours ({outside}); somebody of all its sites must"
        )
    return found


def require_fresh(store: Store, desk: Desk, proposal: Proposal, new: ProposalState) -> None:
    """State, version, time, policy and the newest build's facts must still be what the proposal was made on.

    Raises Conflict (somebody was first), Stale (with every change found).
    """
    subject = (_KIND, proposal.proposal_id)
    if effect(proposal.state, new) is None:
        raise already(desk, subject, proposal.state)
    require_version(desk, subject, proposal.revision)
    found = []
    if desk.unit.now >= proposal.expires_at and proposal.state not in (ProposalState.RELEASED, ProposalState.FAILED):
        found.append(f"it expired at {proposal.expires_at.isoformat()}")
    if proposal.policy_hash != desk.policy.hash or proposal.payload["policy_hash"] != desk.policy.hash:
        found.append(
            f"the policy changed (it was made under {proposal.policy_version}, in force is {desk.policy.version})"
        )
    found += store.facts().changes(proposal.payload, desk.policy)
    if proposal.state is not ProposalState.DRAFT:
        found += stock.shortages(store, desk, payloads.read(proposal.payload), proposal.proposal_id)
    if found:
        raise Stale(f"proposal {proposal.proposal_id} no longer holds: {'; '.join(found)}; plan it again")


def advance(desk: Desk, proposal: Proposal, new: ProposalState) -> Proposal:
    """Take one step of the table, and do to the stock what the table says. Raises Conflict when there is no such step."""
    what = effect(proposal.state, new)
    if what is None:
        raise already(desk, (_KIND, proposal.proposal_id), proposal.state)
    if what is Effect.FREED:
        stock.free(desk, proposal.proposal_id)
    if what is Effect.CONSUMED:
        desk.unit.reservations.end(proposal.proposal_id, ReservationState.CONSUMED, desk.unit.now)
    if new is ProposalState.APPROVED:
        _freeze(desk, proposal)
    return desk.unit.proposals.save(replace(proposal, state=new, updated_at=desk.unit.now))


def _freeze(desk: Desk, proposal: Proposal) -> None:
    """Write down what this version promises, before anybody knows what it will do."""
    promised: dict[str, Any] = {name: proposal.payload.get(name) for name in _FROZEN}
    promised["payload_hash"] = proposal.payload_hash
    promised["effect"] = promise.effect_of(proposal.payload)
    desk.unit.proposals.freeze(ExpectedOutcome(proposal.proposal_id, proposal.version, desk.unit.now, promised))


def shown(proposal: Proposal) -> dict[str, Any]:
    """What the audit trail says of a proposal: its state and what it was decided on, the payload by its hash."""
    names = (
        "state", "version", "revision", "payload_hash", "policy_version", "build_id", "recommended_option",
        "chosen_option", "override_reason", "expires_at", "failure",
    )  # fmt: skip
    rules = [asdict(rule) for rule in proposal.required]
    return {**{name: getattr(proposal, name) for name in names}, "required": rules}
