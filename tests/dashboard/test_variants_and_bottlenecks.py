"""Do Variants and Bottlenecks answer from the build, and does a pick lead to the cases and to the map?"""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from control_tower import warehouse
from control_tower.settings import Settings
from dashboard.charts import chevrons
from dashboard.components import mined
from tests.dashboard.conftest import Run, words


def _traces(home: Path) -> dict[str, list[tuple[str, int]]]:
    """Case → its steps in order, with the second of each: the page's numbers are counted again from these."""
    with warehouse.open_current(Settings(home=home)).cursor() as cursor:
        rows = cursor.execute(
            "SELECT c.case_id, a.activity, epoch(s.timestamp) FROM mart_event_step s JOIN mart_case c USING (view, case_no) "
            "JOIN mart_activity a USING (view, activity_no) ORDER BY c.case_id, s.step_no"
        ).fetchall()
    found: dict[str, list[tuple[str, int]]] = {}
    for case, step, second in rows:
        found.setdefault(case, []).append((step, int(second)))
    return found


def _open_until(home: Path) -> dict[str, int]:
    """Open case → the second of its source's clock."""
    with warehouse.open_current(Settings(home=home)).cursor() as cursor:
        rows = cursor.execute(
            "SELECT c.case_id, epoch(k.as_of) FROM mart_case c JOIN source_clock k USING (source_system) WHERE c.is_open"
        ).fetchall()
    return {case: int(second) for case, second in rows}


def _stays(home: Path) -> dict[str, list[int]]:
    """Step → the seconds of every stay after it, open ones until the clock."""
    clock, found = _open_until(home), {}
    for case, steps in _traces(home).items():
        for (step, since), (_, until) in pairwise(steps):
            found.setdefault(step, []).append(until - since)
        if case in clock:
            found.setdefault(steps[-1][0], []).append(max(0, clock[case] - steps[-1][1]))
    return found


def _table(app: AppTest, *columns: str):
    return next(one.value for one in app.dataframe if set(columns) <= set(one.value.columns))


def _tiles(app: AppTest) -> dict[str, str]:
    return {tile.label: tile.value for tile in app.metric}


def _button(app: AppTest, label: str):
    return next(button for button in app.button if button.label.replace("\\", "").startswith(label))


def test_the_ways_are_ranked_with_their_shares_as_counted_by_hand(run: Run, homes) -> None:
    counted = Counter(tuple(step for step, _ in steps) for steps in _traces(homes("hands")).values())
    total = counted.total()
    app = run("hands", "variants")
    assert not app.exception
    assert f"{total:,} exception cases take {len(counted)} ways" in words(app)
    shown = _table(app, "place", "share", "sequence")
    assert list(shown["cases"]) == sorted(counted.values(), reverse=True)[:50]
    assert shown["share"].iloc[0] == pytest.approx(100 * counted.most_common(1)[0][1] / total)
    assert shown["up_to"].iloc[-1] == ("100.0 %" if len(counted) <= 50 else shown["up_to"].iloc[-1])
    assert _tiles(app)["Ways"] == str(len(counted))
    again = sum(n for trace, n in counted.items() if len(set(trace)) < len(trace))
    assert _tiles(app)["Repeat a step"] == f"{100 * again / total:.1f} %"


def test_what_is_done_again_is_counted_and_a_pick_keeps_such_cases(run: Run, homes) -> None:
    """PM-03."""
    traces = [[step for step, _ in steps] for steps in _traces(homes("hands")).values()]
    app = run("hands", "variants")
    repeats = _table(app, "step", "repeats").set_index("step")
    handed = [trace.count("Hand over") for trace in traces]
    assert repeats.loc["Hand over", "repeats"] == sum(n - 1 for n in handed if n)
    assert repeats.loc["Hand over", "cases"] == sum(n > 1 for n in handed)
    app = run("hands", "variants", follows="Hand over>Hand over")
    assert f"{sum(n > 1 for n in handed):,} exception cases" in words(app)
    _button(app, "Path: Hand over followed by Hand over").click().run()
    assert "follows" not in app.query_params


