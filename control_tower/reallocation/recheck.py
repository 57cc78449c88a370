"""Does a plan still hold in another build? The facts its moves rest on, read again and compared (fault 62, ruling 16).

Only what the plan needs is asked: more stock than planned, or a receipt that comes earlier, is no objection. What other
proposals hold meanwhile is the ledger's question (`services.stock`), and so a proposal's own claims never stand against
it here. Says what changed; never plans anew.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from control_tower.errors import NotAllowed
from control_tower.policy import Policy
from control_tower.reallocation import allowed, situation
from control_tower.reallocation.situation import SHORT, Situation
from control_tower.warehouse import Build

_ENOUGH = 1e-6
CONTRACT_WORDS = {
    "is_split_allowed": "a split by contract", "is_ship_complete": "ship complete by contract",
    "is_promise_protected": "the promise protected by contract", "routing_guide_code": "the routing guide",
    "min_split_margin_rate": "the least margin for a split", "is_credit_blocked": "the order blocked for credit",
    "is_regulated": "the item regulated", "customer_tier": "the customer's tier",
}  # fmt: skip
LANE_WORDS = {
    "carrier_id": "the carrier", "lead_days": "the transit time in days", "unit_freight": "the freight a unit",
    "min_qty": "the least quantity",
}  # fmt: skip


def changes(payload: Mapping[str, Any], build: Build, policy: Policy) -> list[str]:
    """What no longer is as the payload says, one sentence each; empty = it holds. The same build never changed.

    That the policy is another one is `services.standing`'s to say; what its rules forbid by now is said here.
    """
    if payload.get("build_id") == build.id and payload.get("policy_hash") == policy.hash:
        return []
    facts = payload.get("facts") or {}
    fate = situation.whole(
        build, "reallocation_fate", order_line_ids=[line["order_line_id"] for line in facts.get("lines", [])]
    )
    gone = {str(row.order_line_id): row for row in situation.rows(fate)}
    try:
        found = situation.read(build, list(payload["exception_ids"]), policy)
    except NotAllowed as nothing:
        return [*_closed(facts, gone), str(nothing)]
    return [
        *_lines(facts, found, payload, gone),
        *_stock(facts, found, payload),
        *_supply(facts, found, payload),
        *_lanes(facts, found),
        *allowed.refusals(payload, found, policy.reallocation),
    ]


def _closed(facts: Mapping[str, Any], fate: Mapping[str, Any]) -> list[str]:
    names = [str(was["order_line_id"]) for was in facts.get("lines", [])]
    return [f"order line {name} {_fate(fate.get(name))}" for name in names]


def _fate(row: Any) -> str:
    """What became of a line that is no longer in the plan's reach, in words."""
    if row is None:
        return "is not in the newest build any more"
    if not pd.isna(row.cancelled_at):
        return f"was cancelled on {row.cancelled_at.date().isoformat()}"
    if float(row.open_qty) <= 0:
        return f"is shipped by now ({float(row.shipped_qty):g} of {float(row.ordered_qty):g})"
    if not pd.isna(row.released_at):
        return f"was released to the warehouse on {row.released_at.date().isoformat()}"
    return "is no longer short and holds nothing that could be dealt out"


def _lines(
    facts: Mapping[str, Any], found: Situation, payload: Mapping[str, Any], fate: Mapping[str, Any]
) -> list[str]:
    now = {row.order_line_id: row for row in situation.rows(found.lines)}
    short = {str(line["order_line_id"]) for line in payload.get("lines", [])}
    said = []
    for was in facts.get("lines", []):
        name, row = str(was["order_line_id"]), now.get(was["order_line_id"])
        if row is None:
            said.append(f"order line {name} {_fate(fate.get(name))}")
        elif (row.part == SHORT) is not (name in short):
            said.append(f"order line {name} {'is short itself by now' if row.part == SHORT else 'is no longer short'}")
        else:
            said += _differing(found, was, row, fate.get(name))
    return said


