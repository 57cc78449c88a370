"""Whose is an exception? The routing table as the queue's read binds it, and its answer in words (ROU-01, ROU-11).

First match wins; the match itself is in `reads/queue_row.sql`, so that the database can filter by owner. What a person
decided in the tower stands above the rule, the rule above the source. Never holds a rule itself: the policy does.
"""

import json
from collections.abc import Mapping
from typing import Any

from control_tower.policy_triage import Routing, Rule, Sla


def bound(rules: Routing) -> str:
    """The routing table as one JSON text for `$routes` of the queue's read."""
    teams = {team.id: team for team in rules.team}
    rows = []
    for place, rule in enumerate(rules.rule):
        members = teams[rule.team].members if rule.team in teams else ()
        rows.append(
            {
                "place": place,
                "rule_id": rule.id,
                "types": list(rule.types),
                "categories": [str(word) for word in rule.categories],
                "severities": [str(word) for word in rule.severities],
                "tiers": [str(word) for word in rule.tiers],
                "from_amount": None if rule.from_amount is None else float(rule.from_amount),
                "team_id": rule.team,
                "person": rule.person or (members[0] if members else None),
            }
        )
    return json.dumps(rows, sort_keys=True)


def teams_of(user_id: str, rules: Routing) -> list[str]:
    """The teams of the policy that an account belongs to, by id."""
    return [team.id for team in rules.team if user_id in team.members]


def title(team_id: str | None, rules: Routing, otherwise: str | None) -> str | None:
    """What a team is called: by the policy, else as the source names it."""
    return next((team.title for team in rules.team if team.id == team_id), otherwise)


def why(row: Mapping[str, Any], rules: Routing) -> str:
    """Which rule named the owner and on which conditions; nothing when no rule did."""
    rule = next((one for one in rules.rule if one.id == row["rule_id"]), None)
    if rule is None:
        return ""
    name, because = rule.id.replace("_", " "), _conditions(rule)
    return f"rule {name}" if because == name else f"rule {name}: {because}"


def wave(row: Mapping[str, Any], rules: Routing) -> str | None:
    """The first wave of the roll-out that an exception belongs to, by category, site and day of detection."""
    for one in rules.wave:
        is_here = not one.site_ids or row["site_id"] in one.site_ids
        is_kind = not one.categories or row["category"] in one.categories
        if is_here and is_kind and row["detected_at"].date() >= one.from_date:
            return one.label
    return None


def overrides(rules: Sla) -> list[dict[str, Any]]:
    """Every local override with the enterprise's bounds (ROU-09)."""
    bounds = f"{rules.least_local_factor:g} to {rules.most_local_factor:g}"
    return [
        {"where": one.site_id or one.business_unit, "factor": one.factor, "bounds": bounds, "why": one.why}
        for one in rules.local
    ]


def _conditions(rule: Rule) -> str:
    parts = [
        ", ".join(str(word).replace("_", " ") for word in words)
        for words in (rule.types, rule.categories, rule.severities, rule.tiers)
        if words
    ]
    if rule.from_amount is not None:
        parts.append(f"from {rule.from_amount:,.0f} at risk")
    return "; ".join(parts) or ("as the source says" if rule.team == "source" else "everything else")
