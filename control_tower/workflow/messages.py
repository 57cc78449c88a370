"""What must leave the house when a proposal is released, and whom does it tell? Pure: payload in, messages out.

Moves and order-status updates go to the ERP, the rest to people: the customers whose dates change, finance when credit
exposure changes, procurement when the plan rests on a supply (REA-08, ROU-08, ROU-10). Keys are the same on every try.
Never sends.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from control_tower.model import Proposal
from control_tower.vocabulary import MoveAction
from control_tower.workflow import templates

_STAYS = frozenset({MoveAction.WAIT, MoveAction.DEFER})
"""Actions that assign no goods."""


class Leaving(NamedTuple):
    """One message before it has a row."""

    key: str
    kind: str
    content: dict[str, Any]


def of(proposal: Proposal) -> Iterator[Leaving]:
    """The messages of a proposal's version, in the order in which they must leave."""
    stem = f"{proposal.proposal_id}:{proposal.version}"
    head = {"proposal_id": proposal.proposal_id, "version": proposal.version, "payload_hash": proposal.payload_hash}
    plan = proposal.payload
    for move in plan["moves"]:
        yield Leaving(f"{stem}:move:{move['move_no']}", "move", {**head, "move": move})
    for order_id, lines in _by(plan.get("lines", []), "order_id").items():
        said = [{"order_line_id": line.get("order_line_id"), "chosen": line.get("chosen")} for line in lines]
        content = {**head, "order_id": order_id, "lines": said}
        shown = [{**line, "moves": _in_words(plan, line["order_line_id"])} for line in said]
        yield Leaving(f"{stem}:order:{order_id}", "order_status", {**content, **_words("order_status", content, shown)})
    yield from _customers(stem, head, plan)
    yield from _finance(stem, head, plan)
    yield from _procurement(stem, head, plan)


def _words(kind: str, about: Mapping[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    return templates.all_of()[kind].rendered({k: v for k, v in about.items() if k != "lines"}, lines)


def _by(rows: list[dict[str, Any]], key: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by a value of theirs, in its order; rows without one have nobody to be told."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.get(key):
            found.setdefault(str(row[key]), []).append(row)
    return dict(sorted(found.items()))


def _moves_of(plan: Mapping[str, Any], line_id: str | None) -> list[dict[str, Any]]:
    return [move for move in plan["moves"] if move.get("order_line_id") == line_id]


def _in_words(plan: Mapping[str, Any], line_id: str | None) -> str:
    parts = [
        f"{move['qty']} from {move.get('from_site_id') or move.get('supply_id') or 'its own site'}, "
        f"expected {move.get('arrives_on') or 'without a date'}"
        for move in _moves_of(plan, line_id)
    ]
    return "; ".join(parts) or "nothing moves"


def _customers(stem: str, head: dict[str, Any], plan: Mapping[str, Any]) -> Iterator[Leaving]:
    """One message per order whose customer must expect another date: lines that are served, donors that are served later."""
    told: list[dict[str, Any]] = []
    for line in plan.get("lines", []):
        told += [
            {**_about(line), "item_id": move.get("item_id"), "qty": move["qty"], "arrives_on": move.get("arrives_on")}
            for move in _moves_of(plan, line.get("order_line_id"))
        ]
    for donor in plan.get("donors", []):
        if donor.get("days_later") or donor.get("is_late"):
            told.append({**_about(donor), "item_id": None, "qty": donor["qty"], "arrives_on": donor.get("expected_on")})
    for order_id, lines in _by(told, "order_id").items():
        about = {**head, "order_id": order_id, "customer_id": lines[0]["customer_id"]}
        content = {**about, "lines": lines, **_words("customer", about, lines)}
        yield Leaving(f"{stem}:customer:{order_id}", "customer", content)


def _about(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line.get(name) for name in ("order_line_id", "order_id", "customer_id")}


def _finance(stem: str, head: dict[str, Any], plan: Mapping[str, Any]) -> Iterator[Leaving]:
    """One message when goods are assigned to other customers' orders than before: what they will owe changes."""
    owners = {line.get("order_line_id"): line.get("customer_id") for line in plan.get("lines", [])}
    changes = [
        {
            "customer_id": owners.get(m["order_line_id"]),
            "order_line_id": m["order_line_id"],
            "qty": m["qty"],
            "change": "+",
        }
        for m in plan["moves"]
        if m["action"] not in _STAYS
    ]
    changes += [
        {**{name: d.get(name) for name in ("customer_id", "order_line_id", "qty")}, "change": "−"}
        for d in plan.get("donors", [])
    ]
    if changes and float(plan["amount"]) > 0:
        names = ("amount", "currency_code", "freight_amount")
        about = {**head, **{name: plan.get(name) for name in names}}
        yield Leaving(f"{stem}:finance", "finance", {**about, "lines": changes, **_words("finance", about, changes)})


def _procurement(stem: str, head: dict[str, Any], plan: Mapping[str, Any]) -> Iterator[Leaving]:
    """One message per supply that the plan rests on: it is expedited."""
    for supply_id, moves in _by(list(plan["moves"]), "supply_id").items():
        names = ("order_line_id", "item_id", "qty", "ships_on", "arrives_on")
        lines = [{name: move.get(name) for name in names} for move in moves]
        about = {**head, "supply_id": supply_id}
        content = {**about, "lines": lines, **_words("procurement", about, lines)}
        yield Leaving(f"{stem}:procurement:{supply_id}", "procurement", content)
