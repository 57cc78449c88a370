"""Does the root-cause page show the layers, what comes back, who is late beyond its mix, and what could be prevented?"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from control_tower import warehouse
from control_tower.analysis.cause_layer import cause_layers
from control_tower.analysis.recurrence import recurrence
from control_tower.settings import Settings
from dashboard import theme
from dashboard.charts import funnel
from dashboard.components import cause_more
from tests.dashboard.conftest import Run, words


@pytest.fixture
def build(homes: Callable[[str], Path]) -> warehouse.Build:
    return warehouse.open_current(Settings(home=homes("sample")))


def test_the_layers_are_those_of_the_analysis_and_say_by_what_they_are_known(run: Run, build: warehouse.Build) -> None:
    """RCA-05, RCA-07."""
    app = run("sample", "root_causes")
    assert not app.exception
    rows = cause_layers(build)
    assert cause_more.basis_words(rows) in words(app)
    assert cause_more.override_words(rows, pd.DataFrame({"policy_rule_id": ["AM-1"]})) in words(app)


def test_what_came_back_is_counted_as_the_analysis_counts_it(run: Run, build: warehouse.Build) -> None:
    """RCA-04, DET-12."""
    app = run("sample", "root_causes", view="repeats", by="type_code")
    assert not app.exception
    found = recurrence(build, "type_code")
    said = f"{theme.percent(found.repeats, found.n)} of {theme.count(found.n)} came back"
    assert (said if found.repeats else "Nothing came back in this period.") in words(app)


@pytest.mark.parametrize("view", ["units", "prevent"])
def test_what_the_build_cannot_give_says_why(run: Run, view: str) -> None:
    """The drawn build states no business unit and no disposition."""
    app = run("sample", "root_causes", view=view)
    assert not app.exception
    assert "Not available: " in words(app)


def test_a_unit_outside_its_limits_is_named_and_one_within_is_not() -> None:
    rows = pd.DataFrame([
        {"label": "Lyon", "observed": 90, "expected": 60.0, "ratio": 1.5, "low": 0.8, "high": 1.2, "is_outside": True},
        {"label": "Milan", "observed": 62, "expected": 60.0, "ratio": 1.03, "low": 0.8, "high": 1.2, "is_outside": False},
    ])  # fmt: skip
    drawn = funnel.figure(rows, "light")
    assert [note.text for note in drawn.layout.annotations] == ["Lyon"]
    assert list(drawn.data[2].marker.color) == [theme.ARRIVED["light"], theme.GREY["light"]]


def test_without_exposure_the_other_views_are_still_there(run: Run) -> None:
    app = run("all_closed", "root_causes", view="repeats")
    assert not app.exception
    assert "What else stands behind them" in words(app)
