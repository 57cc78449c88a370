"""Does a shortage go from the workbench to its release on the pages, and is every wrong step refused in words and audited?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cli import main as cli
from control_tower.errors import NotAllowed, Stale
from control_tower.model import AuditEntry, Proposal
from control_tower.policy import SHIPPED
from control_tower.services import approvals, opening, planning, policy, proposals, releases, trail, users
from control_tower.services.planning import Wish
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.workflow.asked import Asked
from control_tower.workflow.store.store import Store
from tests import deciding_home
from tests.conftest import Demo
from tests.dashboard.conftest import APP, words
from tests.deciding_home import Shortage


@dataclass
class Desk:
    """A home that may be decided in, its store, and a shortage of it."""

    settings: Settings
    store: Store
    shortage: Shortage

    def tab(self, user: str, page: str, **query: str) -> AppTest:
        """A tab of this user on a page."""
        app = AppTest.from_file(APP, default_timeout=120)
        app.session_state["demo_user"] = user
        app.run()
        app.switch_page(f"app_pages/{page}.py")
        for word, value in query.items():
            app.query_params[word] = value
        return app.run()

    def submitted(self) -> Proposal:
        """The shortage's plan, submitted by the planner."""
        made = proposals.draft(self.store, Request("planner"), self.shortage.outlook.payload)
        proposals.submit(self.store, Request("planner"), made.subject_id)
        return self.proposal(made.subject_id)

    def proposal(self, proposal_id: str = "P-000001") -> Proposal:
        return proposals.find(self.store, users.find(self.store, "planner"), proposal_id)

    def trail(self, proposal_id: str = "P-000001") -> list[AuditEntry]:
        with self.store.reading() as unit:
            return unit.audit.of_subject("proposal", proposal_id)


@pytest.fixture(scope="module")
def found(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shortage]:
    settings, store = deciding_home.opened(
        deciding_home.copied(demo.settings.home, tmp_path_factory.mktemp("d") / "home")
    )
    yield deciding_home.shortage(settings, store)
    opening.forget()


