"""What did the business decide? The typed schema of `policy.toml`.

Every key is required and none is optional but targets and costs nobody has stated: a default in the code would be a second place
where a rule is decided. Never put here where a machine keeps things (`settings.py`), and never a rule's
logic: only its numbers.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from control_tower.errors import PolicyError
from control_tower.vocabulary import AllocationClass

SHIPPED = Path(__file__).resolve().parent / "policy.toml"

Rate = Annotated[Decimal, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]
Days = Annotated[int, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Loading(_Strict):
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


class Detection(_Strict):
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


class Measures(_Strict):
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


class Weights(_Strict):
    """How much each term of an option's score counts; 1 = as it stands in money."""

    lateness: Amount
    sla: Amount
    margin: Amount
    priority: Amount
    freight: Amount
    split: Amount
    donor_harm: Amount


class Priorities(_Strict):
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


class Classes(_Strict):
    """Allocation class by customer tier: who may gain and who may lose."""

    strategic: AllocationClass
    key: AllocationClass
    standard: AllocationClass
    small: AllocationClass
    unknown: AllocationClass


class Reallocation(_Strict):
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


class Target(_Strict):
    """What a figure shall be, and what it was before, in the unit of its value (rates 0–1)."""

    target: Decimal | None = None
    baseline: Decimal | None = None


class Rules(_Strict):
    """The whole of policy.toml."""

    version: Annotated[str, Field(min_length=1)]
    reporting_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    small_sample: Count
    loading: Loading
    detection: Detection
    measures: Measures
    reallocation: Reallocation
    targets: dict[str, Target] = Field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """One version of the policy, and the hash of exactly the text it was read from."""

    rules: Rules
    hash: str
    """SHA-256 of the file's bytes, hexadecimal: recorded by every build and every decision."""

    @property
    def version(self) -> str:
        """The version the file states."""
        return self.rules.version

    @property
    def reporting_currency(self) -> str:
        """ISO 4217 code that all sums of money are in."""
        return self.rules.reporting_currency

    @property
    def small_sample(self) -> int:
        """Below this n a figure says "too few"."""
        return self.rules.small_sample

    @property
    def loading(self) -> Loading:
        """When a load is stopped."""
        return self.rules.loading

    @property
    def detection(self) -> Detection:
        """The numbers of detection."""
        return self.rules.detection

    @property
    def measures(self) -> Measures:
        """The numbers of figures."""
        return self.rules.measures

    @property
    def reallocation(self) -> Reallocation:
        """How short lines are served."""
        return self.rules.reallocation

    @property
    def targets(self) -> dict[str, Target]:
        """Target and baseline by KPI name."""
        return self.rules.targets

    @cached_property
    def parameters(self) -> dict[str, Decimal]:
        """The rows of the relation `policy_parameter`: name → value, sorted by name."""
        pairs = {**self.rules.detection.model_dump(), **self.rules.measures.model_dump(exclude_none=True)}
        return dict(sorted(pairs.items()))


def load(path: Path = SHIPPED) -> Policy:
    """Read and check a policy file.

    Raises PolicyError naming the file, the key and what is allowed there.
    """
    try:
        content = path.read_bytes()
        table = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror}); the policy file must exist") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: is not TOML: {error}") from error
    try:
        rules = Rules.model_validate(table)
    except ValidationError as error:
        raise PolicyError(_in_words(path, error)) from error
    return Policy(rules, hashlib.sha256(content).hexdigest())


def _in_words(path: Path, error: ValidationError) -> str:
    return "; ".join(_sentence(path, dict(problem)) for problem in error.errors())


def _sentence(path: Path, problem: dict[str, Any]) -> str:
    place = tuple(str(part) for part in problem["loc"])
    key = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return f"{path}: unknown key {key}; allowed here: {', '.join(_allowed(place[:-1]))}"
    if problem["type"] == "missing":
        return f"{path}: key {key} is missing; add it (policy has no defaults)"
    return f"{path}: key {key}: {problem['msg']}, found {problem['input']!r}"


def _allowed(place: tuple[str, ...]) -> list[str]:
    tables: dict[str, type[BaseModel]] = {
        "loading": Loading,
        "detection": Detection,
        "measures": Measures,
        "reallocation": Reallocation,
        "reallocation.weights": Weights,
        "reallocation.priorities": Priorities,
        "reallocation.classes": Classes,
        "targets": Target,
    }
    model = tables.get(".".join(place[:2]), tables[place[0]]) if place else Rules
    return sorted(model.model_fields)
