"""What does each figure mean, what is it now, and what is behind it? The rows and the panel of the catalogue."""

import time
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from dashboard import figures, filters, theme
from dashboard.components import csv, kpi_tile, plain, quiet, table, why_view
from dashboard.figures import Figures

_ROWS_SHOWN = 200
#: how long one run of the page computes before it shows what it has
SECONDS = 0.3


def overview(found: Figures, currency: str) -> pd.DataFrame:
    """One row per definition by catalogue number: number, title, value or why not, n, unit, owner, question, name.

    A run of the page computes for SECONDS at most; what is left says "pending" and comes with the next runs.
    """
    ordered = sorted(figures.catalogue().values(), key=lambda one: (one.number or "K99", one.name))
    known, began = _known(found), time.monotonic()
    rows = []
    for one in ordered:
        if one.name in known or time.monotonic() - began < SECONDS:
            rows.append(_row(found, one, currency))
            known.add(one.name)
        else:
            rows.append(
                _about(one, currency) | {"value": "…", "n": None, "why": "", "state": "pending", "raw_value": None}
            )
    return pd.DataFrame(rows)


def _known(found: Figures) -> set[str]:
    """The figures that this session has seen of this build, selection and period; they are in the cache."""
    asked = repr((found.reader, found.state, found.asked.bounds))
    held = st.session_state.get("catalogue_known")
    if held is None or held[0] != asked:
        held = st.session_state["catalogue_known"] = (asked, set())
    known: set[str] = held[1]
    return known


def known_count(found: Figures) -> int:
    """How many figures of this build, selection and period have been computed in this session."""
    return len(_known(found))


def go_on(pending: int) -> None:
    """Run the page again as long as figures are pending, without a click."""
    st.session_state["catalogue_ticked"] = False
    if pending:
        _tick()


@st.fragment(run_every=0.2)
def _tick() -> None:
    if st.session_state["catalogue_ticked"]:
        st.rerun()
    st.session_state["catalogue_ticked"] = True


def _about(one: KpiDefinition, currency: str) -> dict[str, Any]:
    goal, before = figures.target(one.name), figures.baseline(one.name)
    return {
        "number": one.number or "–", "title": one.title, "unit": theme.words(one.unit), "owner": one.owner,
        "target": theme.quantity(goal, one.unit, currency) if goal is not None else "",
        "baseline": theme.quantity(before, one.unit, currency) if before is not None else "",
        "question": one.question, "name": one.name, "raw_target": goal, "raw_baseline": before,
    }  # fmt: skip


def _row(found: Figures, one: KpiDefinition, currency: str) -> dict[str, Any]:
    now = found.now(one.name)
    if now.too_few and now.figure is not None and now.n:
        state, shown = "too few", "too few"
    elif now.value is None:
        state, shown = "not available", "–"
    else:
        state, shown = "available", theme.quantity(now.value, one.unit, currency)
    return _about(one, currency) | {
        "value": shown, "n": now.n if now.figure else None, "state": state, "raw_value": now.value,
        "why": kpi_tile.reason(now, one) if state == "not available" else "",
    }  # fmt: skip


def listing(rows: pd.DataFrame) -> None:
    """The catalogue as a table; selecting a row opens its panel."""
    columns = {
        "title": ("Figure", 190), "value": ("Now", 110), "number": ("No.", 60), "n": ("n", 80), "target": ("Target", 80),
        "baseline": ("Baseline", 80),
        "says": ("What it answers, or why it cannot", 430), "owner": ("Owner", 110),
    }  # fmt: skip
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(heading, width=width, pinned=name == "title",
                                          alignment="right" if name in ("value", "target", "baseline") else "left")
        for name, (heading, width) in columns.items()
    }  # fmt: skip
    config["n"] = st.column_config.NumberColumn("n", format="localized", width=80)

    shown = rows.assign(says=rows["question"].where(rows["why"] == "", "Not available: " + rows["why"]))

    def opened() -> None:
        picked = st.session_state["catalogue"]["selection"]["rows"]
        filters.set_local("kpi", str(rows["name"].iloc[picked[0]]) if picked else "")

    st.dataframe(
        shown[list(columns)], hide_index=True, key="catalogue", on_select=opened, selection_mode="single-row", row_height=34,
        column_config=config, height=560, placeholder=theme.NO_VALUE, alt="KPI definitions by number",
    )  # fmt: skip


