"""Why does this line get this? Its options one beside the other, each refusal with its rule, and what would change the answer."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import answers_plan, theme
from dashboard.components import plain, quiet, table


def show(line: Mapping[str, Any], payload: Mapping[str, Any], sites: Mapping[str, str], currency: str) -> None:
    """One line in full: the choice in words, alternatives, refusals, what would change the answer."""
    chosen = answers_plan.chosen_of(line)
    way = answers_plan.option(chosen["option"], chosen["from_site_id"], sites)
    st.subheader(f"Why order line {plain.as_text(answers_plan.local(line['order_line_id']))} gets this", anchor=False)
    days = chosen["days_late"]
    late = f"{days} day{'s' if days > 1 else ''} late" if days else "in time"
    st.markdown(f"Chosen: **{plain.as_text(way)}**, {late}, score {chosen['score']:,.2f} {plain.as_text(currency)}.")
    _turns(line, payload, sites)
    _alternatives(line, sites, currency)
    _refusals(line, sites)


def _alternatives(line: Mapping[str, Any], sites: Mapping[str, str], currency: str) -> None:
    best = answers_plan.chosen_of(line)["score"]
    allowed = [o for o in line["options"] if not o["refused_by"] and o["option"] != line["chosen"]]
    st.markdown(f"**What else it could get** · {len(allowed)} allowed")
    if not allowed:
        quiet.line("Nothing else is allowed for this line.")
        return
    rows = pd.DataFrame(
        [
            {
                "way": answers_plan.option(option["option"], option["from_site_id"], sites),
                "qty": option["qty"],
                "late": f"{option['days_late']} d" if option["days_late"] else "in time",
                "score": option["score"],
                "less": round(option["score"] - best, 2),
                "why": answers_plan.unprefixed(option["why"]),
            }
            for option in allowed
        ]
    )
    heads = {
        "way": "Option",
        "qty": "Covers",
        "late": "Late",
        "score": f"Score, {currency}",
        "less": "Difference",
        "why": "Because",
    }
    table.plain_rows(rows, heads, "line_options", 36 + 34 * 6)


def _refusals(line: Mapping[str, Any], sites: Mapping[str, str]) -> None:
    refused = [option for option in line["options"] if option["refused_by"]]
    st.markdown(f"**What the rules refuse** · {len(refused)}")
    if not refused:
        quiet.line("No rule refuses anything for this line.")
        return
    rows = pd.DataFrame(
        [
            {
                "rule": theme.words(option["refused_by"]),
                "way": answers_plan.option(option["option"], option["from_site_id"], sites),
                "why": answers_plan.unprefixed(option["why"]),
            }
            for option in refused
        ]
    )
    table.plain_rows(
        rows.sort_values(["rule", "way"]),
        {"rule": "Rule", "way": "Option", "why": "Because"},
        "line_refused",
        36 + 34 * 5,
    )


def _turns(line: Mapping[str, Any], payload: Mapping[str, Any], sites: Mapping[str, str]) -> None:
    st.markdown("**What would change the answer**")
    names = {option["option"]: option["from_site_id"] for option in line["options"]}
    found = line["would_change"] or []
    for entry in found:
        st.markdown(f"- {plain.as_text(answers_plan.turn(entry, names, sites))}.")
    if any(entry["is_confirmed"] for entry in found):
        quiet.line("Solved again with each: so the answer changes, with one step less it does not.")
    elif not found:
        quiet.line("Nothing that was tried would: no price, date, quantity, weight or rule within reach.")
    if said := answers_plan.what_if(payload):
        quiet.line(said)
