"""Does a finding become an entry with an owner, and is its change measured in the build? (RCA-08)"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from control_tower import warehouse
from control_tower.errors import NotAllowed
from control_tower.filters import Filters
from control_tower.model import BacklogEntry
from control_tower.services import backlog, opening, preventing
from control_tower.services.backlog import Finding
from control_tower.services.request import Request
from control_tower.settings import Settings
from dashboard.components import prevention_form, prevention_view
from tests.control_tower.analysis.changed import changed_build
from tests.dashboard.conftest import APP, words

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose build holds a change of 2 May 2026 at one site."""
    path = tmp_path_factory.mktemp("prevent")
    changed_build(path).close()
    warehouse.forget(Settings(home=path))
    return path


@pytest.fixture
def opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """A page of that home as a user."""
    monkeypatch.setenv("TOWER_HOME", str(home))
    st.cache_data.clear()

    def start(page: str, user: str = "engineer", **query: str) -> AppTest:
        app = AppTest.from_file(APP, default_timeout=90)
        app.session_state["demo_user"] = user
        app.run()
        app.switch_page(f"app_pages/{page}.py")
        for word, value in query.items():
            app.query_params[word] = value
        return app.run()

    return start


def test_a_finding_goes_from_root_causes_to_a_measured_result(opened: Open) -> None:
    """RCA-08: add with the finding as evidence, done on its day, measured: the planted fall is seen."""
    app = opened("root_causes", since="2026-02-01", until="2026-05-01")
    assert not app.exception
    choices = app.selectbox(key="prevent_finding").options
    mine = next(n for n, text in enumerate(choices) if text == "pick_shortfall: site S7")
    app.selectbox(key="prevent_finding").set_value(mine)
    app.text_input(key="prevent_owner").set_value("warehouse lead")
    app.text_input(key="prevent_change").set_value("recount the aisle every week")
    app.run()
    app.button(key="prevent_add").click().run()
    assert not app.exception

    app = opened("prevention_backlog")
    assert "1 change is on the way" in words(app)
    assert "site S7" in words(app)
    assert "recount the aisle every week" in words(app)
    app.button(key="backlog_start").click().run()
    app.date_input(key="backlog_day").set_value(date(2026, 5, 2)).run()
    app.button(key="backlog_done").click().run()
    assert "1 done wait to be measured" in words(app)
    app.button(key="backlog_measure").click().run()
    said = words(app)
    assert not app.exception
    assert "The rate fell, likely by" in said
    assert "of 1 measured the rate fell in 1" in said
    row = app.dataframe[0].value.iloc[0]
    assert row["status"] == "measured"
    assert row["after_per_1000"] < 0.5 * row["before_per_1000"]


def test_who_may_not_is_told_why_before_trying(opened: Open, home: Path) -> None:
    store = opening.open_store(Settings(home=home))
    try:
        backlog.add(store, Request("engineer"), Finding("late labels", "me", "print again", "other", {"sites": []}))
    finally:
        store.close()
    app = opened("prevention_backlog", user="executive")
    assert app.button(key="backlog_start").disabled
    assert "Start: the role executive may not change" in words(app)


def test_a_ratio_without_end_is_kept_as_unknown() -> None:
    """A place that alone fails has an infinite ratio, which no store can keep."""
    assert [prevention_form.stated(value) for value in (float("inf"), float("nan"), None, 2.5)] == [
        None,
        None,
        None,
        2.5,
    ]


def test_an_entry_without_a_counted_finding_cannot_be_measured_and_the_refusal_is_audited(home: Path) -> None:
    settings = Settings(home=home)
    store = opening.open_store(settings)
    try:
        made = backlog.add(store, Request("engineer"), Finding("by hand", "me", "train", "training", {"sites": []}))
        for user, why in (("engineer", "carries no finding"), ("planner", "may not backlog.measure")):
            with pytest.raises(NotAllowed, match=why):
                preventing.measure(store, Request(user), settings, made.subject_id)
        with store.reading() as unit:
            refusals = [e for e in unit.audit.newest(50) if e.action == "backlog.measure" and e.outcome == "refused"]
        assert {entry.actor_id for entry in refusals} == {"engineer", "planner"}
    finally:
        store.close()


def test_each_side_of_the_figure_opens_the_cases_of_the_finding_on_that_side_of_the_change() -> None:
    at = datetime(2026, 5, 2)
    found = {"type_code": "pick_shortfall", "values": {"site_id": "S7", "segment": "retail"}, "sites": [],
             "changed_on": "2026-05-02"}  # fmt: skip
    entry = BacklogEntry("B1", "f", "o", "c", "training", "measured", 1, "engineer", at, at, found)
    finding = Filters(type_code=("pick_shortfall",), site_id=("S7",))
    assert prevention_view.cases(entry, "before") == replace(finding, until=date(2026, 5, 1))
    assert prevention_view.cases(entry, "after") == replace(finding, since=date(2026, 5, 2))
    any_type = replace(entry, evidence=found | {"type_code": "*"})
    assert prevention_view.cases(any_type, "after").type_code == ()
