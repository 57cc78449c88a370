"""In which ways could each short line be served? One row per way, the forbidden ones included.

Columns, no objects: a plan has tens of thousands of options. Whether an option is allowed is `rules.py`,
what it is worth is `score.py`.

Columns of an option: `line` and `donor` (rows of `Situation.lines`, −1 = none), `action`, `from_site_id`,
`item_id` (shipped), `supply_id`, `lane_id`, `carrier_id`, `source` (number of what it draws on), `capacity`
(of that source), `upper` (of this option alone), `ships_day`, `arrives_day` (days from the as-of until the
goods can leave the line's own site), `unit_freight`, `fixed_freight`, `unit_cost`, `min_qty`, `has_way`.
"""

from typing import Any

import numpy as np
import pandas as pd

from control_tower.policy_reallocation import Reallocation
from control_tower.reallocation.situation import FROZEN, HOLDS, NEVER, SHORT, Situation
from control_tower.vocabulary import MoveAction as Action

COLUMNS = [
    "line", "donor", "action", "from_site_id", "item_id", "supply_id", "lane_id", "carrier_id", "capacity", "upper",
    "ready_day", "lead_days", "unit_freight", "fixed_freight", "unit_cost", "min_qty", "has_way", "is_supply_blocked",
]  # fmt: skip
UNLIMITED = 1e9


def generate(situation: Situation, rules: Reallocation) -> pd.DataFrame:
    """Every option of every line that is short or could give, numbered in canonical order."""
    lines = situation.lines.assign(line=np.arange(len(situation.lines)))
    takers = lines[lines["part"].isin([SHORT, HOLDS])]
    pieces = [
        _own(lines, rules),
        _from_stock(situation, takers, rules),
        _from_supply(situation, takers, rules),
        _substitutes(situation, lines[lines["part"] == SHORT], rules),
        _from_donors(situation, lines, rules),
        _drop_ship(situation, takers, rules),
        _credit(lines[(lines["part"] == SHORT) & lines["is_blocked"]], rules),
        _wait(takers, rules),
    ]
    filled = [_filled(piece) for piece in pieces if len(piece)]
    options = pd.concat(filled, ignore_index=True)
    options = options.sort_values(
        ["line", "action", "from_site_id", "item_id", "supply_id", "donor", "lane_id"], ignore_index=True
    )
    arrives = options["ready_day"] + np.ceil(options["lead_days"])
    options["ships_day"] = options["ready_day"].clip(upper=NEVER).astype(int)
    options["arrives_day"] = arrives.clip(upper=NEVER).astype(int)
    options["source"] = _source(options)
    return options


def _filled(piece: pd.DataFrame) -> pd.DataFrame:
    """The piece with every column; what it does not say is nothing, free or without limit."""
    plain: dict[str, Any] = {
        "donor": -1, "from_site_id": "", "supply_id": "", "lane_id": "", "carrier_id": "", "capacity": UNLIMITED,
        "upper": UNLIMITED, "lead_days": 0.0, "unit_freight": 0.0, "fixed_freight": 0.0, "min_qty": 0.0,
        "has_way": True, "is_supply_blocked": False,
    }  # fmt: skip
    full = piece.assign(**{name: value for name, value in plain.items() if name not in piece})[COLUMNS]
    return full.fillna(plain).astype({"has_way": bool, "is_supply_blocked": bool, "donor": int})


def _source(options: pd.DataFrame) -> np.ndarray:
    """A number for what the option draws on: stock of an item at a site, a receipt, a donor's stock, or nothing shared."""
    is_shared = options["capacity"] < UNLIMITED
    key = np.where(
        options["donor"] >= 0,
        "d" + options["donor"].astype(str),
        np.where(
            options["supply_id"] != "",
            "r" + options["supply_id"],
            "s" + options["from_site_id"] + "\x1f" + options["item_id"],
        ),
    )
    key = np.where(is_shared, key, "n" + options.index.astype(str))
    return pd.factorize(pd.Series(key))[0]


