"""Does anybody gain anything by writing frames, addresses, cookies or headers by hand? Against the served dashboard."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from streamlit import config
from websockets.exceptions import InvalidStatus

from control_tower import warehouse
from control_tower.model import User
from control_tower.policy import SHIPPED
from control_tower.services import backlog, opening, policy, proposals, users
from control_tower.services.backlog import Finding
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.vocabulary import Role
from control_tower.workflow.rights import Action, may
from control_tower.workflow.store.store import Store
from tests import deciding_home
from tests.browser.conftest import serving
from tests.conftest import Demo
from tests.dashboard.conftest import Run, words
from tests.raw_tab import SECRETS_FILE, RawTab, Shown, cookie, subject

FORGED = (
    Action.CASE_ACKNOWLEDGE, Action.CASE_START, Action.CASE_RESOLVE, Action.CASE_ASSIGN, Action.CASE_PAUSE, Action.CASE_ESCALATE,
    Action.CASE_HOLD, Action.CASE_LINK, Action.CASE_DUPLICATE, Action.CASE_FALSE_POSITIVE,
)  # fmt: skip
CASE, APPROVALS, QUEUE, BENCH = "case", "approvals", "work_queue", "reallocation_workbench"
RULES, BACKLOG = "audit_and_policy", "prevention_backlog"
ACTING = (CASE, APPROVALS, QUEUE, BENCH, RULES, BACKLOG)


@dataclass
class Served:
    """A dashboard that people sign in to, its store, a case, and a proposal that waits for its approval."""

    address: str
    settings: Settings
    store: Store
    exception_id: str
    proposal_id: str
    backlog_id: str
    others: list[str]
    """Other open cases, one per role."""

    def tab(self, name: str = "", **how: str) -> RawTab:
        """A tab of this holder."""
        return RawTab(self.address, name, **how)  # type: ignore[arg-type]

    def query(self, page: str) -> str:
        """What the pages of a subject are asked for."""
        return {
            CASE: f"exception={self.exception_id}",
            APPROVALS: f"proposal={self.proposal_id}",
            BENCH: f"exception={self.exception_id}",
            BACKLOG: f"entry={self.backlog_id}",
        }.get(page, "")

    def trail(self) -> list[tuple[str, str, str]]:
        """Who did what with which outcome, read past every service."""
        with sqlite3.connect(f"file:{self.settings.home / 'store.sqlite'}?mode=ro", uri=True) as raw:
            return raw.execute("SELECT actor_id, action, outcome FROM audit ORDER BY sequence_no").fetchall()

    def logged(self) -> list[dict[str, str]]:
        """The machine's log."""
        path = self.settings.home / "log" / "tower.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


