"""Which numbers may the business change, section by section? The typed tables of `policy.toml`.

Never put here how a rule works, only the numbers and words it takes; the sections of the reallocation and of
approvals have modules of their own.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from control_tower.vocabulary import CauseLayer

Rate = Annotated[Decimal, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=0)]


class Strict(BaseModel):
    """A table whose keys are all known and all stated."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Loading(Strict):
    """When a load is stopped, and how much of the machine it may take."""

    refusal_rate_limit: Rate
    refusal_rate_from_rows: Count
    earliest: date
    latest: date
    keep_builds: Count
    free_disk_factor: Annotated[float, Field(ge=1)]
    max_expanded_bytes: Count
    max_expansion_ratio: Annotated[float, Field(ge=1)]
    ratio_counts_from_bytes: Count
    max_members: Count
    max_field_bytes: Count


class Detection(Strict):
    """Numbers that exception types read from `policy_parameter`; the name's suffix is the unit."""

    payment_grace_days: Amount
    late_receipt_grace_days: Amount
    promise_grace_days: Amount
    duplicate_order_window_hours: Amount
    missing_confirmation_hours: Amount
    missing_proof_days: Amount
    invoice_release_days: Amount
    match_tolerance_rate: Rate
    shipment_delay_grace_hours: Amount
    silent_interface_hours: Amount


class Measures(Strict):
    """Numbers that KPI definitions read from `policy_parameter`; the name's suffix is the unit."""

    recurrence_days: Amount
    touch_gap_seconds: Amount
    invoice_maturity_days: Amount
    unbilled_days: Amount
    auto_recovery_minutes: Amount
    demand_horizon_days: Amount
    standard_touch_minutes: Amount
    running_cost_per_day_amount: Amount | None = None
    """Run and change cost of the tower (K50); unstated = there is no return on cost."""


class Verdicts(Strict):
    """From where on a difference between places is called strong or watch (RCA-01, DET-12)."""

    false_alarm_level: Annotated[float, Field(gt=0, lt=1)]
    min_failed: Count
    watch_ratio: Annotated[float, Field(ge=1)]
    strong_ratio: Annotated[float, Field(ge=1)]
    replication_level: Annotated[float, Field(gt=0, lt=1)]


class CauseLayers(Strict):
    """At which layer a cause lies, by the error of the message behind it and by the exception's type (RCA-05)."""

    by_error: dict[str, CauseLayer]
    by_type: dict[str, CauseLayer]


class Target(Strict):
    """What a figure shall be, and what it was before, in the unit of its value (rates 0–1)."""

    target: Decimal | None = None
    baseline: Decimal | None = None
