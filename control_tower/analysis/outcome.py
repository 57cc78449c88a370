"""What does a computation over rows answer with? A number, what it stands on, and what to show beside it.

Only the shape: never a computation, never which rows count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """A value, the two sums it was made of where there are such, and details ready for JSON.

    Without a value `detail["why"]` says why. `n` counts what was measured.
    """

    value: float | None
    n: int
    numerator: float | None = None
    denominator: float | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def nothing(why: str, n: int = 0) -> Outcome:
    """No value, and the reason in words."""
    return Outcome(None, n, detail={"why": why})
