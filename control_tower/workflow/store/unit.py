"""What can one transaction reach? Everything that is kept, on one connection, at one instant.

Leaving the block without an error commits; with one, nothing happened.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection

from control_tower.workflow.keys import KeyRing
from control_tower.workflow.ports import Clock
from control_tower.workflow.store.cases import Cases
from control_tower.workflow.store.deliveries import Deliveries
from control_tower.workflow.store.holdings import Outbox, Reservations
from control_tower.workflow.store.people import Backlog, Policies, Users
from control_tower.workflow.store.proposals import Proposals
from control_tower.workflow.store.record import Audit, Requests


@dataclass(frozen=True)
class Unit:
    """One unit of work."""

    connection: Connection
    ring: KeyRing
    clock: Clock

    @cached_property
    def now(self) -> datetime:
        """The instant of this unit: the clock's, but never before the newest entry (a clock set back, fault 67)."""
        newest = self.audit.last()
        at = self.clock().astimezone(UTC)
        return max(at, datetime.fromisoformat(newest.acted_at)) if newest else at

    @cached_property
    def users(self) -> Users:
        """Accounts and delegations."""
        return Users(self.connection)

    @cached_property
    def policies(self) -> Policies:
        """Versions of the policy."""
        return Policies(self.connection)

    @cached_property
    def backlog(self) -> Backlog:
        """The prevention backlog."""
        return Backlog(self.connection)

    @cached_property
    def cases(self) -> Cases:
        """Exception cases."""
        return Cases(self.connection)

    @cached_property
    def proposals(self) -> Proposals:
        """Proposals, approvals and promised effects."""
        return Proposals(self.connection)

    @cached_property
    def reservations(self) -> Reservations:
        """Claims on stock."""
        return Reservations(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """Messages that must leave."""
        return Outbox(self.connection)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The outbox as its sender sees it."""
        return Deliveries(self.connection)

    @cached_property
    def audit(self) -> Audit:
        """The trail."""
        return Audit(self.connection, self.ring)

    @cached_property
    def requests(self) -> Requests:
        """Requests already answered."""
        return Requests(self.connection)