def panel(found: Figures, name: str, currency: str) -> None:
    """One definition in full: its meaning, where it reads from, what it is now, the rows behind it."""
    one = figures.definition(name)
    with st.container(border=True, key="kpi_panel"):
        heading, close = st.columns([4, 1], vertical_alignment="center", wrap=False)
        close.button("Close", key="kpi_close", icon=":material/close:", type="tertiary", on_click=filters.set_local,
                     args=("kpi", ""))  # fmt: skip
        heading.markdown(f"**{plain.as_text(one.number or '')} {plain.as_text(one.title)}**")
        now = found.now(name)
        if now.value is None:
            quiet.line(f"Not available: {plain.as_text(kpi_tile.reason(now, one))}")
        else:
            st.markdown(
                f"**{plain.as_text(theme.quantity(now.value, one.unit, currency))}**, {plain.as_text(kpi_tile.sample(now, one))}"
            )
        for label, fact in _facts(found, one).items():
            left, right = st.columns([1, 4], wrap=False)
            left.markdown(quiet.text(label))
            right.text(fact)
        with st.expander("How it is scored"):
            st.code(one.select, language="sql")
        if now.value is not None:
            with st.expander("Capture this value as the baseline"):
                st.code(baseline_lines(found, one, now.value), language="toml")
                quiet.line(
                    "Paste it into a draft of the policy (Audit and policy) before a wave; somebody else activates it."
                )
        if now.value is not None:
            why_view.show(found, one, currency)
        _rows(found, one)


def baseline_lines(found: Figures, one: KpiDefinition, value: float) -> str:
    """The lines of policy.toml that state a figure's value as its baseline, its target kept (EXE-08)."""
    goal = figures.target(one.name)
    kept = f"\ntarget = {goal:.12g}" if goal is not None else ""
    return f"[targets.{one.name}]{kept}\nbaseline = {value:.4f}  # {found.asked.words}, build {found.reader.build_id}"


def _facts(found: Figures, one: KpiDefinition) -> dict[str, str]:
    goal, before = figures.target(one.name), figures.baseline(one.name)
    facts = {
        "Question": one.question, "Formula": one.formula,
        "Unit": f"{theme.words(one.unit)}; {one.better} is better", "Owner": one.owner,
        "Counts": f"one row per {theme.words(one.grain)}, {one.aggregate}", "Reads": ", ".join(found.lineage(one.name)),
        "Needs": ", ".join(one.needs), "Target": theme.quantity(goal, one.unit, "") if goal is not None else "none in the policy",
        "Baseline": theme.quantity(before, one.unit, "") if before is not None else "none in the policy",
        "Note": one.note or "", "Name": one.name,
    }  # fmt: skip
    return {label: fact for label, fact in facts.items() if fact}


def _rows(found: Figures, one: KpiDefinition) -> None:
    try:
        rows = found.rows(one.name, _ROWS_SHOWN)
    except NotAvailable:
        return
    if rows.empty:
        quiet.line("No rows in this period.")
        return
    st.markdown(f"**Rows behind it, the largest {theme.count(len(rows))} first**")
    rows["value"] = rows["value"].round(4)
    columns = {
        f"{one.grain}_id": theme.words(one.grain).capitalize(),
        "measured_on": "Measured, UTC",
        "value": "Value",
        "weight": "Weight",
    }
    table.plain_rows(rows, columns, "kpi_rows", height=280)
    csv.button("CSV", one.name, lambda: rows, "csv_kpi_rows")
    if one.grain == "exception":
        state = replace(found.state.without_time(), since=found.asked.first, until=found.asked.last)
        st.page_link(
            "app_pages/exceptions.py",
            label="Show exceptions of the period",
            query_params=filters.link(state),
            icon=":material/list:",
        )
