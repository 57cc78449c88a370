"""What does another process do to the store? Used by the tests of races (a program with a job in JSON) and kills (a fork).

`race` approves one proposal after the other and prints what it was told; `work` goes the whole way again and again and
prints each step it was told had happened, until it is killed.
"""

import itertools
import json
import os
import signal
import sys
import threading
from pathlib import Path

import sqlalchemy as sa

from control_tower.errors import Conflict, Stale
from control_tower.model import Pool
from control_tower.services import approvals, proposals, releases
from control_tower.services.request import Request
from control_tower.workflow.keys import KeyRing
from tests.control_tower.services.deciding_desk import plan, tower


def told(word: str, number: str) -> None:
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


def race(desk, who: str, numbers: list[str]) -> None:
    for number in numbers:
        try:
            approvals.approve(desk.store, Request(who, expected_version=2), number)
            told("won", number)
        except (Conflict, Stale) as error:
            told("lost", f"{number} {error}")


def work(desk, who: str, statements: int, seconds: float) -> None:
    """Kill this very process so many seconds after its so-manieth statement, wherever it is by then."""
    counted = itertools.count(1)

    def count(*_said) -> None:
        if next(counted) == statements:
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    sa.event.listen(desk.store.engine, "before_cursor_execute", count)
    desk.facts.stock[Pool("erp:NORTH", "erp:I1").key] = 10**9
    while True:
        number = proposals.draft(desk.store, Request("planner"), plan(1)).subject_id
        proposals.submit(desk.store, Request("planner"), number)
        approvals.approve(desk.store, Request(who), number)
        told("approved", number)
        releases.release(desk.store, Request("planner"), number)
        told("released", number)


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    ring = KeyRing("k1", {"k1": bytes.fromhex(job["key"])})
    race(tower(job["url"], Path(job["folder"]), ring), job["who"], job["numbers"])
