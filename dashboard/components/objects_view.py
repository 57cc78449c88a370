"""How do object types, their events and their maps stand on the objects page?"""

import pandas as pd
import streamlit as st

from dashboard import theme
from dashboard.charts import matrix
from dashboard.components import csv, figure, mined, quiet, table, tile
from process_mining.object_centric import ObjectView


def answer(found: ObjectView) -> str:
    """The page's answer in one sentence."""
    kinds = found.types
    shared = kinds[kinds["convergence"] > 0].sort_values("convergence", ascending=False)
    said = f"{theme.count(found.events)} events touch {theme.count(kinds['objects'].sum())} objects of {_types(len(kinds))}"
    if not len(shared):
        return f"{said}; no event has two objects of one type, so counting by any of them counts each event once."
    top = shared.iloc[0]
    return (
        f"{said}; {theme.percent(top['convergence'], 1)} of the events that touch the type "
        f"{theme.words(top['object_type']).lower()} touch several of it, so counting by it counts those events more than once."
    )


def _types(many: int) -> str:
    return "1 type" if many == 1 else f"{many} types"


def tiles(found: ObjectView, currency: str) -> list[tile.Tile]:
    """Events, time and money counted once."""
    kinds = found.types
    money = [
        tile.Tile(theme.words(row["kind"]).capitalize(), theme.money(float(row["amount"]), currency), "each order line once",
                  f"Of all order lines that these events touch. Added event by event it would be {theme.money(float(row['at_every_event']), currency)}")
        for row in found.money.to_dict("records") if row["kind"] == "order value"
    ]  # fmt: skip
    return [
        *money,
        tile.Tile("Events", theme.count(found.events), "each counted once", "However many objects take part"),
        tile.Tile("Objects", theme.count(kinds["objects"].sum()), f"{_types(len(kinds))}, {theme.count(kinds['event_objects'].sum())} event–object pairs",
                  "Objects that take part in these events; pairs are what a sum of events over the types would count"),
        tile.Tile("From first to last", mined.span(found.span_seconds), "counted once", "Of all these events together"),
    ]  # fmt: skip


def types(found: ObjectView) -> None:
    """One row per type, with what flattening on it would do."""
    rows = found.types
    shown = pd.DataFrame({
        "type": [theme.words(one) for one in rows["object_type"]], "objects": rows["objects"], "events": rows["events"],
        "pairs": rows["event_objects"], "converging": [theme.percent(v, 1) for v in rows["convergence"]],
        "diverging": [theme.percent(v, 1) for v in rows["divergence"]],
    })  # fmt: skip
    config = st.column_config
    headings = {
        "type": config.TextColumn("Object type", width=116),
        **{name: config.NumberColumn(label, format="localized", width=62) for name, label in (("objects", "Objects"), ("events", "Events"), ("pairs", "Pairs"))},
        "converging": config.TextColumn("Shared", width=72, help="Convergence: counted by this type, these events count more than once", alignment="right"),
        "diverging": config.TextColumn("Repeated", width=82, help="Divergence: a step comes again for another object of another type", alignment="right"),
    }  # fmt: skip
    st.subheader("Types, and what counting by them would do", anchor=False)
    table.plain_rows(shown, headings, "types")


def money(found: ObjectView, currency: str) -> None:
    """What the objects carry, by kind; nothing where no object of these events has a known amount."""
    if not len(found.money):
        return
    rows = found.money
    shown = pd.DataFrame({
        "kind": [theme.words(kind).capitalize() for kind in rows["kind"]], "objects": rows["objects"],
        "once": [theme.money(float(v), currency) for v in rows["amount"]],
        "every": [theme.money(float(v), currency) for v in rows["at_every_event"]], "unknown": rows["unknown"],
    })  # fmt: skip
    config = st.column_config
    headings = {
        "kind": config.TextColumn("Money", width=132), "objects": config.NumberColumn("Objects", format="localized", width=60),
        "once": config.TextColumn("Once", help=_ONCE, alignment="right", width=96),
        "every": config.TextColumn("Event by event", help="What a sum over events and their objects would say", alignment="right", width=106),
        "unknown": config.NumberColumn("No amount", format="localized", width=84, help="Without a price, or without a rate to the reporting currency: not in the sums"),
    }  # fmt: skip
    st.subheader("Money, each thing once", anchor=False)
    table.plain_rows(shown, headings, "money")
    quiet.line("Kinds are not added up: they are the same trade, seen as order, delivery, bill and payment.")


_ONCE = (
    "An order line, a purchase order's line, a shipment, an invoice, a receipt: each once, however many events and objects name it. "
    "Value at risk: each line or document once, with the largest claim of its exceptions"
)


def cells(found: ObjectView) -> None:
    """Which activity touches how many objects of which type."""
    rows = found.cells.rename(columns={"activity": "source_name", "object_type": "target_name"})
    rows = rows.assign(times=rows["events"])
    by = rows.groupby("source_name")["times"].sum().sort_values(ascending=False)
    figure.show(
        "Events by activity and object type",
        matrix.table(rows, list(by.index), list(found.types["object_type"]), figure.mode()),
        found.cells,
        "events_by_type",
    )


def paths(found: ObjectView, kind: str) -> None:
    """What follows what for the objects of one type."""
    rows = found.edges[found.edges["object_type"] == kind]
    st.subheader(f"What follows what for each {theme.words(kind).lower()}", anchor=False)
    shown = rows.head(100).assign(median=[mined.span(v) for v in rows.head(100)["median_seconds"]])
    headings = {
        "source": "Step",
        "target": "Next",
        "objects": "Objects",
        "events": "Times",
        "distinct_events": "Event pairs, counted once",
        "median": "Median time",
    }
    table.plain_rows(shown, headings, "object_paths", 420)
    csv.button(f"CSV of all {len(rows)}", "object_paths", lambda: rows, "csv_object_paths")
    if len(found.related):
        st.subheader("Related objects", anchor=False)
        table.plain_rows(
            found.related,
            {"source_type": "Type", "qualifier": "Relation", "target_type": "To type", "relations": "Relations"},
            "related",
        )