@pytest.fixture(scope="module")
def served(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server with an identity provider; one account per role, and an approver of a site without the proposal."""
    place = tmp_path_factory.mktemp("served")
    settings, store = deciding_home.opened(deciding_home.copied(demo.settings.home, place / "home"))
    found = deciding_home.shortage(settings, store)
    made = proposals.draft(store, Request("planner"), found.outlook.payload)
    proposals.submit(store, Request("planner"), made.subject_id)
    for role in Role:
        account = User(f"s_{role}", role.title(), role, None, f"person {role}")
        users.add(store, Request("admin"), account, subject(role))
    elsewhere = User(
        "s_elsewhere", "Elsewhere", Role.APPROVER, frozenset({_other_site(settings, made.subject_id, store)}), "e"
    )
    users.add(store, Request("admin"), elsewhere, subject("elsewhere"))
    (place / ".streamlit").mkdir()
    (place / ".streamlit" / "secrets.toml").write_text(SECRETS_FILE, encoding="utf-8")
    with serving(settings.home, HOME=str(place)) as server:
        yield Served(
            server.address,
            settings,
            store,
            found.exception_id,
            made.subject_id,
            _begun(store),
            _others(settings, found.exception_id),
        )
    opening.forget()


def _begun(store: Store) -> str:
    """A draft of the policy that waits for its second person, and a finding on the backlog; the finding's number."""
    text = SHIPPED.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"', 1)
    policy.draft(store, Request("engineer", "stricter"), text)
    found = Finding("short picks come from one aisle", "engineer", "recount weekly", "master_data", {"n": 412})
    return backlog.add(store, Request("analyst"), found).subject_id


def _other_site(settings: Settings, proposal_id: str, store: Store) -> str:
    """A site with exceptions that the proposal does not touch."""
    touched = proposals.find(store, users.find(store, "planner"), proposal_id).site_ids
    with warehouse.open_current(settings).cursor() as cursor:
        rows = cursor.execute(
            "SELECT site_id FROM mart_exception WHERE site_id IS NOT NULL GROUP BY site_id ORDER BY count(*) DESC, site_id"
        ).fetchall()
    return next(site for (site,) in rows if site not in touched)


def _others(settings: Settings, but: str) -> list[str]:
    with warehouse.open_current(settings).cursor() as cursor:
        rows = cursor.execute(
            "SELECT exception_id FROM mart_exception WHERE is_open AND status = 'new' AND exception_id <> $but ORDER BY 1 LIMIT 6",
            {"but": but},
        ).fetchall()
    return [key for (key,) in rows]


@pytest.fixture(scope="module")
def harvest(served: Served) -> dict[str, Shown]:
    """Every button and field of the pages that act, as the roles see them that may use them."""
    owners = {
        CASE: Role.OPERATIONS_LEADER,
        QUEUE: Role.OPERATIONS_LEADER,
        BENCH: Role.OPERATIONS_LEADER,
        APPROVALS: Role.APPROVER,
        RULES: Role.ADMINISTRATOR,
        BACKLOG: Role.PROCESS_ENGINEER,
    }
    found = {}
    for page, role in owners.items():
        with served.tab(role) as tab:
            found[page] = tab.open(page, served.query(page))
    offered = {page: {one.label for one in shown.of("button") if not one.disabled} for page, shown in found.items()}
    assert {"Acknowledge", "Start", "Resolve now", "Assign now", "Duplicate now", "Add the remark"} <= offered[CASE]
    assert "Approve" in offered[APPROVALS]
    every = {page: {one.label for one in shown.of("button")} for page, shown in found.items()}
    assert {"Reject", "Approve", "Lend the right to approve"} <= every[APPROVALS]
    assert {"Save as draft", "Activate"} <= every[RULES] and {"Start", "Done", "Drop"} <= every[BACKLOG]
    return found


def test_nobody_signed_in_finds_only_the_way_to_sign_in(served: Served) -> None:
    # fault 75
    with served.tab() as tab:
        for page in ("", CASE, APPROVALS):
            shown = tab.open(page, served.query(page))
            assert [button.label for button in shown.of("button")] == ["Sign in"]
            assert served.exception_id.encode() not in shown.raw
            assert b"Facts as of" not in shown.raw


@pytest.mark.parametrize("way", ["another secret", "nobody mapped", "no token"])
def test_a_cookie_that_the_server_did_not_sign_is_nobody(served: Served, way: str) -> None:
    # fault 74, # fault 75
    forged = {"Cookie": f"_streamlit_user={cookie(served.address, 'administrator', 'another secret of mine')}"}
    if way == "nobody mapped":
        with served.tab("stranger") as tab:
            shown = tab.open()
            assert "is not mapped to an active user" in shown.words
    else:
        headers = (
            forged
            if way == "another secret"
            else {"Cookie": f"_streamlit_user={cookie(served.address, 'administrator')}"}
        )
        with RawTab(served.address, headers=headers) as tab:
            shown = tab.open()
            assert [button.label for button in shown.of("button")] == ["Sign in"]
    assert b"Facts as of" not in shown.raw


def test_headers_queries_and_session_words_name_no_role(served: Served) -> None:
    # fault 70, # fault 74
    spoof = {"X-Forwarded-User": "s_administrator", "X-Remote-User": "administrator", "Remote-User": "administrator"}
    with RawTab(served.address, Role.ANALYST, headers=spoof) as tab:
        shown = tab.open("", "role=administrator&demo_user=admin&user=s_administrator&scope=all")
        assert "audit_and_policy" not in shown.pages
        shown = tab.press(texts={"demo_user": "admin", "role": "administrator", "$$ID-0-demo_user": "admin"})
        assert "audit_and_policy" not in shown.pages
        assert "Analyst" in shown.words
    with RawTab(served.address, headers=spoof) as tab:
        assert [button.label for button in tab.open().of("button")] == ["Sign in"]


def test_a_page_that_a_role_does_not_find_is_not_opened_by_address_or_hash_and_that_is_logged(served: Served) -> None:
    # fault 69
    with served.tab(Role.ADMINISTRATOR) as tab:
        known = tab.open("audit_and_policy")
        assert "What was decided" in known.words or "audit" in known.words.lower()
        forged = known.pages["audit_and_policy"]
    with served.tab(Role.ANALYST) as tab:
        for page, page_hash in (("audit_and_policy", ""), ("", forged)):
            before = len(served.logged())
            shown = tab.open(page, page_hash=page_hash)
            assert "The page Audit and policy is not for the role analyst" in shown.words
            assert "What was decided" not in shown.words and "audit_and_policy" not in shown.pages
            entry = served.logged()[before]
            assert (entry["event"], entry["by"], entry["page"]) == ("page refused", "s_analyst", "Audit and policy")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATIONS_LEADER])
