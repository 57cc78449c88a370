"""Which five numbers lead the aging page? Built from one row; no widgets."""

from dataclasses import replace
from typing import Any

from dashboard import filters, theme
from dashboard.components import kpi_tile
from dashboard.components.tile import Tile
from dashboard.figures import Figures

#: over how many days the outflow is taken that says how long the backlog lasts
FLOW_DAYS = 28


def build(found: Figures, row: dict[str, Any], currency: str) -> list[Tile]:
    """Open, at risk, past SLA, due next, expected days to clear."""
    opened = replace(found.state, state="open")
    links = {
        "open_exceptions": filters.link(opened, sort="longest"),
        "value_at_risk": filters.link(opened),
        "past_sla_open": filters.link(replace(found.state, state="past_sla"), sort="due"),
    }
    tiles = [replace(kpi_tile.build(found, name, currency), link=link) for name, link in links.items()]
    return [one if one.value is not None else replace(one, link=None) for one in tiles] + [_due(row), _clear(row)]


def _due(row: dict[str, Any]) -> Tile:
    definition = "Open exceptions in time whose due time comes within 24 hours of their source's clock."
    if not row["due_known_count"]:
        return Tile("Due within 24 h", None, "no open exception states a due time.", definition)
    known = f"of {theme.count(row['due_known_count'])} with a due time"
    return Tile(
        "Due within 24 h", theme.count(row["due_next_count"]), known, definition, no_trend="of this moment: no trend"
    )


def _clear(row: dict[str, Any]) -> Tile:
    definition = (
        f"What is open ÷ what ended per day over the last {FLOW_DAYS} days (Little's law, K59). It says how long the "
        "backlog lasts if work goes on as lately; nothing about a single case."
    )
    if not row["ended_count"]:
        return Tile("Time to clear", None, f"nothing ended in the last {FLOW_DAYS} days.", definition)
    days = row["open_count"] / (row["ended_count"] / FLOW_DAYS)
    note = f"{row['ended_count'] / FLOW_DAYS:,.0f} end a day, {row['arrived_count'] / FLOW_DAYS:,.0f} come"
    return Tile(
        "Time to clear", theme.hours(24 * days), note, definition, no_trend=f"of the last {FLOW_DAYS} days: no trend"
    )