def _differing(found: Situation, was: Mapping[str, Any], row: Any, fate: Any) -> list[str]:
    """A line that is still there and plays its part: its quantity, its promise, its contract."""
    name, said, due = str(was["order_line_id"]), [], _day(found, row.promise_day)
    if abs(float(row.qty) - float(was["qty"])) > _ENOUGH:
        part = fate is not None and float(fate.shipped_qty) > 0
        shipped = f" ({float(fate.shipped_qty):g} of {float(fate.ordered_qty):g} shipped)" if part else ""
        said.append(f"order line {name}: {float(was['qty']):g} were planned for, it is {float(row.qty):g} now{shipped}")
    if due != was["promise_date"]:
        said.append(f"order line {name}: promised for {was['promise_date']}, for {due} now")
    before, after = was.get("contract"), situation.contract(row)
    return said + [
        f"order line {name}: {CONTRACT_WORDS[term]} was {before[term]}, is {after[term]} now"
        for term in (before or {})
        if before is not None and before[term] != after[term]
    ]


def _lanes(facts: Mapping[str, Any], found: Situation) -> list[str]:
    """A way that is gone, slower, dearer or with another carrier; quicker or cheaper is no objection."""
    now = {row.lane_id: situation.lane_terms(row) for row in situation.rows(found.lanes)}
    said = []
    for was in facts.get("lanes", []):
        name, terms = str(was["lane_id"]), now.get(was["lane_id"])
        if terms is None:
            said.append(f"lane {name} is not offered any more")
            continue
        for term, words in LANE_WORDS.items():
            before, after = was[term], terms[term]
            worse = before != after if term == "carrier_id" else after is None or (before or 0) + _ENOUGH < after
            if worse and not (before is None and after is None):
                said.append(f"lane {name}: {words} was {_plain(before)}, is {_plain(after)} now")
    return said


def _plain(value: Any) -> str:
    return "not known" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _needed(payload: Mapping[str, Any], *keys: str) -> dict[tuple[Any, ...], float]:
    needed: dict[tuple[Any, ...], float] = {}
    for claim in payload.get("reserves", []):
        is_stock = not claim.get("supply_id") and not claim.get("donor_order_line_id")
        if ("supply_id" in keys) is bool(claim.get("supply_id")) and ("supply_id" in keys or is_stock):
            key = tuple(claim.get(name) for name in keys)
            needed[key] = needed.get(key, 0.0) + float(claim["qty"])
    return needed


def _stock(facts: Mapping[str, Any], found: Situation, payload: Mapping[str, Any]) -> list[str]:
    now = {(row.site_id, row.item_id): float(row.atp_qty) for row in situation.rows(found.stock)}
    was = {(row["site_id"], row["item_id"]): float(row["atp_qty"]) for row in facts.get("stock", [])}
    return [
        f"{item} at {site}: the plan takes {need:g}, {now.get((site, item), 0.0):g} are free to promise now"
        f" ({was.get((site, item), 0.0):g} were)"
        for (site, item), need in sorted(_needed(payload, "site_id", "item_id").items())
        if need > now.get((site, item), 0.0) + _ENOUGH
    ]


def _supply(facts: Mapping[str, Any], found: Situation, payload: Mapping[str, Any]) -> list[str]:
    now = {row.supply_id: row for row in situation.rows(found.supply)}
    was = {row["supply_id"]: row for row in facts.get("supply", [])}
    said = []
    for (supply_id,), need in sorted(_needed(payload, "supply_id").items()):
        row, before = now.get(supply_id), was.get(supply_id, {})
        due = _day(found, row.due_day) if row is not None else None
        if row is None:
            said.append(f"receipt {supply_id} is not expected any more")
        elif float(row.free_qty) + _ENOUGH < need:
            said.append(f"receipt {supply_id}: the plan takes {need:g}, {float(row.free_qty):g} of it are free now")
        elif before.get("due_date") and (due is None or due > before["due_date"]):
            said.append(f"receipt {supply_id} was due on {before['due_date']}, is due on {due or 'no date'} now")
    return said


def _day(found: Situation, number: float) -> str | None:
    day = found.on(float(number))
    return day.isoformat() if day else None
