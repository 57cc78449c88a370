"""What if PostgreSQL dies under load, or its answer to COMMIT is lost? Nothing that was said to be done is gone or doubled."""

import random
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from control_tower.errors import ControlTowerError, StoreError
from control_tower.services import approvals, proposals, releases
from control_tower.services.request import Request
from tests import cutting_proxy
from tests.control_tower.services.deciding_desk import Tower, plan, ring, tower
from tests.etl import postgres_server

pytestmark = pytest.mark.postgres


@pytest.fixture
def proxied(postgresql: str, tmp_path: Path) -> Iterator[tuple[Tower, cutting_proxy.Proxy]]:
    """A tower that speaks to PostgreSQL through a proxy."""
    url = sa.make_url(postgresql)
    socket = Path(str(url.query["host"])) / ".s.PGSQL.5432"
    with tempfile.TemporaryDirectory(dir="/tmp") as short, cutting_proxy.running(Path(short), str(socket)) as proxy:
        through = url.set(query={"host": short}).render_as_string(hide_password=False)
        made = tower(through, tmp_path, ring())
        yield made, proxy
        made.store.close()


def cut(desk: Tower, proxy: cutting_proxy.Proxy, times: int) -> None:
    """Approve and release so many proposals, the reply to each COMMIT lost: the same request resolves what nobody knew."""
    numbers = [desk.submitted(plan(1)) for _ in range(times)]
    for number in numbers:
        for verb, who in ((approvals.approve, "approver"), (releases.release, "planner")):
            request = Request(who)
            proxy.armed.set()
            with pytest.raises(StoreError, match="cannot be reached or used"):
                verb(desk.store, request, number)
            again = verb(desk.store, request, number)
            assert again.is_replay, "it had happened"
            assert desk.state(number) == again.state
    assert proxy.cuts == 2 * times
    with desk.store.reading() as unit:
        assert all(len(unit.proposals.approvals(number)) == 1 for number in numbers)
        assert all(len(unit.outbox.of_proposal(number)) == 4 for number in numbers)
    outcomes = [(action, outcome) for _, action, outcome in desk.trail() if action != "proposal.draft"]
    assert outcomes.count(("proposal.approve", "done")) == outcomes.count(("proposal.release", "done")) == times
    assert desk.store.verify().is_whole


def test_a_lost_reply_to_commit_is_resolved_by_the_same_request(proxied: tuple[Tower, cutting_proxy.Proxy]) -> None:
    # fault 64
    cut(*proxied, 1)


@pytest.mark.slow
def test_two_hundred_lost_replies_to_commit_are_resolved(proxied: tuple[Tower, cutting_proxy.Proxy]) -> None:
    # fault 64
    desk, proxy = proxied
    desk.facts.stock["stock|erp:NORTH|erp:I1"] = 10**9
    cut(desk, proxy, 100)


def killed_under_load(folder: Path, times: int, seed: int) -> None:
    """Decide without end while the server is killed again and again; what was answered stands, once, and the chain holds."""
    chance = random.Random(seed)
    with postgres_server.killable() as server:
        desk = tower(server.url.render_as_string(hide_password=False), folder, ring())
        desk.facts.stock["stock|erp:NORTH|erp:I1"] = 10**9
        said: list[str] = []
        stopped = threading.Event()
        worker = threading.Thread(target=_work, args=(desk, said, stopped), daemon=True)
        worker.start()
        for _ in range(times):
            before = len(said)
            stopped.wait(chance.uniform(0.05, 0.5))
            server.kill()
            server.start()
            _until_more(said, before, stopped)
        stopped.set()
        worker.join(timeout=60)
        assert not worker.is_alive()
        _nothing_lost(desk, said)
        desk.store.close()


def _work(desk: Tower, said: list[str], stopped: threading.Event) -> None:
    while not stopped.is_set():
        request = Request("planner")
        for _ in range(200):  # the same click until it is answered, as somebody would who was told to try again
            with suppress(ControlTowerError):
                said.append(proposals.draft(desk.store, request, plan(1)).subject_id)
                break
            stopped.wait(0.05)


def _until_more(said: list[str], before: int, stopped: threading.Event) -> None:
    for _ in range(600):
        if len(said) > before:
            return
        stopped.wait(0.05)
    raise AssertionError("no decision went through within 30 s after the server was back")


def _nothing_lost(desk: Tower, said: list[str]) -> None:
    verdict = desk.store.verify()
    assert verdict.is_whole, verdict.finding
    with desk.store.reading() as unit:
        held = [p.proposal_id for p in unit.proposals.all()]
    assert len(set(said)) == len(said), "no answer was given twice"
    assert set(said) <= set(held), "whatever was answered is there"
    assert len(held) - len(said) <= 1, "and nothing was applied twice; one click may have been under way"
    done = [e for e in desk.trail() if e[1:] == ("proposal.draft", "done")]
    assert len(done) == min(len(held), 10_000)


def test_postgresql_killed_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    # fault 63
    killed_under_load(tmp_path, 10, seed=63)


@pytest.mark.slow
def test_postgresql_killed_two_hundred_times_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    # fault 63
    killed_under_load(tmp_path, 200, seed=630)


def test_while_the_store_is_away_everybody_is_told_and_nothing_happens(tmp_path: Path) -> None:
    # fault 63
    with postgres_server.killable() as server:
        desk = tower(server.url.render_as_string(hide_password=False), tmp_path, ring())
        number = desk.submitted(plan())
        server.kill()
        with pytest.raises(StoreError, match="nothing was changed, try again"):
            approvals.approve(desk.store, replace(Request("approver"), expected_version=2), number)
        server.start()
        assert desk.state(number) == "submitted"
        desk.store.close()