def test_frames_that_press_what_a_role_may_not_change_nothing(
    served: Served, harvest: dict[str, Shown], role: Role
) -> None:
    # fault 71, # fault 72: every button that the page hides from this role or shows it disabled, in one frame
    before = served.trail()
    for page in ACTING:
        with served.tab(role) as tab:
            own = {key for key, one in tab.open(page, served.query(page)).buttons.items() if not one.disabled}
            forged = set(harvest[page].buttons) - own
            fields = {one.id: "because I say so" for one in harvest[page].of("text_input")}
            if forged:
                tab.press(*sorted(forged), texts=fields)
    after = served.trail()[len(before) :]
    assert {outcome for _, _, outcome in after} <= {"refused"}
    assert {actor for actor, _, _ in after} <= {f"s_{role}"}
    assert _standing(served) == "submitted"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATIONS_LEADER])
def test_every_action_of_an_open_page_is_refused_and_audited_once_its_role_is_gone(served: Served, role: Role) -> None:
    # fault 72, # fault 80: the buttons were offered, so the frame reaches the services; they ask the store again
    name = f"turned_{role}"
    account = User(name, "Turned", Role.OPERATIONS_LEADER, None, name)
    users.add(served.store, Request("admin"), account, subject(name))
    query = f"exception={served.others[list(Role).index(role)]}"
    with served.tab(name) as tab:
        shown = tab.open(CASE, query)
        pressed = {one.label for one in shown.of("button") if not one.disabled}
        assert {"Acknowledge", "Start", "Resolve now", "Assign now", "Duplicate now", "Add the remark"} <= pressed
        users.change(served.store, Request("admin"), replace(account, role=role))
        before = len(served.trail())
        tab.press(*_acting(shown))
    after = served.trail()[before:]
    assert {actor for actor, _, _ in after} == {name}
    refused = {action for _, action, outcome in after if outcome == "refused"}
    forbidden = {str(action) for action in FORGED if not may(role, action)}
    assert forbidden <= refused
    assert all(may(role, Action(action)) for _, action, outcome in after if outcome == "done")


def _standing(served: Served) -> str:
    return proposals.find(served.store, users.find(served.store, "planner"), served.proposal_id).state


def test_a_disabled_button_that_is_fired_is_refused_by_the_service_and_audited(served: Served) -> None:
    # fault 72
    with served.tab(Role.EXECUTIVE) as tab:
        shown = tab.open(CASE, served.query(CASE))
        dead = [key for key, one in shown.buttons.items() if one.disabled]
        assert dead
        before = len(served.trail())
        told = tab.press(*dead)
    after = served.trail()[before:]
    assert {outcome for _, _, outcome in after} <= {"refused"}
    assert after or "Not done." not in told.words


def test_the_same_frames_work_for_whom_the_page_offers_them_and_stop_when_the_role_is_taken_away(
    served: Served, harvest: dict[str, Shown]
) -> None:
    # fault 80: the tab stays open, the right does not
    def pressed(tab: RawTab, shown: Shown, label: str) -> Shown:
        return tab.press(next(key for key, one in shown.buttons.items() if one.label == label and not one.disabled))

    with served.tab(Role.OPERATIONS_LEADER) as tab:
        shown = pressed(tab, tab.open(CASE, served.query(CASE)), "Acknowledge")
        assert served.trail()[-1] == ("s_operations_leader", "case.acknowledge", "done")
        leader = users.find(served.store, "s_operations_leader")
        users.change(served.store, Request("admin"), replace(leader, role=Role.ANALYST))
        try:
            told = pressed(tab, shown, "Start")
            assert served.trail()[-1] == ("s_operations_leader", "case.start", "refused")
            assert "role analyst may not case.start" in told.words
            assert "reallocation_workbench" not in told.pages
            users.change(served.store, Request("admin"), replace(leader, is_active=False))
            assert "account was closed" in tab.open().words or "is not mapped to an active user" in tab.open().words
        finally:
            users.change(served.store, Request("admin"), leader)


def _acting(shown: Shown) -> set[str]:
    return {key for key, one in shown.buttons.items() if one.label != "Sign out"}


