"""What does a plan say in words? Sentences about its lines, options, donors and approvals; no Streamlit, no query."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from control_tower.model import Proposal, RequiredApproval
from dashboard import theme

TERMS = {
    "margin": "Margin earned", "lateness": "Late days", "priority": "Late days × the line's priority",
    "sla": "Contractual due times missed", "freight": "Freight", "split": "Split shipments", "donor_harm": "Harm to donors",
}  # fmt: skip
SHORT_TERMS = {
    "margin": "Margin", "lateness": "Lateness", "priority": "Priority", "sla": "Due times", "freight": "Freight",
    "split": "Splits", "donor_harm": "Donors",
}  # fmt: skip
ESTIMATED = {
    "large": "too many lines hang together to solve it again", "budget": "the solves that policy allows are used up",
    "gap": "the plan is proven to its gap, not to this line", "unsure": "solved again without a proof",
}  # fmt: skip
WAYS = {"plan": "This plan", "first_come": "First come, first served", "priority": "Priority sort"}
_NAMESPACE = re.compile(r"(?<![\w:])[a-z][\w-]*:(?=\w)")
_PLAIN = {
    "split": "split over several sources", "partial_ship": "ship a part, the rest waits", "wait": "wait for what comes next",
    "defer": "defer until credit is decided", "reserve": "reserve the stock that is there",
    "partial_release": "release what the credit limit allows", "alternate_site": "another site",
    "alternate_carrier": "another carrier", "in_transit": "a receipt on its way", "drop_ship": "straight from the supplier",
    "substitute": "an approved substitute", "take_back": "stock of another order",
}  # fmt: skip


def local(name: object) -> str:
    """An id without its namespace."""
    return str(name or "").partition(":")[2] or str(name or "")


def unprefixed(sentence: str) -> str:
    """A sentence with the namespace taken off its ids."""
    return _NAMESPACE.sub("", sentence)


def option(key: str, from_site_id: str | None, sites: Mapping[str, str]) -> str:
    """An option of the planner as people say it: `in_transit demo:BHX1 demo:PO1` → "receipt PO1 at Birmingham"."""
    action, *parts = key.split(" ")
    if action in _PLAIN and not parts:
        return _PLAIN[action]
    lane = next((part for part in parts if ">" in part), "")
    rest = [local(part) for part in parts if part not in (from_site_id, lane, "own")]
    what, place = ", ".join(rest), sites.get(from_site_id or "", local(from_site_id))
    carrier = f" by {lane.rpartition('/')[2]}" if "/" in lane else ""
    match action:
        case "drop_ship":
            return f"shipped by the supplier {local(lane.partition('>')[0])}{carrier}"
        case "in_transit":
            return f"receipt {what} at {place}" + (f", sent on{carrier}" if lane else "")
        case "take_back":
            return f"stock of order line {what}, {place}{carrier}"
        case "substitute":
            return f"substitute {what} from {place}{carrier}"
        case "alternate_site" | "alternate_carrier":
            return f"from {place}{carrier}"
    return f"{_PLAIN.get(action, theme.words(action))}{f', {place}' if place else ''}"


def turn(entry: Mapping[str, Any], names: Mapping[str, str | None], sites: Mapping[str, str]) -> str:
    """What would change the answer of a line, its option as people say it; a guess says that it is one."""
    instead, said = entry["instead"], str(entry["words"])
    if instead:
        said = said.replace(f", {instead} would", f", “{option(instead, names.get(instead), sites)}” would")
    said = unprefixed(said)
    return (
        said
        if entry["is_confirmed"]
        else f"{said} (estimate: {ESTIMATED.get(str(entry.get('estimated_because')), 'not solved again')})"
    )


def what_if(payload: Mapping[str, Any]) -> str:
    """For how many lines it was solved again what would change the answer, and whether the budget for it ran out."""
    found = payload.get("what_if")
    if not found or not found["is_used_up"]:
        return ""
    lines = _lines(found["lines"])
    return f"Solved again for {lines} with most money at stake, until the {found['solves']} solves of the policy were used up."


def shortage(payload: Mapping[str, Any], named: pd.DataFrame, currency: str) -> str:
    """What is short, for whom, what the plan does about it and what it costs."""
    lines, donors = payload["lines"], payload["donors"]
    items = sorted(named["item"].dropna().unique())
    what = items[0] if len(items) == 1 else f"{theme.count(len(items))} items"
    price = named.set_index("order_line_id")["unit_price"].to_dict()
    at_stake = sum(line["short_qty"] * (price.get(line["order_line_id"]) or 0) for line in lines)
    waits, late = waiting(payload), late_lines(payload)
    said = (
        f"{_lines(len(lines))} of {what} {'lacks' if len(lines) == 1 else 'lack'} "
        f"{sum(line['short_qty'] for line in lines):,.0f} units, {theme.money(at_stake, currency)} of orders. "
        f"The plan serves {_lines(len(lines) - waits)}"
    )
    said += f", {late} of them late" if late else " in time" if waits < len(lines) else ""
    said += f"; {_lines(waits)} must wait" if waits else ""
    said += f"; {len(donors)} other {'order gives' if len(donors) == 1 else 'orders give'} stock up" if donors else ""
    return f"{said}. Freight {theme.money(payload['freight_amount'], currency)}."


def _lines(n: int) -> str:
    return f"{theme.count(n)} order line{'' if n == 1 else 's'}"


def waiting(payload: Mapping[str, Any]) -> int:
    """How many short lines get nothing by the plan."""
    return sum(line["chosen"].split(" ")[0] in ("wait", "defer") for line in payload["lines"])


def late_lines(payload: Mapping[str, Any]) -> int:
    """How many short lines are served, but after their promise."""
    return sum(
        chosen["days_late"] > 0 and line["chosen"].split(" ")[0] not in ("wait", "defer")
        for line in payload["lines"]
        if (chosen := chosen_of(line))
    )


def chosen_of(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """The option that the plan takes for a line."""
    found: Mapping[str, Any] = next(o for o in line["options"] if o["option"] == line["chosen"])
    return found


def needed(required: Sequence[RequiredApproval]) -> str:
    """Who must say yes and why, before anybody submits (REA-05, GOV-03)."""
    if not required:
        return "Needs nobody's approval: no rule of the matrix asks. The policy approves it at once; then it can be released."
    people = "; ".join(f"{_people(rule)}, because {rule.why.replace('_', ' ')}" for rule in required)
    return f"Submits to {people}."


def _people(rule: RequiredApproval) -> str:
    roles = " or ".join(theme.words(role) for role in rule.roles)
    return f"two people ({roles})" if rule.count == 2 else roles


def solver(payload: Mapping[str, Any]) -> str:
    """How the plan was found and how far it may be from the best."""
    found = payload["solver"]
    if found["gap"] is None:
        return "Time ran out: made by the greedy rule, not proven. A better plan may exist."
    if found["status"] == "optimal":
        return "Proven best under these weights (mixed-integer plan, gap 0 %)."
    return f"Mixed-integer plan, proven within {theme.percent(found['gap'], 1, 2)} of the best."


def compared(rows: Sequence[Mapping[str, Any]], currency: str) -> str:
    """What the plan is worth beside the rules that the field uses."""
    plan, *others = rows
    best = max(others, key=lambda row: row["score"])
    gain = plan["score"] - best["score"]
    if abs(gain) < 0.005:
        return f"{WAYS[best['way']]} would have come to the same score here."
    return f"{theme.money(gain, currency)} of score better than {WAYS[best['way']].lower()}, the best of the field's rules."


def proposal(found: Proposal) -> str:
    """A proposal in one line: what it is about, worth and cost."""
    written = found.payload
    lines, donors = len(written.get("lines", [])), len(written.get("donors", []))
    gives = f", {donors} {'order gives' if donors == 1 else 'orders give'} stock up" if donors else ""
    currency = str(written.get("currency_code") or "")
    return (
        f"{_lines(lines)} served for {theme.money(float(written['amount']), currency)}"
        f"{gives}, freight {theme.money(float(written.get('freight_amount') or 0), currency)}"
    )
