"""How are exceptions weighed, handed to an owner and timed? The typed `[triage]`, `[routing]` and `[sla]` tables.

Never put here how a rule is applied: control_tower/triage does that.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from control_tower.policy_sections import Amount, Strict
from control_tower.vocabulary import Category, CustomerTier, Severity

Points = Annotated[int, Field(ge=0, le=100)]
Factor = Annotated[float, Field(gt=0, le=10)]
Hours = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, Field(min_length=1)]


class DecisionType(StrEnum):
    """How far a decision about an exception may go without a person (TRI-05)."""

    AUTOMATIC = "automatic"
    CONDITIONAL = "conditional"
    MANUAL = "manual"


ALWAYS_MANUAL = ("compliance_hold", "credit_hold", "blocked_account", "margin_violation", "regulated_order")
"""Credit release, margin override, export: no policy lets a machine decide them (AI-03)."""


class AmountStep(Strict):
    """From this amount on, in the reporting currency, so many points."""

    from_amount: Amount
    points: Points


class DayStep(Strict):
    """So many points when the promise is at most so many days away; 0 = today or passed."""

    within_days: Annotated[int, Field(ge=0)]
    points: Points


class BySeverity(Strict):
    """Points by the severity that the taxonomy gives a type."""

    informational: Points
    standard: Points
    critical: Points


class ByTier(Strict):
    """Points by customer tier; `unknown` for a customer without one."""

    strategic: Points
    key: Points
    standard: Points
    small: Points
    unknown: Points


class Tiers(Strict):
    """From which score on an exception is standard, and business-critical; below it is informational (TRI-02)."""

    standard_from: Points
    critical_from: Points
    always_critical: tuple[str, ...]


class Triage(Strict):
    """The severity score, term by term (TRI-01), its tiers (TRI-02) and the decision types (TRI-05)."""

    type_default: BySeverity
    type_points: dict[str, Points]
    customer_tier: ByTier
    order_value: Annotated[tuple[AmountStep, ...], Field(min_length=1)]
    criticality: dict[str, Points]
    fulfilment: Annotated[tuple[DayStep, ...], Field(min_length=1)]
    regulated_points: Points
    compliance_types: tuple[str, ...]
    exposure: Annotated[tuple[AmountStep, ...], Field(min_length=1)]
    tiers: Tiers
    decision_default: DecisionType
    decision: dict[str, DecisionType]

    @field_validator("criticality")
    @classmethod
    def _with_unknown(cls, points: dict[str, int]) -> dict[str, int]:
        if "unknown" not in points:
            raise ValueError("say how many points an item of unknown criticality has: unknown = …")
        return points

    @field_validator("decision")
    @classmethod
    def _human(cls, decision: dict[str, DecisionType]) -> dict[str, DecisionType]:
        loose = [name for name in ALWAYS_MANUAL if decision.get(name) is not DecisionType.MANUAL]
        if loose:
            raise ValueError(f"{', '.join(loose)}: is always decided by a person; say manual")
        return decision

    @model_validator(mode="after")
    def _rising(self) -> "Triage":
        if self.tiers.standard_from >= self.tiers.critical_from:
            raise ValueError("tiers: standard_from must lie below critical_from")
        for name in ("order_value", "exposure"):
            steps = [(step.from_amount, step.points) for step in getattr(self, name)]
            if steps != sorted(steps) or [points for _, points in steps] != sorted(points for _, points in steps):
                raise ValueError(f"{name}: amounts and points must rise together")
        return self

    def decides(self, type_code: str) -> DecisionType:
        """How far a decision about this type may go without a person."""
        return self.decision.get(type_code, self.decision_default)


class Team(Strict):
    """A team of the tower that no source names, or one of a source with its people."""

    id: Words
    title: Words
    members: tuple[str, ...]
    """Accounts of the tower; the first is accountable where a rule names no person."""


class Rule(Strict):
    """One row of the routing table: what is stated must hold, the first row that holds names the owner (ROU-01).

    `team` = id of a team, or `source` for the team that the source names.
    """

    id: Name
    types: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    severities: tuple[Severity, ...] = ()
    tiers: tuple[CustomerTier, ...] = ()
    from_amount: Amount | None = None
    team: Words
    person: str | None = None


class Step(Strict):
    """One step of the escalation ladder (ROU-03)."""

    id: Name
    level: Annotated[int, Field(ge=1, le=9)]
    clock: Annotated[str, Field(pattern="^(acknowledge|decide|resolve)$")]
    after_hours: Annotated[float, Field(ge=0)]
    """Working hours past the clock's due time."""
    categories: tuple[Category, ...] = ()
    severities: tuple[Severity, ...] = ()
    only_without_alternate_stock: bool
    team: Words
    task: str | None = None
    """Opened beside it for `task_team`."""
    task_team: str | None = None