def _moved(pairs: pd.DataFrame, situation: Situation, rules: Reallocation) -> pd.DataFrame:
    """Line × source pairs with each way between the two places; the preferred way first, others are other carriers."""
    lanes = situation.lanes[situation.lanes["from_site_id"].notna()]
    lanes = lanes[lanes["item_id"].isna() | lanes["item_id"].isin(pairs["item_id"])]
    lanes = lanes.rename(columns={"site_id": "to_site_id", "item_id": "lane_item_id", "lead_time_days": "lead_days"})
    is_home = pairs["from_site_id"] == pairs["site_id"]
    away = pairs[~is_home].merge(
        lanes.drop(columns="supplier_id"), how="left",
        left_on=["from_site_id", "site_id"], right_on=["from_site_id", "to_site_id"],
    )  # fmt: skip
    away = away[away["lane_item_id"].isna() | (away["lane_item_id"] == away["item_id"])]
    away["has_way"] = away["lane_id"].notna() & away["unit_freight"].notna() & away["lead_days"].notna()
    away = away.fillna({"unit_freight": 0.0, "min_qty": 0.0, "lead_days": 0.0})
    away["lead_days"] = away["lead_days"].astype(float)
    away["unit_freight"] = away["unit_freight"].astype(float)
    away["min_qty"] = away["min_qty"].astype(float)
    away["fixed_freight"] = float(rules.shipment_amount)
    away["ready_day"] = away["ready_day"] + rules.handling_days
    first = away.sort_values(["priority", "lane_id"])
    away["is_other_carrier"] = first.duplicated(["line", "from_site_id", "item_id", "supply_id", "donor"])
    return pd.concat([pairs[is_home].assign(is_other_carrier=False), away], ignore_index=True)