def test_a_proposal_of_other_sites_is_not_there_for_an_approver(served: Served, harvest: dict[str, Shown]) -> None:
    # fault 81
    before = served.trail()
    with served.tab("elsewhere") as tab:
        shown = tab.open(APPROVALS, served.query(APPROVALS))
        assert f"no proposal '{served.proposal_id}'" in shown.words
        assert not {one.label for one in shown.of("button")} & {"Approve", "Reject"}
        entry = served.logged()[-1]
        assert (entry["event"], entry["by"], entry["page"]) == ("page refused", "s_elsewhere", "Approvals")
        tab.press(*_acting(harvest[APPROVALS]))
        hidden = tab.open(CASE, served.query(CASE))
        assert not {one.label for one in hidden.of("button")} & {"Acknowledge", "Start", "Add the remark"}
        assert "Not in this build, or not of your sites" in hidden.words
        tab.press(*_acting(harvest[CASE]))
    assert {outcome for _, _, outcome in served.trail()[len(before) :]} <= {"refused"}
    assert _standing(served) == "submitted"


def test_what_one_user_read_is_never_served_to_another_with_fewer_sites(served: Served) -> None:
    # fault 83: everything is asked first by somebody who may see it, and so stands in the cache
    with warehouse.open_current(served.settings).cursor() as cursor:
        own = next(iter(users.find(served.store, "s_elsewhere").site_ids or ()))
        rows = cursor.execute("SELECT exception_id, site_id FROM mart_exception WHERE site_id IS NOT NULL").fetchall()
    foreign = {key.split(":", 1)[1].encode() for key, site in rows if site != own}
    mine = {key.split(":", 1)[1].encode() for key, site in rows if site == own}
    for page in ("exceptions", "process_map", "bottlenecks", "variants"):
        query = "step=Escalate&way=1"
        with served.tab(Role.APPROVER) as tab:
            everything = tab.open(page, query).raw
        with served.tab("elsewhere") as tab:
            shown = tab.open(page, query).raw
        assert any(key in everything for key in foreign), page
        assert not [key for key in foreign if key in shown], page
        assert any(key in shown for key in mine) or page in ("process_map", "variants"), page


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1.evil.example", "null"])
def test_a_page_of_another_origin_gets_no_connection(served: Served, origin: str) -> None:
    # fault 82
    with pytest.raises(InvalidStatus) as refused, served.tab(Role.ADMINISTRATOR, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_value_that_no_list_offers_is_not_taken(served: Served) -> None:
    # fault 73: a team nobody listed, a share beyond the slider
    users.add(
        served.store, Request("admin"), User("s_lister", "L", Role.OPERATIONS_LEADER, None, "lister"), subject("lister")
    )
    with served.tab("lister") as tab:
        shown = tab.open(CASE, f"exception={served.others[-1]}")
        (button,) = [key for key, one in shown.buttons.items() if one.label == "Assign now"]
        fields = {one.id: "team of my own" for one in shown.of("selectbox")}
        assert len(fields) > 1
        before = len(served.trail())
        told = tab.press(button, texts=fields)
        assert served.trail()[before:] == [("s_lister", "case.assign", "refused")]
        assert "no team 'team of my own'" in told.words
        shown = tab.open("process_map")
        state = tab.page
        for slider in shown.of("slider"):
            state.widget_states.widgets.add(id=slider.id).double_array_value.data.append(5_000_000)
        told = tab.send(state)
        assert b"steps," in told.raw
        assert not told.of("exception")


@pytest.fixture
def option() -> Iterator[Callable[[str, Any], None]]:
    """Set an option of the server for the length of one test."""
    kept: dict[str, Any] = {}

    def change(name: str, value: Any) -> None:
        kept.setdefault(name, config.get_option(name))
        config.set_option(name, value)

    yield change
    for name, value in kept.items():
        config.set_option(name, value)


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", ""])
def test_demo_mode_is_for_this_machine_only(run: Run, option: Callable[[str, Any], None], address: str) -> None:
    # fault 75
    option("server.address", address or None)
    said = words(run("sample"))
    assert "demo mode is for this machine only" in said
    assert "Facts as of" not in said


def test_a_server_that_believes_headers_shows_nothing(run: Run, option: Callable[[str, Any], None]) -> None:
    # fault 74
    option("server.trustedUserHeaders", {"X-Remote-User": "sub"})
    said = words(run("sample"))
    assert "believe identity headers" in said
    assert "Facts as of" not in said
