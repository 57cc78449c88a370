"""What does a proposal store of a plan? Plain lists, texts and numbers, in canonical order.

Everything that approval, release and the recheck need later is in it: moves, donors, reservations, refusals, the
facts it rests on. Never put a decision here.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from control_tower.reallocation import explain, rules
from control_tower.reallocation.assembly import NOTHING_ASSIGNED
from control_tower.reallocation.model_core import STEP
from control_tower.reallocation.plan import Plan
from control_tower.reallocation.situation import HOLDS, SHORT, contract, lane_terms, rows
from control_tower.vocabulary import CustomerTier
from control_tower.vocabulary import MoveAction as Action


def of(plan: Plan) -> dict[str, Any]:
    """The payload of a plan; keys are a contract with the store. Quantities in base units, money in `currency_code`."""
    found, used = plan.model.situation, _used(plan)
    lines = explain.lines(plan)
    moves = _moves(plan, used)
    one = lines[0] if len(lines) == 1 else None
    recommended = str(one["chosen"]) if one else "plan"
    return {
        "exception_ids": list(found.exception_ids),
        "build_id": found.build_id,
        "policy_hash": plan.policy_hash,
        "policy_version": plan.policy_version,
        "as_of": found.as_of.isoformat(),
        "weights": dict(plan.model.weights),
        "solver": {"method": plan.solver.method, "status": plan.solver.status, "gap": plan.solver.gap},
        "score": money(plan.score),
        "score_terms": {name: money(value) for name, value in plan.terms.items()},
        "lines": lines,
        "moves": moves,
        "donors": _donors(plan, used),
        "refusals": [
            {"order_line_id": line["order_line_id"], "option": o["option"], "rule": o["refused_by"], "why": o["why"]}
            for line in lines for o in line["options"] if o["refused_by"]
        ],
        "reserves": _reserves(plan, used),
        **_totals(plan, used),
        "currency_code": found.currency_code,
        "recommended_option": recommended,
        "chosen_option": recommended,
        "facts": _facts(plan, used),
    }  # fmt: skip


def money(value: float) -> float:
    """Rounded to cents; never −0."""
    return round(float(value), 2) + 0.0


def quantity(value: float) -> float:
    """Rounded to what a quantity can say."""
    return round(float(value), 4) + 0.0


def _used(plan: Plan) -> pd.DataFrame:
    """Options that carry something, with their line beside them: one row per used option, in canonical order."""
    index = np.flatnonzero(plan.flow > STEP / 2)
    model = plan.model
    chosen = model.options.iloc[index].assign(qty=plan.flow[index], days_late=model.worth["days_late"].iloc[index])
    about = model.situation.lines[
        ["order_line_id", "order_id", "customer_id", "site_id", "customer_tier", "part", "unit_price", "is_blocked"]
    ].iloc[chosen["line"]]
    return pd.concat([chosen.reset_index(drop=True), about.reset_index(drop=True)], axis=1)


def _keeps(used: pd.DataFrame) -> pd.Series:
    """Rows in which a line keeps what it holds: nothing moves and nothing needs a new reservation."""
    return (used["donor"] == used["line"]) & (used["action"] == Action.RESERVE.value)


def _moves(plan: Plan, used: pd.DataFrame) -> list[dict[str, Any]]:
    situation = plan.model.situation
    moved = used[~_keeps(used) & (used["action"] != Action.WAIT.value)]
    held = situation.lines["order_line_id"]
    return [
        {
            "move_no": number,
            "action": row.action,
            "order_line_id": row.order_line_id,
            "item_id": row.item_id,
            "from_site_id": row.from_site_id or None,
            "supply_id": row.supply_id or None,
            "lane_id": row.lane_id or None,
            "donor_order_line_id": held.iloc[row.donor] if row.donor >= 0 and row.donor != row.line else None,
            "qty": quantity(row.qty),
            "ships_on": explain.day(situation, row.ships_day),
            "arrives_on": explain.day(situation, row.arrives_day),
            "freight_amount": money(row.unit_freight * row.qty + row.fixed_freight),
            "days_late": int(row.days_late),
        }
        for number, row in enumerate(rows(moved), 1)
    ]


def _donors(plan: Plan, used: pd.DataFrame) -> list[dict[str, Any]]:
    """Whose stock is taken: how much, when they are served instead, and whether that is after their promise."""
    situation = plan.model.situation
    classes = rules.allocation_class(situation.lines, plan.model.rules)
    taken = used[used["action"] == Action.TAKE_BACK.value].groupby("donor")["qty"].sum()
    anew = used[(used["part"] == HOLDS) & ~_keeps(used)].groupby("line")[["arrives_day", "days_late"]].max()
    arrives, late = anew["arrives_day"].to_dict(), anew["days_late"].to_dict()
    places = taken.index.astype(int).tolist()
    return [
        {
            "order_line_id": line.order_line_id,
            "order_id": line.order_id,
            "customer_id": line.customer_id,
            "qty": quantity(qty),
            "days_later": int(late.get(place, 0)),
            "is_late": int(late.get(place, 0)) > 0,
            "class": classes.iloc[place],
            "promise_date": explain.day(situation, line.promise_day),
            "expected_on": explain.day(situation, arrives.get(place, 0)),
        }
        for place, line, qty in zip(places, rows(situation.lines.iloc[places]), taken.tolist(), strict=True)
    ]


def _reserves(plan: Plan, used: pd.DataFrame) -> list[dict[str, Any]]:
    """What the ledger must hold so that nobody else promises it: stock, receipts and donors' stock."""
    held = plan.model.situation.lines["order_line_id"]
    nothing = (*NOTHING_ASSIGNED, Action.DROP_SHIP.value)
    drawn = used[(used["donor"] != used["line"]) & ~used["action"].isin(nothing)]
    return [
        {
            "site_id": row.from_site_id,
            "item_id": row.item_id,
            "supply_id": row.supply_id or None,
            "donor_order_line_id": held.iloc[row.donor] if row.donor >= 0 else None,
            "order_line_id": row.order_line_id,
            "qty": quantity(row.qty),
        }
        for row in rows(drawn)
    ]


