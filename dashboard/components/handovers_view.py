"""How do the network of hand-overs, its waits and ping-pong stand on the hand-overs page?"""

import pandas as pd
import streamlit as st

from dashboard import filters, theme
from dashboard.charts import matrix
from dashboard.components import csv, figure, mined, plain, quiet, table, tile
from dashboard.conforming import Conforming
from process_mining.handovers import HandOvers

MEASURES = {"times": "hand-overs", "median_wait_seconds": "median wait", "total_wait_seconds": "total wait"}


def answer(found: HandOvers) -> str:
    """The page's answer in one sentence."""
    level = theme.words(found.level).lower()
    if not found.times:
        return f"Nothing is handed from one {level} to another: every case stays where it is."
    top, total = found.edges.iloc[0], found.edges["total_wait_seconds"].sum()
    longest = found.edges.sort_values("total_wait_seconds", ascending=False).iloc[0]
    share = theme.percent(float(longest["total_wait_seconds"]), float(total)) if total else theme.NO_VALUE
    return (
        f"{theme.percent(found.cases_handed_over, found.cases)} of {theme.count(found.cases)} cases change hands; most often "
        f"{top['source_name']} hands to {top['target_name']} ({theme.count(top['times'])} times), and work waits longest between "
        f"{longest['source_name']} and {longest['target_name']} ({share} of the waiting at hand-overs)."
    )


def tiles(found: HandOvers) -> list[tile.Tile]:
    """Five figures of the network."""
    waits = found.edges["total_wait_seconds"].sum() / found.times if found.times else None
    return [
        tile.Tile("Hand-overs", theme.count(found.times), f"in {theme.count(found.cases)} cases", "One turn followed by another's"),
        tile.Tile("Cases that change hands", theme.percent(found.cases_handed_over, found.cases), theme.count(found.cases_handed_over), "Cases with at least one hand-over"),
        tile.Tile("Ping-pong", theme.percent(found.cases_with_ping_pong, found.cases), f"{theme.count(found.cases_with_ping_pong)} cases", "Cases that come straight back to who gave them"),
        tile.Tile("Mean wait", mined.span(waits) if waits is not None else None, "nothing is handed over" if waits is None else "last event of the giver to first of the taker", "Mean over all hand-overs"),
        tile.Tile("Hands", theme.count(len(found.units)), f"{theme.count(found.passed_over)} events name none", "How many took part"),
    ]  # fmt: skip


def network(found: HandOvers, measure: str) -> None:
    """The matrix, busiest first."""
    drawn = matrix.figure(found.edges, figure.mode(), measure, MEASURES[measure])
    more = max(len(found.units) - matrix.SHOWN, 0)
    figure.show("Who hands to whom", drawn, found.edges, "hand_overs")
    if more:
        quiet.line(f"The {matrix.SHOWN} busiest are drawn; {theme.count(more)} more are in the table and the CSV.")


def listing(held: Conforming, found: HandOvers) -> None:
    """Every pair; picking one shows its cases."""
    rows = found.edges.head(200)
    shown = pd.DataFrame({
        "source": rows["source_name"], "target": rows["target_name"], "times": rows["times"], "cases": rows["cases"],
        "returns": rows["returns"], "median": [mined.span(v) for v in rows["median_wait_seconds"]],
        "p90": [mined.span(v) for v in rows["p90_wait_seconds"]], "total": [mined.span(v) for v in rows["total_wait_seconds"]],
    })  # fmt: skip
    headings = {"source": "From", "target": "To", "times": "Times", "cases": "Cases", "returns": "Straight back",
                "median": "Median wait", "p90": "p90 wait", "total": "Total wait"}  # fmt: skip
    table.picking_rows(shown, headings, "pairs", lambda place: filters.set_local("pair", str(place + 1)), 400)
    place = filters.number("pair")
    if 0 < place <= len(rows):
        row = rows.iloc[place - 1]
        st.markdown(f"**{plain.as_text(row['source_name'] + ' → ' + row['target_name'])}**")
        cases = held.between(found.level, row["source"], row["target"])
        cases = cases.assign(wait=[mined.span(v) for v in cases["wait_seconds"]])
        table.plain_rows(cases, {"case_id": "Case", "times": "Times", "wait": "Waited"}, "between")
        csv.button("CSV", "cases_between", lambda: cases, "csv_between")


def ping_pong(found: HandOvers) -> None:
    """There and straight back."""
    if len(found.ping_pong):
        st.subheader("There and straight back", anchor=False)
        headings = {"first_name": "From and back to", "second_name": "By way of", "times": "Times", "cases": "Cases"}
        table.plain_rows(found.ping_pong.head(50), headings, "ping_pong")
