"""Can an operator see, send and replay what leaves the house, and take decisions in, from a terminal?"""

import json
from pathlib import Path

import pytest

from control_tower.services import approvals, opening, proposals, releases
from control_tower.services.request import Request
from control_tower.settings import Settings
from etl import pipeline
from tests import stand_in_erp
from tests.cli.conftest import run
from tests.control_tower.services.deciding_desk import plan
from tests.etl import small_source


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A small home with one released proposal."""
    settings = Settings(home=tmp_path / "home", threads=1)
    report = pipeline.load([small_source.request(tmp_path, [1])], settings, lambda _name, _detail: None)
    store = opening.open_store(settings)
    move = {**plan()["moves"][0], "action": "drop_ship", "from_site_id": None}
    payload = plan(exception_ids=["corner:T1-0"], build_id=report.build_id, moves=[move], reserves=[])
    number = proposals.draft(store, Request("planner"), payload).subject_id
    proposals.submit(store, Request("planner"), number)
    approvals.approve(store, Request("approver"), number)
    releases.release(store, Request("planner"), number)
    store.close()
    return settings.home


def test_a_refused_message_is_seen_replayed_sent_and_taken_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # fault 68
    mended: list[bool] = []
    with stand_in_erp.running(lambda _key, _: "fine" if mended else "400") as erp:
        monkeypatch.setenv("TOWER_OUTBOX_URL", erp.url)
        said = json.loads(run(home, "outbox", "send", "--json").stdout)
        [one] = said["tries"]
        assert (one["verdict"], one["is_dead"], said["counts"]["dead"]) == ("poison", True, 1)
        assert json.loads(run(home, "outbox", "--json").stdout)["messages"][0]["last_error"] == "HTTP 400: no such lane"
        refused = run(home, "outbox", "--replay", one["key"], "--as", "analyst")
        assert refused.returncode == 1
        assert "may not outbox.replay" in refused.stderr
        mended.append(True)
        again = json.loads(run(home, "outbox", "--replay", one["key"], "--as", "planner", "--json").stdout)
        assert again["state"] == "released"
        counts = json.loads(run(home, "outbox", "send", "--json").stdout)["counts"]
        assert counts == {"pending": 0, "sent": 4, "failed": 0, "dead": 0, "cancelled": 0}
    assert len(erp.effects) == 4
    assert json.loads(run(home, "refresh", "--json").stdout)["published"]
    run(home, "refresh", "--json")  # takes in what the first build showed of the plan, which is a decision of its own
    assert not json.loads(run(home, "refresh", "--json").stdout)["published"], "nothing new was decided"
    opening.forget()
