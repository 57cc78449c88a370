"""Does everything that was released leave exactly once? Against an ERP that fails on purpose."""

import json
import os
import random
import signal
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from control_tower.errors import Conflict, NotAllowed, PolicyError, Stale
from control_tower.services import approvals, releases, sending
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.vocabulary import OutboxState
from control_tower.workflow import outbox, receivers
from control_tower.workflow.outbox import Reply, Verdict
from control_tower.workflow.receivers import Endpoint, Folder
from tests import stand_in_erp
from tests.control_tower.services.deciding_desk import Tower, plan

KEYS = ("move:1", "order:erp:O1", "customer:erp:O1", "finance")


def released(desk: Tower, exception: str = "erp:E1") -> str:
    number = desk.submitted(plan(1, exception_ids=[exception]))
    approvals.approve(desk.store, Request("approver"), number)
    releases.release(desk.store, Request("planner"), number)
    return number


def endpoint(erp: stand_in_erp.Erp) -> Endpoint:
    return Endpoint(erp.url, 2.0)


def send_all(desk: Tower, receiver: receivers.Receiver, rounds: int = 60) -> list[sending.Sent]:
    """Send until nothing is left to try, moving the clock over every wait."""
    chance, sent = random.Random(1), []
    for _ in range(rounds):
        sent += sending.send_due(desk.store, receiver, chance)
        states = sending.counts(desk.store)
        if not states["pending"] + states["failed"]:
            break
        desk.clock.move(hours=1)
    return sent


def states_of(desk: Tower, number: str) -> list[str]:
    with desk.store.reading() as unit:
        return [str(m.state) for m in unit.outbox.of_proposal(number)]


def test_what_is_released_is_with_the_erp_once_and_in_order(either: Tower) -> None:
    number = released(either)
    with stand_in_erp.running() as erp:
        sending.send_due(either.store, endpoint(erp), random.Random(1))
        sending.send_due(either.store, endpoint(erp), random.Random(1))
        assert [key for key, _ in erp.seen] == [f"{number}:1:{what}" for what in KEYS]
    assert list(erp.effects) == [key for key, _ in erp.seen]
    assert states_of(either, number) == ["sent"] * 4
    assert either.state(number) == "released", "it stays released until a build shows it"
    assert erp.effects[f"{number}:1:move:1"]["content"]["move"]["from_site_id"] == "erp:NORTH"


def test_a_broken_receiver_is_tried_again_later_and_later_under_the_same_key(desk: Tower) -> None:
    # fault 68
    number = released(desk)
    happens = [stand_in_erp.BROKEN, stand_in_erp.SILENT, stand_in_erp.BUSY, stand_in_erp.LOST, stand_in_erp.FINE]
    with stand_in_erp.running(lambda _key, tries: happens[min(tries, 5) - 1]) as erp:
        first = sending.send_due(desk.store, endpoint(erp), random.Random(1))
        assert [s.verdict for s in first] == [Verdict.RETRY], "the rest of this proposal waits for its first message"
        assert sending.send_due(desk.store, endpoint(erp), random.Random(1)) == [], "not before its time"
        send_all(desk, endpoint(erp))
        tries = Counter(key for key, _ in erp.seen)
    assert set(tries.values()) == {5}
    assert len(erp.effects) == 4
    assert states_of(desk, number) == ["sent"] * 4


def test_a_refused_message_is_a_dead_letter_its_proposal_fails_and_others_go_on(either: Tower) -> None:
    # fault 68
    bad, good = released(either), released(either, "erp:E2")
    with stand_in_erp.running(lambda key, _: "400" if key.startswith(bad) else "fine") as erp:
        sending.send_due(either.store, endpoint(erp), random.Random(1))
    assert either.state(bad) == "failed"
    assert either.state(good) == "released"
    assert states_of(either, bad) == ["dead", "pending", "pending", "pending"]
    assert states_of(either, good) == ["sent"] * 4
    assert ("service.outbox_service", "proposal.fail", "done") in either.trail()
    with either.store.reading() as unit:
        assert "HTTP 400: no such lane" in (unit.proposals.find(bad).failure or "")


def test_a_dead_letter_is_replayed_under_its_key_by_somebody_who_may(either: Tower) -> None:
    number, may_pass = released(either), []
    with stand_in_erp.running(lambda _key, _: "fine" if may_pass else "400") as erp:
        sending.send_due(either.store, endpoint(erp), random.Random(1))
        key = f"{number}:1:move:1"
        with pytest.raises(NotAllowed, match=r"may not outbox\.replay"):
            sending.replay(either.store, Request("analyst"), key)
        either.facts.changed = ["stock of erp:I1 fell"]
        with pytest.raises(Stale, match="stock of erp:I1 fell"):
            sending.replay(either.store, Request("planner"), key)
        either.facts.changed = []
        may_pass.append(True)
        assert sending.replay(either.store, Request("planner", reason="lane added"), key).state == "released"
        with pytest.raises(Conflict, match="only a dead letter"):
            sending.replay(either.store, Request("planner"), key)
        send_all(either, endpoint(erp))
    assert len(erp.effects) == 4
    assert states_of(either, number) == ["sent"] * 4
    assert ("planner", "outbox.replay", "done") in either.trail()
    assert either.store.verify().is_whole


