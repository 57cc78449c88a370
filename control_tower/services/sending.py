"""How do messages leave the house? Claim one, hand it over, write down what came of it; replay dead letters.

Between claiming and writing down nothing is locked: a sender killed there leaves a message that is sent again under the
same key, and the receiver keeps one effect per key (fault 47). Never judges an answer: that is `workflow.outbox`.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from control_tower.errors import Conflict, NotAllowed, StoreError
from control_tower.model import OutboxMessage, User
from control_tower.services import releases
from control_tower.services.acting import Change, Deed, Desk, Work, perform
from control_tower.services.request import Receipt, Request
from control_tower.services.standing import advance, proposal_for, require_fresh, shown
from control_tower.vocabulary import OutboxState, ProposalState, ServiceRole
from control_tower.workflow import outbox
from control_tower.workflow.outbox import Reply, Verdict
from control_tower.workflow.receivers import Receiver
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_ACCOUNT = f"service.{ServiceRole.OUTBOX}"
_KIND = "proposal"


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one try."""

    key: str
    attempt: int
    verdict: Verdict
    said: str
    is_dead: bool = False


def send_due(store: Store, receiver: Receiver, chance: random.Random, limit: int = 1_000) -> list[Sent]:
    """Hand over what is due, one message after the other, longest due first; at most `limit` tries.

    `chance` draws the waits. A message that fails for good ends as a dead letter and its proposal as failed.
    """
    fail_refused(store)
    return list(_sent(store, receiver, chance, limit))


def _sent(store: Store, receiver: Receiver, chance: random.Random, limit: int) -> Iterator[Sent]:
    for _ in range(limit):
        with store.writing() as unit:
            message = unit.deliveries.claim(unit.now, outbox.LEASE)
        if message is None:
            return
        yield _handed_over(store, receiver, message, chance)


def _handed_over(store: Store, receiver: Receiver, message: OutboxMessage, chance: random.Random) -> Sent:
    """Deliver one claimed message, then write down how it ended."""
    reply = receiver.deliver(message)
    verdict = outbox.judge(reply)
    is_dead = verdict is Verdict.POISON or (verdict is Verdict.RETRY and outbox.is_last(message.attempts))
    status = "ok" if verdict is Verdict.DONE else "dead_letter" if is_dead else "failed"
    with store.writing() as unit:
        if verdict is Verdict.DONE:
            unit.deliveries.done(message.key, unit.now)
        else:
            state = OutboxState.DEAD if is_dead else OutboxState.FAILED
            wait = timedelta(0) if is_dead else outbox.wait(message.attempts, reply, chance)
            unit.deliveries.failed(message, state, unit.now + wait, reply.said)
        unit.deliveries.record(message, unit.now, **_outcome(receiver, reply, status))
    if is_dead:
        fail_refused(store)
    return Sent(message.key, message.attempts, verdict, reply.said, is_dead)


def _outcome(receiver: Receiver, reply: Reply, status: str) -> dict[str, object]:
    return {
        "status": status,
        "receiver": receiver.name,
        "http_code": reply.status,
        "error_class": outbox.error_class(reply),
    }


def fail_refused(store: Store) -> list[Receipt]:
    """Move released proposals with a dead letter to failed, as the outbox's account. Made again after a kill between."""
    with store.reading() as unit:
        refused = unit.deliveries.refused()
    receipts = []
    for proposal_id, key, said in refused:
        try:
            receipts.append(releases.fail(store, Request(_ACCOUNT, reason=f"{key}: {said}"), proposal_id))
        except Conflict:
            continue  # another sender, or somebody who called it off, was first; that was audited
    return receipts


def replay(store: Store, request: Request, key: str) -> Receipt:
    """Send a dead letter again under its key; its proposal, if that had failed, is released again.

    Stock, supply, orders and policy are checked anew first. Raises Conflict when the message is no dead letter, Stale
    when its proposal no longer holds.
    """
    with store.reading() as unit:
        found = unit.deliveries.find(key)
    if found is None or found.proposal_id is None:
        raise NotAllowed(f"no message {key!r}; `tower outbox` lists them")
    proposal_id = found.proposal_id

    def again(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        letter = desk.unit.deliveries.find(key)
        if letter is None or letter.state is not OutboxState.DEAD:
            raise Conflict(f"message {key} is {letter.state if letter else 'gone'}; only a dead letter is replayed")
        if before.state is ProposalState.FAILED:
            require_fresh(store, desk, before, ProposalState.RELEASED)
        desk.unit.deliveries.replay(key, desk.unit.now)
        then = _release(desk, proposal_id, key) if before.state is ProposalState.FAILED else None
        said = {"key": key, "last_error": letter.last_error}
        states = ({**said, "message": OutboxState.DEAD}, {**said, "message": OutboxState.PENDING})
        return Change(proposal_id, before.state, before.revision, *states, then)

    return perform(store, request, Deed(Action.OUTBOX_REPLAY, _KIND, proposal_id, {"key": key}), again)


def _release(desk: Desk, proposal_id: str, key: str) -> tuple[Request, Deed, Work]:
    """What a replay means for a failed proposal: released again, under the same keys (ruling 16)."""

    def let_go(desk: Desk) -> Change:
        before = proposal_for(desk, proposal_id)
        after = advance(desk, replace(before, failure=None), ProposalState.RELEASED)
        return Change(proposal_id, after.state, after.revision, shown(before), shown(after))

    asked = replace(desk.request, actor_id=_ACCOUNT, reason=f"{desk.request.actor_id} replayed {key}")
    return asked, Deed(Action.PROPOSAL_RELEASE, _KIND, proposal_id), let_go


def find_all(store: Store, viewer: User) -> list[OutboxMessage]:
    """Every message of this user's sites, in order of writing."""
    with store.reading() as unit:
        seen = {p.proposal_id for p in unit.proposals.all() if viewer.sees(p.site_ids)}
        return [m for m in unit.outbox.all() if m.proposal_id is None or m.proposal_id in seen]


def counts(store: Store) -> dict[str, int]:
    """How many messages stand in each state."""
    with store.reading() as unit:
        return unit.deliveries.counts()


def oldest_due(store: Store) -> datetime | None:
    """Since when the longest waiting message could have been sent; None when none waits."""
    with store.reading() as unit:
        waiting = [m.next_at for m in unit.outbox.due(unit.now, 1)]
    return min(waiting, default=None)


def run(store: Store, receiver: Receiver, stopped: threading.Event, every_seconds: float = 5.0) -> None:
    """Send until told to stop: the loop of `tower serve --send`."""
    chance = random.Random()
    while not stopped.is_set():
        with suppress(StoreError):  # busy or away: nothing was claimed or what was is sent again; the next round tries
            send_due(store, receiver, chance)
        stopped.wait(every_seconds)
