"""Who wins, who loses, and what does it cost? A plan as tiles and tables, drafted or not; never an action."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import answers_plan, theme
from dashboard.components import csv, plain, quiet, table

_SCORE = "The score is the weighted sum of its terms, each in money; more is better. Weights are the policy's."


def numbers(payload: Mapping[str, Any], currency: str) -> None:
    """What the plan brings and costs, in five numbers."""
    lines, donors = payload["lines"], payload["donors"]
    waits, late = answers_plan.waiting(payload), answers_plan.late_lines(payload)
    hurt = sum(bool(donor["is_late"]) for donor in donors)
    margin = theme.NO_VALUE if payload["margin_rate"] is None else theme.percent(payload["margin_rate"], 1)
    amount = theme.money(payload["amount"], currency)
    found = (
        ("Lines served", f"{len(lines) - waits} of {len(lines)}", f"{waits} wait"),
        ("Served late", theme.count(late), "after their promise"),
        ("Orders giving stock up", theme.count(len(donors)), f"{hurt} late by it"),
        ("Freight", theme.money(payload["freight_amount"], currency), "of every move, the donors' too"),
        ("Margin after freight", margin, f"of {amount} served"),
    )
    for column, (label, value, note) in zip(st.columns(len(found)), found, strict=True):
        with column.container(border=True, height="stretch", gap="xxsmall"):
            st.metric(label, value)
            quiet.line(plain.as_text(note))


def winners(payload: Mapping[str, Any], named: pd.DataFrame, sites: Mapping[str, str]) -> pd.DataFrame:
    """One row per short line: what it gets, from where, when; in the order of the payload."""
    names = named.set_index("order_line_id")
    rows = []
    for line in payload["lines"]:
        chosen = answers_plan.chosen_of(line)
        known = names.loc[line["order_line_id"]] if line["order_line_id"] in names.index else {}
        waits = line["chosen"].split(" ")[0] in ("wait", "defer")
        rows.append(
            {
                "line": answers_plan.local(line["order_line_id"]),
                "customer": known.get("customer"),
                "tier": [theme.words(known.get("customer_tier") or "unknown")],
                "item": known.get("item"),
                "qty": f"{0 if waits else chosen['qty']:,.0f} of {line['short_qty']:,.0f}",
                "way": answers_plan.option(chosen["option"], chosen["from_site_id"], sites),
                "arrives": pd.Timestamp(chosen["arrives_on"]) if chosen["arrives_on"] and not waits else pd.NaT,
                "late": f"{chosen['days_late']} d" if chosen["days_late"] else "in time",
                "score": chosen["score"],
            }
        )
    return pd.DataFrame(rows)


def pick_line(payload: Mapping[str, Any], rows: pd.DataFrame, currency: str) -> Mapping[str, Any]:
    """The table of who gets what; returns the line that is picked, the first one until somebody picks."""
    tiers = sorted({tier[0] for tier in rows["tier"]})
    column = st.column_config
    columns: dict[str, Any] = {
        "line": column.TextColumn("Order line", pinned=True, width=120),
        "customer": "Customer",
        "tier": column.MultiselectColumn("Tier", options=tiers, color=[theme.BADGE_QUIET] * len(tiers), width=90),
        "item": "Item",
        "qty": column.TextColumn("Gets", alignment="right", width=90),
        "way": column.TextColumn("How", width=230),
        "arrives": column.DateColumn("Arrives", format="D MMM", width=75),
        "late": column.TextColumn("Late", alignment="right", width=70),
        "score": column.NumberColumn(f"Score, {currency}", format="localized", width=90, help=_SCORE),
    }
    if rows["item"].nunique() <= 1:
        columns.pop("item")
    ids = [line["order_line_id"] for line in payload["lines"]]
    table.picking_rows(
        rows.assign(score=rows["score"].round()),
        columns,
        "plan_lines",
        lambda n: st.session_state.update(plan_line=ids[n]),
        36 + 34 * 6,
    )
    picked = st.session_state.get("plan_line")
    return next((line for line in payload["lines"] if line["order_line_id"] == picked), payload["lines"][0])


def losers(payload: Mapping[str, Any], named: pd.DataFrame) -> None:
    """Every order that gives stock up: how much, and when it is served instead."""
    donors = payload["donors"]
    if not donors:
        quiet.line("No other order gives stock up for this plan.")
        return
    names = named.set_index("order_line_id")
    rows = pd.DataFrame(
        [
            {
                "line": answers_plan.local(donor["order_line_id"]),
                "customer": names["customer"].get(donor["order_line_id"]),
                "class": theme.words(str(donor["class"])),
                "qty": donor["qty"],
                "promise": pd.Timestamp(donor["promise_date"]) if donor["promise_date"] else pd.NaT,
                "expected": pd.Timestamp(donor["expected_on"]) if donor["expected_on"] else pd.NaT,
                "late": f"{donor['days_later']} d after its promise" if donor["is_late"] else "still in time",
            }
            for donor in donors
        ]
    )
    day = {name: st.column_config.DateColumn(head, format="D MMM") for name, head in
           (("promise", "Promised"), ("expected", "Served instead"))}  # fmt: skip
    columns = {"line": "Order line", "customer": "Customer", "qty": "Gives up", "late": "Then", **day, "class": "Class"}
    table.plain_rows(rows, columns, "plan_donors", 36 + 34 * 5)


def against_the_field(compared: Sequence[Mapping[str, Any]], currency: str) -> None:
    """The plan beside first come first served and priority sort, by the same score."""
    st.markdown("**Against the rules of the field**")
    quiet.line(plain.as_text(answers_plan.compared(compared, currency)))
    rows = pd.DataFrame(compared)
    rows["way"] = [answers_plan.WAYS[way] for way in rows["way"]]
    heads = {
        "way": ("Dealt out by", 155), "score": (f"Score, {currency}", 90), "late_lines": ("Late lines", 75),
        "late_days": ("Late days", 75), "late_donors": ("Donors late", 85), "freight_amount": (f"Freight, {currency}", 90),
    }  # fmt: skip
    columns = {name: st.column_config.Column(head, width=width) for name, (head, width) in heads.items()}
    table.plain_rows(rows, columns, "plan_field")


def terms(payload: Mapping[str, Any], currency: str) -> None:
    """Every term of the score, for the plan and for each line, in money."""
    weights, summed = payload["weights"], payload["score_terms"]
    rows = [{"line": "Whole plan", **summed, "score": payload["score"]}]
    rows += [
        {"line": answers_plan.local(line["order_line_id"]), **chosen["terms"], "score": chosen["score"]}
        for line in payload["lines"]
        if (chosen := answers_plan.chosen_of(line))
    ]
    shown = pd.DataFrame(rows)
    heads = {
        name: st.column_config.NumberColumn(
            f"{short} × {weights[name]:g}", format="localized", help=answers_plan.TERMS[name]
        )
        for name, short in answers_plan.SHORT_TERMS.items()
    }
    quiet.line(f"{_SCORE} {plain.as_text(answers_plan.solver(payload))} Money in {plain.as_text(currency)}.")
    table.plain_rows(shown, {"line": "", **heads, "score": "Score"}, "plan_terms", 36 + 34 * 12)
    csv.button("CSV of the terms", "plan_terms", lambda: shown, "csv_plan_terms")