class Wave(Strict):
    """A part of the roll-out, to be compared with its baseline (ROU-11); empty lists mean all."""

    label: Words
    from_date: date
    categories: tuple[Category, ...] = ()
    site_ids: tuple[str, ...] = ()


class Routing(Strict):
    """Who owns what, and where it goes when time runs out."""

    team: tuple[Team, ...]
    rule: Annotated[tuple[Rule, ...], Field(min_length=1)]
    escalation: tuple[Step, ...]
    wave: tuple[Wave, ...]

    @model_validator(mode="after")
    def _known(self) -> "Routing":
        ids = [rule.id for rule in self.rule]
        if len(ids) != len(set(ids)):
            raise ValueError(f"two rules are called {next(name for name in ids if ids.count(name) > 1)}")
        known = {team.id for team in self.team} | {"source"}
        named = {rule.team for rule in self.rule} | {step.team for step in self.escalation}
        strangers = sorted(name for name in named - known if ":" not in name)
        if strangers:
            raise ValueError(f"no team {strangers[0]!r}; declare it as [[routing.team]] or name a source's by its id")
        last = self.rule[-1]
        if last.types or last.categories or last.severities or last.tiers or last.from_amount is not None:
            raise ValueError("the last rule must take whatever is left: no condition")
        return self


class Clocks(Strict):
    """Working hours from detection on."""

    acknowledge_hours: Hours
    decide_hours: Hours
    resolve_hours: Hours

    @model_validator(mode="after")
    def _in_order(self) -> "Clocks":
        if not self.acknowledge_hours <= self.decide_hours <= self.resolve_hours:
            raise ValueError("acknowledge ≤ decide ≤ resolve")
        return self


class SeverityClocks(Strict):
    """The clocks of each tier of severity."""

    informational: Clocks
    standard: Clocks
    critical: Clocks


class TierFactors(Strict):
    """By what the hours are multiplied for a customer tier."""

    strategic: Factor
    key: Factor
    standard: Factor
    small: Factor
    unknown: Factor


class Local(Strict):
    """What one site or business unit does differently, and why (ROU-09)."""

    site_id: str | None = None
    business_unit: str | None = None
    factor: Factor
    why: Words

    @model_validator(mode="after")
    def _somewhere(self) -> "Local":
        if (self.site_id is None) == (self.business_unit is None):
            raise ValueError("name a site_id or a business_unit, one of them")
        return self


class Sla(Strict):
    """By when each exception must be acknowledged, decided and resolved (ROU-02)."""

    calendar: Words
    """Where a site has no calendar of its own."""
    time_zone: Words
    live_within_hours: Hours
    """A log whose clock is older stands still: it is judged at its end."""
    due_soon_hours: Hours
    by_severity: SeverityClocks
    tier_factor: TierFactors
    large_exposure_amount: Amount
    large_exposure_factor: Factor
    pause_reasons: Annotated[tuple[Words, ...], Field(min_length=1)]
    least_local_factor: Factor
    most_local_factor: Factor
    local: tuple[Local, ...]

    @model_validator(mode="after")
    def _bounded(self) -> "Sla":
        for one in self.local:
            if not self.least_local_factor <= one.factor <= self.most_local_factor:
                raise ValueError(
                    f"local {one.site_id or one.business_unit}: factor {one.factor} is outside the enterprise's bounds "
                    f"{self.least_local_factor} to {self.most_local_factor}"
                )
        return self
