"""What does the browser draw of the hand-overs? Units as nodes, hand-overs as edges, in words, widths and tones. No Streamlit.

The component is the process map's. Never hides the rest: what is left out of the drawing is in the table and the matrix.
"""

from typing import Any, Final

import pandas as pd

from dashboard import theme
from dashboard.components import map_picture
from dashboard.components.map_picture import Scale, edge_id, node_id
from process_mining.handovers import HandOvers

MOST_UNITS: Final = 14
MOST_LINES: Final = 26
SHOWN_SHARE: Final = 0.9
"""Hand-overs drawn, as a share of those between the units drawn, in at most so many lines; beyond them each unit keeps its
strongest way in and out."""
WORDS: Final = map_picture.WORDS | {
    "map": "Network of hand-overs. Tab goes from unit to unit and line to line, arrow keys to the neighbour, Enter selects, "
    "Escape clears, plus and minus zoom, Shift with arrows moves the network.",
    "skip": "Skip the network", "tools": "Network tools",
}  # fmt: skip


def drawn_edges(found: HandOvers) -> pd.DataFrame:
    """The hand-overs that are drawn: between the busiest units the most frequent, and no unit without its strongest line."""
    busiest = set(found.units["unit"].head(MOST_UNITS))
    edges = found.edges[found.edges["source"].isin(busiest) & found.edges["target"].isin(busiest)]
    before = edges["times"].cumsum().shift(fill_value=0)
    is_first = ~edges.duplicated("source") | ~edges.duplicated("target")
    is_strong = before < SHOWN_SHARE * edges["times"].sum()
    return edges[(is_strong & (is_strong.cumsum() <= MOST_LINES)) | is_first]


def picture(
    found: HandOvers, measure: str, selected: str | None, replay: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Everything that the component draws; a measure in seconds colours the lines, else their count colours the units."""
    edges, is_time = drawn_edges(found), measure.endswith("_seconds")
    names = pd.concat([edges["source"], edges["target"]]).unique()
    units = found.units[found.units["unit"].isin(names)]
    scale = Scale.of(list(edges[measure]) if is_time else list(units["given"] + units["taken"]))
    palette = theme.WAITING if is_time else theme.FREQUENT
    return {
        "nodes": [_unit(one, None if is_time else scale) for one in units.to_dict("records")],
        "edges": [_line(one, measure, scale if is_time else None, edges["times"].max()) for one in edges.to_dict("records")],
        "selected": selected, "palette": list(palette), "inks": [theme.ink_on(colour) for colour in palette],
        "legend": _legend(measure, scale), "words": WORDS, "file_name": f"hand_overs_{found.level}", "replay": replay,
    }  # fmt: skip


def _legend(measure: str, scale: Scale) -> dict[str, str]:
    is_time = measure.endswith("_seconds")
    said = {"median_wait_seconds": "Median wait of a hand-over", "total_wait_seconds": "Total wait of the hand-overs"}
    low, high = ((_span if is_time else theme.count)(one) for one in (scale.low, scale.high))
    width = "Width: how often · ⇄ so many came straight back"
    return {"colour": said.get(measure, "Given and taken by a unit"), "low": low, "high": high, "width": width}


def _span(seconds: float) -> str:
    """A time on a line; whole days from a hundred on."""
    return f"{seconds / 86_400:,.0f} d" if seconds >= 8_640_000 else map_picture.seconds(seconds)


def _unit(one: dict[Any, Any], scale: Scale | None) -> dict[str, Any]:
    moved = one["given"] + one["taken"]
    return {
        "id": node_id(one["unit"]), "kind": "activity", "name": theme.words(str(one["name"])),
        "label": f"{theme.count(one['cases'])} cases", "tone": scale.tone(moved) if scale else None,
        "tip": f"{one['name']}: {theme.count(one['cases'])} cases, gives {theme.count(one['given'])} times, takes {theme.count(one['taken'])} times",
    }  # fmt: skip


def _line(one: dict[Any, Any], measure: str, scale: Scale | None, widest: float) -> dict[str, Any]:
    number = _span(one[measure]) if scale else theme.count(one["times"])
    back = f" ⇄ {theme.count(one['returns'])}" if one["returns"] else ""
    return {
        "id": edge_id(one["source"], one["target"]), "kind": "flow",
        "from": node_id(one["source"]), "to": node_id(one["target"]), "label": number + back,
        "weight": round((one["times"] / widest) ** 0.5, 4), "tone": scale.tone(one[measure]) if scale else None,
        "tip": f"{one['source_name']} → {one['target_name']}: {theme.count(one['times'])} times in {theme.count(one['cases'])} cases, "
        f"{theme.count(one['returns'])} came straight back; median wait {map_picture.seconds(one['median_wait_seconds'])}",
    }  # fmt: skip
