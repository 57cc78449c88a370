"""How does an exception become a proposal? The planner's best plan on the newest build, drafted in a user's name.

The one place that tells the planner what other proposals hold, for pages and commands alike. Never plans itself: that
is `reallocation`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from control_tower import warehouse
from control_tower.errors import NotAllowed
from control_tower.model import RequiredApproval, User
from control_tower.policy import Policy
from control_tower.reallocation import choice, compare, payload, plan, situation, turning
from control_tower.reallocation.plan import Plan
from control_tower.reallocation.situation import Situation
from control_tower.services import policy, proposals, users
from control_tower.services.request import Receipt, Request
from control_tower.settings import Settings
from control_tower.workflow import matrix
from control_tower.workflow import payload as payloads
from control_tower.workflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants planned: for which exceptions, and what shall differ from the recommended plan."""

    exception_ids: tuple[str, ...]
    is_shared: bool = True
    """Also every other line that waits for the same items (REA-04)."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Weights in place of policy's."""
    choice: Mapping[str, str] = field(default_factory=dict)
    """Order line → option that a planner chose himself."""
    replaces: str | None = None
    """The proposal that this plan would replace: what it holds itself is free for it."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A plan before anybody drafted it: its payload, the field's rules beside it, and who would have to say yes."""

    payload: Mapping[str, Any]
    recommended: Mapping[str, Any]
    """Score, terms, freight and moves of the recommended plan; the payload's own where nothing was changed."""
    compared: Sequence[Mapping[str, Any]]
    required: Sequence[RequiredApproval]


def outlook(store: Store, settings: Settings, wish: Wish, viewer: User) -> Outlook:
    """Plan what is wished; nothing is kept.

    Raises NotAllowed for exceptions that the viewer does not see or that are about no open line, for a plan that
    touches other sites than the viewer's, and for a choice that no rule allows; PolicyError for an unknown weight.
    """
    _require_exceptions(store, viewer, wish.exception_ids)
    rules = policy.in_force(store)
    build = warehouse.open_current(settings)
    found = situation.read(build, list(wish.exception_ids), rules, held(store, wish.replaces), wish.is_shared)
    best = plan.for_situation(found, rules)
    recommended = payload.of(best)
    made, written = _wished(found, rules, wish, (best, recommended))
    written = turning.answered(written, made, wish.choice)
    outside = sorted(payloads.read(written).sites - (viewer.site_ids or frozenset()))
    if viewer.site_ids is not None and outside:
        raise NotAllowed(f"the best plan touches sites that are not yours ({', '.join(outside)}); ask somebody of them")
    needed = matrix.required(payloads.read(written), rules.approval)
    kept = ("score", "score_terms", "freight_amount", "amount", "moves", "donors")
    return Outlook(written, {name: recommended[name] for name in kept}, compare.compared(made), needed)


def _wished(
    found: Situation, rules: Policy, wish: Wish, recommended: tuple[Plan, dict[str, Any]]
) -> tuple[Plan, dict[str, Any]]:
    """The plan as wished and its payload, which says what was recommended when something else was chosen (REA-10)."""
    best, written = recommended
    if not wish.weights and not wish.choice:
        return best, written
    if wish.choice:
        made = choice.fixed(found, rules, wish.choice, wish.weights)
    else:
        made = plan.for_situation(found, rules, wish.weights)
    own = choice.worded(payload.of(made), wish.choice)
    if own["moves"] == written["moves"]:
        return made, own
    asked: dict[str, Any] = {"lines": dict(wish.choice)} if wish.choice else {}
    asked |= {"weights": dict(wish.weights)} if wish.weights else {}
    return made, {**own, "recommended_option": written["recommended_option"], "chosen_option": asked}


def _require_exceptions(store: Store, viewer: User, exception_ids: Sequence[str]) -> None:
    """Every exception is known and of this user's sites, in the same words for both (fault 81)."""
    facts = store.facts()
    for exception_id in exception_ids:
        found = facts.exception(exception_id)
        if found is None or not viewer.sees({found.site_id} if found.site_id else set()):
            raise NotAllowed(f"no exception {exception_id!r} in the newest build")


def held(store: Store, without: str | None = None) -> list[dict[str, Any]]:
    """What proposals hold now, one of them left out when it is named: one row per claim, as the planner reads it."""
    with store.reading() as unit:
        claims = unit.reservations.all_taken()
    return [
        {
            "site_id": claim.pool.site_id,
            "item_id": claim.pool.item_id,
            "supply_id": claim.pool.supply_id,
            "donor_order_line_id": claim.pool.donor_order_line_id,
            "qty": claim.qty,
        }
        for claim in claims
        if claim.proposal_id != without
    ]


def propose(store: Store, request: Request, settings: Settings, exception_ids: Sequence[str]) -> Receipt:
    """Plan for all lines that share a shortage with these exceptions, and put the plan forward as a draft."""
    wish = Wish(tuple(exception_ids))
    return proposals.draft(store, request, outlook(store, settings, wish, users.find(store, request.actor_id)).payload)


def plan_again(store: Store, request: Request, settings: Settings, proposal_id: str) -> Receipt:
    """Put today's best plan for the same exceptions in a proposal's place: a new version, a draft again.

    What the proposal holds itself is free for the new plan. Raises NotAllowed when nothing is left to plan.
    """
    viewer = users.find(store, request.actor_id)
    known = proposals.find(store, viewer, proposal_id)
    wish = Wish(known.exception_ids, replaces=proposal_id)
    return proposals.edit(store, request, proposal_id, outlook(store, settings, wish, viewer).payload)
