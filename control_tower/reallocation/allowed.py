"""Is every move of a plan still allowed? The hard constraints asked again of each, with the facts of another build.

Contract, routing guide, credit, classes, freeze and policy are the planner's own rules (`rules.py`), so that what a
recheck refuses and what a new plan refuses are the same. Stock and receipts are not asked here: `recheck.py` does.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from control_tower.policy_reallocation import Reallocation
from control_tower.reallocation import options as ways
from control_tower.reallocation import rules
from control_tower.reallocation.situation import SHORT, Situation, rows
from control_tower.vocabulary import MoveAction as Action

_SAID_ELSEWHERE = ("available_to_promise", "safety_stock", "no_date")
_ENOUGH = 1e-6
_BY_LANE = (Action.ALTERNATE_SITE.value, Action.ALTERNATE_CARRIER.value)


def refusals(payload: Mapping[str, Any], found: Situation, limits: Reallocation) -> list[str]:
    """One sentence per move that a rule forbids by now, and per line that may no longer be served in parts."""
    options = ways.generate(found, limits)
    refused = rules.judge(options, found, limits)
    places = {key: place for place, key in enumerate(_keys(options, found))}
    every, lines, said = rows(options), rows(found.lines), list[str]()
    for move in payload.get("moves", []):
        place = places.get(_key(move))
        if place is None:
            continue
        row = every[place]
        donor = lines[row.donor] if row.donor >= 0 else None
        case = rules.Case(row, lines[row.line], donor, found, limits)
        if refused.iloc[place] and refused.iloc[place] not in _SAID_ELSEWHERE:
            said.append(f"order line {move['order_line_id']}: {rules.why(refused.iloc[place], case)}")
        elif move["action"] == Action.PARTIAL_RELEASE.value and float(case.option.upper) + _ENOUGH < float(move["qty"]):
            said.append(_credit_words(move, case))
    return [*dict.fromkeys([*said, *_parts(payload, found)])]


def _key(move: Mapping[str, Any]) -> tuple[str, ...]:
    action = _BY_LANE[0] if move["action"] in _BY_LANE else str(move["action"])
    names = ("order_line_id", "from_site_id", "item_id", "supply_id", "lane_id", "donor_order_line_id")
    return (action, *(str(move.get(name) or "") for name in names))


def _keys(options: pd.DataFrame, found: Situation) -> list[tuple[str, ...]]:
    held = found.lines["order_line_id"].tolist()
    names = ["action", "line", "from_site_id", "item_id", "supply_id", "lane_id", "donor"]
    return [
        (
            _BY_LANE[0] if action in _BY_LANE else action, held[line], site, item, supply, lane,
            held[donor] if donor >= 0 and donor != line else "",
        )
        for action, line, site, item, supply, lane, donor in zip(*(options[n].tolist() for n in names), strict=True)
    ]  # fmt: skip


def _credit_words(move: Mapping[str, Any], case: rules.Case) -> str:
    left = case.line.headroom_amount
    room = "no credit limit on file" if pd.isna(left) else f"{float(left):,.2f} of credit left"
    return (
        f"order line {move['order_line_id']}: the customer has {room}; {float(case.option.upper):g} of the"
        f" {float(move['qty']):g} planned can be released"
    )


def _parts(payload: Mapping[str, Any], found: Situation) -> list[str]:
    """Lines that the plan serves in several shipments or in part, and that may not be split any more."""
    forbids = rules.splittable(found.lines)
    words = {"ship_complete": "ship complete", "split_contract": "no split", "split_margin": "no split at this margin"}
    served: dict[str, list[float]] = {}
    for move in payload.get("moves", []):
        served.setdefault(str(move["order_line_id"]), []).append(float(move["qty"]))
    said = []
    for row, rule in zip(rows(found.lines), forbids, strict=True):
        shipments = served.get(row.order_line_id, [])
        is_part = len(shipments) > 1 or (shipments and sum(shipments) + _ENOUGH < float(row.qty))
        if rule and is_part and row.part == SHORT and not row.is_blocked:
            said.append(f"order line {row.order_line_id}: served in parts, and the contract says {words[rule]} now")
    return [*said, *_orders(payload, found, served)]


def _orders(payload: Mapping[str, Any], found: Situation, served: Mapping[str, Any]) -> list[str]:
    """Orders that ship complete by now and of which the plan serves one short line and not another."""
    planned = {str(line["order_line_id"]) for line in payload.get("lines", [])}
    whole: dict[str, set[bool]] = {}
    for row in rows(found.lines[rules.ships_together(found.lines)]):
        if row.order_line_id in planned:
            whole.setdefault(str(row.order_id), set()).add(row.order_line_id in served)
    return [
        f"order {order}: one line served and another not, and the contract says ship complete now"
        for order, ways in whole.items()
        if len(ways) > 1
    ]
