"""Do the work queue and the case page show the newest state, and does every click go through a service?"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from control_tower import warehouse
from control_tower.services import casefile, cases, opening, triaging, users
from control_tower.services.request import Request
from control_tower.services.triaging import Asked
from control_tower.settings import Settings
from control_tower.workflow.store.store import Store
from tests.dashboard import sample_build
from tests.dashboard.conftest import Run, words

Homes = Callable[[str], Path]


@pytest.fixture
def desk(homes: Homes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The sample's home with a decision store of this test's own."""
    monkeypatch.setenv("TOWER_STORE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")
    settings = Settings(home=homes("sample"), store_url=f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opening.current_store(settings)
    opening.forget()


def first(homes: Homes, desk: Store, view: str = "todo", status: str = "new") -> dict[str, object]:
    """The first exception of the queue that is in this status."""
    read = warehouse.open_current(Settings(home=homes("sample"))).read
    laid = triaging.lay(desk, users.find(desk, "planner"))
    rows = triaging.rows_of(triaging.queue(read, laid, Asked(view, row_limit=1000)))
    return next(row for row in rows if row["status"] == status)


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def test_the_queue_shows_fifty_rows_by_impact_and_says_whose_state_it_is(run: Run, desk: Store) -> None:
    app = run("sample", "work_queue")
    shown = app.dataframe[0].value
    assert 20 < len(shown) <= 50
    rank = shown["severity"].map(lambda word: {"critical": 2, "standard": 1}[word[0]])
    assert list(zip(rank, shown["score"], strict=True)) == sorted(zip(rank, shown["score"], strict=True), reverse=True)
    assert "Facts as of 15 Mar 2026 18:30 UTC, decisions until" in words(app)
    assert app.button(key="queue_acknowledge").disabled


def test_the_next_fifty_follow_in_the_same_order(run: Run, desk: Store) -> None:
    app = run("sample", "work_queue", whose="informational")
    before = list(app.dataframe[0].value["id"])
    after = list(press(app, "page_on").dataframe[0].value["id"])
    assert len(before) == 50 and after
    assert not set(before) & set(after)


def test_a_step_in_the_store_shows_at_once_on_queue_and_case(run: Run, homes: Homes, desk: Store) -> None:
    key = str(first(homes, desk)["exception_id"])
    assert "new" in words(run("sample", "case", exception=key))
    cases.start(desk, Request("planner"), key)
    assert "in progress" in words(run("sample", "case", exception=key))
    read = warehouse.open_current(Settings(home=homes("sample"))).read
    laid = triaging.lay(desk, users.find(desk, "planner"))
    row = triaging.case(read, laid, key)
    assert row is not None and row["status"] == "in_progress"


def test_the_primary_step_of_a_new_case_acknowledges_it_as_the_user_of_the_tab(
    run: Run, homes: Homes, desk: Store
) -> None:
    key = str(first(homes, desk)["exception_id"])
    app = press(run("sample", "case", exception=key), "case_case.acknowledge")
    case = cases.find(desk, users.find(desk, "planner"), key)
    assert case is not None and case.status == "acknowledged"
    assert "acknowledged" in words(app)
    with desk.reading() as unit:
        assert unit.audit.last().actor_id == "planner"


def test_a_stale_page_is_refused_and_says_what_changed(run: Run, homes: Homes, desk: Store) -> None:
    # fault 60
    key = str(first(homes, desk)["exception_id"])
    app = run("sample", "case", exception=key)
    cases.assign(desk, Request("planner"), key, "procurement", None)
    app = press(app, "case_case.acknowledge")
    said = "\n".join(box.value for box in app.warning).replace("\\", "")
    assert "changed since you opened it" in said
    assert "owner_team_id" in said and "procurement" in said
    case = cases.find(desk, users.find(desk, "planner"), key)
    assert case is not None and case.status == "new"


def test_who_may_not_is_told_so(run: Run, homes: Homes, desk: Store) -> None:
    app = run("sample", "case", exception=str(first(homes, desk)["exception_id"]))
    app.session_state["demo_user"] = "analyst"
    app.run()
    assert app.button(key="case_case.acknowledge").disabled
    assert "operations leader may" in app.button(key="case_case.acknowledge").help


def test_a_role_that_was_taken_away_meanwhile_is_refused_at_the_next_click(run: Run, homes: Homes, desk: Store) -> None:
    # fault 80
    key = str(first(homes, desk)["exception_id"])
    app = run("sample", "case", exception=key)
    planner = users.find(desk, "planner")
    users.change(desk, Request("admin"), replace(planner, role="analyst"))
    press(app, "case_case.acknowledge")
    assert "may not case.acknowledge" in "".join(box.value for box in app.warning).replace("\\", "")
    assert cases.find(desk, users.find(desk, "planner"), key) is None


def test_a_step_that_the_state_no_longer_knows_is_refused(run: Run, homes: Homes, desk: Store) -> None:
    # fault 85
    key = str(first(homes, desk)["exception_id"])
    app = run("sample", "case", exception=key)
    cases.mark_false_positive(desk, Request("planner", "nothing was wrong"), key)
    press(app, "case_case.acknowledge")
    assert "false_positive" in "".join(box.value for box in app.warning).replace("\\", "")
    assert "It is false positive; reopen it first" not in words(app)
    assert app.button(key="case_case.reopen").label == "Reopen now"


def test_a_case_of_other_sites_is_not_there(run: Run, homes: Homes, desk: Store) -> None:
    # fault 81
    row = first(homes, desk)
    planner = users.find(desk, "planner")
    other = next(f"acme:DC{number}" for number in range(1, 7) if f"acme:DC{number}" != row["site_id"])
    users.change(desk, Request("admin"), replace(planner, site_ids=frozenset({other})))
    app = run("sample", "case", exception=str(row["exception_id"]))
    assert "Not in this build, or not of your sites" in words(app)
    assert str(row["type_title"]) not in words(app)


def test_hostile_words_of_a_record_and_of_a_remark_are_shown_as_text(run: Run, homes: Homes, desk: Store) -> None:
    # fault 89
    key = str(first(homes, desk)["exception_id"])
    cases.comment(desk, Request("planner"), key, sample_build.HOSTILE_NOTE)
    app = run("sample", "case", exception=key)
    assert sample_build.HOSTILE_NOTE in [text.value for text in app.text]
    assert not any("<img" in box.value.replace("\\<", "") for box in app.markdown)


def test_somebody_else_at_work_is_announced_with_name_and_time(run: Run, homes: Homes, desk: Store) -> None:
    """ROU-07."""
    key = str(first(homes, desk)["exception_id"])
    cases.start(desk, Request("planner"), key)
    app = run("sample", "case", exception=key)
    assert not app.warning
    app.session_state["demo_user"] = "engineer"
    app.run()
    assert "planner works this case since" in app.warning[0].value.replace("\\", "")


def test_a_pause_takes_a_reason_of_the_policy(run: Run, homes: Homes, desk: Store) -> None:
    key = str(first(homes, desk)["exception_id"])
    app = run("sample", "case", exception=key)
    app.selectbox(key="case_case.pause_reason").select("waiting for the carrier")
    press(app, "case_case.pause")
    with desk.reading() as unit:
        assert [pause.reason for pause in unit.cases.pauses(key)] == ["waiting for the carrier"]
    assert "waiting" in words(run("sample", "case", exception=key))


def test_what_a_log_does_not_hold_is_said(run: Run, homes: Homes) -> None:
    build = warehouse.open_current(Settings(home=homes("all_closed")))
    key = build.sql("SELECT min(exception_id) AS id FROM mart_exception").to_pylist()[0]["id"]
    said = words(run("all_closed", "case", exception=key))
    for missing in ("stock of its item", "shipment of it", "no money is stated"):
        assert missing in said
    assert "Nothing is open in this build." in words(run("all_closed", "work_queue"))
    app = run("all_closed", "reallocation_workbench")
    assert "This build has nothing to deal out." in words(app) and "A plan needs open order lines" in words(app)


def test_the_panel_of_an_exception_leads_to_its_case(run: Run, homes: Homes, desk: Store) -> None:
    key = str(first(homes, desk)["exception_id"])
    app = run("sample", "exceptions", exception=key)
    links = [link for link in app.get("page_link") if link.proto.label == "Open the case"]
    assert len(links) == 1 and key.replace(":", "%3A") in links[0].proto.query_string


def test_the_queue_is_worked_through_case_by_case_and_no_word_is_carried_to_the_next(
    run: Run, homes: Homes, desk: Store
) -> None:
    rows = run("sample", "work_queue")
    order = rows.session_state["walk_ids"]
    assert [key.partition(":")[2] for key in order] == list(rows.dataframe[0].value["id"])
    app = run("sample", "case", exception=order[0])
    app.session_state["walk_ids"] = order
    app.run()
    assert app.button(key="walk_back").disabled and f"1 of {len(order)} as the work queue stood" in words(app)
    app.text_input(key="case_remark").set_value("only for the first")
    app.text_input(key="case_case.mark_duplicate_text").set_value(order[2])
    app = press(app, "walk_next")
    assert order[1] in app.query_params["exception"]
    assert app.text_input(key="case_remark").value == ""
    assert not [one.value for one in app.text_input if one.value]
    app = press(app, "case_comment")
    assert not casefile.read(desk, users.find(desk, "planner"), order[1], []).comments
    assert order[0] in press(app, "walk_back").query_params["exception"]
