"""Does a click on a figure lead to exactly the rows that its mark counts?"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from control_tower import kpi, warehouse
from control_tower.analysis.cycle_time import survival_curve
from control_tower.filters import Filters, from_query_params
from control_tower.kpi.durations import durations
from control_tower.settings import Settings
from dashboard import figures
from dashboard.charts import cumulative, error_classes, error_patterns, rates, survival, trend
from dashboard.components import aging_view, integration_messages
from tests.dashboard.conftest import Run, words

UNTIL = datetime(2026, 3, 16)
ALL_TIME = {"since": datetime(2025, 1, 1), "until": UNTIL}


@pytest.fixture
def build(homes: Callable[[str], Path]) -> warehouse.Build:
    return warehouse.open_current(Settings(home=homes("sample")))


def _n(build: warehouse.Build, state: Filters) -> int:
    return int(build.read("exception_total", state)["n"].iloc[0])


def test_a_point_of_the_survival_curve_opens_what_lasted_at_least_so_long(build: warehouse.Build) -> None:
    """The number at risk there is the number of rows opened, resolved or not."""
    with build.cursor() as cursor:
        single = durations(cursor, figures.definition("resolution_cycle_time"), kpi.Period(), {}, "")[None]
    rows = survival.frame(survival_curve(single.values, single.observed))
    drawn = survival.figure(rows, "light", {})
    marks = next(trace for trace in drawn.data if trace.customdata is not None)
    picked = range(0, len(rows), len(rows) // 7)
    opened = [_n(build, Filters(lasted=float(marks.customdata[place][0]))) for place in picked]
    assert opened == [int(rows["at_risk"].iloc[place]) for place in picked]
    assert opened[0] > opened[-1] > 0


def test_a_week_of_the_cumulative_flow_opens_what_came_or_ended_in_it(build: warehouse.Build) -> None:
    rows = cumulative.frame(build.read("week_flow", Filters(), until=UNTIL, weeks=13))
    for trace, column in zip(cumulative.figure(rows, "light").data, ("ended_in_week", "came_in_week"), strict=True):
        opened = [_n(build, aging_view.of_week(Filters(), list(carried))) for carried in trace.customdata]
        assert opened == list(rows[column])
        assert sum(opened) > 0


def test_a_week_of_the_trend_narrows_the_page_to_the_days_that_its_point_counts(build: warehouse.Build) -> None:
    one, where = figures.definition("new_exceptions"), kpi.Period(UNTIL - timedelta(weeks=6), UNTIL)
    with build.cursor() as cursor:
        found = kpi.trend(cursor, one, where)
        points = pd.DataFrame(
            [{"starts_on": p.since, "ends_before": p.until, "value": p.figure.value, "n": p.figure.n} for p in found]
        )
        drawn = trend.figure(points, "light", "per week", None, pd.Timestamp("2026-03-01"))
        for carried, value in zip(drawn.data[0].customdata, points["value"], strict=True):
            days = kpi.Period.of_days(date.fromisoformat(carried[0]), date.fromisoformat(carried[1]))
            assert kpi.evaluate(cursor, one, days).value == value


def _attempts(build: warehouse.Build, carried: list[str], since: datetime, until: datetime) -> int:
    interface, error = carried[0], carried[1] if len(carried) > 1 else ""
    found = build.read("failed_attempt", Filters(), source="", interface=interface, error=error, since=since,
                       until=until, row_limit=1)  # fmt: skip
    return int(found["total"].iloc[0]) if len(found) else 0


def test_a_bar_and_a_cell_of_integration_open_the_attempts_that_they_count(build: warehouse.Build) -> None:
    """INT-01, INT-03."""
    rows = rates.frame(build.read("integration_interface", None, source="", before=datetime(2024, 1, 1), **ALL_TIME))
    bars = rates.figure(rows, "light").data[0]
    failed = rows.set_index("key")["failed_count"]
    assert [_attempts(build, list(c), **ALL_TIME) for c in bars.customdata] == [failed[c[0]] for c in bars.customdata]
    errors = build.read("integration_error", None, source="", **ALL_TIME)
    counts = errors.groupby(["key", "error_class"])["failed_count"].sum()
    cells = error_classes.figure(errors, "light").data[1]
    assert [_attempts(build, list(c), **ALL_TIME) for c in cells.customdata] == [
        counts[tuple(c)] for c in cells.customdata
    ]
    assert sum(counts) == sum(failed) > 0


def test_a_cell_of_the_error_patterns_opens_the_attempts_of_its_week(build: warehouse.Build) -> None:
    """K55: the weeks and the changed ones are those of the definition."""
    asked = kpi.Period(UNTIL - timedelta(weeks=8), UNTIL)
    with build.cursor() as cursor:
        figure = kpi.evaluate(cursor, figures.definition("integration_error_changes"), asked).figure
    assert figure is not None
    assert figure.detail is not None
    weeks = pd.DatetimeIndex(figure.detail["weeks_from"])
    errors = build.read("integration_error", None, source="", since=weeks[0].to_pydatetime(), until=UNTIL)
    rows = error_patterns.frame(errors, figure.detail["parts"], weeks)
    cells = error_patterns.figure(rows, "light").data[1]
    shown = rows.set_index(["key", "error_class", "week"])["failed_count"]
    for interface, error, week in cells.customdata:
        monday = datetime.fromisoformat(week)
        opened = _attempts(build, [interface, error], monday, monday + timedelta(days=7))
        assert opened == shown[interface, error, pd.Timestamp(week)] > 0
    assert len(cells.customdata) == (rows["failed_count"] > 0).sum() > 0


def test_a_changed_pattern_stands_on_top_and_says_what_was_usual() -> None:
    """Five calm weeks of two failures and then twelve; the other pattern has six in each."""
    weeks = pd.date_range("2026-01-05", periods=6, freq="7D")
    counts = {"timeout": [2, 2, 2, 2, 2, 12], "4xx": [6] * 6}
    errors = pd.DataFrame([
        {"key": "x:EDI.IN", "label": "EDI.IN", "error_class": error, "starts_on": week.date(), "failed_count": n}
        for error, row in counts.items() for week, n in zip(weeks, row, strict=True)
    ])  # fmt: skip
    parts = [{"key": "x:EDI.IN | timeout", "last": 12, "usual": 2.0, "p_value": 0.0001, "is_flagged": True},
             {"key": "x:EDI.IN | 4xx", "last": 6, "usual": 6.0, "p_value": 1.0, "is_flagged": False}]  # fmt: skip
    rows = error_patterns.frame(errors, parts, weeks)
    assert list(rows["error_class"].unique()) == ["timeout", "4xx"]
    assert list(rows[rows["error_class"] == "timeout"]["failed_count"]) == counts["timeout"]
    names = error_patterns.figure(rows, "light").layout.yaxis.ticktext
    assert names[-1] == "▲ EDI.IN timeout"
    assert error_patterns.words(parts, weeks)[1] == "EDI.IN, timeout: 12, usually 2.0."
    assert "No pattern changed" in error_patterns.words(parts[1:], weeks)[0]


def test_the_page_shows_the_attempts_of_the_interface_and_class_in_its_link(run: Run, build: warehouse.Build) -> None:
    errors = build.read("integration_error", None, source="", **ALL_TIME)
    top = errors.groupby(["key", "label", "error_class"])["failed_count"].sum().sort_values().index[-1]
    link = {"since": "2025-01-01", "until": "2026-03-15"}
    app = run("sample", "integration_health", interface=top[0], error=top[2], **link)
    assert not app.exception
    expected = _attempts(build, [top[0], top[2]], **ALL_TIME)
    assert f"{top[1]}, {top[2].replace('_', ' ')}: {expected:,} failed attempt" in words(app)
    assert "Click a bar or a cell" in words(run("sample", "integration_health", interface="nobody's", **link))


def test_the_week_of_a_link_stays_within_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import filters, period

    asked = period.Period(date(2026, 3, 4), date(2026, 3, 15), ends_today=True)
    spans = {}
    for week in ("2026-03-02", "2026-03-09", "2026-04-06", "soon"):
        monkeypatch.setattr(filters, "local", lambda _word, week=week: week)
        spans[week] = [f"{moment:%m-%d}" for moment in integration_messages._span(asked)[:2]]
    assert spans == {"2026-03-02": ["03-04", "03-09"], "2026-03-09": ["03-09", "03-16"],
                     "2026-04-06": ["03-04", "03-16"], "soon": ["03-04", "03-16"]}  # fmt: skip


@pytest.mark.parametrize("hours", ["-1", "nan", "1e9", "long"])
def test_a_duration_that_cannot_be_is_refused_in_words(hours: str) -> None:
    state, refused = from_query_params({"lasted": [hours]})
    assert state == Filters()
    assert refused[0].startswith("The link's 'lasted' was ignored: ")


def test_a_duration_survives_its_link() -> None:
    state = Filters(lasted=155.3311, site_id=("acme:DC1",))
    assert from_query_params(state.to_query_params()) == (state, [])
    assert state.without("lasted").lasted is None
    assert state.without_time().lasted is None
