"""Is it told when the store's tables no longer tell one story? Broken past the product, on both databases."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from control_tower.services import approvals, proposals, releases
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.workflow.store import consistency, engine
from control_tower.workflow.store.tables_proposals import outbox, proposal, proposal_approval, reservation
from etl import doctoring
from tests.control_tower.services.deciding_desk import Tower, plan


def decided(desk: Tower) -> tuple[str, str]:
    """One proposal that was released, and one that was withdrawn."""
    released = desk.submitted(plan())
    approvals.approve(desk.store, Request("approver", reason="margin holds"), released)
    releases.release(desk.store, Request("planner"), released)
    withdrawn = desk.submitted(plan())
    proposals.withdraw(desk.store, Request("planner", reason="found another way"), withdrawn)
    return released, withdrawn


def a_vote_is_gone(connection: Connection, released: str, _withdrawn: str) -> None:
    connection.execute(sa.delete(proposal_approval).where(proposal_approval.c.proposal_id == released))


def a_revision_too_many(connection: Connection, released: str, _withdrawn: str) -> None:
    change = sa.update(proposal).where(proposal.c.proposal_id == released)
    connection.execute(change.values(revision=proposal.c.revision + 1))


def the_messages_are_gone(connection: Connection, released: str, _withdrawn: str) -> None:
    connection.execute(sa.delete(outbox).where(outbox.c.proposal_id == released))


def a_message_without_a_release(connection: Connection, _released: str, withdrawn: str) -> None:
    row = connection.execute(sa.select(outbox)).mappings().first()
    assert row is not None
    added = {**row, "key": "made:by:hand", "sequence_no": 10**6, "proposal_id": withdrawn}
    connection.execute(sa.insert(outbox).values(added))


def sent_at_no_time(connection: Connection, released: str, _withdrawn: str) -> None:
    connection.execute(sa.update(outbox).where(outbox.c.proposal_id == released).values(state="sent", sent_at=None))


def stock_held_by_what_was_withdrawn(connection: Connection, _released: str, withdrawn: str) -> None:
    connection.execute(sa.update(reservation).where(reservation.c.proposal_id == withdrawn).values(state="taken"))


BREAKS: dict[Callable[[Connection, str, str], None], str] = {
    a_vote_is_gone: "every decision on a proposal has its audit entry",
    a_revision_too_many: "every revision of a proposal",
    the_messages_are_gone: "what is released has its messages",
    a_message_without_a_release: "every message about a proposal comes from a release",
    sent_at_no_time: "a message is sent when it has a time of sending",
    stock_held_by_what_was_withdrawn: "only proposals whose state says so hold stock",
}


def test_what_the_product_writes_agrees_with_itself(either: Tower) -> None:
    decided(either)
    with either.store.reading() as unit:
        assert consistency.found(unit.connection) == []


@pytest.mark.parametrize("breaks", BREAKS, ids=lambda one: one.__name__)
def test_what_was_changed_past_the_product_is_named(
    either: Tower, breaks: Callable[[Connection, str, str], None]
) -> None:
    names = decided(either)
    with engine.writing(either.store.engine) as connection:
        breaks(connection, *names)
    with either.store.reading() as unit:
        [told] = consistency.found(unit.connection)
    assert told.rule.startswith(BREAKS[breaks])
    assert told.count == len(told.examples) >= 1


def test_the_doctor_says_so_and_is_content_with_a_store_that_agrees(desk: Tower, tmp_path: Path) -> None:
    names = decided(desk)
    url = desk.store.engine.url.render_as_string(hide_password=False)
    settings = Settings(home=tmp_path / "home", store_url=url)
    [told] = [one for one in doctoring.examine(settings) if "decisions, audit trail" in one.what]
    assert told.is_fine
    with engine.writing(desk.store.engine) as connection:
        a_revision_too_many(connection, *names)
    [told] = [one for one in doctoring.examine(settings) if one.what.startswith("every revision")]
    assert not told.is_fine
    assert names[0] in told.sentence()
