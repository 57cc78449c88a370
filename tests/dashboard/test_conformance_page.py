"""Do the pages of conformance and hand-overs lead from what is picked to its cases, and hand out the process as files?"""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import APP, words
from tests.process_mining import escalated_home

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("escalated")
    escalated_home.made(folder)
    return folder


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A page over the home with 21 worked exceptions, as a link opens it."""

    def start(page: str, **query: str) -> AppTest:
        monkeypatch.setenv("TOWER_HOME", str(home))
        st.cache_data.clear()
        app = AppTest.from_file(APP, default_timeout=120)
        app.run()
        app.switch_page(f"app_pages/{page}.py")
        for word, value in query.items():
            app.query_params[word] = value
        app.run()
        assert not app.exception
        return app

    return start


def _table(app: AppTest, *columns: str):
    return next((one.value for one in app.dataframe if set(columns) <= set(one.value.columns)), None)


def test_a_picked_deviation_shows_exactly_its_cases(opened: Open) -> None:
    """PM-05, PM-10."""
    app = opened("conformance")
    assert "57.1 % of 21 cases go as" in words(app)
    rows = _table(app, "what", "after")
    place = list(zip(rows["what"], rows["after"], strict=True)).index(("Escalate inserted", "Assign to team"))
    assert _table(app, "case_id", "took") is None
    cases = _table(opened("conformance", deviation=str(place + 1)), "case_id", "took")
    assert sorted(cases["case_id"]) == [f"up{i}" for i in range(8)]


def test_the_process_can_be_taken_away_as_bpmn_and_as_pnml(opened: Open) -> None:
    names = {one.proto.label for one in opened("conformance").get("download_button")}
    assert {"BPMN", "PNML"} <= names


def test_the_network_is_drawn_as_a_graph_or_a_matrix_and_a_pair_or_unit_leads_to_its_cases(opened: Open) -> None:
    """PM-04, PM-10."""
    app = opened("hand_overs")
    assert "There and straight back" in words(app)
    assert list(_table(app, "source", "target")["times"]) == [20, 20]
    assert not app.get("plotly_chart"), "the graph is the map's component"
    assert app.get("bidi_component")
    between = _table(opened("hand_overs", pair="1"), "case_id", "wait")
    assert len(between) == 20 and "lost" not in set(between["case_id"])
    held = opened("hand_overs", hand="1", drawn="matrix")
    assert held.get("plotly_chart")
    assert len(_table(held, "case_id", "events")) in (20, 21)
