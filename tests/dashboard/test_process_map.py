"""Does the process map answer from the build, keep all its state in the URL, and lead to the cases?"""

import json

import pm4py
import pytest
from streamlit.testing.v1 import AppTest

from control_tower import warehouse
from control_tower.settings import Settings
from dashboard import data
from dashboard.mining import Mining
from process_mining.cohort import Cohort
from tests.dashboard.conftest import Run, words
from tests.process_mining import small_home

TITLE = "How did the cases really flow, and where do they wait?"


def _sql(home, query: str):
    with warehouse.open_current(Settings(home=home)).cursor() as cursor:
        return cursor.execute(query).fetchall()


def _picture(app: AppTest) -> dict:
    found = [one for one in app.main if one.type == "bidi_component"] or app.get("bidi_component")
    return json.loads(found[0].proto.json)


def _button(app: AppTest, label: str):
    return next(button for button in app.button if button.label.replace("\\", "").startswith(label))


def test_the_answer_and_the_map_count_the_cases_of_the_build(run: Run, homes) -> None:
    app = run("sample", "process_map")
    assert not app.exception
    assert app.title[0].value == TITLE
    cases, events = _sql(homes("sample"), "SELECT count(*), sum(step_count) FROM mart_case")[0]
    assert f"{cases:,} exception cases in {events:,} events" in words(app)
    drawn = _picture(app)
    counted = dict(_sql(homes("sample"), "SELECT activity, case_count FROM mart_activity"))
    assert {one["name"] for one in drawn["nodes"] if one["kind"] == "activity"} == set(counted)
    investigate = next(one for one in drawn["nodes"] if one["name"] == "Investigate")
    assert investigate["label"].startswith(f"{counted['Investigate']:,} · ")


def test_the_filters_of_every_page_narrow_the_map(run: Run, homes) -> None:
    app = run("sample", "process_map", severity="critical", state="open")
    n = _sql(homes("sample"), "SELECT count(*) FROM mart_exception WHERE severity = 'critical' AND is_open")[0][0]
    assert f"{n:,} exception cases" in words(app)


def test_a_selected_step_shows_its_cases_its_stay_and_its_share(run: Run, homes) -> None:
    app = run("sample", "process_map", step="Ask for information")
    n = _sql(homes("sample"), "SELECT case_count FROM mart_activity WHERE activity = 'Ask for information'")[0][0]
    tiles = {tile.label: tile.value for tile in app.metric}
    assert tiles["Cases"] == f"{n:,}"
    assert tiles["Of waiting"].endswith(" %")
    assert "Stay, Kaplan–Meier" in words(app)
    assert len(app.dataframe[0].value) == 50
    assert _picture(app)["selected"] == "n:Ask for information"


def test_a_selected_path_shows_observed_times_only(run: Run, homes) -> None:
    """Ruling 15: a path knows nobody who still waits."""
    app = run("sample", "process_map", step="Ask for information", then="Receive answer")
    n = _sql(
        homes("sample"),
        "SELECT count(*) FROM mart_event_step s JOIN mart_activity a USING (view, activity_no) JOIN mart_activity b "
        "ON b.view = s.view AND b.activity_no = s.next_activity_no "
        "WHERE a.activity = 'Ask for information' AND b.activity = 'Receive answer'",
    )[0][0]
    assert {tile.label: tile.value for tile in app.metric}["Times"] == f"{n:,}"
    assert "Observed times" in words(app)
    assert "Kaplan" not in words(app)


def test_only_cases_through_here_is_a_filter_that_a_chip_removes(run: Run) -> None:
    app = run("sample", "process_map", step="Hand over")
    before = _picture(app)
    _button(app, "Only cases through here").click().run()
    assert app.query_params["through"] == "Hand over"
    assert app.query_params["step"] == "Hand over"
    assert _picture(app) != before
    _button(app, "Through: Hand over").click().run()
    assert "through" not in app.query_params
    assert _picture(app) == before


def test_without_keeps_the_cases_that_do_not_come_here(run: Run, homes) -> None:
    app = run("sample", "process_map", step="Hand over")
    _button(app, "Without").click().run()
    assert app.query_params["avoiding"] == "Hand over"
    assert "Hand over" not in {one["name"] for one in _picture(app)["nodes"]}


