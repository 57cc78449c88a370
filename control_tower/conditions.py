"""Which condition on mart_exception does a filter state mean, and which values does it bind?

Columns come from the allow-list of filters.py only, values are always bound (fault 86). Runs nothing and
holds no whole statement.
"""

import re
from collections.abc import Mapping
from typing import Any

from control_tower.filters import AGING, BASES, DIMENSIONS, NOT_STATED, SEARCHED, Filters


def named_in(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a statement names as `$name`, word for word: `$order_id` is not named by `$order_ids`."""
    names = set(re.findall(r"\$(\w+)", text))
    return {name: value for name, value in values.items() if name in names}


def where_clause(filters: Filters) -> tuple[str, dict[str, Any]]:
    """The condition on mart_exception and its bound values; columns come from the allow-list only (fault 86)."""
    conditions, values = ["true"], dict[str, Any]()
    for name, (_, column) in DIMENSIONS.items():
        if chosen := getattr(filters, name):
            missing = f" OR {column} IS NULL" if NOT_STATED in chosen else ""
            conditions.append(f"(list_contains($f_{name}, {column}){missing})")
            values[f"f_{name}"] = list(chosen)
    if filters.aging:
        conditions.append("(is_open AND (" + " OR ".join(_bucket(word) for word in filters.aging) + "))")
    conditions += _STATES.get(filters.state, [])
    if filters.lasted is not None:
        conditions.append(_LASTED)
        values["f_lasted"] = filters.lasted
    column = f"coalesce({', '.join(BASES[filters.basis])})"
    if filters.since:
        conditions.append(f"{column} >= $f_since")
        values["f_since"] = filters.since
    if filters.until:
        conditions.append(f"{column} < $f_until + INTERVAL 1 DAY")
        values["f_until"] = filters.until
    if filters.search:
        found = (f"contains(lower(coalesce({name}, '')), lower($f_search))" for name in SEARCHED)
        conditions.append("(" + " OR ".join(found) + ")")
        values["f_search"] = filters.search
    return " AND ".join(conditions), values


#: the durations of K09 (kpis/resolution_cycle_time.sql): resolved, ended otherwise or still open, less pauses
_LASTED = """(
    NOT is_time_suspect
    AND coalesce(disposition, 'confirmed') NOT IN ('duplicate', 'false_positive')
    AND status NOT IN ('duplicate', 'false_positive')
    AND (epoch(coalesce(resolved_at, ended_at, as_of)) - epoch(detected_at) - paused_seconds) / 3600.0 >= $f_lasted
)"""
_STATES = {"open": ["is_open"], "past_sla": ["sla_breached"], "ended": ["NOT is_open"]}


def _bucket(word: str) -> str:
    _, low, high = AGING[word]
    upper = f" AND age_hours < {high:g}" if high is not None else ""
    return f"(age_hours >= {low:g}{upper})"
