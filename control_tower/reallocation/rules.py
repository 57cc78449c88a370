"""Which options are forbidden, by which rule, and in which words? The hard constraints, each with a name.

A rule is a mask over all options and a sentence for one of them. Limits that options share (stock, capacity of
a site, one shipment per line) hold in the plan too; here stands what forbids an option by itself. Never put here what an option is worth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from control_tower.policy_reallocation import Reallocation
from control_tower.reallocation.situation import FROZEN, NEVER, SHORT, Situation
from control_tower.vocabulary import AllocationClass, CustomerTier
from control_tower.vocabulary import MoveAction as Action

BLOCKED_MAY = (Action.RESERVE.value, Action.PARTIAL_RELEASE.value, Action.DEFER.value)
_TIERS = frozenset(tier.value for tier in CustomerTier)
NOTHING_MOVES = (Action.WAIT.value, Action.DEFER.value)
RULES = (
    "no_lane", "no_date", "blocked_supply", "credit", "regulated_goods", "freeze_horizon", "protected_customer",
    "allocation_class", "routing_guide", "available_to_promise", "safety_stock", "minimum_quantity", "ship_complete",
    "split_contract", "split_margin", "site_capacity",
)  # fmt: skip
"""In the order in which they are asked: the first that forbids an option is named."""


@dataclass(frozen=True)
class Case:
    """One option with its line, its donor (None = none) and the facts: what a sentence is made of."""

    option: Any
    line: Any
    donor: Any
    situation: Situation
    rules: Reallocation


def allocation_class(lines: pd.DataFrame, rules: Reallocation) -> pd.Series:
    """Who may gain and who may lose: by tier, and a protected customer never loses."""
    both = zip(lines["customer_tier"], lines["is_promise_protected"], strict=True)
    return pd.Series([_class_of(tier, bool(kept), rules) for tier, kept in both], index=lines.index, dtype="object")


def _class_of(tier: Any, is_protected: bool, rules: Reallocation) -> str:
    if is_protected:
        return AllocationClass.NEVER_LOSES.value
    return str(getattr(rules.classes, tier if tier in _TIERS else "unknown"))


def splittable(lines: pd.DataFrame) -> pd.Series:
    """The rule that forbids to split the line, '' when it may be split."""
    price = lines["unit_price"].where(lines["unit_price"] > 0)
    margin = ((lines["unit_price"] - lines["unit_cost"]) / price).fillna(0.0)
    too_thin = margin < lines["min_split_margin_rate"].fillna(0.0)
    named = np.select(
        [lines["is_ship_complete"], ~lines["is_split_allowed"], too_thin],
        ["ship_complete", "split_contract", "split_margin"], "",
    )  # fmt: skip
    return pd.Series(named, index=lines.index)


def ships_together(lines: pd.DataFrame) -> np.ndarray:
    """Short lines whose order ships complete: with the other such lines of their order, or not at all."""
    together = (lines["part"] == SHORT) & lines["is_ship_complete"] & ~lines["is_blocked"]
    return together.to_numpy(dtype=bool)


def site_capacity(site_id: str, rules: Reallocation) -> float:
    """Units that a site can ship for one plan."""
    return float(rules.site_capacities_qty.get(site_id, rules.site_capacity_qty))


def judge(options: pd.DataFrame, situation: Situation, rules: Reallocation) -> pd.Series:
    """Per option the first rule that forbids it, '' when none does."""
    lines = situation.lines.assign(
        allocation_class=allocation_class(situation.lines, rules), no_split=splittable(situation.lines)
    )
    line = lines.iloc[options["line"]].reset_index(drop=True)
    donor = lines.iloc[options["donor"].clip(lower=0)].reset_index(drop=True)
    is_taken = options["action"] == Action.TAKE_BACK.value
    masks = {
        **_ways(options, line),
        **_goods(options, line, situation),
        **_donors(line, donor, is_taken, rules),
        **_carriers(options, line, situation),
        **_quantities(options, line, situation, rules),
    }
    forbidden = [np.asarray(masks[name], dtype=bool) for name in RULES]
    return _complete(pd.Series(np.select(forbidden, list(RULES), ""), index=options.index), options, lines)


def _complete(refused: pd.Series, options: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """No line of an order that ships complete is served while another short line of it cannot be."""
    together, line = ships_together(lines), options["line"].to_numpy()
    served = ((refused == "") & ~options["action"].isin(NOTHING_MOVES)).to_numpy()
    can = np.zeros(len(lines), dtype=bool)
    can[line[served]] = True
    stuck = lines["order_id"].isin(lines.loc[together & ~can, "order_id"]).to_numpy() & together
    return refused.where(~(served & stuck[line]), "ship_complete")


def _ways(options: pd.DataFrame, line: pd.DataFrame) -> dict[str, Any]:
    action, blocked = options["action"], line["is_blocked"] & (line["part"] == SHORT)
    nothing_fits = (action == Action.PARTIAL_RELEASE.value) & (options["upper"] <= 0)
    return {
        "no_lane": ~options["has_way"],
        "no_date": (options["arrives_day"] >= NEVER) & ~action.isin(NOTHING_MOVES),
        "blocked_supply": options["is_supply_blocked"],
        "credit": (blocked & ~action.isin(BLOCKED_MAY)) | nothing_fits,
    }


def _goods(options: pd.DataFrame, line: pd.DataFrame, situation: Situation) -> dict[str, Any]:
    """Regulated goods are not exchanged for others, not shipped by the supplier, and cross no border."""
    country = situation.places.set_index("site_id")["country_code"]
    moves = (options["from_site_id"] != "") & (options["from_site_id"] != line["site_id"])
    abroad = moves & (options["from_site_id"].map(country) != line["customer_country"])
    substitute = situation.substitutes.groupby("substitute_item_id")["is_regulated"].any()
    other = options["action"] == Action.SUBSTITUTE.value
    regulated = line["is_regulated"] | (other & options["item_id"].map(substitute).eq(True))
    never = other | (options["action"] == Action.DROP_SHIP.value)
    return {"regulated_goods": regulated & (abroad | never)}


def _donors(line: pd.DataFrame, donor: pd.DataFrame, is_taken: pd.Series, rules: Reallocation) -> dict[str, Any]:
    gains = line["allocation_class"].isin([c.value for c in rules.gaining_classes])
    loses = donor["allocation_class"].isin([c.value for c in rules.losing_classes])
    return {
        "freeze_horizon": is_taken & (donor["part"] == FROZEN),
        "protected_customer": is_taken & donor["is_promise_protected"],
        "allocation_class": is_taken & (~gains | ~loses),
    }


def _carriers(options: pd.DataFrame, line: pd.DataFrame, situation: Situation) -> dict[str, Any]:
    allowed = set(zip(situation.guides["routing_guide_code"], situation.guides["carrier_id"], strict=True))
    bound = line["routing_guide_code"].notna() & (options["carrier_id"] != "")
    pairs = zip(line["routing_guide_code"], options["carrier_id"], strict=True)
    return {"routing_guide": bound & ~pd.Series([pair in allowed for pair in pairs], index=options.index)}


def _quantities(options: pd.DataFrame, line: pd.DataFrame, situation: Situation, rules: Reallocation) -> dict[str, Any]:
    nothing = options["capacity"] <= 0
    free = situation.stock.set_index(["site_id", "item_id"])["free_qty"]
    is_stock = (options["supply_id"] == "") & (options["donor"] < 0) & (options["from_site_id"] != "")
    keys = pd.MultiIndex.from_arrays([options["from_site_id"], options["item_id"]])
    kept = is_stock & (free.reindex(keys).fillna(0.0).to_numpy() > 0)
    most = np.minimum(np.minimum(options["capacity"], options["upper"]), line["qty"])
    part = (most < line["qty"]) & ~(line["is_blocked"] & (options["action"] == Action.RESERVE.value))
    sites = {site: site_capacity(site, rules) for site in options["from_site_id"].unique()}
    shut = options["from_site_id"].map(sites) <= 0
    return {
        "available_to_promise": nothing & ~kept,
        "safety_stock": nothing & kept,
        "minimum_quantity": most < options["min_qty"],
        **{name: part & (line["no_split"] == name) for name in ("ship_complete", "split_contract", "split_margin")},
        "site_capacity": shut & (options["lane_id"] != ""),
    }


ABSENT = {
    Action.ALTERNATE_SITE.value: ("no_other_site", "no other site keeps the item"),
    Action.ALTERNATE_CARRIER.value: ("no_other_carrier", "no second carrier serves a lane to the line's site"),
    Action.IN_TRANSIT.value: ("no_receipt", "no receipt of the item is expected"),
    Action.DROP_SHIP.value: ("no_supplier_lane", "no lane leads from the item's supplier straight to the line's site"),
    Action.SUBSTITUTE.value: ("no_substitute", "no approved substitute of the item is in stock anywhere"),
    Action.TAKE_BACK.value: ("no_donor", "no other order holds stock of the item"),
}
"""Ways that a line does not have at all: the name and the sentence of what is missing."""
NOT_SPLIT = {
    "": ("nothing_to_split", "no two sources that are allowed could serve it together"),
    "ship_complete": ("ship_complete", "the contract says ship complete"),
    "split_contract": ("split_contract", "the contract does not allow a split"),
    "split_margin": ("split_margin", "the margin is below the contract's least for a split"),
    "credit": ("credit", "the order is blocked for credit"),
}
"""Why a line is not served in parts, by the rule that forbids it."""
NAMES = (*RULES, *(name for name, _ in ABSENT.values()), "nothing_to_split")


def why(name: str, case: Case) -> str:
    """The sentence of a rule for one option, with the numbers that decided."""
    return SENTENCES[name](case)


def _number(value: float) -> str:
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def _stock_words(case: Case, item_id: str) -> str:
    row = case.situation.piles[case.option.from_site_id, item_id]
    held = f", {_number(row.proposed_qty)} held by other proposals" if row.proposed_qty else ""
    return (
        f"{case.situation.place(row.site_id)} has {_number(row.on_hand_qty)} on hand, "
        f"{_number(row.reserved_qty)} reserved{held}, {_number(row.safety_stock_qty)} safety stock"
    )


def _available(case: Case) -> str:
    option = case.option
    if option.supply_id:
        return f"receipt {option.supply_id} is promised to others already"
    if option.donor >= 0:
        return "the stock is held by another proposal already"
    return f"{_stock_words(case, option.item_id)}: nothing is free to promise"


def _credit(case: Case) -> str:
    if case.option.action == Action.PARTIAL_RELEASE.value:
        left = case.line.headroom_amount
        room = "has no credit limit on file" if pd.isna(left) else f"has {left:,.2f} of credit left"
        return f"the customer {room}: not one unit can be released"
    return "the order is blocked for credit: goods may be reserved, released within the limit, or deferred"


def _class(case: Case) -> str:
    taker, donor = (
        _class_of(of.customer_tier, bool(of.is_promise_protected), case.rules) for of in (case.line, case.donor)
    )
    if AllocationClass(taker) not in case.rules.gaining_classes:
        return f"a line of class '{taker}' may not take stock from others"
    return f"order {case.donor.order_id} is of class '{donor}' and may not lose its stock"


def _too_little(case: Case, because: str) -> str:
    most = min(case.option.capacity, case.option.upper)
    return f"covers {_number(most)} of {_number(case.line.qty)}, and {because}"


def _ship_complete(case: Case) -> str:
    if min(case.option.capacity, case.option.upper) < case.line.qty:
        return _too_little(case, "the contract says ship complete")
    return "the order ships complete, and another line of it cannot be served"


def _margin(case: Case) -> str:
    margin = (case.line.unit_price - case.line.unit_cost) / case.line.unit_price if case.line.unit_price else 0.0
    least = case.line.min_split_margin_rate
    return _too_little(case, f"the margin of {margin:.1%} is below the contract's {least:.1%} for a split")


SENTENCES: dict[str, Callable[[Case], str]] = {
    "no_lane": lambda c: "no lane with price and transit time leads from there to the line's site",
    "no_date": lambda c: f"receipt {c.option.supply_id} has no expected date",
    "blocked_supply": lambda c: f"receipt {c.option.supply_id} is blocked by the buyer or by compliance",
    "credit": _credit,
    "regulated_goods": lambda c: "regulated goods cross no border, are not substituted and not shipped by the supplier",
    "freeze_horizon": lambda c: (
        f"order {c.donor.order_id} is released or due within {c.rules.freeze_days} days: frozen"
    ),
    "protected_customer": lambda c: f"order {c.donor.order_id} is promised by contract to a protected customer",
    "allocation_class": _class,
    "routing_guide": lambda c: (
        f"routing guide {c.line.routing_guide_code} does not allow carrier {c.option.carrier_id}"
    ),
    "available_to_promise": _available,
    "safety_stock": lambda c: f"{_stock_words(c, c.option.item_id)}: only safety stock is left",
    "minimum_quantity": lambda c: f"the lane carries no less than {_number(c.option.min_qty)}",
    "ship_complete": _ship_complete,
    "split_contract": lambda c: _too_little(c, "the contract does not allow a split"),
    "split_margin": _margin,
    "site_capacity": lambda c: f"{c.situation.place(c.option.from_site_id)} has no capacity left for this plan",
}
