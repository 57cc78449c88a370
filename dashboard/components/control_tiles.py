"""Which five numbers lead the control room? Built from one row of figures and 13 weeks; no widgets."""

from dataclasses import replace
from typing import Any

import pandas as pd

from control_tower.filters import Filters
from dashboard import filters, theme
from dashboard.components.tile import Tile
from dashboard.period import Period


def build(row: dict[str, Any], weeks: pd.DataFrame, period: Period, state: Filters, small: int) -> list[Tile]:
    """Open, new, resolved, past SLA, oldest open: each against as many days before."""
    within = replace(state.without_time(), since=period.first, until=period.last)
    now = replace(state.without_time(), state="open") if period.ends_today else None
    return [_open(row, weeks, period, now), *_flow(row, weeks, period, within), _late(row, weeks, within, small),
            _oldest(row, weeks, period, now)]  # fmt: skip


def _open(row: dict[str, Any], weeks: pd.DataFrame, period: Period, now: Filters | None) -> Tile:
    change = row["open_count"] - row["open_before"]
    return Tile(
        label="Open",
        value=theme.count(row["open_count"]),
        note=f"was {theme.count(row['open_before'])}",
        definition=f"Exceptions detected and not yet resolved, closed or cancelled at the end of {period.words}, against its start.",
        change=change,
        change_words=theme.count(abs(change)),
        better="lower",
        trend=_trend(weeks["open_at_end"]),
        link=filters.link(now) if now else None,
    )


def _flow(row: dict[str, Any], weeks: pd.DataFrame, period: Period, within: Filters) -> list[Tile]:
    new = "Exceptions detected, without duplicates and false positives (K01; those are void, and listed in the rows),"
    kinds = (
        ("New", "new", "arrived", new),
        ("Resolved", "resolved", "resolved", "Exceptions whose fix was recorded (K59)"),
    )
    tiles = []
    for label, name, column, definition in kinds:
        now, before = row[f"{name}_count"], row[f"{name}_before"]
        note = f"was {theme.count(before)}"
        if name == "new" and row["void_count"]:
            note += f"; {theme.count(row['void_count'])} void"
        tiles.append(
            Tile(
                label=label,
                value=theme.count(now),
                note=note,
                definition=f"{definition} in {period.words}, against {period.before_words}. The line shows 13 weeks.",
                change=now - before,
                change_words=theme.count(abs(now - before)),
                better="lower" if name == "new" else "higher",
                trend=_trend(weeks[column]),
                link=filters.link(replace(within, basis="detected" if name == "new" else "resolved")),
            )
        )
    return tiles


def _late(row: dict[str, Any], weeks: pd.DataFrame, within: Filters, small: int) -> Tile:
    definition = (
        "Of the exceptions that fell due in the period, those not resolved by their due time. Where a source states only "
        "a flag, an exception counts on the day it ended. Exceptions without due time and flag are not counted."
    )
    if not row["sla_known_count"]:
        return Tile("Past SLA", None, "no source states a due time or an SLA flag.", definition)
    late, judged = int(row["late_count"]), int(row["judged_count"])
    by_flag = " by the source's flag" if row["sla_flag_count"] == row["sla_known_count"] else ""
    trend = _trend((100 * weeks["late"] / weeks["judged"].where(weeks["judged"] > 0)).round(1))
    link = filters.link(replace(within, state="past_sla", basis="due"))
    if judged < small:
        note = f"too few to judge: {late} of {judged} that fell due{by_flag}; a rate needs {small}"
        return Tile("Past SLA", "too few", note, definition, link=link)
    change = None
    if row["judged_before"] >= small:
        change = round(100 * late / judged - 100 * row["late_before"] / row["judged_before"], 1)
    return Tile(
        label="Past SLA",
        value=theme.percent(late, judged),
        note=f"{theme.count(late)} of {theme.count(judged)} due{by_flag}",
        definition=definition,
        change=change,
        change_words=f"{abs(change or 0):.1f} points",
        better="lower",
        trend=trend,
        link=link,
    )


def _oldest(row: dict[str, Any], weeks: pd.DataFrame, period: Period, now: Filters | None) -> Tile:
    definition = f"How long the oldest exception open at the end of {period.words} had waited, by its source's own clock, against the period's start."
    if row["oldest_hours"] is None:
        return Tile("Oldest open", "none", "nothing is open", definition)
    before = row["oldest_hours_before"]
    change = None if before is None else round(row["oldest_hours"] - before, 1)
    note = f"was {theme.hours(before)}" if before is not None else "nothing was open before"
    if row["open_suspect_count"]:
        note += f"; {theme.count(row['open_suspect_count'])} with suspect times left out"
    return Tile(
        label="Oldest open",
        value=theme.hours(row["oldest_hours"]),
        note=note,
        definition=definition,
        change=change,
        change_words=theme.hours(abs(change or 0)),
        better="lower",
        trend=_trend((weeks["oldest_hours"].fillna(0) / 24).round(2)),
        link=filters.link(now, sort="longest") if now else None,
    )


def _trend(values: pd.Series) -> list[float]:
    """The last 13 weeks; weeks without a value are left out, an all-zero line is not drawn."""
    found = [float(value) for value in values.tail(13) if pd.notna(value)]
    return found if any(found) else []
