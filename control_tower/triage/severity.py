"""How bad is an exception, and why? The terms of the severity score in words, and the points as the queue's read binds them.

The points are given in one place, `reads/queue_row.sql`, so that the database can order by them; the numbers come from
the policy (TRI-01, TRI-02). Never holds a number of its own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from control_tower.policy_triage import Triage


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the score: how many points of how many possible, and why."""

    name: str
    points: int
    most: int
    why: str


def bound(rules: Triage) -> str:
    """The policy's points as one JSON text for `$rules` of the queue's read."""
    value, exposure, promise = rules.order_value, rules.exposure, rules.fulfilment
    return json.dumps(
        {
            "type_points": rules.type_points,
            "type_default": rules.type_default.model_dump(),
            "tier_points": rules.customer_tier.model_dump(),
            "criticality": rules.criticality,
            "value_from": [float(step.from_amount) for step in value],
            "value_points": [step.points for step in value],
            "exposure_from": [float(step.from_amount) for step in exposure],
            "exposure_points": [step.points for step in exposure],
            "promise_days": [step.within_days for step in promise],
            "promise_points": [step.points for step in promise],
            "regulated_points": rules.regulated_points,
            "compliance_types": list(rules.compliance_types),
            "standard_from": rules.tiers.standard_from,
            "critical_from": rules.tiers.critical_from,
            "always_critical": list(rules.tiers.always_critical),
        },
        sort_keys=True,
    )


def terms(row: Mapping[str, Any], rules: Triage, currency: str) -> list[Term]:
    """The terms of one row of the queue, in the policy's order; their points add up to `row["score"]`."""
    most = {
        "type": max([*rules.type_points.values(), *rules.type_default.model_dump().values()]),
        "tier": max(rules.customer_tier.model_dump().values()),
        "value": max(step.points for step in rules.order_value),
        "criticality": max(rules.criticality.values()),
        "fulfilment": max(step.points for step in rules.fulfilment),
        "compliance": rules.regulated_points,
        "exposure": max(step.points for step in rules.exposure),
    }
    said = {
        "type": ("Type", _type(row, rules)),
        "tier": ("Customer tier", f"{row['customer_tier']}" if row["customer_tier"] != "unknown" else "not known"),
        "value": ("Order value", _amount(row["order_amount"], currency, "no order with a value")),
        "criticality": ("Item criticality", _criticality(row)),
        "fulfilment": ("Fulfilment risk", _promise(row)),
        "compliance": ("Compliance risk", _compliance(row, rules)),
        "exposure": ("Exposure", _amount(row["revenue_amount"], currency, "no money is stated")),
    }
    return [Term(name, int(row[f"{key}_points"]), most[key], why) for key, (name, why) in said.items()]


def verdict(row: Mapping[str, Any], rules: Triage) -> str:
    """Why the score means this tier, in words."""
    score = int(row["score"])
    if row["severity"] == "critical" and score < rules.tiers.critical_from:
        return f"{score} points; this type is always business-critical"
    bounds = f"standard from {rules.tiers.standard_from}, business-critical from {rules.tiers.critical_from}"
    return f"{score} points; {bounds}"


def _type(row: Mapping[str, Any], rules: Triage) -> str:
    if row["type_code"] in rules.type_points:
        return f"{row['type_title']}: points of its own"
    return f"{row['type_title']}: {row['type_severity']} by the taxonomy"


def _criticality(row: Mapping[str, Any]) -> str:
    return "no item is known" if row["criticality"] == "unknown" else f"class {row['criticality']}"


def _promise(row: Mapping[str, Any]) -> str:
    days = row["promise_in_days"]
    if days is None:
        return "nothing promised is still to ship"
    if days <= 0:
        return "promised for today" if days == 0 else f"promise passed {-int(days)} day{'s' if days < -1 else ''} ago"
    return f"promised in {int(days)} days" if days > 1 else "promised for tomorrow"


def _compliance(row: Mapping[str, Any], rules: Triage) -> str:
    if row["type_code"] in rules.compliance_types:
        return "the type is one of compliance"
    return "a regulated item" if row["is_regulated"] else "none known"


def _amount(value: float | None, currency: str, missing: str) -> str:
    return missing if value is None else f"{value:,.0f} {currency}"
