"""How does somebody at a terminal look after what leaves the house and what comes back? The verbs outbox and refresh.

Thin: each calls functions of `control_tower.services` or `etl.pipeline`. Never judges an answer, never checks a right.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.answering import answering
from cli.output import complain, plain, progress, say_json, say_rows
from control_tower.errors import NotAllowed, StoreError
from control_tower.settings import Settings, current

if TYPE_CHECKING:
    from control_tower.model import OutboxMessage
    from control_tower.services.intake import Followed

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
As = Annotated[str, typer.Option("--as", help="The user of the tower who asks.")]


def register(app: typer.Typer) -> None:
    """Add this module's verbs."""
    app.command()(outbox)
    app.command()(refresh)


def outbox(
    what: Annotated[str, typer.Argument(metavar="[send]", help="`send` hands over what is due.")] = "",
    replay: Annotated[str | None, typer.Option(metavar="KEY", help="Send a dead letter again.")] = None,
    as_: As = "executive",
    reason: Annotated[str, typer.Option(help="Why it is sent again; the audit trail keeps it.")] = "",
    json: Json = False,
) -> None:
    """List the messages that leave the house; `send` hands over what is due, --replay sends a dead letter again."""
    if what not in ("", "send"):
        raise NotAllowed(f"{what!r}: tower outbox takes nothing or `send`")
    if replay:
        _replay(replay, as_, reason, json)
    elif what:
        _send(json)
    else:
        _list(as_, json)


def _list(as_: str, json: bool) -> None:
    from control_tower.services import opening, sending, users

    store = opening.current_store(current())
    rows = [_row(message) for message in sending.find_all(store, users.find(store, as_))]
    if json:
        say_json({"counts": sending.counts(store), "messages": rows})
        return
    say_rows([row for row in rows if row["state"] != "sent"], "nothing waits and nothing was refused")


def _row(message: "OutboxMessage") -> dict[str, Any]:
    names = ("key", "kind", "proposal_id", "state", "attempts", "next_at", "sent_at", "last_error")
    return {name: getattr(message, name) for name in names}


def _send(json: bool) -> None:
    import random

    from control_tower.services import opening, sending
    from control_tower.workflow import receivers

    store = opening.current_store(current())
    tries = sending.send_due(store, receivers.configured(current()), random.Random())
    counts = sending.counts(store)
    if json:
        shown = ("key", "attempt", "verdict", "said", "is_dead")
        say_json({"tries": [{name: getattr(t, name) for name in shown} for t in tries], "counts": counts})
        return
    for one in tries:
        plain(f"{one.key} · try {one.attempt}: {one.verdict} ({one.said})" + (" · dead letter" if one.is_dead else ""))
    plain(", ".join(f"{count} {state}" for state, count in counts.items()))


def _replay(key: str, as_: str, reason: str, json: bool) -> None:
    from control_tower.services import opening, sending
    from control_tower.services.request import Request

    receipt = sending.replay(opening.current_store(current()), Request(as_, reason), key)
    if json:
        say_json({name: getattr(receipt, name) for name in type(receipt).__slots__})
    else:
        plain(f"{key} will be sent again; {receipt.subject_id} is {receipt.state}")


def refresh(
    as_: Annotated[str | None, typer.Option("--as", help="The user of the tower who does it.")] = None,
    json: Json = False,
) -> None:
    """Take what was decided in the tower into a new build, without loading anything else."""
    from etl import pipeline

    with answering(as_, "load", "the tower's own decisions"), progress() as step:
        report = pipeline.load([], current(), step)
    followed = shown_to_store(current())
    if json:
        done = [{"subject": r.subject_id, "state": r.state} for r in followed.receipts]
        escalated = [one.exception_id for one in followed.escalated if not one.refused]
        say_json({"build": report.build_id, "published": report.published, "confirmed": done, "escalated": escalated})
        return
    plain(f"published {report.build_id}" if report.published else f"nothing new; build {report.build_id} stays")
    say_shown(followed)


def shown_to_store(settings: Settings) -> "Followed":
    """Tell the store, if there is one, what the published build shows: moves that came true, cases that ended or wait too long.

    A store that cannot be written is said and no reason to fail: the build is published, and the next one tells it again.
    """
    from control_tower.services import intake
    from control_tower.workflow.store import extracting

    if not extracting.is_there(settings.store_place):
        return intake.Followed([], [])
    from control_tower import warehouse
    from control_tower.services import opening

    build = warehouse.open_current(settings)
    try:
        return intake.follow(opening.current_store(settings), build)
    except StoreError as error:
        complain(f"the build is published, but the store was not told what it shows: {error}")
        return intake.Followed([], [])


def say_shown(followed: "Followed") -> None:
    """Say what was confirmed, closed and escalated."""
    for receipt in followed.receipts:
        plain(f"{receipt.subject_id} is {receipt.state}: the build shows it")
    called = sum(not one.refused for one in followed.escalated)
    if called:
        plain(f"{called} escalated: their time is over")


@contextmanager
def sender(settings: Settings, is_wanted: bool) -> Iterator[None]:
    """Hand over what is due in the background for as long as the block lasts."""
    if not is_wanted:
        yield
        return
    from control_tower.services import opening, sending
    from control_tower.workflow import receivers

    stopped = threading.Event()
    parts = (opening.current_store(settings), receivers.configured(settings), stopped)
    thread = threading.Thread(target=sending.run, args=parts, name="outbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=settings.outbox_seconds + 5)
