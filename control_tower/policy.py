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
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from control_tower.errors import PolicyError
from control_tower.vocabulary import CustomerTier, MoveAction, Role

SHIPPED = Path(__file__).resolve().parent / "policy.toml"

Rate = Annotated[Decimal, Field(ge=0, le=1)]
Amount = Annotated[Decimal, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


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


class Boundary(StrEnum):
    """How far a machine may go with an action (AI-03)."""

    RECOMMEND = "recommend"
    EXECUTE = "execute"
    NEEDS_APPROVAL = "needs_approval"


ALWAYS_HUMAN = ("credit_release", "margin_override", "export", "customer_specific_fulfilment")
"""High-risk actions: no policy lets a machine decide them."""


class ApprovalRule(_Strict):
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


class Decisions(_Strict):
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
    approval: Decisions
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
    def approval(self) -> Decisions:
        """Who must say yes to a proposal."""
        return self.rules.approval

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
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror}); the policy file must exist") from error
    return parse(content, path)


def parse(content: bytes, path: Path) -> Policy:
    """Check the text of a policy; `path` is what messages call it. Raises PolicyError as `load` does."""
    try:
        table = tomllib.loads(content.decode("utf-8"))
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
        "approval": ApprovalRule if "rule" in place else Decisions,
        "targets": Target,
    }
    model = tables[place[0]] if place else Rules
    return sorted(model.model_fields)
