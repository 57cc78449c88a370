"""Which five measures make the balanced picture, and which three causes stand behind it? (EXE-07)"""

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import streamlit as st

from control_tower.filters import NOT_STATED, Filters
from dashboard import figures, filters, theme
from dashboard.components import change_reason, csv, kpi_tile, plain, quiet, tile
from dashboard.figures import Figures
from dashboard.period import Period

CAUSES = 3


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of the balance: its leading figure (the first that this build can give) and its twin."""

    name: str
    leads: tuple[str, ...]
    twin: str
    twin_label: str
    reasons: tuple[str, ...]
    """The dimensions over which the main reason of a change is looked for."""


ASPECTS = (
    Aspect("Flow", ("exceptions_per_1000_orders", "new_exceptions"), "touchless_order_rate", "Touchless",
           ("channel", "site_id", "type_code")),
    Aspect("Speed", ("resolution_cycle_time",), "order_cycle_time", "Half of orders in", ("type_code", "owner_team_id")),
    Aspect("Quality", ("sla_breach_rate",), "promise_accuracy_rate", "Promises kept", ("type_code", "site_id")),
    Aspect("Finance", ("value_at_risk",), "revenue_at_risk", "Revenue blocked", ("site_id", "type_code")),
    Aspect("Integration", ("integration_failures_per_1000",), "integration_recovery_time", "Half recover in",
           ("interface_id",)),
)  # fmt: skip
LABELS = {
    "exceptions_per_1000_orders": "Exceptions / 1,000",
    "new_exceptions": "New exceptions",
    "resolution_cycle_time": "Half resolved in",
    "sla_breach_rate": "SLA breach rate",
    "value_at_risk": "Value at risk",
    "integration_failures_per_1000": "Failures / 1,000",
}


def lead(found: Figures, aspect: Aspect) -> str:
    """The first figure of an aspect that this build can give; the first of all when it can give none."""
    return next((name for name in aspect.leads if found.now(name).figure is not None), aspect.leads[0])


def tiles(found: Figures, currency: str) -> list[tile.Tile]:
    """One tile per aspect: the leading figure, its twin in the small print."""
    links = _links(found)
    made = []
    for aspect in ASPECTS:
        name = lead(found, aspect)
        one = kpi_tile.build(found, name, currency, LABELS[name])
        link = links.get(name) if one.value is not None else None
        page = "app_pages/integration_health.py" if name == "integration_failures_per_1000" else one.link_page
        twin = _twin(found, aspect, currency) if one.value is not None else ""
        made.append(
            replace(
                one,
                overline=aspect.name,
                note=_short(one.note) if one.value is not None else one.note,
                twin=twin,
                reason=change_reason.words(found, name, aspect.reasons, currency) if one.change else "",
                link=link,
                is_note_linked=True,
                link_page=page,
            )
        )
    return made


def _short(note: str) -> str:
    """Numerator and denominator without the word for the rows, where both do not fit into a tile."""
    return note if len(note) <= 20 else note.rpartition(" ")[0]


def _twin(found: Figures, aspect: Aspect, currency: str) -> str:
    """Words such as "Touchless 76.0 %, better by 1.2 points", or nothing where there is no such figure."""
    one = kpi_tile.build(found, aspect.twin, currency, aspect.twin_label, has_trend=False)
    if one.value in (None, "too few"):
        return ""
    said = f"{one.label} {one.value}"
    judged = tile.verdict(one.change, one.better)
    return f"{said}, {judged} by {one.change_words}" if judged in ("better", "worse") else said


def _links(found: Figures) -> dict[str, dict[str, list[str]]]:
    state, asked = found.state.without_time(), found.asked
    within = replace(state, since=asked.first, until=asked.last)
    detected = filters.link(within)
    return {
        "exceptions_per_1000_orders": detected,
        "new_exceptions": detected,
        "resolution_cycle_time": detected,
        "sla_breach_rate": filters.link(replace(within, state="past_sla", basis="due")),
        **({"value_at_risk": filters.link(replace(state, state="open"))} if asked.ends_today else {}),
        "integration_failures_per_1000": filters.link(within),
    }


def leading_trend(found: Figures) -> tuple[str, pd.DataFrame]:
    """The leading flow measure by week: its name, and starts_on, ends_before, value, n, oldest first."""
    name = lead(found, ASPECTS[0])
    rows = [
        {"starts_on": point.since, "ends_before": point.until, "value": point.figure.value, "n": point.figure.n}
        for point in found.points(name)
    ]
    return name, pd.DataFrame(rows, columns=["starts_on", "ends_before", "value", "n"])


def narrow_to_week(words: list[str]) -> None:
    """Let the page speak of the week that was clicked: its first day and its last."""
    since, until = (date.fromisoformat(word) for word in words[:2])
    filters.change(replace(filters.current(), since=since, until=until, basis="detected"))


def causes(rows: pd.DataFrame, state: Filters, asked: Period, currency: str) -> None:
    """The three types × sites that bring most of the new exceptions; each opens its cases."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Three largest groups of new ones**")
        csv.button("CSV", "causes", lambda: rows, "csv_causes")
    if rows.empty:
        quiet.line("Nothing new in this period.")
    for place, row in enumerate(rows.head(CAUSES).to_dict("records"), start=1):
        within = replace(state, since=asked.first, until=asked.last).with_values("type_code", [row["type_code"]])
        site = row["site_id"] if isinstance(row["site_id"], str) else NOT_STATED
        with st.container(gap="xxsmall", key=f"cause_{place}"):
            st.page_link(
                "app_pages/exceptions.py", label=f"**{place}. {plain.as_text(cause_words(row))}**",
                query_params=filters.link(within.with_values("site_id", [site])), help="Show the cases",
            )  # fmt: skip
            quiet.line(plain.as_text(_share_words(row, currency)))


def cause_words(row: dict) -> str:
    """A type at a site, as people call it."""
    return (
        f"{row['type_title']} at {row['site']}"
        if isinstance(row["site"], str)
        else f"{row['type_title']}, no site stated"
    )


def _share_words(row: dict, currency: str) -> str:
    said = (
        f"holds {theme.percent(row['new_count'], row['new_total'], 0)} of new: {theme.count(row['new_count'])}, "
        f"was {theme.count(row['before_count'])}"
    )
    return f"{said}; {theme.money(row['open_value'], currency)} at risk" if pd.notna(row["open_value"]) else said


def figure_title(name: str) -> str:
    """The leading figure's title: what it shows, week by week."""
    return f"{figures.definition(name).title}, week by week"
