"""Does a plan still hold in another build? The facts its moves rest on, read again and compared (fault 62, ruling 16).

Only what the plan needs is asked: more stock than planned, or a receipt that comes earlier, is no objection. What other
proposals hold meanwhile is the ledger's question (`services.stock`), and so a proposal's own claims never stand against
it here. Says what changed; never plans anew.
"""

from collections.abc import Mapping
from typing import Any

from control_tower.errors import NotAllowed
from control_tower.policy import Policy
from control_tower.reallocation import situation
from control_tower.reallocation.situation import SHORT, Situation
from control_tower.warehouse import Build

_ENOUGH = 1e-6


def changes(payload: Mapping[str, Any], build: Build, policy: Policy) -> list[str]:
    """What no longer is as the payload says, one sentence each; empty = it holds. The same build never changed."""
    if payload.get("build_id") == build.id:
        return []
    try:
        found = situation.read(build, list(payload["exception_ids"]), policy)
    except NotAllowed as nothing:
        return [str(nothing)]
    facts = payload.get("facts") or {}
    return [*_lines(facts, found, payload), *_stock(facts, found, payload), *_supply(facts, found, payload)]


def _lines(facts: Mapping[str, Any], found: Situation, payload: Mapping[str, Any]) -> list[str]:
    now = {row.order_line_id: row for row in situation.rows(found.lines)}
    short = {str(line["order_line_id"]) for line in payload.get("lines", [])}
    said = []
    for was in facts.get("lines", []):
        name, row = str(was["order_line_id"]), now.get(was["order_line_id"])
        if row is None:
            said.append(f"order line {name} is served, cancelled or released by now")
        elif (row.part == SHORT) is not (name in short):
            said.append(f"order line {name} {'is short itself by now' if row.part == SHORT else 'is no longer short'}")
        else:
            due = _day(found, row.promise_day)
            if abs(float(row.qty) - float(was["qty"])) > _ENOUGH:
                said.append(f"order line {name}: {float(was['qty']):g} were planned for, it is {float(row.qty):g} now")
            if due != was["promise_date"]:
                said.append(f"order line {name}: promised for {was['promise_date']}, for {due} now")
    return said


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
