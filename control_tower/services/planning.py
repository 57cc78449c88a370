"""How does an exception become a proposal? The planner's best plan on the newest build, drafted in a user's name.

Never plans itself: that is `reallocation`, which is told what other proposals hold.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from control_tower import warehouse
from control_tower.reallocation import payload, plan
from control_tower.services import policy, proposals
from control_tower.services.request import Receipt, Request
from control_tower.settings import Settings
from control_tower.workflow.store.store import Store


def planned(
    store: Store, settings: Settings, exception_ids: Sequence[str], weights: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """The payload of the best plan for all lines that share a shortage with these exceptions; nothing is kept.

    Raises NotAllowed when the exceptions are about no open line, PolicyError for a weight that does not exist.
    """
    build = warehouse.open_current(settings)
    return payload.of(plan.propose(build, exception_ids, policy.in_force(store), held(store), weights))


def held(store: Store) -> list[dict[str, Any]]:
    """What proposals hold now: one row per claim, as the planner reads it."""
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
    ]


def propose(store: Store, request: Request, settings: Settings, exception_ids: Sequence[str]) -> Receipt:
    """Plan, and put the plan forward as a draft."""
    return proposals.draft(store, request, planned(store, settings, exception_ids))
