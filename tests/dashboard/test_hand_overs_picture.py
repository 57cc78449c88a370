"""Does the browser get the network of hand-overs with its widths, tones and ping-pong, and no unit without a line?"""

import pandas as pd

from dashboard.components import handovers_picture
from process_mining.handovers import EDGES, PING_PONG, UNITS, HandOvers


def network(ways: dict[tuple[str, str], tuple[int, int]]) -> HandOvers:
    """A network of (times, straight back) by giver and taker; every hand-over waits an hour for each time it happened."""
    edges = pd.DataFrame(
        [
            (a, b, a.title(), b.title(), n, n, back, 3600.0 * n, 7200.0, 3600 * n * n)
            for (a, b), (n, back) in ways.items()
        ],
        columns=EDGES,
    ).sort_values("times", ascending=False, ignore_index=True)
    names = pd.concat([edges["source"], edges["target"]]).value_counts().index
    units = pd.DataFrame(
        [
            (
                name,
                name.title(),
                9,
                9,
                9,
                *(int(edges.loc[edges[side] == name, "times"].sum()) for side in ("source", "target")),
            )
            for name in names
        ],
        columns=UNITS,
    )
    return HandOvers("team", 20, 90, 0, 12, 3, edges, units, pd.DataFrame(columns=PING_PONG))


SMALL = network({("desk", "credit"): (16, 4), ("credit", "desk"): (4, 0), ("desk", "stock"): (1, 0)})


def test_width_is_how_often_and_what_comes_straight_back_is_marked() -> None:
    drawn = handovers_picture.picture(SMALL, "times", None)
    lines = {one["id"]: one for one in drawn["edges"]}
    assert lines["e:desk\ncredit"]["label"] == "16 ⇄ 4"
    assert lines["e:credit\ndesk"]["label"] == "4"
    assert [lines[name]["weight"] for name in ("e:desk\ncredit", "e:credit\ndesk")] == [1.0, 0.5]
    assert {one["id"]: one["tone"] for one in drawn["nodes"]}["n:desk"] == 5, "the busiest unit has the darkest tone"


def test_a_wait_colours_the_lines_and_names_hours() -> None:
    drawn = handovers_picture.picture(SMALL, "median_wait_seconds", "n:desk")
    lines = {one["id"]: one for one in drawn["edges"]}
    assert (lines["e:desk\ncredit"]["tone"], lines["e:desk\nstock"]["tone"]) == (5, 0)
    assert lines["e:credit\ndesk"]["label"] == "4.0 h"
    assert {one["tone"] for one in drawn["nodes"]} == {None}
    assert drawn["selected"] == "n:desk"


def test_of_a_dense_network_the_strongest_lines_are_drawn_and_every_unit_drawn_has_one() -> None:
    dense = network({(f"u{i}", f"u{j}"): (1 + (i * 7 + j * 3) % 50, 0) for i in range(20) for j in range(20) if i != j})
    shown = handovers_picture.drawn_edges(dense)
    busiest = set(dense.units["unit"].head(handovers_picture.MOST_UNITS))
    assert set(shown["source"]) | set(shown["target"]) == busiest
    assert len(shown) <= handovers_picture.MOST_LINES + 2 * handovers_picture.MOST_UNITS
    assert shown["times"].mean() > dense.edges["times"].mean()
