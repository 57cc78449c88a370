"""What if two act at once, or one is killed? Real processes on one store, on SQLite and on PostgreSQL."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from control_tower.errors import Conflict, Stale
from control_tower.model import User
from control_tower.services import approvals, users
from control_tower.services.request import Request
from control_tower.vocabulary import Role
from tests.conftest import PROJECT_ROOT
from tests.control_tower.services import deciding_process
from tests.control_tower.services.deciding_desk import Tower, plan

ROUNDS = 15


def started(desk: Tower, folder: Path, who: str, numbers: list[str]) -> "subprocess.Popen[str]":
    url = desk.store.engine.url.render_as_string(hide_password=False)
    key = desk.store.ring.secret("k1").hex()
    job = {"url": url, "folder": str(folder), "key": key, "who": who, "numbers": numbers}
    command = [sys.executable, "-m", "tests.control_tower.services.deciding_process", json.dumps(job)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT)


def prepared(desk: Tower, count: int) -> list[str]:
    desk.facts.stock["stock|erp:NORTH|erp:I1"] = 10**9
    return [desk.submitted(plan(1)) for _ in range(count)]


def races(desk: Tower, folder: Path, count: int) -> None:
    numbers = prepared(desk, count)
    both = [started(desk, folder, who, numbers) for who in ("approver", "second_approver")]
    said = [line.split(" ", 2) for process in both for line in process.communicate(timeout=300)[0].splitlines()]
    assert [process.returncode for process in both] == [0, 0]
    won = sorted(line[1] for line in said if line[0] == "won")
    lost = [line for line in said if line[0] == "lost"]
    assert won == numbers, "exactly one wins, every time"
    assert len(lost) == count
    assert all("approver did proposal.approve at 2026-" in line[2] for line in lost), "the other is told who and when"
    trail = [entry for entry in desk.trail() if entry[1] == "proposal.approve"]
    assert sum(outcome == "done" for _, _, outcome in trail) == count
    assert sum(outcome == "refused" for _, _, outcome in trail) == count
    assert desk.store.verify().is_whole


def test_of_two_approvers_at_once_one_wins_and_the_other_is_told(either: Tower, tmp_path: Path) -> None:
    # fault 58
    races(either, tmp_path, ROUNDS)


def crowded(desk: Tower, count: int) -> None:
    """Sixteen people press Approve on the same proposal in the same moment, proposal after proposal."""
    names = [f"approver_{number:02}" for number in range(16)]
    for name in names:
        users.add(desk.store, Request("admin"), User(name, name, Role.APPROVER, None, name))
    numbers, gate = prepared(desk, count), threading.Barrier(len(names))
    won: list[str] = []

    def press(name: str) -> None:
        for number in numbers:
            gate.wait(timeout=120)
            with suppress(Conflict, Stale):
                approvals.approve(desk.store, Request(name, expected_version=2), number)
                won.append(number)

    with ThreadPoolExecutor(len(names)) as crowd:
        for pressed in [crowd.submit(press, name) for name in names]:
            pressed.result()
    assert sorted(won) == numbers
    outcomes = [outcome for _, action, outcome in desk.trail() if action == "proposal.approve"]
    assert outcomes.count("done") == count and outcomes.count("refused") == count * (len(names) - 1)
    with desk.store.reading() as unit:
        assert all(len(unit.proposals.approvals(number)) == 1 for number in numbers)
    assert desk.store.verify().is_whole


def test_of_sixteen_approvers_at_once_one_wins_every_time(either: Tower) -> None:
    # fault 58: 1,008 presses
    crowded(either, 63)


@pytest.mark.slow
def test_of_sixteen_approvers_at_once_one_wins_in_a_hundred_thousand_presses(either: Tower) -> None:
    # fault 58
    crowded(either, 6_250)


@pytest.mark.slow
def test_of_two_approvers_at_once_one_wins_a_thousand_times(either: Tower, tmp_path: Path) -> None:
    # fault 58
    races(either, tmp_path, 1_000)


def whole(desk: Tower) -> Iterator[str]:
    """Assert that every proposal is all or nothing; gives what happened to each."""
    verdict = desk.store.verify()
    assert verdict.is_whole, verdict.finding
    with desk.store.reading() as unit:
        taken = unit.reservations.taken()
        for proposal in unit.proposals.all():
            number = proposal.proposal_id
            done = [e.action for e in unit.audit.of_subject("proposal", number) if e.outcome == "done"]
            state = str(proposal.state)
            steps = ["draft", "submitted", "approved", "released"]
            assert len(done) == steps.index(state) + 1 == proposal.revision
            assert len(unit.proposals.approvals(number)) == int(state in ("approved", "released"))
            assert len(unit.outbox.of_proposal(number)) == (4 if state == "released" else 0)
            yield f"{state} {number}"
        held = sum(p.state in ("submitted", "approved", "released") for p in unit.proposals.all())
    assert sum(taken.values()) == held


def killed(desk: Tower, folder: Path, times: int, seed: int) -> None:
    """Kill a working process at random points; what it was told had happened has, and nothing is half done."""
    chance, told = random.Random(seed), set[str]()
    for _ in range(times):
        said = forked(desk, folder, chance.randrange(1, 200), chance.uniform(0, 0.003))
        told |= {line for line in said.splitlines(keepends=True) if line.endswith("\n")}
        happened = set(whole(desk))
        reached = happened | {line.replace("released", "approved") for line in happened}
        assert {line.strip() for line in told} <= reached
    assert happened, "not one of them got anywhere"


def forked(desk: Tower, folder: Path, statements: int, seconds: float) -> str:
    """What a process said that worked until it was killed: a copy of this one, which has everything imported."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(here)
        os.dup2(there, 1)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        deciding_process.work(desk.again(folder), "approver", statements, seconds)
    os.close(there)
    with os.fdopen(here, encoding="utf-8") as said:
        text = said.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    return text


def test_a_kill_during_approve_or_release_leaves_all_or_nothing(either: Tower, tmp_path: Path) -> None:
    # fault 46
    is_quick = either.store.engine.dialect.name == "sqlite"
    killed(either, tmp_path, 20 if is_quick else 7, seed=46)


@pytest.mark.slow
def test_many_kills_during_approve_or_release_leave_all_or_nothing(either: Tower, tmp_path: Path) -> None:
    # fault 46
    killed(either, tmp_path, 1_000, seed=4600)
