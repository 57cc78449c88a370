"""Which five numbers lead the aging page? Built from one row; no widgets."""

from dataclasses import replace
from typing import Any

from control_tower.filters import Filters
from dashboard import filters, theme
from dashboard.components.tile import Tile

#: over how many days the outflow is taken that says how long the backlog lasts
FLOW_DAYS = 28


def build(row: dict[str, Any], state: Filters, currency: str) -> list[Tile]:
    """Open, at risk, past SLA, due next, expected days to clear."""
    opened = replace(state, state="open")
    return [
        Tile(
            "Open", theme.count(row["open_count"]), f"oldest {theme.hours(row['oldest_hours'])}",
            "Exceptions detected and not yet resolved, closed or cancelled, by their source's own clock (K10).",
            link=filters.link(opened, sort="longest"),
        ),
        _value(row, opened, currency),
        *_due(row, state),
        _clear(row),
    ]  # fmt: skip


def _value(row: dict[str, Any], opened: Filters, currency: str) -> Tile:
    definition = "What open exceptions put at risk, in the reporting currency, once per order line."
    if row["open_value"] is None:
        return Tile("Value at risk", None, "no open exception states an amount with a currency.", definition)
    known = f"stated by {theme.count(row['value_known_count'])} of {theme.count(row['open_count'])}"
    return Tile("Value at risk", theme.money(row["open_value"], currency), known, definition, link=filters.link(opened))


def _due(row: dict[str, Any], state: Filters) -> list[Tile]:
    late_says = "Open exceptions past their due time or, where a source states only a flag, flagged late."
    next_says = "Open exceptions in time whose due time comes within 24 hours of their source's clock."
    if not row["sla_known_count"]:
        late = Tile("Past SLA", None, "no open exception states a due time or an SLA flag.", late_says)
    else:
        share = theme.percent(row["late_count"], row["sla_known_count"], 0)
        late = Tile(
            "Past SLA", theme.count(row["late_count"]),
            f"{share} of {theme.count(row['sla_known_count'])} with a known SLA", late_says,
            link=filters.link(replace(state, state="past_sla"), sort="due"),
        )  # fmt: skip
    if not row["due_known_count"]:
        return [late, Tile("Due within 24 h", None, "no open exception states a due time.", next_says)]
    known = f"of {theme.count(row['due_known_count'])} with a due time"
    due = Tile("Due within 24 h", theme.count(row["due_next_count"]), known, next_says)
    return [late, due]


def _clear(row: dict[str, Any]) -> Tile:
    definition = (
        f"What is open ÷ what ended per day over the last {FLOW_DAYS} days (Little's law, K59). It says how long the "
        "backlog lasts if work goes on as lately; nothing about a single case."
    )
    if not row["ended_count"]:
        return Tile("Time to clear", None, f"nothing ended in the last {FLOW_DAYS} days.", definition)
    days = row["open_count"] / (row["ended_count"] / FLOW_DAYS)
    note = f"{row['ended_count'] / FLOW_DAYS:,.0f} end a day, {row['arrived_count'] / FLOW_DAYS:,.0f} come"
    return Tile("Time to clear", theme.hours(24 * days), note, definition)
