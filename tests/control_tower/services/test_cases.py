"""Can an exception be worked, and is every step of it kept? On SQLite and on PostgreSQL."""

import pytest

from control_tower.errors import Conflict, NotAllowed, Stale
from control_tower.services import cases
from control_tower.services.request import Request
from control_tower.vocabulary import ExceptionStatus, TaskState
from control_tower.workflow.casework import MOVES, next_status
from tests.control_tower.services.deciding_desk import START, Tower


def asked(reason: str = "because", **more) -> Request:
    return Request("planner", reason, **more)


def test_a_case_is_worked_from_acknowledgement_to_closing_with_every_change_kept(either: Tower) -> None:
    store, key = either.store, "erp:E1"
    cases.acknowledge(store, asked(), key)
    either.clock.move(hours=1)
    cases.assign(store, asked(), key, "erp:T2", "planner")
    cases.pause(store, asked("waits for the supplier"), key)
    either.clock.move(hours=2)
    cases.resume(store, asked(), key)
    cases.escalate(store, asked("no stock anywhere"), key, "erp:T9")
    cases.hold(store, asked("do not invoice yet"), key)
    cases.resolve(store, asked(), key, "served from the north")
    cases.unhold(store, asked(), key)
    cases.close(store, asked(), key)
    found = cases.find(store, either.user("planner"), key)
    assert found is not None
    assert (found.status, found.escalation_level, found.owner_team_id) == (ExceptionStatus.CLOSED, 1, "erp:T9")
    assert (found.acknowledged_at, found.resolution) == (START, "served from the north")
    assert not found.is_on_hold
    with store.reading() as unit:
        [stop] = unit.cases.pauses(key)
        kept = unit.cases.history(key)
    assert stop.ended_at is not None
    assert (stop.reason, (stop.ended_at - stop.started_at).total_seconds()) == ("waits for the supplier", 7_200)
    assert [row["status"] for row in kept] == [
        "acknowledged", "acknowledged", "waiting", "in_progress", "escalated", "escalated", "resolved", "resolved",
        "closed",
    ]  # fmt: skip
    assert len(either.trail()) == 9
    assert cases.reopen(store, asked("it came back"), key).state == "in_progress"


def test_a_pause_as_the_first_thing_anybody_does_stops_the_clocks(either: Tower) -> None:
    assert cases.pause(either.store, asked("waits"), "erp:E1").state == "waiting"
    with pytest.raises(Conflict, match=r"is waiting: planner did case.pause"):
        cases.pause(either.store, asked("waits"), "erp:E1")


def test_remarks_links_and_tasks_stand_beside_the_case(either: Tower) -> None:
    store, key = either.store, "erp:E1"
    cases.comment(store, Request("analyst"), key, "<script>alert(1)</script> called the carrier")
    cases.link(store, asked(), key, "erp:E2")
    cases.link(store, asked(), "erp:E2", key)
    task = cases.add_task(store, asked(), key, "margin check", "analyst")
    cases.add_task(store, asked(), key, "customer message")
    assert cases.close_task(store, asked(), task.subject_id).state == "done"
    with pytest.raises(Conflict, match="case_task erp:E1#t1 is done"):
        cases.close_task(store, asked(), task.subject_id, TaskState.DROPPED)
    with store.reading() as unit:
        assert [c.text for c in unit.cases.comments(key)] == ["<script>alert(1)</script> called the carrier"]
        assert unit.cases.links("erp:E2") == [key]
        assert [(t.title, str(t.state)) for t in unit.cases.tasks(key)] == [
            ("margin check", "done"),
            ("customer message", "open"),
        ]


def test_a_duplicate_names_the_one_that_is_worked(either: Tower) -> None:
    store = either.store
    assert cases.mark_duplicate(store, asked(), "erp:E2", "erp:E1").state == "duplicate"
    with pytest.raises(NotAllowed, match="is itself a duplicate of erp:E1"):
        cases.mark_duplicate(store, asked(), "erp:E3", "erp:E2")
    with pytest.raises(NotAllowed, match="of itself"):
        cases.mark_duplicate(store, asked(), "erp:E3", "erp:E3")
    with pytest.raises(NotAllowed, match="no exception 'erp:E99'"):
        cases.mark_duplicate(store, asked(), "erp:E3", "erp:E99")


def test_a_reason_is_asked_where_one_must_be(desk: Tower) -> None:
    for verb in (cases.pause, cases.escalate, cases.mark_false_positive, cases.hold):
        with pytest.raises(NotAllowed, match="needs a reason"):
            verb(desk.store, Request("planner"), "erp:E1")
    assert {outcome for _, _, outcome in desk.trail()} == {"refused"}
    assert cases.find(desk.store, desk.user("planner"), "erp:E1") is None


def test_a_case_changed_meanwhile_is_refused_with_what_changed(either: Tower) -> None:
    # fault 60
    seen = cases.acknowledge(either.store, asked(), "erp:E1").version
    cases.assign(either.store, asked(), "erp:E1", "erp:T7", None)
    with pytest.raises(Stale, match=r"you saw 1, it is 2.*owner_team_id erp:T1 → erp:T7"):
        cases.resolve(either.store, asked(expected_version=seen), "erp:E1", "done")


def test_a_case_of_other_sites_is_answered_as_if_it_did_not_exist(desk: Tower) -> None:
    # fault 81
    cases.acknowledge(desk.store, asked(), "erp:E1")
    with pytest.raises(NotAllowed, match="no exception 'erp:E1'"):
        cases.resolve(desk.store, Request("south_planner"), "erp:E1", "mine")
    assert cases.find(desk.store, desk.user("south_planner"), "erp:E1") is None
    assert cases.acknowledge(desk.store, Request("south_planner"), "erp:S1").state == "acknowledged"


@pytest.mark.parametrize("action", MOVES)
@pytest.mark.parametrize("status", list(ExceptionStatus))
def test_a_verb_leads_only_where_the_table_says(action, status) -> None:
    # fault 85
    sources, target = MOVES[action]
    assert next_status(status, action) == (target if status in sources else None)


def test_a_team_or_a_person_that_nobody_knows_owns_nothing(desk: Tower) -> None:
    # fault 73
    with pytest.raises(NotAllowed, match="no team 'team of my own'"):
        cases.assign(desk.store, asked(), "erp:E1", "team of my own", None)
    with pytest.raises(NotAllowed, match="'nobody' is no active user"):
        cases.assign(desk.store, asked(), "erp:E1", None, "nobody")
    with pytest.raises(NotAllowed, match="no team 'team of my own'"):
        cases.escalate(desk.store, asked("because"), "erp:E1", "team of my own")
    assert [outcome for _, _, outcome in desk.trail()] == ["refused"] * 3