def test_a_picked_way_shows_its_cases_and_becomes_the_filter_of_the_map(run: Run, homes) -> None:
    counted = Counter(tuple(step for step, _ in steps) for steps in _traces(homes("hands")).values())
    n = counted.most_common(1)[0][1]
    app = run("hands", "variants", way="1")
    assert f"Way 1: {n:,} cases" in words(app)
    assert len(_table(app, "case", "took")) == min(n, 50)
    link = next(one for one in app.get("page_link") if one.proto.label == "On the map")
    assert "variant=1" in unquote(link.proto.query_string)
    _button(app, "Only these cases").click().run()
    assert app.query_params["variant"] == "1"
    assert f"{n:,} exception cases take 1 way" in words(app)


def test_what_no_way_takes_is_said_and_removable(run: Run) -> None:
    for page in ("variants", "bottlenecks"):
        app = run("hands", page, through="Hand over", avoiding="Hand over")
        assert not app.exception
        assert "No case passes these filters." in words(app)
        _button(app, "Remove Without: Hand over").click().run()
        assert "avoiding" not in app.query_params
        assert _tiles(app)


def test_a_link_beyond_the_last_way_shows_the_first(run: Run) -> None:
    app = run("hands", "variants", skip="900000000", way="77777")
    assert not app.exception
    assert _table(app, "place", "share")["place"].iloc[0] == 1


def test_a_hundred_thousand_ways_and_a_trace_of_ten_thousand_steps_stay_a_small_page(run: Run) -> None:
    """# fault 95: the first ways, the sum of the others, and never more steps than a page can say."""
    app = run("deep", "variants", way="200000")
    assert not app.exception
    assert int(_tiles(app)["Ways"].replace(",", "")) > 100_000
    assert re.search(r"Other: 100,\d\d\d ways with \d", words(app))
    assert "9,800 more steps" in words(app)
    assert len(_table(app, "place", "share")) == 50
    assert sum(len(one.proto.spec) for one in app.get("plotly_chart")) < 100_000


def test_steps_are_ranked_by_all_time_open_cases_included(run: Run, homes) -> None:
    """PM-02."""
    stays = _stays(homes("hands"))
    total = {step: sum(seconds) for step, seconds in stays.items()}
    order = sorted(
        total, key=lambda step: (step == "Resolve", -total[step], step)
    )  # after the fix nothing is waited for
    app = run("hands", "bottlenecks")
    assert not app.exception
    shown = _table(app, "name", "share", "waiting")
    assert list(shown["name"]) == [*order[:-1], "Resolve (fixed)"]
    assert list(shown["share"]) == pytest.approx([100 * total[step] / sum(total.values()) for step in order])
    assert list(shown["times"]) == [len(stays[step]) for step in order]
    assert _tiles(app)["Waiting now"] == f"{len(_open_until(homes('hands'))):,}"
    assert _tiles(app)["All time"] == mined.total(sum(total.values()))
    assert f"passes after {order[0]}" in words(app)


def test_no_line_is_drawn_after_the_fix(run: Run) -> None:
    """Cases that are fixed and not closed would look as if they had gone on."""
    app = run("hands", "bottlenecks", step="Resolve")
    assert not app.exception
    assert "nothing is waited for after it" in words(app)
    assert "Cases in the line after it" not in words(app)


