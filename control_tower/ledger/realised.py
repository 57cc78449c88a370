"""What became of what was promised? One approved plan against the order lines of a build, harm to donors included.

What a build cannot show yet stays None and the whole stays `open`; never estimates.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

OPEN, MEASURED = "open", "measured"


def against(promised: Mapping[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    """What a build's rows (`outcome_line`) say of a promise (`promise.effect_of`).

    Per line and donor: `days_late` (delivered − promised, at least 0; `days_late_at_least` while it is not delivered),
    `sla_kept`, `is_over` (all delivered, or nothing left to deliver); per line `served_qty` of what was moved, `margin_amount`,
    `freight_amount`; per donor `margin_lost_amount` (what it gave and its customer then cancelled). `benefit_amount` =
    margins − freight − margins lost, as soon as all of that is known.
    """
    facts = {str(row["order_line_id"]): row for row in rows.to_dict("records")}
    lines = [_line(one, facts.get(one["order_line_id"])) for one in promised["lines"]]
    donors = [_donor(one, facts.get(one["order_line_id"])) for one in promised["donors"]]
    parts = [*lines, *donors]
    over = bool(parts) and all(one["is_over"] for one in parts)
    return {
        "status": MEASURED if over else OPEN,
        "lines": lines,
        "donors": donors,
        "days_late": _sum(one["days_late"] for one in lines),
        "freight_amount": _sum(one["freight_amount"] for one in lines),
        "donors_late": sum(bool(one["days_late"] or one["days_late_at_least"]) for one in donors),
        "donor_days_late": _sum(one["days_late"] for one in donors),
        "benefit_amount": _benefit(lines, donors) if over else None,
    }


def _benefit(lines: list[dict[str, Any]], donors: list[dict[str, Any]]) -> float | None:
    """Margins less freight less margins lost; None while one of them is not known."""
    parts: list[tuple[float | None, int]] = [
        (line[name], sign) for line in lines for name, sign in (("margin_amount", 1), ("freight_amount", -1))
    ]
    parts += [(donor["margin_lost_amount"], -1) for donor in donors]
    known = [sign * value for value, sign in parts if value is not None]
    return round(sum(known), 2) if len(known) == len(parts) else None


def _line(promised: Mapping[str, Any], row: Mapping[Any, Any] | None) -> dict[str, Any]:
    timed = _timed(promised["order_line_id"], row)
    nothing = {"served_qty": None, "margin_amount": None, "freight_amount": None}
    if row is None:
        return {**timed, **nothing}
    had = max(row["needed_qty"] - (promised["short_qty"] or promised["qty"]), 0.0)
    served = min(max(row["delivered_qty"] - had, 0.0), promised["qty"])
    margin = None if pd.isna(row["unit_margin"]) else round(served * row["unit_margin"], 2)
    if served == 0:
        return {**timed, "served_qty": 0.0, "margin_amount": 0.0, "freight_amount": 0.0}
    return {**timed, "served_qty": served, "margin_amount": margin, "freight_amount": _freight(row, served)}


def _freight(row: Mapping[Any, Any], served: float) -> float | None:
    """What carrying the served quantity cost: its share of what the line carried since the plan."""
    if pd.isna(row["freight_amount"]) or not row["carried_qty"]:
        return None
    part: float = min(served / row["carried_qty"], 1.0)
    return round(float(row["freight_amount"]) * part, 2)


def _donor(promised: Mapping[str, Any], row: Mapping[Any, Any] | None) -> dict[str, Any]:
    timed = _timed(promised["order_line_id"], row)
    if row is None:
        return {**timed, "margin_lost_amount": None}
    lost = min(row["cancelled_qty"], promised["qty"])
    known = lost == 0 or not pd.isna(row["unit_margin"])
    return {
        **timed,
        "margin_lost_amount": round(lost * row["unit_margin"], 2) if known and lost else (0.0 if known else None),
    }


def _timed(order_line_id: str, row: Mapping[Any, Any] | None) -> dict[str, Any]:
    """How late it is or was, whether its due time was kept, and whether all of it is over."""
    said: dict[str, Any] = {"order_line_id": order_line_id, "days_late": None, "days_late_at_least": None,
                            "sla_kept": None, "is_over": False}  # fmt: skip
    if row is None:
        return said
    is_cancelled = row["needed_qty"] <= 0
    is_over = is_cancelled or (not pd.isna(row["delivered_at"]) and row["delivered_qty"] >= row["needed_qty"])
    until = row["delivered_at"] if is_over else row["as_of"]
    days = _days(row["promise_date"], until)
    due = row["contract_due_at"]
    if not is_cancelled:
        said["days_late" if is_over else "days_late_at_least"] = days
        is_late = not pd.isna(due) and not pd.isna(until) and until > due
        said["sla_kept"] = None if pd.isna(due) or not (is_over or is_late) else not is_late
    return {**said, "is_over": bool(is_over)}


def _days(promised: Any, until: Any) -> int | None:
    if pd.isna(promised) or pd.isna(until):
        return None
    late: int = (pd.Timestamp(until).normalize() - pd.Timestamp(promised).normalize()).days
    return max(late, 0)


def _sum(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if known else None
