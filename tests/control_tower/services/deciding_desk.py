"""What do the tests of decisions work on? A store with hand-written facts, a clock that is set, users, and a plan.

Facts answer the workflow's questions as the warehouse would; they are an adapter of our own port, no mock of our code.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from control_tower import policy
from control_tower.model import ExceptionFacts, Pool, User
from control_tower.policy import Policy
from control_tower.services import proposals, users
from control_tower.services.request import Request
from control_tower.vocabulary import ExceptionStatus, Role
from control_tower.workflow.anchor import Anchor
from control_tower.workflow.keys import KeyRing
from control_tower.workflow.store import engine
from control_tower.workflow.store.store import Store

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SHIPPED = policy.load()


@dataclass
class SetFacts:
    """Facts as a test says they are."""

    build_id: str = "build-1"
    exceptions: dict[str, ExceptionFacts] = field(default_factory=dict)
    stock: dict[str, Decimal] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def exception(self, exception_id: str) -> ExceptionFacts | None:
        return self.exceptions.get(exception_id)

    def known(self, exception_ids: Iterable[str]) -> Mapping[str, ExceptionFacts]:
        return {key: self.exceptions[key] for key in exception_ids if key in self.exceptions}

    def available_qty(self, pool: Pool) -> Decimal:
        return self.stock.get(pool.key, Decimal(0))

    def changes(self, payload: Mapping[str, Any], policy: Policy) -> list[str]:
        return list(self.changed)


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Tower:
    """A store, and the hands on its facts and its clock."""

    store: Store
    facts: SetFacts
    clock: SetClock

    def user(self, name: str) -> User:
        return users.find(self.store, name)

    def submitted(self, payload: dict[str, Any], actor: str = "planner") -> str:
        """A proposal that waits for approval."""
        made = proposals.draft(self.store, Request(actor), payload)
        proposals.submit(self.store, Request(actor), made.subject_id)
        return made.subject_id

    def state(self, proposal_id: str) -> str:
        with self.store.reading() as unit:
            found = unit.proposals.find(proposal_id)
        assert found is not None
        return str(found.state)

    def again(self, folder: Path) -> "Tower":
        """The same tower for another process: connections of its own."""
        self.store.engine.dispose(close=False)
        url = self.store.engine.url.render_as_string(hide_password=False)
        anchor = Anchor(str(folder / "heads.jsonl"), self.store.ring)
        store = Store(engine.make(url), self.store.ring, anchor, self.clock, lambda: self.facts)
        return Tower(store, self.facts, self.clock)

    def trail(self) -> list[tuple[str, str, str]]:
        """Actor, action and outcome of every audit entry, in order."""
        with self.store.reading() as unit:
            return [(e.actor_id, e.action, e.outcome) for e in reversed(unit.audit.newest(10_000))]


SHORT = ExceptionFacts("erp:E1", ExceptionStatus.NEW, "erp:NORTH", "out_of_stock", "erp:T1")


def ring() -> KeyRing:
    return KeyRing("k1", {"k1": secrets.token_bytes(32)})


def tower(url: str, folder: Path, keys: KeyRing | None = None, with_users: bool = True) -> Tower:
    """A fresh tower at a database URL with the demo's users and one leader and approver of the south alone."""
    facts, clock, keys = SetFacts(), SetClock(), keys or ring()
    store = Store(engine.make(url), keys, Anchor(str(folder / "heads.jsonl"), keys), clock, lambda: facts)
    store.prepare()
    if not with_users:
        return Tower(store, facts, clock)
    users.seed(store, with_demo_users=True)
    with store.writing() as unit:
        for name, role in (("south_planner", Role.OPERATIONS_LEADER), ("south_approver", Role.APPROVER)):
            unit.users.save(User(name, name, role, frozenset({"erp:SOUTH"}), name), clock())
    for number in range(1, 6):
        facts.exceptions[f"erp:E{number}"] = replace(SHORT, exception_id=f"erp:E{number}")
    facts.exceptions["erp:S1"] = replace(SHORT, exception_id="erp:S1", site_id="erp:SOUTH")
    facts.stock["stock|erp:NORTH|erp:I1"] = Decimal(100)
    return Tower(store, facts, clock)


def plan(qty: int = 10, **changes: Any) -> dict[str, Any]:
    """A payload as the planner makes it: one short line served from the north."""
    payload: dict[str, Any] = {
        "exception_ids": ["erp:E1"],
        "build_id": "build-1",
        "policy_hash": SHIPPED.hash,
        "policy_version": SHIPPED.version,
        "as_of": "2026-03-02T08:00:00+00:00",
        "amount": "2500",
        "margin_rate": "0.21",
        "freight_amount": "40",
        "currency_code": "EUR",
        "tier": "key",
        "site_ids": ["erp:NORTH"],
        "lines": [{"order_line_id": "erp:L1", "order_id": "erp:O1", "chosen": "alternate_site"}],
        "moves": [
            {
                "move_no": 1,
                "action": "alternate_site",
                "order_line_id": "erp:L1",
                "item_id": "erp:I1",
                "from_site_id": "erp:NORTH",
                "qty": str(qty),
                "ships_on": "2026-03-03",
                "arrives_on": "2026-03-05",
                "freight_amount": "40",
                "days_late": 0,
            }
        ],
        "reserves": [{"site_id": "erp:NORTH", "item_id": "erp:I1", "qty": str(qty)}],
        "recommended_option": "alternate_site",
        "chosen_option": "alternate_site",
    }
    return {**payload, **changes}
