"""How do the network of hand-overs, its waits and ping-pong stand on the hand-overs page?"""

from itertools import pairwise
from typing import Any, Final

import pandas as pd
import streamlit as st

from dashboard import filters, process_map, theme
from dashboard.charts import matrix
from dashboard.components import csv, figure, handovers_picture, map_picture, mined, plain, quiet, table, tile
from dashboard.conforming import Conforming
from process_mining.handovers import HandOvers

KEY: Final = "hand_over_network"
_REPLAY: Final = "hand_over_replay"
WAYS: Final = {"graph": "graph", "matrix": "matrix"}
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
        tile.Tile("Cases handed on", theme.percent(found.cases_handed_over, found.cases), theme.count(found.cases_handed_over), "Cases with at least one hand-over"),
        tile.Tile("Ping-pong", theme.percent(found.cases_with_ping_pong, found.cases), f"{theme.count(found.cases_with_ping_pong)} cases", "Cases that come straight back to who gave them"),
        tile.Tile("Mean wait", mined.span(waits) if waits is not None else None, "nothing is handed over" if waits is None else "last event of the giver to first of the taker", "Mean over all hand-overs"),
        tile.Tile("Hands", theme.count(len(found.units)), f"{theme.count(found.passed_over)} events name none", "How many took part"),
    ]  # fmt: skip


def network(held: Conforming, found: HandOvers, measure: str, way: str) -> None:
    """The graph or the matrix, the busiest units of either; beside it the cases of what is picked."""
    left, right = st.columns([8, 5], gap="medium")
    with left:
        if way == "matrix":
            drawn = matrix.figure(found.edges, figure.mode(), measure, MEASURES[measure])
            figure.show("Who hands to whom", drawn, found.edges, "hand_overs")
            _rest(len(found.units) - matrix.SHOWN, 0)
        else:
            _graph(held, found, measure)
    with right:
        behind(held, found)


def _graph(held: Conforming, found: HandOvers, measure: str) -> None:
    shown = handovers_picture.drawn_edges(found)
    wanted = (repr(held.cohort), found.level)
    replay = map_picture.replay_of(held.turns(found.level)) if st.session_state.get(_REPLAY) == wanted else None
    drawn = handovers_picture.picture(found, measure, _selected(found), _playable(replay, shown))
    process_map.show(drawn, KEY, lambda: _picked(found), lambda: _replayed(wanted))
    csv.button("CSV", "hand_overs", lambda: found.edges, "csv_hand_overs")
    _rest(len(found.units) - len(drawn["nodes"]), len(found.edges) - len(shown))


def _playable(replay: dict[str, Any] | None, shown: pd.DataFrame) -> dict[str, Any] | None:
    """The sampled cases that keep to the lines drawn: a token needs a line to move on."""
    if replay is None:
        return None
    ways = {
        (map_picture.node_id(a), map_picture.node_id(b)) for a, b in zip(shown["source"], shown["target"], strict=True)
    }
    kept = [case for case in replay["cases"] if all((a, b) in ways for (a, _), (b, _) in pairwise(case))]
    return {**replay, "cases": kept}


def _rest(units: int, pairs: int) -> None:
    left_out = [f"{theme.count(n)} more {word}" for n, word in ((units, "units"), (pairs, "pairs")) if n > 0]
    if left_out:
        quiet.line(f"The busiest are drawn; {' and '.join(left_out)} are in the table and the CSV.")


def _selected(found: HandOvers) -> str | None:
    pair, unit = _pair(found), _hand(found)
    if pair is not None:
        return map_picture.edge_id(str(pair["source"]), str(pair["target"]))
    return map_picture.node_id(str(unit["unit"])) if unit is not None else None


def _pair(found: HandOvers) -> "pd.Series[Any] | None":
    place = filters.number("pair")
    return found.edges.iloc[place - 1] if 0 < place <= len(found.edges) else None


def _hand(found: HandOvers) -> "pd.Series[Any] | None":
    place = filters.number("hand")
    return found.units.iloc[place - 1] if 0 < place <= len(found.units) else None