@pytest.fixture
def desk(demo: Demo, found: Shortage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    home = deciding_home.copied(demo.settings.home, tmp_path / "home")
    monkeypatch.setenv("TOWER_HOME", str(home))
    st.cache_data.clear()
    yield Desk(*deciding_home.opened(home), found)
    opening.forget()


def entries(app: AppTest) -> Any:
    """The table of the audit trail."""
    return next(frame.value for frame in app.dataframe if {"about", "why"} <= set(frame.value))


def warned(app: AppTest) -> str:
    return "\n".join(box.value for box in app.warning).replace("\\", "")


def test_a_shortage_goes_from_the_workbench_over_a_second_person_to_its_release(desk: Desk) -> None:
    """REA-01, REA-05, GOV-02: who wins, who loses and who must say yes stands there before anybody submits."""
    app = desk.tab("planner", "reallocation_workbench", exception=desk.shortage.exception_id)
    assert not app.exception
    said = words(app)
    assert "Submits to approver" in said and "Who gives stock up" in said and "Against the rules of the field" in said
    app.button(key="submit_plan").click().run()
    assert "P-000001" in app.query_params["proposal"] and desk.proposal().state == "submitted"
    assert app.button(key="proposal.approve_P-000001").disabled
    with pytest.raises(NotAllowed, match=r"may not proposal\.approve"):
        approvals.approve(desk.store, Request("planner"), "P-000001")  # fault 72: what a forged frame reaches
    app = desk.tab("approver", "approvals")
    assert desk.proposal().payload_hash in words(app)
    app.button(key="proposal.approve_P-000001").click().run()
    assert desk.proposal().state == "approved" and not app.exception
    app.button(key="proposal.release_P-000001").click().run()
    assert desk.proposal().state == "released" and not app.exception
    done = [(entry.action, entry.actor_id, entry.outcome) for entry in desk.trail()]
    assert ("proposal.approve", "planner", "refused") in done
    assert [step for step in done if step[2] == "done"][-2:] == [
        ("proposal.approve", "approver", "done"), ("proposal.release", "approver", "done"),
    ]  # fmt: skip
    assert proposals.messages_of(desk.store, "P-000001")
    given = proposals.approvals_of(desk.store, "P-000001")
    assert [one.payload_hash for one in given] == [desk.proposal().payload_hash]  # fault 78


def test_the_trail_shows_it_and_says_that_it_is_whole(desk: Desk) -> None:
    """GOV-04, GOV-07: who, when, what, why refused; the verdict says what it cannot know."""
    desk.submitted()
    with pytest.raises(NotAllowed):
        approvals.approve(desk.store, Request("planner"), "P-000001")
    app = desk.tab("executive", "audit_and_policy")
    shown = entries(app)
    assert list(shown["action"]) == ["proposal.approve", "proposal.submit", "proposal.draft"]
    assert "may not proposal.approve" in shown["why"].iloc[0]
    app.selectbox(key="trail_outcome").set_value("refused").run()
    assert len(entries(app)) == 1
    app.button(key="trail_verify").click().run()
    assert "every link holds" in app.success[0].value.replace("\\", "")
    assert "What cannot be known" in words(app)


def test_an_account_of_some_sites_or_of_no_watching_role_does_not_read_the_trail(desk: Desk) -> None:
    """Ruling 17: the trail holds every site's decisions."""
    executive = replace(users.find(desk.store, "executive"), site_ids=frozenset({"demo:LYS1"}))
    for viewer in (users.find(desk.store, "planner"), users.find(desk.store, "analyst"), executive):
        with pytest.raises(NotAllowed, match=r"the audit trail|every site's decisions"):
            trail.page(desk.store, viewer, Asked(), 10)


def test_the_second_tab_is_told_who_was_first(desk: Desk) -> None:
    # fault 60
    desk.submitted()
    first, second = desk.tab("approver", "approvals"), desk.tab("second_approver", "approvals")
    first.button(key="proposal.approve_P-000001").click().run()
    second.button(key="proposal.approve_P-000001").click().run()
    assert "approver did proposal.approve" in warned(second)
    assert sum(entry.outcome == "done" and entry.action == "proposal.approve" for entry in desk.trail()) == 1


def test_a_right_that_was_taken_away_counts_at_the_next_click(desk: Desk) -> None:
    # fault 80
    desk.submitted()
    app = desk.tab("approver", "approvals")
    users.change(desk.store, Request("admin"), replace(users.find(desk.store, "approver"), role="analyst"))
    app.button(key="proposal.approve_P-000001").click().run()
    assert desk.proposal().state == "submitted"
    assert [entry.outcome for entry in desk.trail()][-1] == "refused"


def clicked_twice(payload: dict) -> None:
    from control_tower.services import proposals
    from dashboard import actions, data

    data.begin(None)
    for _ in range(2):
        actions.act("Draft saved", proposals.draft, payload, version=0)


def test_a_double_click_drafts_one_proposal(desk: Desk) -> None:
    # fault 59, # fault 79
    asked = {"payload": dict(desk.shortage.outlook.payload)}
    app = AppTest.from_function(clicked_twice, kwargs=asked, default_timeout=60).run()
    assert not app.exception
    assert len(proposals.find_all(desk.store, users.find(desk.store, "planner"))) == 1
    assert [entry.outcome for entry in desk.trail()] == ["done", "replayed"]


def moved_promise(desk: Desk) -> str:
    line = desk.shortage.outlook.payload["lines"][0]["order_line_id"]
    return f"UPDATE mart_order_line SET promise_date = promise_date + INTERVAL 5 DAY WHERE order_line_id = '{line}'"


def test_the_planner_looks_again_before_every_step_on_pages_and_in_commands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ruling 16: a newer build without a change refuses nothing, the proposal's own stock included; a changed one does."""
    desk.submitted()
    deciding_home.newer_build(desk.settings)
    app = desk.tab("approver", "approvals")
    app.button(key="proposal.approve_P-000001").click().run()
    assert desk.proposal().state == "approved", warned(app)
    deciding_home.newer_build(desk.settings, moved_promise(desk))
    app = desk.tab("approver", "approvals")
    app.button(key="proposal.release_P-000001").click().run()
    assert "no longer holds" in warned(app) and "promised for" in warned(app)
    opening.forget()
    monkeypatch.setattr("sys.argv", ["tower", "release", "P-000001", "--as", "approver"])
    with pytest.raises(SystemExit):
        cli.run()
    assert "promised for" in " ".join(capsys.readouterr().err.split())
    settings, store = deciding_home.opened(desk.settings.home)
    with pytest.raises(Stale, match="plan it again"):
        releases.release(store, Request("approver"), "P-000001")
    planning.plan_again(store, Request("planner"), settings, "P-000001")
    again = proposals.find(store, users.find(store, "planner"), "P-000001")
    assert (again.state, again.version) == ("draft", 2)
    assert proposals.submit(store, Request("planner"), "P-000001").state == "submitted"


def test_a_lent_right_to_approve_is_used_in_the_lenders_name_and_both_are_named(desk: Desk) -> None:
    """GOV-02, fault 76: lent on the page with a reason, offered where it counts, written beside the decision."""
    desk.submitted()
    app = desk.tab("second_approver", "approvals")
    app.selectbox(key="lend_to").set_value("approver")
    lend = next(button for button in app.button if button.label == "Lend the right to approve")
    lend.click().run()
    assert "a reason" in warned(app), "without one nothing is lent"
    app.text_input(key="lend_reason").set_value("two days off")
    next(button for button in app.button if button.label == "Lend the right to approve").click().run()
    assert not app.exception
    app = desk.tab("approver", "approvals")
    app.selectbox(key="name_P-000001_2").set_value("second_approver")
    app.button(key="proposal.approve_P-000001").click().run()
    (given,) = proposals.approvals_of(desk.store, "P-000001")
    assert (given.approver_id, given.on_behalf_of, given.decision) == ("approver", "second_approver", "approved")
    app = desk.tab("second_approver", "approvals")
    assert not [box for box in app.selectbox if box.label == "Decide in"], "nobody lent anything to the lender"


def test_choosing_another_option_needs_a_reason_and_is_kept_as_an_override(desk: Desk) -> None:
    """REA-10: the difference to the recommended plan is shown; without a reason nothing is drafted."""
    line = desk.shortage.outlook.payload["lines"][0]
    other = next(
        o
        for o in line["options"]
        if not o["refused_by"]
        and o["option"] not in (line["chosen"], "wait")
        and o["score"] < 0.9 * max(p["score"] for p in line["options"])
    )
    app = desk.tab("planner", "reallocation_workbench", exception=desk.shortage.exception_id)
    app.selectbox(key=f"choice_{line['order_line_id']}").set_value(other["option"]).run()
    app.button(key="choose_option").click().run()
    assert "This is not the recommended plan" in words(app)
    assert app.button(key="submit_plan").disabled
    app.text_input(key="submit_reason").set_value("the customer asked for this carrier").run()
    app.button(key="submit_plan").click().run()
    assert desk.proposal().override_reason == "the customer asked for this carrier"
    with pytest.raises(NotAllowed, match="needs a reason"):
        proposals.draft(desk.store, Request("planner"), desk.proposal().payload)


def test_other_weights_are_solved_again_and_nothing_is_kept(desk: Desk) -> None:
    """REA-02, REA-07."""
    app = desk.tab("planner", "reallocation_workbench", exception=desk.shortage.exception_id)
    app.slider(key="weight_freight").set_value(0.0)
    next(b for b in app.button if b.label == "Plan with these weights").click().run()
    said = words(app)
    assert "What if:" in said and "Freight × 0" in said
    assert not proposals.find_all(desk.store, users.find(desk.store, "planner"))


def test_what_a_user_typed_stays_text(desk: Desk) -> None:
    # fault 89
    nasty = "![x](http://elsewhere/x.png) <script>alert(1)</script>"
    desk.submitted()
    approvals.reject(desk.store, Request("approver", nasty), "P-000001")
    app = desk.tab("approver", "approvals", proposal="P-000001")
    assert not app.exception
    assert any(nasty in text.value for text in app.text)
    assert not any("![x](http" in text.value for text in app.markdown)


def test_somebody_of_other_sites_sees_neither_the_plan_nor_the_proposal(desk: Desk) -> None:
    # fault 81
    desk.submitted()
    planner = users.find(desk.store, "planner")
    scoped = replace(planner, user_id="elsewhere", person_id="elsewhere", site_ids=frozenset({"demo:NOWHERE"}))
    users.add(desk.store, Request("admin"), scoped)
    with pytest.raises(NotAllowed, match="no exception"):
        planning.outlook(desk.store, desk.settings, Wish((desk.shortage.exception_id,)), scoped)
    with pytest.raises(NotAllowed, match="no proposal"):
        proposals.find(desk.store, scoped, "P-000001")


def test_the_case_of_a_shortage_shows_what_is_around_it_and_that_the_next_departments_wait(desk: Desk) -> None:
    """TRI-05, TRI-06, TRI-07, ROU-05, ROU-06: facts of every system, tasks beside it, and the hold in words."""
    app = desk.tab("planner", "case", exception=desk.shortage.exception_id)
    tabs = {tab.label.rstrip(" 0123456789") for tab in app.tabs if tab.label[-1:].isdigit()}
    assert {"Order and lines", "Stock", "Supply", "Messages"} <= tabs
    assert {"Customer and contract", "Shipments", "Invoices", "Events"} <= {
        tab.label.rstrip(" 0123456789") for tab in app.tabs
    }
    said = words(app)
    assert "decided: conditional" in said or "decided: manual" in said
    for tile in (
        "Revenue at risk",
        "margin ",
        "Acknowledge",
        "Decide",
        "Resolve",
        "Why this severity",
        "How similar ones ended",
    ):
        assert tile in said, tile
    assert "held downstream" not in said
    app.text_input(key="case_task").set_value("tell the customer")
    app.button(key="case_task_add").click().run()
    app.text_input(key="case_case.hold_reason").set_value("price is open")
    app.button(key="case_case.hold").click().run()
    assert "held downstream" in words(app) and "tell the customer" in words(app)


def test_another_versions_text_is_begun_with_again_and_needs_a_second_person_as_any_other(desk: Desk) -> None:
    """GOV-05, GOV-08: back to other rules, under a new name; the text in force comes first."""
    text = SHIPPED.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"', 1)
    policy.draft(desk.store, Request("engineer", "stricter"), text)
    app = desk.tab("admin", "audit_and_policy")
    assert app.selectbox(key="policy_begin").value == "1"
    assert 'version = "1"' in app.text_area(key="policy_text_1").value
    app.selectbox(key="policy_begin").set_value("2").run()
    begun = app.text_area(key="policy_text_2")
    assert begun.value == text
    begun.set_value(text.replace('version = "2"', 'version = "3"', 1))
    app.text_input(key="policy_why").set_value("as it was").run()
    app.button(key="policy_draft").click().run()
    newest = policy.history(desk.store)[0]
    assert (newest.version, newest.author_id, newest.activated_at) == ("3", "admin", None)
    with pytest.raises(NotAllowed, match="somebody else must activate"):
        policy.activate(desk.store, Request("admin"), "3", datetime.now(UTC) + timedelta(minutes=2))


def test_a_proposal_at_its_end_leads_to_a_new_plan_of_the_same_shortage(desk: Desk) -> None:
    made = desk.submitted()
    proposals.withdraw(desk.store, Request("planner"), made.proposal_id)
    app = desk.tab("planner", "reallocation_workbench", proposal=made.proposal_id)
    app.button(key="plan_anew").click().run()
    assert not app.exception and "What happens when you submit" in words(app)
    assert desk.shortage.exception_id in app.query_params["exception"]
