"""Who holds most of what came new, by count, money or touches? The Pareto of one dimension, its words and its CSV (RCA-03)."""

import streamlit as st

from control_tower.analysis.concentration import Concentration, Measure
from control_tower.filters import DIMENSIONS
from dashboard import causes, theme
from dashboard.charts import bars
from dashboard.components import aging_view, figure, plain

BY = {"site_id": "site", "supplier_id": "supplier", "type_code": "type", "process_step": "step", "source_system": "system",
      "channel": "channel", "customer_id": "customer", "segment": "segment", "product_family": "product family",
      "business_rule_id": "business rule", "fulfilment_channel": "fulfilment channel", "business_unit": "business unit",
      "carrier_id": "carrier", "item_id": "item", "owner_team_id": "team"}  # fmt: skip
MEASURES = {"n": "count", "amount": "value", "touches": "touches"}
HOLD = 5


def show(held: causes.Causes, by: str, is_whole: bool, currency: str) -> Concentration:
    """Who holds most of what came new; a click filters by it where the filters know the dimension."""
    counted = held.concentration(by, is_whole)
    measure = aging_view.choice("Measured by", "measure", MEASURES, "n")
    unit = {"n": "exceptions", "amount": f"{currency} at risk", "touches": "manual touches"}[measure]
    rows = counted.rows.sort_values(measure, ascending=False, kind="stable")
    title = f"Where exceptions are, by {BY[by]} and {MEASURES[measure]}"
    if not rows["key"].notna().any():
        figure.nothing(title, f"No exception states a {BY[by]}.")
    elif not rows[measure].sum() > 0:
        figure.nothing(title, {"amount": "No exception states its value at risk."}.get(measure, "Nobody touched one."))
    else:
        drawn = bars.figure(rows, figure.mode(), measure, unit)
        figure.show(title, drawn, rows, "where_exceptions_are", by if by in DIMENSIONS else "")
        st.markdown(
            plain.as_text(f"{measure_words(counted.measures[measure], by, measure)} A large {BY[by]} is not a bad one.")
        )
    return counted


def hold_words(counted: Concentration, by: str) -> str:
    """Say who holds how much: "Five sites hold 67.8 % of 24,918 exceptions"."""
    stated, total = counted.rows[counted.rows["key"].notna()], int(counted.rows["n"].sum())
    n = min(HOLD, len(stated))
    word = ("No", "One", "Two", "Three", "Four", "Five")[n]
    share = theme.percent(float(stated["n"].head(n).sum()), total)
    return f"{word} {BY[by]}{'s hold' if n != 1 else ' holds'} {share} of {theme.count(total)} exceptions."


def measure_words(found: Measure, by: str, measure: str) -> str:
    """The share of the three largest, how many hold 80 %, and the index against an even spread (HHI)."""
    what = {"n": "exceptions", "amount": "the value", "touches": "the touches"}[measure]
    if found.top_share is None or found.index is None or found.evenly is None:
        return f"No {BY[by]} is stated."
    few = f"{found.vital_few} hold 80 %" if found.vital_few != 1 else "one holds 80 %"
    return (
        f"The three largest hold {theme.percent(found.top_share, 1)} of {what}, {few}; "
        f"concentration index {found.index:.3f}, {found.evenly:.3f} if all held the same."
    )