def _pairs(lines: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    wanted = lines[["line", "item_id", "site_id", "unit_cost"]]
    return wanted.merge(sources, on="item_id")


def _own(lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """What a line holds already and may keep; of a blocked order it lies until credit is decided (REA-06)."""
    mine = lines[
        (lines["covered_qty"] > 0) & ((lines["part"] == HOLDS) | ((lines["part"] == SHORT) & lines["is_blocked"]))
    ]
    return pd.DataFrame({
        "line": mine["line"], "donor": mine["line"], "action": Action.RESERVE.value, "from_site_id": mine["site_id"],
        "item_id": mine["item_id"], "capacity": mine["covered_qty"], "unit_cost": mine["unit_cost"],
        "ready_day": np.where(mine["part"] == SHORT, rules.credit_decision_days, 0),
    })  # fmt: skip


def _from_stock(situation: Situation, lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """Stock that is promised to nobody, at the line's own site and at all others."""
    stock = situation.stock.rename(columns={"site_id": "from_site_id", "atp_qty": "capacity"})
    pairs = _pairs(lines, stock[["from_site_id", "item_id", "capacity"]]).assign(ready_day=0, supply_id="", donor=-1)
    ways = _moved(pairs, situation, rules)
    ways["action"] = np.select(
        [ways["from_site_id"] == ways["site_id"], ways["is_other_carrier"].astype(bool)],
        [Action.RESERVE.value, Action.ALTERNATE_CARRIER.value],
        Action.ALTERNATE_SITE.value,
    )
    return ways


def _from_supply(situation: Situation, lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """Receipts on their way, to the line's own site or to another one and on from there."""
    names = {"site_id": "from_site_id", "free_qty": "capacity", "is_blocked": "is_supply_blocked"}
    supply = situation.supply.drop(columns="from_site_id").rename(columns=names)
    known = supply["due_day"] < NEVER
    supply["ready_day"] = np.where(known, supply["due_day"].clip(lower=1) + rules.receipt_days, NEVER)
    columns = ["from_site_id", "item_id", "supply_id", "capacity", "ready_day", "is_supply_blocked"]
    ways = _moved(_pairs(lines, supply[columns]).assign(donor=-1), situation, rules)
    return ways.assign(action=Action.IN_TRANSIT.value)


def _substitutes(situation: Situation, lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """Free stock of an approved substitute, at every site."""
    listed = situation.substitutes[["item_id", "substitute_item_id", "unit_cost"]].rename(
        columns={"unit_cost": "other_cost"}
    )
    pairs = lines[["line", "item_id", "site_id", "unit_cost"]].merge(listed, on="item_id")
    stock = situation.stock.rename(
        columns={"site_id": "from_site_id", "atp_qty": "capacity", "item_id": "substitute_item_id"}
    )
    pairs = pairs.merge(stock[["from_site_id", "substitute_item_id", "capacity"]], on="substitute_item_id")
    pairs["unit_cost"] = pairs["other_cost"].fillna(pairs["unit_cost"]).astype(float)
    pairs["item_id"] = pairs["substitute_item_id"]
    ways = _moved(pairs.assign(ready_day=0, supply_id="", donor=-1), situation, rules)
    return ways.assign(action=Action.SUBSTITUTE.value)


def _from_donors(situation: Situation, lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """Stock promised to another order of the same item that may have to wait."""
    deferred = (lines["part"] == SHORT) & lines["is_blocked"] & (lines["covered_qty"] > 0)
    donors = lines[lines["part"].isin([HOLDS, FROZEN]) | deferred]
    offered = donors[["line", "item_id", "site_id", "covered_qty"]].rename(
        columns={"line": "donor", "site_id": "from_site_id", "covered_qty": "capacity"}
    )
    pairs = _pairs(lines[(lines["part"] == SHORT) & ~lines["is_blocked"]], offered)
    ways = _moved(pairs.assign(ready_day=0, supply_id=""), situation, rules)
    return ways.assign(action=Action.TAKE_BACK.value)


def _drop_ship(situation: Situation, lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """Straight from the supplier of the line, by the lead time of its lane."""
    lanes = situation.lanes[situation.lanes["supplier_id"].notna()].rename(columns={"lead_time_days": "lead_days"})
    columns = ["supplier_id", "site_id", "lane_id", "carrier_id", "lead_days", "unit_freight", "min_qty"]
    short = lines[lines["part"] == SHORT]
    ways = short[["line", "item_id", "site_id", "supplier_id", "unit_cost"]].merge(
        lanes[columns], on=["supplier_id", "site_id"]
    )
    price = ways["unit_freight"].astype(float)
    ways["unit_freight"] = price.fillna(float(rules.drop_ship_rate) * ways["unit_cost"])
    ways["fixed_freight"] = float(rules.shipment_amount)
    ways["has_way"] = ways["lead_days"].notna()
    ways["lead_days"] = ways["lead_days"].astype(float).fillna(0.0)
    ways["min_qty"] = ways["min_qty"].astype(float)
    return ways.assign(action=Action.DROP_SHIP.value, ready_day=0).drop(columns="supplier_id")


def _credit(lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """A blocked order: ship now what the customer's credit still covers, of what it holds (REA-06)."""
    ordered = lines.sort_values(["customer_id", "promise_day", "line"])
    value = ordered["covered_qty"] * ordered["unit_price"]
    before = value.groupby(ordered["customer_id"]).cumsum() - value
    left = (ordered["headroom_amount"].astype(float).fillna(0.0) - before).clip(lower=0.0)
    fits = left // ordered["unit_price"].where(ordered["unit_price"] > 0)
    return pd.DataFrame({
        "line": ordered["line"], "donor": ordered["line"], "action": Action.PARTIAL_RELEASE.value,
        "from_site_id": ordered["site_id"], "item_id": ordered["item_id"], "capacity": ordered["covered_qty"],
        "upper": fits.fillna(0.0), "ready_day": 0, "unit_cost": ordered["unit_cost"],
    })  # fmt: skip


def _wait(lines: pd.DataFrame, rules: Reallocation) -> pd.DataFrame:
    """Nothing is assigned: the line waits for what nobody has named yet, or is deferred when its credit is blocked."""
    stated = lines["projected_day"].where(
        (lines["projected_day"] > lines["promise_day"]) & (lines["projected_day"] < NEVER)
    )
    expected = stated.fillna(0).clip(lower=rules.wait_days)
    return pd.DataFrame({
        "line": lines["line"], "item_id": lines["item_id"], "unit_cost": lines["unit_cost"],
        "action": np.where(lines["is_blocked"] & (lines["part"] == SHORT), Action.DEFER.value, Action.WAIT.value),
        "ready_day": np.where(lines["is_blocked"], rules.defer_days, expected),
    })  # fmt: skip