def _totals(plan: Plan, used: pd.DataFrame) -> dict[str, Any]:
    """What the approval matrix asks: amount, margin after freight, freight, the highest tier touched, the sites."""
    moved = used[~_keeps(used) & ~used["action"].isin(NOTHING_ASSIGNED)]
    served = moved[moved["part"] == SHORT]
    amount = float((served["qty"] * served["unit_price"]).sum())
    freight = float((moved["unit_freight"] * moved["qty"] + moved["fixed_freight"]).sum())
    margin = float(((served["unit_price"] - served["unit_cost"]) * served["qty"]).sum()) - freight
    order = [tier.value for tier in CustomerTier]
    touched = set(moved["customer_tier"].dropna()) & set(order)
    sites = {*moved["from_site_id"], *moved["site_id"]} - {"", None}
    return {
        "amount": money(amount),
        "margin_rate": round(margin / amount, 4) if amount else None,
        "freight_amount": money(freight),
        "tier": min(touched, key=order.index) if touched else None,
        "site_ids": sorted(sites),
    }


def _facts(plan: Plan, used: pd.DataFrame) -> dict[str, Any]:
    """The facts the moves rest on, for the recheck: lines, lanes, stock and receipts as they were."""
    situation = plan.model.situation
    touched = sorted({*used["line"][~_keeps(used)], *used["donor"][used["donor"] >= 0]})
    lines = situation.lines.iloc[touched]
    drawn, lanes = used[["from_site_id", "item_id"]].drop_duplicates(), situation.lanes
    stock = situation.stock.merge(drawn, left_on=["site_id", "item_id"], right_on=["from_site_id", "item_id"])
    supply = situation.supply[situation.supply["supply_id"].isin(used["supply_id"])]
    due = partial(explain.day, situation)
    return {
        "lines": [
            {
                "order_line_id": r.order_line_id,
                "qty": quantity(r.qty),
                "promise_date": due(r.promise_day),
                "contract": contract(r),
            }
            for r in rows(lines)
        ],
        "lanes": [{"lane_id": r.lane_id, **lane_terms(r)} for r in rows(lanes[lanes["lane_id"].isin(used["lane_id"])])],
        "stock": [{"site_id": r.site_id, "item_id": r.item_id, "atp_qty": quantity(r.atp_qty)} for r in rows(stock)],
        "supply": [
            {"supply_id": r.supply_id, "free_qty": quantity(r.free_qty), "due_date": due(r.due_day)}
            for r in rows(supply)
        ],
    }
