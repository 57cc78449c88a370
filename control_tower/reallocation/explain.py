"""Why this and not that? Per short line: what was chosen, every other option with its reason.

Scores here are of the whole line: an option that covers a part is shown with the rest waiting, so that options can
be compared. Sentences for a planner; never decides anything.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from control_tower.reallocation import rules, score
from control_tower.reallocation.assembly import NOTHING_ASSIGNED
from control_tower.reallocation.model_core import STEP
from control_tower.reallocation.plan import Plan
from control_tower.reallocation.situation import SHORT, Situation
from control_tower.vocabulary import MoveAction as Action

_SAME = 0.005
TERM_WORDS = {
    "lateness": "lateness", "sla": "the contractual due time", "margin": "margin", "priority": "the line's priority",
    "freight": "freight", "split": "split cost", "donor_harm": "harm to the donor",
}  # fmt: skip


def day(situation: Situation, number: float) -> str | None:
    """A day counted from the as-of as ISO date."""
    found = situation.on(float(number))
    return found.isoformat() if found else None


@dataclass(frozen=True)
class Choice:
    """One option of a line, shown for the whole line: quantity, terms and score with the rest waiting."""

    key: str
    places: tuple[int, ...]
    qty: float
    terms: dict[str, float]
    score: float
    refused_by: str


def lines(plan: Plan) -> list[dict[str, Any]]:
    """One entry per short line, in order of its id."""
    model = plan.model
    shorts = np.flatnonzero(model.situation.lines["part"].to_numpy() == SHORT)
    by_line = model.options.groupby("line").indices
    keys = option_keys(plan)
    return [_line(plan, int(line), by_line[line], keys) for line in shorts]


def option_keys(plan: Plan) -> list[str]:
    """A name for every option that stays the same from plan to plan: action and what it draws on."""
    options, lines = plan.model.options, plan.model.situation.lines["order_line_id"].tolist()
    keys = []
    columns = ["action", "from_site_id", "item_id", "supply_id", "lane_id", "donor", "line"]
    for action, site, item, supply, lane, donor, line in zip(*(options[c].tolist() for c in columns), strict=True):
        parts = [action, site if action != Action.DROP_SHIP.value else "", supply, lane]
        parts += [item] if action == Action.SUBSTITUTE.value else []
        parts += [lines[donor]] if donor >= 0 and donor != line else []
        parts += ["own"] if donor == line else []
        keys.append(" ".join(part for part in parts if part))
    return keys


def _line(plan: Plan, line: int, places: Any, keys: list[str]) -> dict[str, Any]:
    facts = plan.model.line_rows[line]
    found = choices(plan, line, places, keys)
    chosen = _chosen(plan, line, places, keys)
    if chosen.key not in {choice.key for choice in found}:
        found.append(chosen)
    shown = [chosen if choice.key == chosen.key else choice for choice in found]
    shown.sort(key=lambda choice: (choice.key != chosen.key, bool(choice.refused_by), -choice.score, choice.key))
    return {
        "order_line_id": facts.order_line_id,
        "order_id": facts.order_id,
        "customer_id": facts.customer_id,
        "item_id": facts.item_id,
        "short_qty": round(float(facts.qty), 4),
        "chosen": chosen.key,
        "options": [*(_shown(plan, choice, chosen) for choice in shown), *_missing(plan, line, shown, places)],
        "would_change": None,
    }


def _missing(plan: Plan, line: int, shown: list[Choice], places: Any) -> list[dict[str, Any]]:
    """Ways that the line has not, or that its contract forbids as such, each with its rule (REA-01)."""
    facts, cells = plan.model.line_rows[line], plan.model.cells
    has = {cells["action"][place] for place in places.tolist()}
    has |= {Action.ALTERNATE_SITE.value} if Action.ALTERNATE_CARRIER.value in has else set()
    found = [(action, *said) for action, said in rules.ABSENT.items() if action not in has]
    keys = {choice.key for choice in shown}
    rule = "credit" if facts.is_blocked else str(facts.no_split)
    parts = [c for c in shown if not c.refused_by and 0 < c.qty < plan.model.cells["short_qty"][line]]
    if Action.SPLIT.value not in keys and (rule or len(parts) < 2):
        found.append((Action.SPLIT.value, *rules.NOT_SPLIT[rule]))
    if Action.PARTIAL_SHIP.value not in keys and (rule or not parts):
        found.append((Action.PARTIAL_SHIP.value, *rules.NOT_SPLIT[rule]))
    nothing = {"qty": 0.0, "from_site_id": None, "arrives_on": None, "days_late": 0, "score": 0.0}
    terms = dict.fromkeys(score.TERMS, 0.0)
    return [
        {"option": action, "action": action, **nothing, "terms": terms, "refused_by": name, "why": words}
        for action, name, words in found
    ]


def choices(plan: Plan, line: int, places: Any, keys: list[str]) -> list[Choice]:
    """Every option of the line by itself."""
    model = plan.model
    qty = model.cells["short_qty"][line]
    waits = _waits(plan, places)
    return [_choice(plan, keys[p], {p: max(float(model.most[p]), 0.0)}, (waits, qty)) for p in places.tolist()]


def _waits(plan: Plan, places: Any) -> int:
    """The option of the line by which nothing is assigned: every line has one."""
    found: int = next(p for p in places.tolist() if plan.model.cells["action"][p] in NOTHING_ASSIGNED)
    return found


def _choice(plan: Plan, key: str, carried: dict[int, float], rest: tuple[int, float]) -> Choice:
    """The choice that carries these quantities and lets the rest wait."""
    model, (waits, qty) = plan.model, rest
    served = sum(q for place, q in carried.items() if place != waits)
    parts = {**carried, waits: max(qty - served, 0.0)}
    parts = {place: q for place, q in parts.items() if q > STEP / 2}
    summed = terms(plan, parts)
    refused = next((model.cells["refused_by"][p] for p in carried if model.cells["refused_by"][p]), "")
    total = sum(model.weights[name] * value for name, value in summed.items())
    return Choice(
        key, tuple(carried), qty if waits in carried and len(carried) == 1 else served, summed, total, refused
    )


def terms(plan: Plan, parts: dict[int, float]) -> dict[str, float]:
    """The terms of a line served by these options in these quantities, every use and split counted."""
    cells = plan.model.cells
    summed = {name: sum(cells[name][p] * q for p, q in parts.items()) for name in score.TERMS}
    summed["freight"] += sum(cells["fixed_freight"][p] for p in parts)
    summed["donor_harm"] += sum(cells["fixed_donor_harm"][p] for p in parts)
    summed["split"] -= (len(parts) - 1) * float(plan.model.rules.split_amount)
    return summed


def _chosen(plan: Plan, line: int, places: Any, keys: list[str]) -> Choice:
    cells = plan.model.cells
    carried = {p: float(plan.flow[p]) for p in places.tolist() if plan.flow[p] > STEP / 2}
    real = [p for p in carried if cells["action"][p] not in NOTHING_ASSIGNED]
    if len(carried) == 1:
        key = keys[next(iter(carried))]
    else:
        key = Action.SPLIT.value if len(real) > 1 else Action.PARTIAL_SHIP.value
    return _choice(plan, key, carried, (_waits(plan, places), cells["short_qty"][line]))


def _shown(plan: Plan, choice: Choice, chosen: Choice) -> dict[str, Any]:
    situation, cells = plan.model.situation, plan.model.cells
    first = choice.places[0]
    return {
        "option": choice.key,
        "action": choice.key if choice.key in (Action.SPLIT, Action.PARTIAL_SHIP) else cells["action"][first],
        "qty": round(choice.qty, 4),
        "from_site_id": cells["from_site_id"][first] or None,
        "arrives_on": day(situation, max(cells["arrives_day"][p] for p in choice.places)),
        "days_late": int(max(cells["days_late"][p] for p in choice.places)),
        "terms": {name: round(value, 2) + 0.0 for name, value in choice.terms.items()},
        "score": round(choice.score, 2) + 0.0,
        "refused_by": choice.refused_by or None,
        "why": _why(plan, choice, chosen),
    }


def _why(plan: Plan, choice: Choice, chosen: Choice) -> str:
    if choice.key == chosen.key:
        return "chosen"
    if choice.refused_by:
        return rules.why(choice.refused_by, case(plan, choice.places[0]))
    gap = chosen.score - choice.score
    if gap < 0:
        together = plan.model.line_rows[plan.model.cells["line"][choice.places[0]]].is_ship_complete
        if together:
            return f"worth {-gap:,.2f} more for this line alone, but its order ships complete or others need it more"
        return f"worth {-gap:,.2f} more for this line alone, but what it needs serves other lines better"
    if gap < _SAME:
        return "as good as the chosen one"
    return f"{gap:,.2f} less than the chosen one{_mainly(plan, choice, chosen)}"


def _mainly(plan: Plan, choice: Choice, chosen: Choice) -> str:
    weights = plan.model.weights
    worse = {name: weights[name] * (chosen.terms[name] - choice.terms[name]) for name in score.TERMS}
    largest = sorted((name for name in worse if worse[name] > 0.005), key=lambda name: (-worse[name], name))[:2]
    return ": " + " and ".join(f"{TERM_WORDS[name]} {worse[name]:,.2f}" for name in largest) if largest else ""


def case(plan: Plan, place: int) -> rules.Case:
    """One option with its line and donor, for the sentence of a rule."""
    model = plan.model
    row = model.option_rows[place]
    donor = model.line_rows[row.donor] if row.donor >= 0 else None
    return rules.Case(row, model.line_rows[row.line], donor, model.situation, model.rules)
