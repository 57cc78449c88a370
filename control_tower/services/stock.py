"""Is there enough stock for a proposal, and who holds it? Claims against what the newest build says (DET-06, fault 61).

Never plans.
"""

from decimal import Decimal

from control_tower.errors import Conflict
from control_tower.model import Pool, Reservation
from control_tower.services.acting import Desk
from control_tower.vocabulary import ReservationState
from control_tower.workflow import canonical
from control_tower.workflow.payload import Payload
from control_tower.workflow.store.store import Store


def take(store: Store, desk: Desk, proposal_id: str, payload: Payload) -> None:
    """Claim what a plan needs. Raises Conflict naming who holds what is missing; never takes a part."""
    short = shortages(store, desk, payload, None)
    if short:
        raise Conflict(f"proposal {proposal_id}: {'; '.join(short)}; plan it again")
    number = len(desk.unit.reservations.of_proposal(proposal_id))
    claims = [
        Reservation(f"{proposal_id}-r{number + place}", proposal_id, pool, qty, ReservationState.TAKEN)
        for place, (pool, qty) in enumerate(payload.needs.items(), start=1)
    ]
    desk.unit.reservations.take(claims, desk.unit.now)


def free(desk: Desk, proposal_id: str) -> None:
    """Give back what a proposal holds."""
    desk.unit.reservations.end(proposal_id, ReservationState.FREED, desk.unit.now)


def shortages(store: Store, desk: Desk, payload: Payload, holder: str | None) -> list[str]:
    """Pools that do not hold what the plan needs, in words; empty = enough.

    `holder` is the proposal that already holds its claim (its own need is then part of what is held).
    """
    facts, found = store.facts(), []
    for pool, need in payload.needs.items():
        held = desk.unit.reservations.held_qty(pool.key)
        available = facts.available_qty(pool)
        wanted = held if holder else held + need
        if wanted > available:
            found.append(_sentence(desk, pool, need, available))
    return found


def _sentence(desk: Desk, pool: Pool, need: Decimal, available: Decimal) -> str:
    held = [
        f"{claim.proposal_id} holds {canonical.number(claim.qty)}" for claim in desk.unit.reservations.holders(pool.key)
    ]
    place = pool.donor_order_line_id or pool.supply_id or pool.site_id or "nowhere"
    by = f", {', '.join(held)}" if held else ""
    return f"{pool.item_id} at {place}: {canonical.number(need)} needed, {canonical.number(available)} available{by}"
