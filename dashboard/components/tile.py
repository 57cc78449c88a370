"""What does one number look like? Label, value with unit, change, sparkline, n and definition; click → rows."""

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from dashboard.charts import sparkline
from dashboard.components import figure, plain, quiet


@dataclass(frozen=True, slots=True)
class Tile:
    """One number ready to show. `value` None = not available, and `note` says why.

    change: value − comparison in the tile's own unit, in words `change_words` without sign; `better` is the
    direction that is good, "lower", "higher" or "" when neither is. trend: 13 weeks, oldest first.
    """

    label: str
    value: str | None
    note: str
    definition: str
    change: float | None = None
    change_words: str = ""
    better: str = ""
    trend: list[float] = field(default_factory=list)
    link: dict[str, list[str]] | None = None
    link_words: str = "Show rows"
    link_page: str = "app_pages/exceptions.py"
    target: str = ""
    """The target in words, "≤ 5.0 %"; `is_met` says whether the value keeps it."""
    baseline: str = ""
    """What the figure was before by the policy, and how it compares, in words."""
    is_met: bool | None = None
    is_note_linked: bool = False
    """Whether the small print itself opens the rows, where room is scarce."""
    overline: str = ""
    """What the number stands for among the five, above its label."""
    twin: str = ""
    """A second number of the same kind, in words."""
    reason: str = ""
    """What carries most of the change, in words."""
    is_words: bool = False
    """Whether the value is a name, which wraps where a number would be cut."""
    has_trend: bool = True
    """False for a number that has none by its nature, as that of a single exception."""
    no_trend: str = ""
    """Why there is no line of weeks, where there can be none."""
    goal: float | None = None
    """The target as a number in the unit of the trend, to be drawn beside it."""


def row(tiles: list[Tile], is_timed: bool = True) -> None:
    """At most five tiles side by side; on a phone one under the other.

    is_timed: whether numbers without weeks must say so; those of a set of cases have none.
    """
    for column, tile in zip(st.columns(len(tiles)), tiles, strict=True):
        with column.container(border=True, height="stretch", gap="xxsmall"):
            _show_words(tile) if tile.is_words else _show(tile, is_timed)


def verdict(change: float | None, better: str) -> str:
    """Is a change better, worse or none? Empty where no direction is good."""
    if change is None or not better:
        return ""
    if change == 0:
        return "unchanged"
    return "better" if (change < 0) == (better == "lower") else "worse"


def _show(tile: Tile, is_timed: bool) -> None:
    if tile.overline:
        quiet.line(f"**{plain.as_text(tile.overline)}**")
    if tile.value is None:
        st.metric(tile.label, "–", help=plain.as_text(tile.definition))
        quiet.line(f"Not available: {plain.as_text(tile.note)}")
        return
    options: dict[str, Any] = {}
    if tile.change is not None:
        judged = verdict(tile.change, tile.better)
        words = f"{tile.change_words} {judged}".strip()
        colour = {"better": "green", "worse": "red"}.get(judged, "gray")
        options = {
            "delta": words if tile.change else 0,
            "delta_color": colour,
            "delta_arrow": "down" if tile.change < 0 else "up",
        }
        if not tile.change:
            options |= {"delta_description": "unchanged", "delta_arrow": "off"}
    is_drawn = len(tile.trend) > 1 and (tile.goal is not None or bool(tile.overline))
    if len(tile.trend) > 1 and not is_drawn:
        options |= {"chart_data": tile.trend, "chart_type": "line"}
    st.metric(tile.label, tile.value, help=plain.as_text(tile.definition), **options)
    if is_drawn:
        figure.spark(tile.label, sparkline.figure(tile.trend, figure.mode(), tile.goal))
    elif is_timed and len(tile.trend) < 2 and tile.has_trend and (tile.no_trend or tile.overline):
        quiet.line(plain.as_text(tile.no_trend or "no trend: fewer than two weeks have a value"))
    _small_print(tile)


def _show_words(tile: Tile) -> None:
    st.markdown(f":small[{plain.as_text(tile.label)}]", help=plain.as_text(tile.definition))
    st.subheader(plain.as_text(tile.value), anchor=False)
    _small_print(tile)


def _small_print(tile: Tile) -> None:
    """Note, target, twin, and the way to the rows."""
    if tile.link is None or not tile.is_note_linked:
        quiet.line(plain.as_text(tile.note))
    if tile.target:
        judged = ":green[✓ target" if tile.is_met else ":red[✕ target"
        st.markdown(f":small[{judged} {plain.as_text(tile.target)}]]")
    elif tile.overline:
        quiet.line("no target set")
    if tile.baseline:
        quiet.line(plain.as_text(tile.baseline))
    if tile.reason:
        quiet.line(plain.as_text(tile.reason))
    if tile.twin:
        quiet.line(plain.as_text(tile.twin))
    if tile.link is not None:
        words, icon = (plain.as_text(tile.note), None) if tile.is_note_linked else (tile.link_words, ":material/list:")
        st.page_link(tile.link_page, label=words, query_params=tile.link, icon=icon)