def _picked(found: HandOvers) -> None:
    """A click on the network: a pair or a unit by its place in the tables, which are the same for the same link."""
    one = map_picture.selection_of(process_map.told(KEY, "picked").get("id"))
    edges, units = found.edges, found.units
    pairs = (edges["source"] == one.step) & (edges["target"] == one.then)
    hands = units["unit"] == (one.step if not one.then else "")
    for word, rows in (("pair", pairs), ("hand", hands)):
        filters.set_local(word, str(int(rows.to_numpy().argmax()) + 1) if rows.any() else "")


def _replayed(wanted: tuple[str, str]) -> None:
    st.session_state[_REPLAY] = wanted if process_map.told(KEY, "replay").get("on") else None


def behind(held: Conforming, found: HandOvers) -> None:
    """The cases of the pair or unit picked; without one, the work that came straight back."""
    pair, unit = _pair(found), _hand(found)
    if pair is not None:
        cases = held.between(found.level, pair["source"], pair["target"])
        cases = cases.assign(wait=[mined.span(v) for v in cases["wait_seconds"]])
        said = f"{theme.count(pair['times'])} times in {theme.count(pair['cases'])} cases, median wait {mined.span(pair['median_wait_seconds'])}"
        _cases(
            f"{pair['source_name']} → {pair['target_name']}",
            said,
            cases,
            {"case_id": "Case", "times": "Times", "wait": "Waited"},
        )
    elif unit is not None:
        cases = held.held_by(found.level, unit["unit"])
        said = f"In {theme.count(unit['cases'])} cases; gives {theme.count(unit['given'])} times, takes {theme.count(unit['taken'])} times"
        _cases(str(unit["name"]), said, cases, {"case_id": "Case", "times": "Turns", "events": "Events"})
    else:
        ping_pong(found)


def _cases(title: str, said: str, cases: pd.DataFrame, headings: dict[str, str]) -> None:
    st.markdown(f"**{plain.as_text(title)}**")
    quiet.line(plain.as_text(said + (" · the first 1,000 are listed" if len(cases) == 1000 else "")))
    short = cases["case_id"].str.replace(r"^[^:]+:", "", regex=True)
    table.plain_rows(cases.assign(case_id=short), headings, "between")
    csv.button("CSV", "cases_between", lambda: cases, "csv_between")


def listing(found: HandOvers) -> None:
    """Every pair; picking one shows its cases beside the network."""
    st.markdown("**Every hand-over**")
    rows = found.edges.head(200)
    shown = pd.DataFrame({
        "source": rows["source_name"], "target": rows["target_name"], "times": rows["times"], "cases": rows["cases"],
        "returns": rows["returns"], "median": [mined.span(v) for v in rows["median_wait_seconds"]],
        "p90": [mined.span(v) for v in rows["p90_wait_seconds"]], "total": [mined.span(v) for v in rows["total_wait_seconds"]],
    })  # fmt: skip
    headings = {"source": "From", "target": "To", "times": "Times", "cases": "Cases", "returns": "Straight back",
                "median": "Median wait", "p90": "p90 wait", "total": "Total wait"}  # fmt: skip

    def picked(place: int) -> None:
        filters.set_local("hand", "")
        filters.set_local("pair", str(place + 1))

    table.picking_rows(shown, headings, "pairs", picked, 400)


def ping_pong(found: HandOvers) -> None:
    """There and straight back."""
    st.markdown("**There and straight back**")
    if not len(found.ping_pong):
        quiet.line("Nothing comes straight back to who gave it.")
    else:
        column = st.column_config
        headings = {
            **{name: column.TextColumn(label, width=124) for name, label in (("first_name", "From and back to"), ("second_name", "By way of"))},
            **{name: column.NumberColumn(label, format="localized", width=56) for name, label in (("times", "Times"), ("cases", "Cases"))},
        }  # fmt: skip
        table.plain_rows(found.ping_pong.head(50), headings, "ping_pong")
