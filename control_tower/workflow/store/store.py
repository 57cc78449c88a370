"""How does a service reach the store? One object: engine, keys, clock, facts and the place heads are anchored at.

Opened once per process (`services.opening`), safe to share between threads; every use is one unit of work.
Never decides anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from control_tower.workflow.anchor import Anchor
from control_tower.workflow.audit import Verdict, verify
from control_tower.workflow.keys import KeyRing
from control_tower.workflow.ports import Clock, Facts
from control_tower.workflow.store import engine as engines
from control_tower.workflow.store import migrating
from control_tower.workflow.store.unit import Unit


@dataclass(frozen=True)
class Store:
    """The decision store of one home."""

    engine: Engine
    ring: KeyRing
    anchor: Anchor
    clock: Clock
    facts: Callable[[], Facts]
    """Gives the newest build's facts at the moment of asking."""

    def prepare(self) -> None:
        """Check the file and bring the schema to this version. Raises StoreError (faults 52, 55)."""
        engines.check(self.engine)
        with engines.reading(self.engine) as connection:
            is_current = migrating.current(connection) == migrating.newest()
        if not is_current:
            with engines.writing(self.engine) as connection:
                migrating.upgrade(connection)

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        """One unit of work that nobody else can disturb."""
        with engines.writing(self.engine) as connection:
            yield Unit(connection, self.ring, self.clock)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """One consistent look; must not be used to write."""
        with engines.reading(self.engine) as connection:
            yield Unit(connection, self.ring, self.clock)

    @contextmanager
    def together(self, facts: Facts) -> Iterator["Store"]:
        """One transaction for many actions, judged by these facts; what is refused undoes its own action alone.

        Raises StoreError: then none of them happened. The head is anchored once, after the last.
        """
        with engines.writing(self.engine) as connection:
            yield _Joined(self.engine, self.ring, self.anchor, self.clock, lambda: facts, connection)
        self.anchor_if_due()

    def anchor_if_due(self) -> None:
        """Write the signed head elsewhere when the last one is older than the stated interval."""
        with self.reading() as unit:
            newest, at = unit.audit.last(), unit.clock()
        if newest is not None and self.anchor.is_due(newest.sequence_no, at):
            self.anchor.write(newest.sequence_no, newest.hash, at)

    def verify(self) -> Verdict:
        """Whether the audit trail is whole, compared with the heads held elsewhere."""
        heads = self.anchor.heads()
        with self.reading() as unit:
            return verify(unit.audit.sealed(), self.ring, heads)

    def now(self) -> datetime:
        """The store's instant."""
        with self.reading() as unit:
            return unit.now

    def close(self) -> None:
        """Let every connection go."""
        self.engine.dispose()


@dataclass(frozen=True)
class _Joined(Store):
    """A store inside one transaction: every unit of work is a savepoint of it."""

    connection: Connection

    @contextmanager
    def writing(self) -> Iterator[Unit]:
        """One unit of work, undone alone when it raises."""
        with self.connection.begin_nested():
            yield Unit(self.connection, self.ring, self.clock)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """What the transaction has written so far counts."""
        yield Unit(self.connection, self.ring, self.clock)

    def anchor_if_due(self) -> None:
        """Not before the transaction is written: `together` does it."""
