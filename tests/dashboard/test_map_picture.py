"""Does the browser get the numbers of the map, in words, and can it name only what was drawn?"""

import pytest

from dashboard import theme
from dashboard.components import map_picture
from dashboard.components.map_controls import default_cut
from dashboard.components.map_picture import Look, Scale
from dashboard.components.map_state import Selection
from process_mining.directly_follows import Activity, Edge, Endpoint, Map
from process_mining.service_map import Service
from process_mining.stay import Stay

MAP = Map(
    view="exception", cases=10, events=24, has_times=True,
    activities=(Activity("Ask", 14, 10), Activity("Close", 10, 10)),
    edges=(Edge("Ask", "Close", 10, 10, 7_200.0, 3_600.0, 172_800.0, 72_000), Edge("Ask", "Ask", 4, 3, 60.0, 60.0, 60.0, 240)),
    start=(Endpoint("Ask", 10),), end=(Endpoint("Close", 10),),
)  # fmt: skip
STAYS = (Stay("Ask", 14, 2, 3_600, None, None, 72_240, 0), Stay("Close", 4, 0, 60, 60, 60, 240, 0))


def _look(metric: str, selection: Selection | None = None) -> Look:
    return Look(metric, "light", selection or Selection(), map_picture.stays_of(STAYS))


def _part(drawn: dict, part: str) -> dict:
    return next(one for one in (*drawn["nodes"], *drawn["edges"]) if one["id"] == part)


def test_a_count_map_says_cases_and_the_median_stay() -> None:
    drawn = map_picture.picture(MAP, _look("cases"), "name")
    assert _part(drawn, "n:Ask")["label"] == "10 · 1.0 h"
    assert _part(drawn, "e:Ask\nClose")["label"] == "10"
    assert _part(drawn, "e:Ask\nAsk")["label"] == "3"
    assert drawn["palette"] == list(theme.FREQUENT)


def test_a_time_map_colours_paths_too_and_counts_events_only_by_width() -> None:
    drawn = map_picture.picture(MAP, _look("p90"), "name")
    assert _part(drawn, "e:Ask\nClose")["label"] == "48 h"
    assert _part(drawn, "e:Ask\nClose")["tone"] == 5
    assert _part(drawn, "e:Ask\nAsk")["tone"] == 0
    assert _part(drawn, "e:Ask\nAsk")["weight"] == pytest.approx((4 / 10) ** 0.5, abs=1e-4)


def test_a_stay_that_is_not_reached_has_no_colour_and_no_number() -> None:
    """Nine of ten have not moved on after "Ask": its p90 is not known, and is not drawn as 0."""
    ask = _part(map_picture.picture(MAP, _look("p90"), "name"), "n:Ask")
    assert ask["tone"] is None
    assert ask["label"] == "10"


def test_a_mean_stay_exists_only_where_nobody_waits() -> None:
    stays = map_picture.stays_of(STAYS)
    assert stays["Ask"]["mean"] is None
    assert stays["Close"]["mean"] == 60


def test_starts_and_ends_are_drawn_and_cannot_be_selected() -> None:
    drawn = map_picture.picture(MAP, _look("cases"), "name")
    rims = [one for one in drawn["edges"] if one["kind"] == "rim"]
    assert {(one["from"], one["to"], one["label"]) for one in rims} == {
        ("start:", "n:Ask", "10"),
        ("n:Close", "end:", "10"),
    }
    assert not any(map_picture.selection_of(one["id"]) for one in rims)


@pytest.mark.parametrize("chosen", [Selection("Ask"), Selection("Ask", "Close"), Selection("e:odd"), Selection()])
def test_what_the_browser_names_is_what_was_selected(chosen: Selection) -> None:
    assert map_picture.selection_of(map_picture.selected_id(chosen)) == chosen


@pytest.mark.parametrize("said", [None, 7, "", "x:Ask", "e:Ask", ["n:Ask"], {"id": 1}])
def test_what_no_map_draws_selects_nothing(said: object) -> None:
    assert not map_picture.selection_of(said)


def test_service_stands_on_steps_and_waiting_on_paths_each_with_its_own_colours() -> None:
    stays = map_picture.services_of({"Ask": Service(9, 700.0, 600.0, 900.0, 6_300)})
    drawn = map_picture.picture(MAP, Look("service", "light", Selection(), stays), "name")
    ask, close, path = (_part(drawn, one) for one in ("n:Ask", "n:Close", "e:Ask\nClose"))
    assert (ask["label"], ask["tip"]) == ("10 min · 10", "Ask: 10 cases, 14 pieces of work; service 10 min (median)")
    assert drawn["palette"][ask["tone"]] in theme.SERVICE
    assert (close["label"], close["tone"]) == ("10", None), "no start, no service: nothing is drawn as 0"
    assert (path["label"], drawn["palette"][path["tone"]]) == ("1.0 h", theme.WAITING[5])
    assert [one["colour"] for one in (*drawn["legend"]["others"], drawn["legend"])] == [
        "Step: service, median", "Path: waiting before the next, median",
    ]  # fmt: skip


def test_tones_grow_with_the_number_and_stay_on_the_palette() -> None:
    scale = Scale.of([0.0, 40.0, None, 3_600.0])
    tones = [scale.tone(value) for value in (0, 5, 40, 600, 3_600)]
    assert tones == sorted(tones)
    assert tones[0] == 0 and tones[-1] == 5
    assert scale.tone(None) is None
    assert Scale.of([5.0]).tone(5.0) is not None


@pytest.mark.parametrize("colour", [*theme.WAITING, *theme.FREQUENT, *theme.SERVICE])
def test_text_on_every_colour_of_the_map_can_be_read(colour: str) -> None:
    light, dark = sorted((theme._luminance(colour), theme._luminance(theme.ink_on(colour))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_first_look_is_cut_to_what_can_be_read() -> None:
    names = [f"A{i}" for i in range(60)]
    large = Map("order", 1, 1, tuple(Activity(name, 1, 1) for name in names),
                tuple(Edge(a, b, 1, 1) for a in names[:10] for b in names), (), (), False)  # fmt: skip
    assert (default_cut(large).activities, default_cut(large).paths) == (20, 5)
    assert (default_cut(MAP).activities, default_cut(MAP).paths) == (100, 100)


def test_a_replay_counts_seconds_from_the_first_step_of_all() -> None:
    played = map_picture.replay_of([("a", [("Ask", 1_000.0), ("Close", 1_060.0)]), ("b", [("Ask", 990.0)])])
    assert played == {"since": 990.0, "until": 1_060.0, "cases": [[["n:Ask", 10], ["n:Close", 70]], [["n:Ask", 0]]]}