def test_eight_tries_without_an_answer_make_a_dead_letter(desk: Tower) -> None:
    # fault 68
    number = released(desk)
    with stand_in_erp.running(lambda _key, _: stand_in_erp.BROKEN) as erp:
        sent = send_all(desk, endpoint(erp), rounds=20)
    assert [s.attempt for s in sent] == list(range(1, 9))
    assert [s.is_dead for s in sent] == [False] * 7 + [True]
    assert desk.state(number) == "failed"


def test_nothing_is_lost_and_nothing_doubled_whatever_the_erp_does(desk: Tower) -> None:
    # fault 68
    chance = random.Random(68)
    script = [stand_in_erp.FINE, stand_in_erp.BROKEN, stand_in_erp.LOST, stand_in_erp.SILENT, stand_in_erp.POISON]
    numbers = [released(desk, f"erp:E{n % 5 + 1}") for n in range(12)]
    with stand_in_erp.running(lambda _key, _: chance.choices(script, [5, 2, 2, 2, 0.4])[0]) as erp:
        for _ in range(4):
            sending.send_due(desk.store, endpoint(erp), random.Random(2))
            counted = sending.counts(desk.store)
            assert sum(counted.values()) == 48, "sent + pending + dead = all that was written"
            desk.clock.move(minutes=30)
        send_all(desk, endpoint(erp))
    with desk.store.reading() as unit:
        messages = unit.outbox.all()
    sent = {m.key for m in messages if m.state is OutboxState.SENT}
    assert sent <= set(erp.effects), "what counts as sent has its effect"
    assert set(erp.effects) <= {m.key for m in messages}
    for number in numbers:
        came = [key for key in erp.effects if key.startswith(number + ":")]
        assert came == [f"{number}:1:{what}" for what in KEYS][: len(came)], "in order within one proposal"
        dead = "dead" in states_of(desk, number)
        assert desk.state(number) == ("failed" if dead else "released")
        assert dead or len(came) == 4


def test_a_sender_killed_between_the_erp_and_the_store_sends_again_with_the_same_key(
    either: Tower, tmp_path: Path
) -> None:
    # fault 47
    number = released(either)
    with stand_in_erp.running() as erp:
        child = os.fork()
        if child == 0:
            either.store.engine.dispose(close=False)
            _send_and_die(either, endpoint(erp))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert list(erp.effects) == [f"{number}:1:move:1"], "the ERP has it"
        assert states_of(either, number) == ["pending"] * 4, "and we do not know"
        assert sending.send_due(either.store, endpoint(erp), random.Random(1)) == [], (
            "it is the dead sender's for a while"
        )
        either.clock.move(seconds=outbox.LEASE.total_seconds() + 1)
        sending.send_due(either.store, endpoint(erp), random.Random(1))
    assert Counter(key for key, _ in erp.seen)[f"{number}:1:move:1"] == 2
    assert len(erp.effects) == 4
    assert states_of(either, number) == ["sent"] * 4


def _send_and_die(desk: Tower, receiver: Endpoint) -> None:
    class Deadly:
        name = "erp"

        def deliver(self, message):
            receiver.deliver(message)
            os.kill(os.getpid(), signal.SIGKILL)

    sending.send_due(desk.store, Deadly(), random.Random(1))
    os._exit(0)


def killed_while_sending(desk: Tower, folder: Path, times: int, seed: int) -> None:
    """Kill a sender at random points, again and again; in the end everything is with the ERP, once."""
    chance, wanted = random.Random(seed), set[str]()
    with stand_in_erp.running() as erp:
        for _ in range(times):
            number = released(desk)
            wanted |= {f"{number}:1:{what}" for what in KEYS}
            child = os.fork()
            if child == 0:
                threading.Timer(chance.uniform(0.001, 0.08), os.kill, (os.getpid(), signal.SIGKILL)).start()
                while True:
                    sending.send_due(desk.again(folder).store, endpoint(erp), random.Random(1))
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
            desk.clock.move(seconds=outbox.LEASE.total_seconds() + 1)
            assert sum(sending.counts(desk.store).values()) == len(wanted), "nothing is gone"
        send_all(desk, endpoint(erp))
    assert set(erp.effects) == wanted, "the stand-in keeps one effect per key, and there is one for each"
    assert sending.counts(desk.store)["sent"] == len(wanted)
    assert desk.store.verify().is_whole


