"""Which numbers decide how short order lines are served? The typed `[reallocation]` tables of `policy.toml`.

Never put here how an option is scored or refused: control_tower/reallocation does that.
"""

from typing import Annotated

from pydantic import Field

from control_tower.policy_sections import Amount, Count, Days, Rate, Strict
from control_tower.vocabulary import AllocationClass


class Weights(Strict):
    """How much each term of an option's score counts; 1 = as it stands in money."""

    lateness: Amount
    sla: Amount
    margin: Amount
    priority: Amount
    freight: Amount
    split: Amount
    donor_harm: Amount


class Priorities(Strict):
    """What makes a late day of a line count for more (REA-07): points that add up."""

    strategic: Amount
    key: Amount
    standard: Amount
    small: Amount
    unknown: Amount
    rush_order: Amount
    waited_day: Amount
    waited_cap: Amount
    due_soon: Amount
    due_soon_days: Amount
    recently_late: Amount
    recently_late_days: Count


class Classes(Strict):
    """Allocation class by customer tier: who may gain and who may lose."""

    strategic: AllocationClass
    key: AllocationClass
    standard: AllocationClass
    small: AllocationClass
    unknown: AllocationClass


class Reallocation(Strict):
    """How short lines are served; amounts in the reporting currency, rates as shares of a line's value."""

    gap_rate: Rate
    time_limit_seconds: Annotated[float, Field(ge=0)]
    what_if_solves: Annotated[int, Field(ge=0)]
    freeze_days: Days
    handling_days: Days
    receipt_days: Days
    wait_days: Days
    credit_decision_days: Days
    defer_days: Days
    lateness_rate: Rate
    lateness_cap_days: Days
    sla_rate: Rate
    wait_loss_rate: Rate
    shipment_amount: Amount
    split_amount: Amount
    donor_amount: Amount
    drop_ship_rate: Rate
    site_capacity_qty: Amount
    gaining_classes: tuple[AllocationClass, ...]
    losing_classes: tuple[AllocationClass, ...]
    site_capacities_qty: dict[str, Amount]
    classes: Classes
    weights: Weights
    priorities: Priorities
