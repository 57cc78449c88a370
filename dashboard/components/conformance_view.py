"""How do fitness, the drawn process with its deviations, the rules and their cases stand on the conformance page?"""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import bpmn_view, filters, theme
from dashboard.components import csv, mined, plain, quiet, table, tile
from dashboard.conforming import Conforming
from process_mining import bpmn, discovery
from process_mining.alignment import Move
from process_mining.conformance import Conformance
from process_mining.petri_net import PetriNet

_SHOWN = 200


def tiles(found: Conformance) -> list[tile.Tile]:
    """At most five figures."""
    rows = found.deviations
    worst = rows[rows["low_seconds"] > 0]
    n = theme.count(found.aligned_cases)
    cost = mined.span(worst.iloc[0]["extra_seconds"]) if len(worst) else None
    return [
        tile.Tile("As intended", theme.percent(found.conforming_cases, found.aligned_cases), f"of {n} cases",
                  "Cases without any deviation from the process"),
        tile.Tile("Fitness", _rate(found.fitness), "mean of the cases", "1 − deviations ÷ having nothing in common"),
        tile.Tile("Precision", _rate(found.precision), "of what is allowed, happens",
                  "Of the ways the process leaves open after each beginning, the share that is also gone"),
        tile.Tile("Kinds of deviation", theme.count(len(rows)), "by step and place", "Skipped or inserted, by activity and place"),
        tile.Tile("Commonest delay", cost, f"{worst.iloc[0]['activity']} {worst.iloc[0]['kind']}" if len(worst) else "no deviation is surely longer",
                  "Median time of finished cases with it, less without; only where the whole interval lies above 0"),
    ]  # fmt: skip


def _rate(value: float | None) -> str | None:
    return None if value is None else theme.percent(value, 1)


def answer(found: Conformance, title: str) -> str:
    """The page's answer in one sentence."""
    said = f"{theme.percent(found.conforming_cases, found.aligned_cases)} of {theme.count(found.aligned_cases)} cases go as “{title}” intends"
    if not len(found.deviations):
        return f"{said}; none leaves the way."
    top = found.deviations.iloc[0]
    after = f"after {top['after']}" if top["after"] else "at the start"
    share = theme.percent(top["cases"], found.aligned_cases)
    return f"{said}; most often {top['activity']} is {top['kind']} {after} ({share})."


def drawing(process: bpmn.Process, found: Conformance) -> None:
    """The process with a mark where steps are skipped, and where others are put in."""
    node = {one.name: one.id for one in process.nodes.values() if one.kind == "task"}
    start = next(one.id for one in process.nodes.values() if one.kind == "start")
    rows, marks = found.deviations, []
    skipped = rows[rows["kind"] == "skipped"].groupby("activity")["cases"].sum()
    inserted = rows[rows["kind"] == "inserted"].groupby("after")["cases"].max()
    for kind, counted in (("skipped", skipped), ("inserted", inserted)):
        for name, cases in counted.items():
            words = (
                f"{kind} {theme.percent(cases, found.aligned_cases)}"
                if kind == "skipped"
                else f"+ {theme.percent(cases, found.aligned_cases)}"
            )
            place = node.get(str(name), start if not name else "")
            if place:
                marks.append({"node": place, "kind": kind, "words": words, "title": f"{theme.count(cases)} cases"})
    bpmn_view.show(bpmn.write(process).decode("utf-8"), process.title, marks, "process")
    quiet.line("Red: the step is skipped. Grey: other steps are put in after it. Shares of the cases.")


def downloads(process: bpmn.Process, net: PetriNet, name: str) -> None:
    """The process as files other programs read."""
    with st.container(horizontal=True):
        st.download_button(
            "BPMN", bpmn.write(process), f"{name}.bpmn", key="as_bpmn", type="tertiary", icon=":material/download:"
        )
        st.download_button(
            "PNML", discovery.to_pnml(net), f"{name}.pnml", key="as_pnml", type="tertiary", icon=":material/download:"
        )


