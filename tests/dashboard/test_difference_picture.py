"""Does a map of two say by colour and by words which side has more, and only where that is beyond chance?"""

import pytest

from dashboard import theme
from dashboard.components import difference_picture
from dashboard.components.difference_picture import Look
from dashboard.components.map_state import Selection
from process_mining.difference import Change, Measure, Overlay, Part, Side
from process_mining.directly_follows import Activity, Edge, Endpoint, Map

NONE = Change(None, None, None, None)
TIME = Change(-7_200.0, -9_000.0, -3_600.0, 0.01)


def part(step: str, then: str | None, shares: tuple[float, float], q: float, time: Change = NONE) -> Part:
    first, second = (Side(round(100 * share), share, 3_600.0 * (1 + 2 * place)) for place, share in enumerate(shares))
    value = shares[0] - shares[1]
    return Part(step, then, first, second, Change(value, value - 0.05, value + 0.05, q), time)


PARTS = (
    part("Ask", None, (0.9, 0.6), 0.001), part("Close", None, (1.0, 1.0), 0.9, TIME),
    part("Ask", "Close", (0.30, 0.22), 0.04), part("Ask", "Ask", (0.4, 0.0), 0.001), part("Close", "Ask", (0.0, 0.1), 0.2),
)  # fmt: skip
OVERLAY = Overlay(
    Map("exception", 200, 400, (Activity("Ask", 150, 150), Activity("Close", 200, 200)),
        tuple(Edge(one.step, one.then, 10, 10) for one in PARTS if one.then), (Endpoint("Ask", 200),), (Endpoint("Close", 200),), False),
    {(one.step, one.then): one for one in PARTS},
)  # fmt: skip


def look(measure: Measure = "share", mode: str = "light") -> Look:
    return Look(measure, mode, Selection("Ask"), ("Lyon", "Leipzig"), ("only Lyon", "only Leipzig"))


def drawn(measure: Measure = "share") -> dict[str, dict]:
    picture = difference_picture.picture(OVERLAY, OVERLAY.whole, look(measure))
    return {one["id"]: one for one in (*picture["nodes"], *picture["edges"])}


def test_more_in_the_first_is_one_hue_more_in_the_second_the_other_and_chance_is_grey() -> None:
    found = drawn()
    assert found["n:Ask"]["tone"] == 6, "30 points more in the first"
    assert found["e:Ask\nClose"]["tone"] == 5, "8 points"
    assert found["n:Close"]["tone"] is None
    assert drawn("time")["n:Close"]["tone"] == 0, "thrice as long in the second"


def test_the_words_say_the_difference_without_any_colour() -> None:
    found = drawn()
    assert found["n:Ask"]["label"] == "+30.0 · 90 % | 60 %"
    assert found["n:Close"]["label"] == "100 % | 100 %"
    assert found["e:Ask\nClose"]["label"] == "+8.0"
    assert found["n:Ask"]["tip"] == (
        "Ask: 90.0 % of Lyon, 60.0 % of Leipzig; +30.0 points, likely +25.0 points to +35.0 points (beyond chance)"
    )
    assert drawn("time")["n:Close"]["label"] == "−2.0 h · 1.0 h | 3.0 h"


def test_what_only_one_side_has_is_marked_even_within_chance() -> None:
    found = drawn()
    assert (found["e:Ask\nAsk"]["is_one_sided"], found["e:Ask\nAsk"]["label"]) == (True, "only Lyon +40.0")
    lost = found["e:Close\nAsk"]
    assert (lost["is_one_sided"], lost["label"], lost["tone"]) == (True, "only Leipzig", None)
    assert not found["e:Ask\nClose"]["is_one_sided"]


def test_both_maps_beside_each_other_have_one_layout_and_one_scale() -> None:
    first, second = (difference_picture.beside(OVERLAY, OVERLAY.whole, look(), side) for side in (0, 1))
    for one, other in zip(first["edges"], second["edges"], strict=True):
        assert [one.get(word) for word in ("id", "place", "room")] == [
            other.get(word) for word in ("id", "place", "room")
        ]
    assert first["legend"] == second["legend"]
    shadows = [{one["id"] for one in side["edges"] if one.get("is_absent")} for side in (first, second)]
    assert shadows == [{"e:Close\nAsk"}, {"e:Ask\nAsk"}]


def test_starts_and_ends_frame_the_map_and_cannot_be_selected() -> None:
    found = drawn()
    rims = [one for one in found.values() if one["kind"] == "rim"]
    assert {(one["from"], one["to"]) for one in rims} == {("start:", "n:Ask"), ("n:Close", "end:")}
    assert difference_picture.picture(OVERLAY, OVERLAY.whole, look())["selected"] == "n:Ask"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_on_every_colour_of_the_differences_can_be_read(mode: str) -> None:
    for colour in theme.DIFFERENT[mode]:
        light, dark = sorted((theme._luminance(colour), theme._luminance(theme.ink_on(colour))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_two_hues_differ_for_eyes_that_see_no_red_or_no_green(mode: str) -> None:
    """Blue against orange: the blue channel alone, which those eyes keep, tells the sides apart."""
    second, first = theme.DIFFERENT[mode][:3], theme.DIFFERENT[mode][:3:-1]
    for one, other in zip(second, first, strict=True):
        assert int(one[5:], 16) - int(other[5:], 16) > 20, (one, other)
