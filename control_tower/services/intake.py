"""What does a new build show of what was decided? Released proposals that came true are confirmed, ended cases closed,
and what waits beyond its time is escalated.

Acts as the intake's account after a build is published. Facts come from the build (ruling 5): nothing is confirmed or
closed because somebody says so. Never loads anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from control_tower.errors import Conflict, NotAllowed, Stale
from control_tower.model import ExceptionCase, Proposal
from control_tower.services import cases, escalating, outcomes, releases
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import ExceptionStatus, MoveAction, OutboxState, ProposalState, ServiceRole
from control_tower.warehouse import Build
from control_tower.workflow.casework import OPEN
from control_tower.workflow.store.store import Store

_ACCOUNT = f"service.{ServiceRole.INTAKE}"
_NOTHING_TO_SEE = frozenset({MoveAction.WAIT, MoveAction.DEFER, MoveAction.ALTERNATE_CARRIER})
"""Actions that assign no goods: they leave no trace in an order line's quantities."""


def follow(store: Store, build: Build) -> "Followed":
    """Everything that a new build brings about: what it shows (`take_in`), then each step of the ladder that is due (ROU-03).

    What has ended is closed first, so that nobody is called for it. Run as often as you like: no step is taken twice.
    """
    return Followed(take_in(store, build), escalating.run(store, build.read))


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the store after a build: what was confirmed, closed and measured, and who was called."""

    receipts: list[Receipt]
    escalated: list[escalating.Escalated]


def take_in(store: Store, build: Build) -> list[Receipt]:
    """Confirm, close and measure what this build shows; one transaction each, run as often as you like."""
    return [*_confirmed(store, build), *_closed(store, build), *outcomes.measure_all(store, build)]


def _confirmed(store: Store, build: Build) -> Iterable[Receipt]:
    with store.reading() as unit:
        released = unit.proposals.all(ProposalState.RELEASED)
        sent = [p for p in released if all(m.state is OutboxState.SENT for m in unit.outbox.of_proposal(p.proposal_id))]
    for proposal in sent:
        if is_shown(proposal, build):
            request = Request(_ACCOUNT, reason=f"build {build.id} shows it", build_id=build.id)
            yield from _tried(lambda: releases.confirm(store, request, proposal.proposal_id))  # noqa: B023 - run at once


def is_shown(proposal: Proposal, build: Build) -> bool:
    """Whether every line of a plan that gets goods has them allocated or shipped in this build.

    A line has them when what it got since the build the plan was made on covers what was moved to it, or when all that
    was ordered and not cancelled is allocated or shipped. Only a file that was loaded after the release can say so: a
    build that merely takes the store in again shows nothing new.
    """
    wanted: dict[str, Decimal] = {}
    for move in proposal.payload["moves"]:
        if move["action"] not in _NOTHING_TO_SEE and Decimal(str(move["qty"])) > 0:
            wanted[move["order_line_id"]] = wanted.get(move["order_line_id"], Decimal(0)) + Decimal(str(move["qty"]))
    released = proposal.released_at
    if not wanted or released is None:
        return False
    short = {
        line["order_line_id"]: Decimal(str(line["short_qty"]))
        for line in proposal.payload.get("lines", [])
        if line.get("short_qty") is not None
    }
    frame = build.read("decision_progress", order_line_ids=sorted(wanted))
    shown: Mapping[str, Any] = {str(row["order_line_id"]): row for row in frame.to_dict("records")}
    since = released.astimezone(UTC).replace(tzinfo=None)
    return all(
        line in shown and shown[line]["loaded_at"] >= since and _has_got(shown[line], qty, short.get(line))
        for line, qty in wanted.items()
    )


def _has_got(line: Mapping[str, Any], moved: Decimal, short: Decimal | None) -> bool:
    """`short` is what the line lacked when the plan was made; without it only a wholly served line counts."""
    lacks = max(Decimal(line["needed_qty"]) - Decimal(line["served_qty"]), Decimal(0))
    return lacks == 0 or (short is not None and short - lacks >= moved)


def _closed(store: Store, build: Build) -> Iterable[Receipt]:
    """Cases whose exception has ended in this build: resolved by its own system, then closed."""
    with store.reading() as unit:
        worked = [c for c in unit.cases.all() if c.status in OPEN or c.status is ExceptionStatus.RESOLVED]
    if not worked:
        return
    frame = build.read("decision_ended", exception_ids=[case.exception_id for case in worked])
    ended = set(frame["exception_id"])
    for case in worked:
        if case.exception_id in ended:
            yield from _ended(store, case, build.id)


def _ended(store: Store, case: ExceptionCase, build_id: str) -> Iterable[Receipt]:
    request = Request(_ACCOUNT, reason=f"build {build_id} shows that it has ended", build_id=build_id)
    if case.status in OPEN:
        yield from _tried(lambda: cases.resolve(store, request, case.exception_id, "ended in its own system"))
    again = Request(_ACCOUNT, reason=request.reason, build_id=build_id)
    yield from _tried(lambda: cases.close(store, again, case.exception_id))


def _tried(step: Any) -> Iterable[Receipt]:
    """One step; what somebody did first stands, and was audited."""
    try:
        yield step()
    except (Conflict, Stale, NotAllowed):
        return
