"""When is an effect of decisions called one? The typed `[outcomes]` table of `policy.toml`.

Never put here how cases are matched or an interval is drawn: control_tower/ledger does that.
"""

from typing import Annotated

from pydantic import Field

from control_tower.policy_sections import Count, Strict


class Outcomes(Strict):
    """How decided cases are compared with similar ones that were not decided on, and from where on that says something."""

    neighbours: Annotated[int, Field(ge=1, le=50)]
    """Similar cases per decided one, at most."""
    caliper: Annotated[float, Field(gt=0, le=10)]
    """How far apart two cases may be, in standard deviations."""
    horizon_days: Count
    """Days after the decision that are looked at; a case that is not over by then counts with all of them."""
    late_days_limit: Count
    """A line that is later than this counts with this many days."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    draws: Annotated[int, Field(ge=200, le=20_000)]
    seed: Annotated[int, Field(ge=0)]
    min_sets: Annotated[int, Field(ge=2)]
    """Below so many decided cases with a similar one nothing can be told."""
    largest_imbalance: Annotated[float, Field(gt=0, le=2)]
    """Above this standardised mean difference after matching nothing can be told."""
