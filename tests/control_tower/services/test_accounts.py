"""How does the first administrator come in, and whose is a name of the identity provider?"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from control_tower.errors import NotAllowed
from control_tower.model import User
from control_tower.services import guarding, opening, trail, users
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.vocabulary import Role
from control_tower.workflow.asked import Asked
from tests.cli.conftest import run
from tests.control_tower.services.deciding_desk import Tower

FOUNDER = User("ada", "Ada", Role.ADMINISTRATOR, None, "ada")
ISSUER = "https://id.example"


def test_the_first_administrator_needs_nobody_and_nobody_else_comes_that_way(desk: Tower, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="only the first account"):
        users.begin(desk.store, FOUNDER, None, "")
    assert desk.trail()[-1] == ("ada", "user.add", "refused")
    store = opening.open_store(Settings(home=tmp_path / "own", is_demo=False))
    with pytest.raises(NotAllowed, match="operations_leader is another role"):
        users.begin(store, replace(FOUNDER, role=Role.OPERATIONS_LEADER), None, "")
    users.begin(store, FOUNDER, f"{ISSUER}#1", "we begin")
    assert users.find_by_subject(store, f"{ISSUER}#1") == FOUNDER
    with pytest.raises(NotAllowed, match=r"there are accounts \(ada\)"):
        users.begin(store, replace(FOUNDER, user_id="eve"), None, "")
    assert guarding.verify(store).is_whole
    store.close()


def test_one_name_of_the_provider_is_one_account_and_a_new_name_is_audited(desk: Tower) -> None:
    pia = User("pia", "Pia", Role.ANALYST, None, "pia")
    users.add(desk.store, Request("admin"), pia, f"{ISSUER}#2")
    with pytest.raises(NotAllowed, match="is pia already"):
        users.add(desk.store, Request("admin"), replace(pia, user_id="pip", person_id="pip"), f"{ISSUER}#2")
    with pytest.raises(NotAllowed, match="is pia already"):
        users.change(desk.store, Request("admin"), desk.user("engineer"), f"{ISSUER}#2")
    users.change(desk.store, Request("admin"), pia, f"{ISSUER}#3")
    assert users.find_by_subject(desk.store, f"{ISSUER}#3") == pia
    found = trail.page(desk.store, desk.user("executive"), Asked(subject="pia"), 1).entries
    assert json.loads(found[0].after)["subject"] == f"{ISSUER}#3"


def test_a_terminal_gives_changes_and_closes_accounts_as_an_administrator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # fault 77: and never unites roles that check each other
    monkeypatch.setenv("TOWER_IS_DEMO", "false")

    def tower(*words: str) -> str:
        ran = run(tmp_path, "user", *words)
        return ran.stdout if ran.returncode == 0 else "refused: " + " ".join(ran.stderr.split())

    assert tower("first", "ada", "--subject", f"{ISSUER}#1") == "ada is administrator\n"
    assert "refused" in tower("first", "eve")
    words = ("add", "pia", "--role", "operations_leader", "--site", "demo:BHX1", "--as", "ada")
    assert tower(*words, "--subject", f"{ISSUER}#2") == "pia is operations_leader\n"
    assert "may not user.add" in tower("add", "eve", "--role", "approver", "--as", "pia")
    assert "check each other" in tower("add", "pia2", "--role", "approver", "--person", "pia", "--as", "ada")
    assert "no role" in tower("add", "pip", "--role", "king", "--as", "ada")
    assert tower("change", "pia", "--role", "analyst", "--all-sites", "--as", "ada") == "pia is analyst\n"
    assert tower("close", "pia", "--as", "ada") == "pia is closed\n"
    people = {row["user_id"]: row for row in json.loads(tower("list", "--json")) if "service" not in row["user_id"]}
    assert people["pia"] == {"user_id": "pia", "name": "pia", "role": "analyst", "sites": None, "active": False}
    assert set(people) == {"ada", "pia"}
    opening.forget()
