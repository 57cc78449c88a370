"""What is an option worth? The terms of its score, each in money, per unit and once per use.

A score is the weighted sum of its terms; more is better, harm is negative. What a donor suffers is counted where
the donor is served again. Weights and rates are policy's; never put a rule that forbids here.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from control_tower.errors import PolicyError
from control_tower.policy_reallocation import Reallocation
from control_tower.reallocation.situation import HOLDS, NEVER, SHORT, Situation
from control_tower.vocabulary import CustomerTier
from control_tower.vocabulary import MoveAction as Action

TERMS = ("lateness", "sla", "margin", "priority", "freight", "split", "donor_harm")
_UNSERVED = (Action.WAIT.value, Action.DEFER.value)


def priority(lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """How much more than its plain harm a late day of each line counts: one column per reason, and `points`.

    Dynamic (REA-07): tier and order say what was agreed; days waited, a due time that is near and how often
    this customer's lines came late say what has happened since.
    """
    points = rules.priorities
    tier = points.model_dump(include={*(t.value for t in CustomerTier), "unknown"})
    named = [tier.get(t if isinstance(t, str) else "unknown", tier["unknown"]) for t in lines["customer_tier"]]
    found = pd.DataFrame(index=lines.index)
    found["tier"] = np.array(named, dtype=float)
    found["rush"] = np.where(lines["priority"] == 1, float(points.rush_order), 0.0)
    waited = lines["waited_days"].astype(float) * float(points.waited_day)
    found["waited"] = waited.clip(upper=float(points.waited_cap))
    is_near = lines["contract_day"] <= float(points.due_soon_days)
    found["due_soon"] = np.where(is_near, float(points.due_soon), 0.0)
    found["recently_late"] = lines["late_rate"].astype(float) * float(points.recently_late)
    found["points"] = found.sum(axis=1)
    return found


def terms(options: pd.DataFrame, situation: Situation, rules: Reallocation) -> pd.DataFrame:
    """Per option and term the money of one unit (`lateness` …) and of one use (`fixed_freight`, `fixed_donor_harm`)."""
    lines = situation.lines.assign(points=priority(situation.lines, rules)["points"])
    line = lines.iloc[options["line"]].reset_index(drop=True)
    price = line["unit_price"].fillna(0.0)
    late = np.where(line["promise_day"] >= NEVER, 0, options["arrives_day"] - line["promise_day"].clip(upper=NEVER - 1))
    days = np.clip(late, 0, rules.lateness_cap_days)
    found = pd.DataFrame({"days_late": np.clip(late, 0, None).astype(int)}, index=options.index)
    found["lateness"] = -float(rules.lateness_rate) * days * price
    found["priority"] = found["lateness"] * line["points"]
    is_breach = (line["contract_day"] < NEVER) & (options["arrives_day"] > line["contract_day"])
    found["sla"] = np.where(is_breach, -float(rules.sla_rate) * price, 0.0)
    margin = price - options["unit_cost"].fillna(line["unit_cost"]).fillna(0.0)
    lost = np.where(options["action"].isin(_UNSERVED), float(rules.wait_loss_rate) * margin.clip(lower=0.0), 0.0)
    found["margin"] = margin - lost
    found["freight"] = -options["unit_freight"].astype(float)
    found["split"], found["donor_harm"] = 0.0, 0.0
    found["fixed_freight"] = -options["fixed_freight"].astype(float)
    taken = options["action"] == Action.TAKE_BACK.value
    found["fixed_donor_harm"] = np.where(taken, -float(rules.donor_amount), 0.0)
    found["lateness"] += _of_companions(options, situation, rules)
    return _donors_apart(found, line, margin)


def _of_companions(options: pd.DataFrame, situation: Situation, rules: Reallocation) -> np.ndarray:
    """What a unit's day costs the other lines of an order that ships complete: none of them leaves before it (REA-03).

    Such a line is never split, so a unit carries its share of the whole line. Where several lines of the order are short,
    each carries an equal part of what its own day would cost: exact when they arrive together, too little otherwise.
    """
    lines, others = situation.lines, situation.companions
    together = lines["is_ship_complete"] & ~lines["is_blocked"]
    short = lines["order_id"].where(together & (lines["part"] == SHORT))
    waiting = lines["order_id"].map(short.value_counts()).fillna(0.0) + (lines["part"] != SHORT)
    asked = options[["line", "arrives_day"]].assign(option=np.arange(len(options)))
    asked = asked[together.to_numpy()[asked["line"]]]
    own = lines[["order_id", "order_line_id"]].iloc[asked["line"]].reset_index(drop=True)
    pairs = pd.concat([asked.reset_index(drop=True), own], axis=1).merge(others, on="order_id", suffixes=("", "_other"))
    pairs = pairs[(pairs["order_line_id"] != pairs["order_line_id_other"]) & (pairs["due_day"] < NEVER)]
    late, cap = (pairs["arrives_day"] - pairs["due_day"]).clip(lower=0), rules.lateness_cap_days
    days = late.clip(upper=cap) - (-pairs["due_day"]).clip(lower=0, upper=cap)
    share = lines["qty"].to_numpy()[pairs["line"]] * waiting.to_numpy()[pairs["line"]]
    amount = -float(rules.lateness_rate) * days * pairs["amount"] / share
    found: np.ndarray = np.bincount(pairs["option"], amount, len(options))
    return found


def _donors_apart(found: pd.DataFrame, line: pd.DataFrame, margin: pd.Series) -> pd.DataFrame:
    """What a line that holds stock suffers by being served otherwise is harm to a donor; its margin was earned already."""
    is_donor = (line["part"] == HOLDS).to_numpy()
    own = (line["unit_price"] - line["unit_cost"]).fillna(0.0)
    harm = found[["lateness", "priority", "sla"]].sum(axis=1) + (found["margin"] - own).clip(upper=0.0)
    found.loc[is_donor, "donor_harm"] = harm[is_donor]
    found.loc[is_donor, ["lateness", "priority", "sla", "margin"]] = 0.0
    return found


def per_unit(found: pd.DataFrame, weights: Mapping[str, float]) -> np.ndarray:
    """Weighted score of one unit of each option."""
    return sum((found[name].to_numpy() * weights[name] for name in TERMS), np.zeros(len(found)))


def per_use(found: pd.DataFrame, weights: Mapping[str, float]) -> np.ndarray:
    """Weighted score of using each option at all."""
    fixed: np.ndarray = (
        found["fixed_freight"].to_numpy() * weights["freight"]
        + found["fixed_donor_harm"].to_numpy() * weights["donor_harm"]
    )
    return fixed


def of_quantity(found: pd.DataFrame, qty: np.ndarray) -> pd.DataFrame:
    """The unweighted terms of each option for these quantities, its use included: one column per term."""
    whole = found[list(TERMS)].mul(qty, axis=0)
    used = (qty > 0).astype(float)
    whole["freight"] += found["fixed_freight"] * used
    whole["donor_harm"] += found["fixed_donor_harm"] * used
    return whole


def weights_of(rules: Reallocation, given: Mapping[str, float] | None = None) -> dict[str, float]:
    """Policy's weights, or those with some replaced (the what-if panel). Raises PolicyError for a term that does not exist."""
    weights = {name: float(value) for name, value in rules.weights.model_dump().items()}
    for name, value in (given or {}).items():
        if name not in weights:
            raise PolicyError(f"no weight {name!r}; allowed: {', '.join(TERMS)}")
        if not 0 <= float(value) < float("inf"):
            raise PolicyError(f"weight {name} must be 0 or more, found {value}")
        weights[name] = float(value)
    return weights
