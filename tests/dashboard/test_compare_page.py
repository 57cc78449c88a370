"""Does the compare page lay two sets of cases over each other, keep what is chosen in the URL, and lead to either's cases?"""

import json

from streamlit.testing.v1 import AppTest

from control_tower import warehouse
from control_tower.settings import Settings
from tests.dashboard.conftest import Run, words

SEVERITIES = {"compare": "severity", "first": "critical", "second": "standard"}


def _pictures(app: AppTest) -> list[dict]:
    return [json.loads(one.proto.json) for one in app.get("bidi_component") if '"palette"' in one.proto.json]


def _counted(home, severity: str, activity: str) -> tuple[int, int]:
    """Cases of a severity, and those of them that come to an activity: by plain SQL."""
    query = (
        "SELECT count(DISTINCT s.case_no), count(DISTINCT s.case_no) FILTER (WHERE a.activity = $2) FROM mart_event_step s "
        "JOIN mart_activity a USING (view, activity_no) JOIN mart_case c USING (view, case_no) "
        "JOIN mart_exception e ON e.exception_id = c.case_id WHERE e.severity = $1"
    )
    with warehouse.open_current(Settings(home=home)).cursor() as cursor:
        found = cursor.execute(query, [severity, activity]).fetchall()[0]
    return int(found[0]), int(found[1])


def test_one_map_shows_the_differences_of_two_cohorts(run: Run, homes) -> None:
    """PM-08: the shares on the map are those of the two sets of cases."""
    app = run("sample", "compare", **SEVERITIES)
    assert not app.exception
    (picture,) = _pictures(app)
    (all_a, ask_a), (all_b, ask_b) = (
        _counted(homes("sample"), one, "Ask for information") for one in ("critical", "standard")
    )
    assert f"{all_a:,} cases (critical) beside {all_b:,} (standard)" in words(app)
    asked = next(one for one in picture["nodes"] if one["name"] == "Ask for information")
    assert asked["label"].endswith(f"{100 * ask_a / all_a:.0f} % | {100 * ask_b / all_b:.0f} %")
    assert picture["legend"]["high"] == "more often in critical"


def test_both_sets_leave_as_event_logs(run: Run, homes) -> None:
    app = run("sample", "compare", **SEVERITIES)
    keys = [str(one.key) for one in app.get("download_button") if str(one.key).startswith("log_")]
    assert keys == ["log_first_xes", "log_first_csv", "log_second_xes", "log_second_csv"]
    with warehouse.open_current(Settings(home=homes("sample"))).cursor() as cursor:
        events = dict(cursor.execute("SELECT e.severity, sum(c.step_count) FROM mart_case c JOIN mart_exception e "
                                     "ON e.exception_id = c.case_id WHERE c.view = 'exception' GROUP BY ALL").fetchall())  # fmt: skip
    for name in ("critical", "standard"):
        assert f"All {events[name]:,} events ({name}) as" in words(app)


def test_a_selected_step_leads_to_the_cases_of_either_side(run: Run, homes) -> None:
    """PM-10."""
    app = run("sample", "compare", **SEVERITIES, step="Ask for information", side="second")
    assert not app.exception
    _, ask = _counted(homes("sample"), "standard", "Ask for information")
    assert f"The 50 longest of {ask:,}" in words(app)
    assert _pictures(app)[0]["selected"] == "n:Ask for information"
    app.segmented_control(key="difference_side").set_value("first").run()
    assert app.query_params["side"] == "first"
    _, ask = _counted(homes("sample"), "critical", "Ask for information")
    assert f"longest of {ask:,}" in words(app)


def test_two_maps_stand_side_by_side_and_time_is_compared_too(run: Run) -> None:
    app = run("sample", "compare", **SEVERITIES, draw="beside", by="time")
    assert not app.exception
    first, second = _pictures(app)
    assert [one["id"] for one in first["nodes"]] == [one["id"] for one in second["nodes"]]
    assert first["legend"]["colour"].startswith("Median time")


def test_cases_before_and_since_a_day_and_with_and_without_a_step_are_compared(run: Run) -> None:
    app = run("sample", "compare", compare="day", day="2026-02-01")
    assert " cases (since 1 Feb 2026) beside " in words(app)
    app = run("sample", "compare", compare="through", first="Hand over")
    assert not app.exception
    hand_over = next(one for one in _pictures(app)[0]["nodes"] if one["name"] == "Hand over")
    assert (hand_over["label"], hand_over["is_one_sided"]) == ("only with · +100.0 · 100 % | –", True)


def test_path_filters_are_seen_and_removable_where_two_are_compared(run: Run) -> None:
    app = run("sample", "compare", **SEVERITIES, through="Hand over")
    chip = next(one for one in app.button if one.label.replace("\\", "").startswith("Through: Hand over"))
    chip.click().run()
    assert "through" not in app.query_params
