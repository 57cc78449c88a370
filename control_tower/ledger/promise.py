"""What does a plan promise each line and each donor? Read from its payload at approval, and never changed after.

Never looks at a build: what became of it is `realised.py`. What a payload does not say stays None.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_UNSERVED = ("wait", "defer")


def effect_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Per line and per donor what is promised, and the totals.

    Lines: `qty` moved, `days_late_before` if it waited, `days_late_after`, `margin_amount` (after what waiting for the
    rest loses), `freight_amount`, `sla_kept_before`, `sla_kept_after` (None = no contractual due time known).
    Donors: `qty` given, `days_late_after`, `is_late`. `benefit_amount` = amount × margin rate, which is after freight.
    """
    moves: dict[str, list[Mapping[str, Any]]] = {}
    for move in payload.get("moves") or []:
        moves.setdefault(str(move["order_line_id"]), []).append(move)
    short = {str(line["order_line_id"]): line for line in payload.get("lines") or []}
    donors = [_donor(one) for one in payload.get("donors") or []]
    given = {one["order_line_id"] for one in donors}
    lines = [
        _line(name, short.get(name, {}), moves.get(name, []))
        for name in sorted({*short, *moves} - (given - set(short)))
    ]
    return {
        "lines": lines,
        "donors": donors,
        "benefit_amount": _benefit(payload.get("amount"), payload.get("margin_rate")),
        "freight_amount": _number(payload.get("freight_amount")),
        "days_late_before": _total(line["days_late_before"] for line in lines),
        "days_late_after": _total(line["days_late_after"] for line in lines),
        "donors_late": sum(one["is_late"] for one in donors),
    }


def _line(name: str, about: Mapping[str, Any], moves: list[Mapping[str, Any]]) -> dict[str, Any]:
    options = about.get("options") or []
    chosen: Mapping[str, Any] = next((one for one in options if one["option"] == about.get("chosen")), {})
    waits: Mapping[str, Any] = next((one for one in options if one.get("action") in _UNSERVED), {})
    terms = chosen.get("terms") or {}
    late = [_number(move.get("days_late")) for move in moves]
    after = chosen.get("days_late", max((day for day in late if day is not None), default=None))
    return {
        "order_line_id": name,
        "short_qty": _number(about.get("short_qty")),
        "qty": sum(float(move["qty"]) for move in moves),
        "days_late_before": waits.get("days_late"),
        "days_late_after": after,
        "margin_amount": terms.get("margin"),
        "freight_amount": _sum(move.get("freight_amount") for move in moves),
        "sla_kept_before": _kept(waits),
        "sla_kept_after": _kept(chosen),
    }


def _kept(option: Mapping[str, Any]) -> bool | None:
    """Whether the contractual due time holds: a breach costs something in the term `sla`."""
    cost = (option.get("terms") or {}).get("sla")
    return None if cost is None else cost >= 0


def _donor(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "order_line_id": str(one["order_line_id"]),
        "qty": float(one["qty"]),
        "days_late_after": _number(one.get("days_later")),
        "is_late": bool(one.get("is_late")),
    }


def _benefit(amount: Any, rate: Any) -> float | None:
    return None if amount is None or rate is None else round(float(amount) * float(rate), 2)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _sum(values: Iterable[Any]) -> float | None:
    """Of a line's moves: none moved is 0, one that does not say leaves the sum unknown."""
    known = [_number(value) for value in values]
    return None if None in known else sum(value for value in known if value is not None)


def _total(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if known else None