def test_the_line_the_loads_and_the_cases_are_of_the_step_picked(run: Run, homes) -> None:
    traces, step = _traces(homes("hands")), "Ask for information"
    ended = Counter(
        None if number % 4 == 0 else "U1" if number % 2 == 0 else "U2"
        for number, case in enumerate(sorted(traces), 1)
        for name, (one, _) in enumerate(traces[case])
        if one == step and name + 1 < len(traces[case])
    )
    app = run("hands", "bottlenecks", step=step)
    assert "Cases in the line after it" in words(app)
    loads = _table(app, "resource", "picked_up").set_index("resource")["picked_up"]
    assert dict(loads) == {who: n for who, n in ended.items() if who}
    waited = {}
    for case, steps in traces.items():
        for (one, since), (_, until) in pairwise(steps):
            if one == step:
                waited[case] = waited.get(case, 0) + until - since
    clock = _open_until(homes("hands"))
    for case, steps in traces.items():
        if case in clock and steps[-1][0] == step:
            waited[case] = waited.get(case, 0) + max(0, clock[case] - steps[-1][1])
    shown = _table(app, "case", "waited")
    longest = sorted(waited.values(), reverse=True)[: len(shown)]
    assert list(shown["waited"]) == [mined.span(seconds) for seconds in longest]


def test_a_picked_hand_over_shows_its_observed_times_and_leads_to_the_map(run: Run) -> None:
    app = run("hands", "bottlenecks", rank="paths", step="Ask for information", then="Receive answer")
    assert not app.exception
    assert "Observed times" in words(app)
    assert "Cases that go this way" in words(app)
    link = next(one for one in app.get("page_link") if one.proto.label == "On the map")
    assert "step=Ask for information" in unquote(link.proto.query_string.replace("+", " "))
    assert "then=Receive answer" in unquote(link.proto.query_string.replace("+", " "))


def test_the_reasons_add_up_and_the_largest_without_one_is_named(run: Run, homes) -> None:
    """PM-06: an activity's own name counts first; work and what follows a fix are no waiting."""
    stays = _stays(homes("hands"))
    everything = sum(sum(seconds) for step, seconds in stays.items() if step not in ("Investigate", "Resolve"))
    app = run("hands", "bottlenecks")
    shown = _table(app, "reason", "share").set_index("reason")["share"]
    assert shown.sum() == pytest.approx(100)
    assert shown["Missing data"] == pytest.approx(100 * sum(stays["Ask for information"]) / everything)
    assert "Without a declared reason, longest first" in words(app)
    assert f"Not counted as waiting: {mined.total(sum(stays['Investigate']))} at work" in words(app)


def test_approvals_are_timed_by_who_decides(run: Run, homes) -> None:
    """PM-07."""
    decided: dict[str, list[int]] = {}
    for number, (_, steps) in enumerate(sorted(_traces(homes("hands")).items()), 1):
        times = dict(steps)
        if "Ask for information" in times and "Receive answer" in times:
            who = None if number % 4 == 0 else "U1" if number % 2 == 0 else "U2"
            who = who or f"acme:T{number % 3}"
            decided.setdefault(who, []).append(times["Receive answer"] - times["Ask for information"])
    app = run("hands", "bottlenecks")
    shown = _table(app, "approver", "decisions").set_index("approver")["decisions"]
    assert dict(shown) == {who: len(seconds) for who, seconds in decided.items()}
    assert "nothing here asks for an approval" in words(run("sample", "bottlenecks"))


def test_a_chevron_says_how_often_a_step_comes_at_once_and_what_had_no_room() -> None:
    steps = [f"Step {number}" for number in range(20)]
    way = chevrons.Way("7", "1 · 50 %", ["A", "A", "A", "B", "A"], 5)
    drawn = chevrons.figure([way, chevrons.Way("8", "2", steps, 500)], "light", "7")
    assert list(drawn.data[0].text[:3]) == ["A ×3", "B", "A"]
    assert [tone for tone in drawn.data[0].hovertext[:3] if "again" in tone] == [
        "A<br>steps 1 to 3 of 5 · again",
        "A<br>step 5 of 5 · again",
    ]
    assert drawn.layout.annotations[0].text == "+ 491"


def test_a_step_named_by_a_file_is_text_in_the_figures(run: Run) -> None:
    """# fault 89."""
    way = chevrons.Way("1", "1", ['<img src="http://198.51.100.7/b.png">'], 1)
    drawn = chevrons.figure([way], "light", "")
    assert "<img" not in drawn.to_json()
    assert "<img" not in "".join(one.proto.spec for one in run("hands", "variants").get("plotly_chart"))