def test_service_stands_apart_from_waiting_where_start_and_complete_exist(run: Run, tmp_path) -> None:
    """PM-01: picked within 30 minutes, an hour after the check."""
    rows = small_home.events({"a": [("Check", 0.0), ("Check", 1.0), ("Pick", 2.0), ("Pick", 2.5)]})
    for event, end in zip(rows["core_event"], ("start", "complete") * 2, strict=True):
        event["lifecycle"] = end  # type: ignore[index]
    small_home.made(tmp_path, {**rows, "core_exception": small_home.exceptions(["a"])})
    drawn = _picture(run(tmp_path, "process_map", metric="service"))
    assert [one["label"] for one in drawn["nodes"] if one["kind"] == "activity"] == ["1.0 h · 1", "30 min · 1"]
    assert [one["label"] for one in drawn["edges"] if one["kind"] == "flow"] == ["1.0 h"]


def test_repeats_are_taken_as_one_by_a_switch_that_the_link_keeps(run: Run, tmp_path) -> None:
    """Ruling 15, by hand: two reminders an hour apart, answered two hours after the first; off, the loop is drawn."""
    rows = small_home.events({"a": [("Remind", 0.0), ("Remind", 1.0), ("Answer", 2.0)]})
    small_home.made(tmp_path, {**rows, "core_exception": small_home.exceptions(["a"])})
    app = run(tmp_path, "process_map", metric="median")
    assert {one["tip"].split(":")[0] for one in _picture(app)["edges"] if one["kind"] == "flow"} == {
        "Remind → Remind", "Remind → Answer",
    }  # fmt: skip
    app.toggle(key="map_repeats").set_value(True).run()
    assert app.query_params["repeats"] in ("once", ["once"])
    (path,) = [one for one in _picture(app)["edges"] if one["kind"] == "flow"]
    assert (path["tip"].split(":")[0], path["label"]) == ("Remind → Answer", "2.0 h")
    linked = run(tmp_path, "process_map", metric="median", repeats="once")
    assert _picture(linked) == _picture(app)
    app.toggle(key="map_repeats").set_value(False).run()
    assert "repeats" not in app.query_params


def test_the_cases_of_a_view_leave_as_xes_csv_and_ocel(run: Run, homes, tmp_path, monkeypatch) -> None:
    """The buttons stand on the pages; the files they make are read back by pm4py."""
    build = small_home.made(tmp_path, small_home.events({"a": ["Check", "Pick"], "b": ["Check"]}, "order"))
    reader = data.Reader(str(tmp_path), build.id, None)
    mining = Mining(reader, Cohort("order"))
    assert mining.log("csv").decode().count("\n") == 4
    (tmp_path / "log.xes").write_bytes(mining.log("xes"))
    read = pm4py.read_xes(str(tmp_path / "log.xes"))
    assert sorted(zip(read["case:concept:name"], read["concept:name"], strict=True)) == [
        ("a", "Check"),
        ("a", "Pick"),
        ("b", "Check"),
    ]
    for ending in ("json", "xml"):
        (tmp_path / f"log.{ending}").write_bytes(mining.log(ending))
        objects = getattr(pm4py, f"read_ocel2_{ending}")(str(tmp_path / f"log.{ending}"))
        assert (len(objects.events), set(objects.objects["ocel:oid"])) == (3, {"a", "b"})
    for page, kinds in (
        ("process_map", ["log_xes", "log_csv"]),
        ("variants", ["log_xes", "log_csv"]),
        ("objects", ["log_json", "log_xml", "log_xes", "log_csv"]),
    ):
        app = run(tmp_path, page, view="order")
        assert not app.exception
        assert [one.key for one in app.get("download_button") if str(one.key).startswith("log_")] == kinds


def test_a_log_without_starts_offers_no_service_and_says_so_to_a_link(run: Run) -> None:
    app = run("sample", "process_map", metric="service")
    assert not app.exception
    assert "both a start and a complete" in words(app)
    offered = run("sample", "process_map").selectbox(key="map_metric").options
    assert "Service, waiting" not in offered


def test_without_a_path_keeps_the_cases_that_never_take_it(run: Run) -> None:
    app = run("sample", "process_map", step="Ask for information", then="Receive answer", paths="100", activities="100")
    _button(app, "Without").click().run()
    assert app.query_params["not_follows"] == "Ask for information>Receive answer>>directly"
    assert "e:Ask for information\nReceive answer" not in {one["id"] for one in _picture(app)["edges"]}
    _button(app, "Never: Ask for information directly followed by Receive answer").click().run()
    assert "not_follows" not in app.query_params