def deviations(held: Conforming, found: Conformance, process: str) -> None:
    """The rows; picking one shows its cases."""
    rows = found.deviations.head(_SHOWN)
    shown = pd.DataFrame({
        "what": rows["activity"] + " " + rows["kind"], "after": rows["after"].replace("", "(start)"), "cases": rows["cases"],
        "share": [theme.percent(n, found.aligned_cases) for n in rows["cases"]], "variants": rows["variants"],
        "cost": [mined.span(value) for value in rows["extra_seconds"]],
        "likely": [f"{mined.span(a)} to {mined.span(b)}" if pd.notna(a) else theme.NO_VALUE for a, b in zip(rows["low_seconds"], rows["high_seconds"], strict=True)],
        "n": [f"{theme.count(a)} / {theme.count(b)}" for a, b in zip(rows["n_with"], rows["n_without"], strict=True)],
    })  # fmt: skip
    columns = {"what": "Deviation", "after": "After", "cases": "Cases", "share": "Share", "variants": "Variants",
               "cost": "Longer by", "likely": "Likely", "n": "Finished with / without"}  # fmt: skip
    st.subheader("Where cases leave the way, and what it costs", anchor=False)
    table.picking_rows(shown, columns, "deviations", lambda place: filters.set_local("deviation", str(place + 1)), 380)
    csv.button(f"CSV of all {len(found.deviations)}", "deviations", lambda: found.deviations, "csv_deviations")
    for why, (variants, cases) in found.left_out.items():
        quiet.line(f"Not aligned, {why}: {theme.count(variants)} variants with {theme.count(cases)} cases.")
    place = filters.number("deviation")
    if 0 < place <= len(rows):
        row = rows.iloc[place - 1]
        _cases(held, found, Move(row["kind"], row["activity"], row["after"]), process)


def _cases(held: Conforming, found: Conformance, move: Move, process: str) -> None:
    st.markdown(f"**{plain.as_text(f'Cases with {move.activity} {move.kind}')}**")
    _case_rows(held.cases(tuple(found.variants_with(move)), process), "deviating")


def _case_rows(rows: pd.DataFrame, key: str) -> None:
    shown = rows.assign(took=[mined.span(value) for value in rows["throughput_seconds"]])
    table.plain_rows(
        shown,
        {
            "case_id": "Case",
            "took": "First to last event",
            "started_at": "Started, UTC",
            "ended_at": "Last event, UTC",
            "is_open": "Open",
        },
        key,
    )
    csv.button("CSV", key, lambda: rows, f"csv_{key}")


def rules(held: Conforming) -> None:
    """Rules of order: how many cases break each, with which two events."""
    outcomes = held.rules()
    st.subheader("Rules of order", anchor=False)
    if not outcomes:
        quiet.line("No rule speaks of these cases.")
        return
    shown = pd.DataFrame({
        "title": [one.rule.title for one in outcomes],
        "broken": [theme.NO_VALUE if one.why_not else theme.count(one.violating) for one in outcomes],
        "checked": [theme.NO_VALUE if one.why_not else theme.count(one.checked) for one in outcomes],
        "why": [f"not applicable: {one.why_not}" if one.why_not else "" for one in outcomes],
    })  # fmt: skip
    columns = {"title": "Rule", "broken": "Cases that break it", "checked": "Cases checked"}
    if any(one.why_not for one in outcomes):
        columns["why"] = "Why not"
    table.picking_rows(shown, columns, "rules", lambda place: filters.set_local("rule", outcomes[place].rule.name))
    for one in outcomes:
        if one.rule.name == filters.local("rule") and len(one.rows):
            st.markdown(f"**{plain.as_text(one.rule.title)}**")
            headings = {"case_id": "Case", "first_activity": "First", "first_by": "by", "first_at": "at, UTC",
                        "then_activity": "Then", "then_by": "by ", "then_at": "at, UTC "}  # fmt: skip
            table.plain_rows(one.rows, headings, "broken")
            csv.button("CSV", "broken_rule", partial(pd.DataFrame, one.rows), "csv_rule")
