"""Why did a figure change? Volume, mix and rate by a dimension, and what late data or another definition added since a build said it."""

from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from dashboard import data, theme
from dashboard.charts import change_parts
from dashboard.components import aging_view, change_reason, csv, figure, kpi_tile, plain, quiet, table
from dashboard.figures import Figures

PARTS = {"late_data": "Late data", "mapping": "Other mapping", "late_data_and_mapping": "Late data and mapping",
         "definition": "Other definition", "volume": "Volume", "mix": "Mix", "rate": "Rate", "moved": "Moved"}  # fmt: skip
SHOWN = 50
_NONE = "nobody's"


def show(found: Figures, one: KpiDefinition, currency: str) -> None:
    """The section of one figure: a choice of dimension and of an older build, the steps, the values that moved most."""
    st.markdown("**Why did it change?**")
    known = found.dimensions(one.name)
    if not known:
        quiet.line("It cannot be split by any dimension.")
        return
    left, right = st.columns(2)
    with left:
        by = aging_view.listed("By", "by", {name: theme.words(name.removesuffix("_id")) for name in known}, known[0])
    with right:
        against = _against(found)
    why = _change(found, one, by)
    if why is None:
        quiet.line("Not available: there is no value in the period before to compare with.")
        return
    said, why_not = _restated(found, one, against)
    rows = steps(one, why, said, currency)
    drawn = change_parts.figure(rows, figure.mode(), one.better)
    figure.show(_title(found, why, said), drawn, rows.drop(columns="is_whole"), f"why_{one.name}")
    for line in words(why, said, why_not):
        quiet.line(plain.as_text(line))
    _values(found, one, why, currency)


def _change(found: Figures, one: KpiDefinition, by: str) -> dict[str, Any] | None:
    """The change split by a dimension; both ends alone where it cannot be split so; None without both."""
    try:
        return found.why(one.name, by)
    except NotAvailable:
        before, now = found.before(one.name).value, found.now(one.name).value
    if before is None or now is None:
        return None
    spans = {"since": found.asked.bounds["before"].isoformat(), "until": found.asked.bounds["since"].isoformat()}
    return {"compared_with": spans, "dimension": by, "adds_up": False, "before": before, "after": now, "parts": []}


def _against(found: Figures) -> str:
    """The build whose report is compared with; its id is in the URL."""
    others = [one.manifest.build_id for one in data.known_builds() if one.manifest.build_id != found.reader.build_id]
    if not others:
        quiet.line("No older build is kept that could have said it otherwise.")
        return ""
    options = {_NONE: "what this build says", **{name: f"what build {name} said" for name in others}}
    chosen = aging_view.listed("Compared with", "against", options, _NONE)
    return "" if chosen == _NONE else chosen


def _restated(found: Figures, one: KpiDefinition, against: str) -> tuple[dict[str, Any] | None, str]:
    if not against:
        return None, ""
    try:
        return found.restated(one.name, against), ""
    except NotAvailable as reason:
        return None, f"Not available against that build: {reason}."


def steps(one: KpiDefinition, why: dict[str, Any], said: dict[str, Any] | None, currency: str) -> pd.DataFrame:
    """What was said, each part that is not nothing, what is said now: words, amount, told, is_whole."""
    names = ("volume", "mix", "rate") if why["adds_up"] else ()
    parts = {name: why[name] for name in names} or {"moved": why["after"] - why["before"]}
    first = ("Before", why["before"])
    if said is not None:
        first = ("Reported", said["reported"])
        parts = {name: said[name] for name in PARTS if name in said} | parts
    nothing = kpi_tile.difference(0, one.unit, currency)
    told = {name: kpi_tile.difference(amount, one.unit, currency) for name, amount in parts.items()}
    middle = [
        (PARTS[name], amount, f"{'+' if amount > 0 else '−'}{told[name]}", False)
        for name, amount in parts.items()
        if told[name] != nothing
    ]
    ends = [
        (name, value, theme.quantity(value, one.unit, currency), True) for name, value in (first, ("Now", why["after"]))
    ]
    return pd.DataFrame([ends[0], *middle, ends[1]], columns=["words", "amount", "told", "is_whole"])


def _title(found: Figures, why: dict[str, Any], said: dict[str, Any] | None) -> str:
    start = datetime.fromisoformat(why["compared_with"]["since"])
    who = f"build {said['build']} said of the" if said else "the"
    return f"From what {who} {found.asked.days} days from {theme.day(start.date())} to now" if said else (
        f"From {found.asked.before_words} to {found.asked.words}")  # fmt: skip


def words(why: dict[str, Any], said: dict[str, Any] | None, why_not: str = "") -> list[str]:
    """What the parts mean, what is defined or delivered otherwise, and where nothing adds up."""
    told = [why_not] if why_not else []
    if why["adds_up"]:
        told.append(
            "Volume: more or fewer of everything. Mix: more of some, fewer of others. Rate: the same done better or worse."
        )
    elif not why["parts"]:
        told.append(f"By {theme.words(why['dimension'])} its parts cannot be told; both values stand as they are.")
    else:
        told.append("This figure does not split into volume, mix and rate; below is what moved, which does not add up.")
    if said is None:
        return told
    names = {"changed": "Defined otherwise", "mapped": "Delivered otherwise"}
    lines = [f"{title}: {'; '.join(said[key])}." for key, title in names.items() if said[key]]
    same = "Late rows, mappings and definitions changed nothing of what that build said."
    moved = any(said[name] for name in PARTS if name in said)
    return told + lines + ([] if moved or lines else [same])


def _values(found: Figures, one: KpiDefinition, why: dict[str, Any], currency: str) -> None:
    rows = pd.DataFrame(why["parts"])
    if rows.empty:
        return
    names = change_reason.labels(found, why["dimension"])
    rows = rows.assign(
        label=[
            names.get(key, str(key).rpartition(":")[2]) if isinstance(key, str) else "(not stated)"
            for key in rows["key"]
        ]
    )
    amounts = ["volume", "mix", "rate", "total"] if why["adds_up"] else ["before", "after", "difference"]
    shown = rows.head(SHOWN).copy()
    for name in amounts:
        signed = name not in ("before", "after")
        shown[name] = [_told(value, one, currency, signed) for value in shown[name]]
    amounts = [
        name for name in amounts if name == "total" or (shown[name] != kpi_tile.difference(0, one.unit, currency)).any()
    ]
    columns = {"label": theme.words(why["dimension"].removesuffix("_id")).capitalize()} | {
        name: name.capitalize() for name in amounts
    }
    table.plain_rows(shown, columns, "why_rows", height=240)
    csv.button(
        f"CSV of all {len(rows)} values", f"why_{one.name}_by_{why['dimension']}", lambda: rows, "csv_why_values"
    )


def _told(value: float | None, one: KpiDefinition, currency: str, signed: bool) -> str:
    if value is None or pd.isna(value):
        return theme.NO_VALUE
    if not signed:
        return theme.quantity(value, one.unit, currency)
    told = kpi_tile.difference(value, one.unit, currency)
    return told if told == kpi_tile.difference(0, one.unit, currency) else f"{'+' if value > 0 else '−'}{told}"
