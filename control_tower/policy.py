"""What did the business decide? The typed schema of `policy.toml`.

Every key is required and none is optional but targets and costs nobody has stated: a default in the code would be a second place
where a rule is decided. Never put here where a machine keeps things (`settings.py`), and never a rule's
logic: only its numbers.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from control_tower.errors import PolicyError
from control_tower.policy_approval import ApprovalRule, Decisions
from control_tower.policy_outcomes import Outcomes
from control_tower.policy_reallocation import Classes, Priorities, Reallocation, Weights
from control_tower.policy_sections import CauseLayers, Count, Detection, Loading, Measures, Strict, Target, Verdicts
from control_tower.policy_triage import Routing, Sla, Triage

#: before the name of a figure: the row of `policy_parameter` that holds its baseline
BASELINE = "baseline_"
SHIPPED = Path(__file__).resolve().parent / "policy.toml"


class Rules(Strict):
    """The whole of policy.toml."""

    version: Annotated[str, Field(min_length=1)]
    reporting_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    small_sample: Count
    loading: Loading
    detection: Detection
    measures: Measures
    reallocation: Reallocation
    approval: Decisions
    verdicts: Verdicts
    cause_layers: CauseLayers
    triage: Triage
    routing: Routing
    sla: Sla
    outcomes: Outcomes
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
        pairs |= {BASELINE + name: value for name, value in self.baselines.items()}
        return dict(sorted(pairs.items()))

    @property
    def baselines(self) -> dict[str, Decimal]:
        """What figures were before, by KPI name, where that is stated (EXE-08)."""
        return {name: one.baseline for name, one in self.targets.items() if one.baseline is not None}


def load(path: Path = SHIPPED) -> Policy:
    """Read and check a policy file.

    Raises PolicyError naming the file, the key and what is allowed there.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror}); the policy file must exist") from error
    return parse(content, path)


def kept(path: Path) -> Policy:
    """The policy that a build keeps; the shipped one where it is gone or written for another version of the product."""
    try:
        return load(path) if path.is_file() else load()
    except PolicyError:
        return load()


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
        "reallocation": Reallocation,
        "approval": ApprovalRule if "rule" in place else Decisions,
        "reallocation.weights": Weights,
        "reallocation.priorities": Priorities,
        "reallocation.classes": Classes,
        "verdicts": Verdicts,
        "cause_layers": CauseLayers,
        "triage": Triage,
        "routing": Routing,
        "sla": Sla,
        "outcomes": Outcomes,
        "targets": Target,
    }
    model = tables.get(".".join(place[:2]), tables[place[0]]) if place else Rules
    return sorted(model.model_fields)
