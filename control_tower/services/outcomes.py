"""What did approved proposals do? Fills the ledger from the newest build, and hands it to who may see it (REA-10, K50).

Acts as the intake's account. A promise is never changed; what a build shows of it is written beside it, each change
audited. Never measures against the build that the plan was made on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from control_tower.errors import Conflict, NotAllowed
from control_tower.ledger import promise, realised
from control_tower.model import ExpectedOutcome, Proposal, User
from control_tower.services.acting import Change, Deed, Desk, perform
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import ProposalState, ServiceRole
from control_tower.warehouse import Build
from control_tower.workflow import canonical
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_ACCOUNT = f"service.{ServiceRole.INTAKE}"
_CARRIED_OUT = (ProposalState.RELEASED, ProposalState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Grain: one approved version of a proposal: what it promised and what became of it."""

    proposal: Proposal
    outcome: ExpectedOutcome


def find_all(store: Store, viewer: User) -> list[LedgerEntry]:
    """The ledger as this user may see it, newest promise first; a proposal of other sites is not in it (ruling 17)."""
    with store.reading() as unit:
        known = {proposal.proposal_id: proposal for proposal in unit.proposals.all()}
        promised = unit.proposals.outcomes()
    entries = [LedgerEntry(known[one.proposal_id], one) for one in promised]
    seen = [entry for entry in entries if viewer.sees(entry.proposal.site_ids)]
    return sorted(seen, key=lambda entry: (entry.outcome.frozen_at, entry.proposal.proposal_id), reverse=True)


def measure_all(store: Store, build: Build) -> list[Receipt]:
    """Write down what this build shows of every promise that was carried out; one transaction each.

    As often as you like: where the build shows nothing new, nothing is written.
    """
    with store.reading() as unit:
        carried = {p.proposal_id: p for state in _CARRIED_OUT for p in unit.proposals.all(state)}
        promised = [one for one in unit.proposals.outcomes() if one.proposal_id in carried]
    return [receipt for one in promised for receipt in _measured(store, build, carried[one.proposal_id], one)]


def _measured(store: Store, build: Build, proposal: Proposal, promised: ExpectedOutcome) -> Iterable[Receipt]:
    if proposal.version != promised.proposal_version or build.id == proposal.build_id:
        return
    found = _shown(build, promised)
    if promised.realised is not None and canonical.text(found) == canonical.text(promised.realised):
        return
    request = Request(_ACCOUNT, reason=f"build {build.id} shows it", build_id=build.id)
    try:
        yield measure(store, request, promised, found)
    except (Conflict, NotAllowed):
        return


def _shown(build: Build, promised: ExpectedOutcome) -> dict[str, Any]:
    effect = effect_of(promised)
    wanted = sorted(one["order_line_id"] for one in [*effect["lines"], *effect["donors"]])
    rows = build.read("outcome_line", order_line_ids=wanted, since=_since(promised))
    return realised.against(effect, rows)


def effect_of(promised: ExpectedOutcome) -> dict[str, Any]:
    """The frozen effect; of promises made before it was stored, read from the frozen plan."""
    stored: dict[str, Any] = promised.expected.get("effect") or promise.effect_of(promised.expected)
    return stored


def _since(promised: ExpectedOutcome) -> datetime:
    """The clock of the facts that the plan was made on, which may run apart from ours."""
    stated = promised.expected.get("as_of")
    at = datetime.fromisoformat(str(stated)) if stated else promised.frozen_at
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def measure(store: Store, request: Request, promised: ExpectedOutcome, found: dict[str, Any]) -> Receipt:
    """Write what a build shows beside a promise; only the intake's account may."""

    def write(desk: Desk) -> Change:
        after = replace(promised, realised=found, measured_build_id=request.build_id, measured_at=desk.unit.now)
        desk.unit.proposals.realise(after)
        before = {"realised": promised.realised, "build_id": promised.measured_build_id}
        return Change(
            promised.proposal_id, str(found["status"]), promised.proposal_version, before,
            {"realised": found, "build_id": request.build_id},
        )  # fmt: skip

    content = {"version": promised.proposal_version, "build_id": request.build_id, "realised": found}
    return perform(store, request, Deed(Action.OUTCOME_MEASURE, "outcome", promised.proposal_id, content), write)
