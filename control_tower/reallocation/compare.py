"""How does a plan stand against the rules of the field? The same facts dealt out first come first served, and by priority.

Every way is measured by the same score. Never decides anything.
"""

from dataclasses import replace
from typing import Any

from control_tower.reallocation import plan as planner
from control_tower.reallocation.plan import Plan
from control_tower.reallocation.situation import SHORT

RULES = {"plan": "this plan", "first_come": "first come, first served", "priority": "priority sort"}


def compared(plan: Plan) -> list[dict[str, Any]]:
    """One row per way: the plan first, then the two rules, each with score, late lines, donors made late and freight."""
    rows = [_row("plan", plan)]
    for name, rule in (("first_come", planner.by_arrival), ("priority", planner.by_priority)):
        flow = plan.model.flow_by_option(rule(plan.model))
        rows.append(_row(name, replace(plan, flow=flow)))
    return rows


def _row(name: str, plan: Plan) -> dict[str, Any]:
    used = planner.frame(plan)
    late = used[used["days_late"] > 0].drop_duplicates("line")
    is_short = late["part"] == SHORT
    return {
        "way": name,
        "score": round(plan.score, 2) + 0.0,
        "late_lines": int(is_short.sum()),
        "late_days": int(used[used["part"] == SHORT].groupby("line")["days_late"].max().sum()),
        "late_donors": int((~is_short).sum()),
        "freight_amount": round(-plan.terms["freight"], 2) + 0.0,
    }