def test_a_sender_killed_anywhere_loses_and_doubles_nothing(either: Tower, tmp_path: Path) -> None:
    # fault 47
    killed_while_sending(either, tmp_path, 13, seed=47)


@pytest.mark.slow
def test_a_sender_killed_a_thousand_times_loses_and_doubles_nothing(either: Tower, tmp_path: Path) -> None:
    # fault 47
    killed_while_sending(either, tmp_path, 1_000, seed=4700)


def test_of_two_senders_only_one_has_a_message(desk: Tower) -> None:
    released(desk)
    with desk.store.writing() as unit:
        first = unit.deliveries.claim(unit.now, outbox.LEASE)
    with desk.store.writing() as unit:
        assert unit.deliveries.claim(unit.now, outbox.LEASE) is None
    assert first is not None
    desk.clock.move(minutes=5)
    with desk.store.writing() as unit:
        second = unit.deliveries.claim(unit.now, outbox.LEASE)
        unit.deliveries.done(first.key, unit.now)
    assert second is not None
    assert (second.key, second.attempts) == (first.key, 2)
    with desk.store.writing() as unit:
        assert not unit.deliveries.failed(second, OutboxState.DEAD, unit.now, "late")
        assert unit.deliveries.find(first.key).state is OutboxState.SENT, "a late complaint does not unsend it"


def test_what_is_called_off_while_it_is_being_sent_is_taken_back_after_it(desk: Tower) -> None:
    number = released(desk)
    with stand_in_erp.running() as erp:

        class CalledOff:
            name = "erp"

            def deliver(self, message):
                releases.cancel(desk.store, Request("planner", reason="customer called"), number)
                assert sending.send_due(desk.store, endpoint(erp), random.Random(1)) == [], "not before it has ended"
                return endpoint(erp).deliver(message)

        sending.send_due(desk.store, CalledOff(), random.Random(1), limit=1)
        send_all(desk, endpoint(erp))
    assert list(erp.effects) == [f"{number}:1:move:1", f"{number}:1:move:1:cancel"]
    assert states_of(desk, number) == ["sent", "cancelled", "cancelled", "cancelled", "sent"]
    assert desk.state(number) == "cancelled"


def test_files_are_whole_one_per_key_and_named_safely(desk: Tower, tmp_path: Path) -> None:
    number = released(desk)
    folder = tmp_path / "out"
    sending.send_due(desk.store, Folder(folder), random.Random(1))
    files = sorted(folder.iterdir())
    assert {json.loads(f.read_text())["key"] for f in files} == {f"{number}:1:{what}" for what in KEYS}
    with desk.store.reading() as unit:
        again = [Folder(folder).deliver(m).status for m in unit.outbox.all()]
    assert again == [409] * 4
    assert sorted(folder.iterdir()) == files
    assert "/" not in receivers.file_name("../../etc/passwd")


def test_a_folder_that_cannot_be_written_is_tried_again(desk: Tower, tmp_path: Path) -> None:
    released(desk)
    (tmp_path / "out").write_text("a file where the folder should be")
    [one] = sending.send_due(desk.store, Folder(tmp_path / "out"), random.Random(1))
    assert one.verdict is Verdict.RETRY


@pytest.mark.parametrize("url", ["http://erp.example/in", "ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_messages_do_not_leave_in_the_clear(url: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="leave over https"):
        receivers.configured(Settings(home=tmp_path, outbox_url=url))


def test_the_endpoint_gets_our_token_and_is_named_without_it(tmp_path: Path, desk: Tower) -> None:
    released(desk)
    with stand_in_erp.running() as erp:
        settings = Settings(home=tmp_path, outbox_url=erp.url, outbox_token=SecretStr("t0p"))
        receiver = receivers.configured(settings)
        sending.send_due(desk.store, receiver, random.Random(1))
        assert erp.tokens == {"Bearer t0p"}
    assert receiver.name == "127.0.0.1"
    assert "t0p" not in repr(settings)


@given(st.integers(1, 40), st.integers(0, 10_000), st.integers(0, 2**31))
def test_waits_double_up_to_an_hour_and_never_undercut_what_was_asked(tries: int, asked: int, seed: int) -> None:
    waited = outbox.wait(tries, Reply(503, wait=timedelta(seconds=asked)), random.Random(seed))
    doubled = min(5 * 2 ** ((tries - 1) % outbox.TRIES), 3600)
    assert timedelta(seconds=min(max(doubled / 2, asked), 3600)) <= waited <= timedelta(hours=1)
    assert waited <= timedelta(seconds=max(doubled, asked))
