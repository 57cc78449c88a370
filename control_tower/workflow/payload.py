"""What does a proposal say? The payload as the planner made it, checked as far as decisions rely on it.

The payload itself stays as it came: what was shown, hashed and approved is the same text. This is only a reading of it.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from control_tower.errors import PolicyError
from control_tower.model import Pool
from control_tower.vocabulary import CustomerTier, MoveAction

Qty = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Maybe = Annotated[Name | None, BeforeValidator(lambda value: value or None)]
"""An id, or none: an empty text says the same as null."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class PlannedMove(_Part):
    """One movement of goods."""

    move_no: int
    action: MoveAction
    order_line_id: Name
    item_id: Maybe = None
    from_site_id: Maybe = None
    qty: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Claim(_Part):
    """Stock that must not be promised to anybody else."""

    site_id: Maybe = None
    item_id: Name
    supply_id: Maybe = None
    donor_order_line_id: Maybe = None
    qty: Qty

    @property
    def pool(self) -> Pool:
        """Where it is taken from."""
        return Pool(self.site_id, self.item_id, self.supply_id, self.donor_order_line_id)


class Waiver(_Part):
    """A limit that is waived, and for whom."""

    user_id: Name


class Payload(_Part):
    """The parts of a proposal that rules look at."""

    exception_ids: Annotated[list[Name], Field(min_length=1)]
    build_id: str
    policy_hash: str
    policy_version: str = ""
    moves: list[PlannedMove]
    reserves: list[Claim]
    amount: Amount
    margin_rate: Annotated[Decimal, Field(allow_inf_nan=False)] | None = None
    tier: CustomerTier | None = None
    site_ids: list[Name]
    waivers: list[Waiver] = Field(default_factory=list)
    recommended_option: Any = None
    chosen_option: Any = None

    @cached_property
    def actions(self) -> frozenset[MoveAction]:
        """The ways it uses."""
        return frozenset(move.action for move in self.moves)

    @cached_property
    def sites(self) -> frozenset[str]:
        """Every site it touches, also one that `site_ids` leaves out."""
        touched = {*self.site_ids, *(m.from_site_id for m in self.moves), *(r.site_id for r in self.reserves)}
        return frozenset(site for site in touched if site)

    @cached_property
    def needs(self) -> dict[Pool, Decimal]:
        """What it takes of every pool."""
        sums: dict[Pool, Decimal] = {}
        pools: dict[str, Pool] = {}
        for claim in self.reserves:
            pool = pools.setdefault(claim.pool.key, claim.pool)
            sums[pool] = sums.get(pool, Decimal(0)) + claim.qty
        return sums


def read(payload: Mapping[str, Any]) -> Payload:
    """Read a payload. Raises PolicyError naming the key and what is wrong with it."""
    try:
        return Payload.model_validate(dict(payload))
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        raise PolicyError(f"proposal: {key}: {problem['msg']}; plan it again") from error
