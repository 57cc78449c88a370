"""Who must say yes to a proposal, and what may a machine do alone? The typed `[approval]` tables of `policy.toml`.

Never put here how a rule is applied: control_tower/workflow does that.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from control_tower.policy_sections import Amount, Count, Strict
from control_tower.vocabulary import CustomerTier, MoveAction, Role


class Boundary(StrEnum):
    """How far a machine may go with an action (AI-03)."""

    RECOMMEND = "recommend"
    EXECUTE = "execute"
    NEEDS_APPROVAL = "needs_approval"


ALWAYS_HUMAN = ("credit_release", "partial_release", "margin_override", "export", "customer_specific_fulfilment")
"""High-risk actions: no policy lets a machine decide them. A partial release is a credit release within the limit."""


class ApprovalRule(Strict):
    """One row of the approval matrix: when all stated conditions hold, so many of these roles must say yes (GOV-03)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    from_amount: Amount | None = None
    below_margin_rate: Annotated[Decimal, Field(ge=-1, le=1)] | None = None
    tiers: tuple[CustomerTier, ...] = ()
    actions: tuple[MoveAction, ...] = ()
    site_ids: tuple[str, ...] = ()
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    count: Annotated[int, Field(ge=1, le=2)]
    why: Annotated[str, Field(min_length=1)]

    @field_validator("roles")
    @classmethod
    def _may_approve(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        strangers = sorted(set(roles) - {Role.APPROVER, Role.EXECUTIVE})
        if strangers:
            raise ValueError(f"only approver and executive may approve, not {', '.join(strangers)}")
        return roles


class Decisions(Strict):
    """Who must say yes to a proposal, how long it stands, and what a machine may do alone."""

    expires_hours: Count
    boundary: dict[str, Boundary]
    rule: tuple[ApprovalRule, ...] = ()

    @field_validator("boundary")
    @classmethod
    def _known(cls, boundary: dict[str, Boundary]) -> dict[str, Boundary]:
        strangers = sorted(set(boundary) - {*map(str, MoveAction), *ALWAYS_HUMAN})
        if strangers:
            raise ValueError(f"no such action: {', '.join(strangers)}")
        loose = [name for name in ALWAYS_HUMAN if boundary.get(name) is Boundary.EXECUTE]
        if loose:
            raise ValueError(f"{', '.join(loose)}: a high-risk action is never a machine's; say needs_approval")
        return boundary

    def bounds(self, action: str) -> Boundary:
        """How far a machine may go with an action; what the policy does not name needs a person."""
        return self.boundary.get(action, Boundary.NEEDS_APPROVAL)

    @field_validator("rule")
    @classmethod
    def _once(cls, rules: tuple[ApprovalRule, ...]) -> tuple[ApprovalRule, ...]:
        names = [rule.id for rule in rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two rules are called {twice[0]}")
        return rules