@pytest.mark.parametrize(
    ("kind", "word", "value"),
    [("starts_with", "starts_with", "Assign to team"), ("ends_with", "ends_with", "Assign to team"), ("variants", "variant", "1"),
     ("not_followed_by", "not_follows", "Assign to team>Assign to team"), ("cases", "cases", "open"),
     ("period", "started_since", "2026-02-16")],
)  # fmt: skip
def test_every_kind_of_path_filter_is_added_to_the_link(run: Run, kind: str, word: str, value: str) -> None:
    app = run("sample", "process_map")
    app.selectbox(key="path_kind").set_value(kind).run()
    if kind in ("starts_with", "ends_with"):
        app.selectbox(key="path_step").set_value("Assign to team").run()
    if kind == "not_followed_by":
        app.selectbox(key="path_first").set_value("Assign to team")
        app.selectbox(key="path_then").set_value("Assign to team").run()
    app.button(key="path_add").click().run()
    assert not app.exception
    assert app.query_params[word] == value


def test_the_whole_state_of_the_map_comes_from_a_link(run: Run) -> None:
    link = {
        "metric": "median", "activities": "60", "paths": "40", "step": "Assign to team", "cases": "ended",
        "follows": "Detect>Close", "min_seconds": "60", "severity": ["critical", "standard"],
    }  # fmt: skip
    one, other = run("sample", "process_map", **link), run("sample", "process_map", **link)
    assert _picture(one) == _picture(other)
    assert _picture(one)["legend"]["colour"] == "Median time until the next step"
    labels = {button.label.replace("\\", "") for button in one.button}
    assert {"Path: Detect followed by Close", "Cases: ended", "At least: 1 min"} <= labels


def test_the_map_is_found_again_after_a_visit_to_another_page(run: Run) -> None:
    app = run("sample", "process_map", metric="p90", step="Resolve", through="Hand over")
    app.switch_page("app_pages/exceptions.py")
    app.query_params.clear()
    app.run()
    app.switch_page("app_pages/process_map.py")
    app.query_params.clear()
    app.run()
    assert (app.query_params["metric"], app.query_params["step"], app.query_params["through"]) == (
        "p90",
        "Resolve",
        "Hand over",
    )


def test_a_table_twin_shows_the_same_numbers(run: Run, homes) -> None:
    app = run("sample", "process_map", **{"as": "table"})
    counted = dict(_sql(homes("sample"), "SELECT activity, case_count FROM mart_activity"))
    assert not app.exception
    steps, paths = app.dataframe[0].value, app.dataframe[1].value
    assert dict(zip(steps["step"], steps["cases"], strict=True)) == counted
    assert set(paths["step"]) <= set(counted)
    assert not [one for one in app.get("bidi_component") if "replay" in one.proto.json], "the map itself is not drawn"


def test_the_cases_are_sampled_for_the_replay_only_when_asked(run: Run) -> None:
    assert _picture(run("sample", "process_map"))["replay"] is None


def test_filters_that_keep_no_case_are_named_and_removable(run: Run) -> None:
    app = run("sample", "process_map", through=["Hand over"], avoiding=["Hand over"])
    assert not app.exception
    assert "No case passes these filters." in words(app)
    _button(app, "Remove Without: Hand over").click().run()
    assert "avoiding" not in app.query_params
    assert _picture(app)["nodes"]


@pytest.mark.parametrize("kind", ["all_closed", "no_sla", "empty", "none"])
def test_the_map_answers_on_every_kind_of_build(run: Run, kind: str) -> None:
    app = run(kind, "" if kind == "none" else "process_map")
    assert not app.exception
    if kind == "empty":
        assert "This build holds no events, so there is nothing to map." in words(app)


def test_a_view_that_the_build_does_not_hold_is_said(run: Run) -> None:
    app = run("sample", "process_map", view="spaceship")
    assert not app.exception
    assert "this build has no view 'spaceship'" in words(app)


def test_part_of_a_link_that_makes_no_sense_is_named_and_ignored(run: Run) -> None:
    """# fault 86: values of a link are bound or refused, never put into a query."""
    app = run("sample", "process_map", min_seconds="1; DROP TABLE mart_case", step="'; --", through="' OR 1=1 --")
    assert not app.exception
    assert "The link's 'min_seconds' was ignored" in words(app)
    assert "No case passes these filters." in words(app)
