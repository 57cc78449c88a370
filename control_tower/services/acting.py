"""How does any action happen? Account read anew, right checked, repetition recognised, work done, audited: one transaction.

A refusal (NotAllowed, Conflict, Stale) undoes everything and is then audited in a transaction of its own. Holds no rule
about a single action.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from control_tower.errors import Conflict, NotAllowed, Stale
from control_tower.model import AuditEntry, User
from control_tower.policy import Policy
from control_tower.services import ruling
from control_tower.services.request import Receipt, Request
from control_tower.workflow import canonical
from control_tower.workflow.rights import Action, may
from control_tower.workflow.store.store import Store
from control_tower.workflow.store.unit import Unit

_LONGEST = 200
_LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Deed:
    """What is asked for: the action, the thing, and whatever else makes two requests different."""

    action: Action
    subject_type: str
    subject_id: str
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the work of one action has at hand."""

    unit: Unit
    actor: User
    request: Request
    policy: Policy


@dataclass(frozen=True, slots=True)
class Change:
    """What the work of one action did: the thing, how it stands, and how it stood."""

    subject_id: str
    state: str
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    then: "tuple[Request, Deed, Work] | None" = None
    """What follows at once in the same transaction in another account's name, with an audit entry of its own."""


Work = Callable[[Desk], Change]


def perform(store: Store, request: Request, deed: Deed, work: Work) -> Receipt:
    """Do one action.

    Raises NotAllowed, Conflict or Stale (each audited); StoreError when the store cannot be written (nothing happened).
    """
    try:
        with store.writing() as unit:
            receipt = _performed(Desk(unit, _actor(unit, request), request, ruling.in_force(unit)), deed, work, store)
    except (NotAllowed, Conflict, Stale) as refusal:
        refused(store, request, deed, str(refusal))
        raise
    store.anchor_if_due()
    return receipt


def _performed(desk: Desk, deed: Deed, work: Work, store: Store) -> Receipt:
    unit, request = desk.unit, desk.request
    if not may(desk.actor.role, deed.action):
        raise NotAllowed(
            f"{request.actor_id}: the role {desk.actor.role} may not {deed.action}; ask somebody whose role may"
        )
    content = canonical.digest([deed.action, deed.subject_type, deed.subject_id, deed.content, request.on_behalf_of])
    known = unit.requests.find(request.actor_id, request.idempotency_key)
    if known is not None:
        return _repeated(desk, deed, known, content)
    change = work(desk)
    entry = _write(desk, deed, change, store)
    if change.then is not None:
        follower, next_deed, next_work = change.then
        change = next_work(desk)
        _write(replace(desk, request=follower), next_deed, change, store)
    receipt = Receipt(deed.subject_type, change.subject_id, change.state, change.version, entry.sequence_no)
    asked = (request.actor_id, request.idempotency_key)
    unit.requests.keep(asked, content, canonical.text(asdict(receipt)), unit.now)
    return receipt


def founded(store: Store, founder: User, request: Request, deed: Deed, work: Work) -> Receipt:
    """Do the one action that nobody known can do, because its work makes the first account; audited in that account's name.

    Raises NotAllowed as `work` does; that is audited too.
    """
    try:
        with store.writing() as unit:
            desk = Desk(unit, founder, request, ruling.in_force(unit))
            change = work(desk)
            entry = _write(desk, deed, change, store)
    except NotAllowed as refusal:
        refused(store, request, deed, str(refusal))
        raise
    store.anchor_if_due()
    return Receipt(deed.subject_type, change.subject_id, change.state, change.version, entry.sequence_no)


def _actor(unit: Unit, request: Request) -> User:
    actor = unit.users.find(request.actor_id)
    if actor is None:
        raise NotAllowed(
            f"{request.actor_id[:_LONGEST]!r} is no user of the tower; `--as` takes one that an administrator added"
        )
    if not actor.is_active:
        raise NotAllowed(f"{request.actor_id}: this account was closed; ask an administrator")
    return actor


def _repeated(desk: Desk, deed: Deed, known: tuple[str, str], content: str) -> Receipt:
    """The answer that the same request got before; a key used for something else is refused (fault 59, 79)."""
    if known[0] != content:
        raise Conflict(
            f"request {desk.request.idempotency_key}: was already used by {desk.request.actor_id} for something else; send a new key"
        )
    receipt = Receipt(**json.loads(known[1]))
    _entry(desk, deed, receipt.subject_id, "replayed", {"answered_by": receipt.sequence_no})
    return replace(receipt, is_replay=True)


def _write(desk: Desk, deed: Deed, change: Change, store: Store) -> AuditEntry:
    build_id = desk.request.build_id or store.facts().build_id
    said = _said(desk.request, deed, change.subject_id, "done")
    rest = {"before": change.before, "after": change.after, "acted_at": desk.unit.now.isoformat(), "build_id": build_id}
    policy = {"policy_version": desk.policy.version, "policy_hash": desk.policy.hash}
    return desk.unit.audit.append({**said, **rest, **policy})


def _entry(desk: Desk, deed: Deed, subject_id: str, outcome: str, after: Mapping[str, Any]) -> AuditEntry:
    said = _said(desk.request, deed, subject_id, outcome)
    rest = {
        "before": {},
        "after": after,
        "acted_at": desk.unit.now.isoformat(),
        "build_id": desk.request.build_id or "",
    }
    policy = {"policy_version": desk.policy.version, "policy_hash": desk.policy.hash}
    return desk.unit.audit.append({**said, **rest, **policy})


def _said(request: Request, deed: Deed, subject_id: str, outcome: str) -> dict[str, Any]:
    return {
        "actor_id": request.actor_id[:_LONGEST],
        "action": str(deed.action),
        "outcome": outcome,
        "subject_type": deed.subject_type,
        "subject_id": subject_id[:_LONGEST],
        "reason": request.reason[:_LONGEST_REASON],
        "request_key": request.idempotency_key[:_LONGEST],
    }


def refused(store: Store, request: Request, deed: Deed, why: str) -> None:
    """Write down that something was tried and refused."""
    with store.writing() as unit:
        policy = ruling.in_force(unit)
        unit.audit.append(
            {
                **_said(request, deed, deed.subject_id, "refused"),
                "before": {},
                "after": {"why": why[:_LONGEST_REASON]},
                "acted_at": unit.now.isoformat(),
                "build_id": request.build_id or "",
                "policy_version": policy.version,
                "policy_hash": policy.hash,
            }
        )
    store.anchor_if_due()


def require_version(desk: Desk, subject: tuple[str, str], current: int) -> None:
    """Refuse what was decided on an older version (fault 60). Raises Stale saying what changed, who did it and when."""
    expected = desk.request.expected_version
    if expected is None or expected == current:
        return
    done = [entry for entry in desk.unit.audit.of_subject(*subject) if entry.outcome == "done"]
    newer = [entry for entry in done if json.loads(entry.after).get("revision", 0) > expected]
    changes = "; ".join(_difference(entry) for entry in newer) or "nothing is known of how"
    raise Stale(
        f"{subject[0]} {subject[1]} changed since you opened it (you saw {expected}, it is {current}): {changes}; look again"
    )


def _difference(entry: AuditEntry) -> str:
    before, after = json.loads(entry.before), json.loads(entry.after)
    names = [name for name in after if before.get(name) != after[name] and name != "revision"]
    parts = ", ".join(f"{name} {before.get(name)} → {after[name]}" for name in sorted(names))
    return f"{entry.actor_id} at {entry.acted_at}: {entry.action} ({parts})"


def already(desk: Desk, subject: tuple[str, str], state: str) -> Conflict:
    """The error for a step that somebody else has made impossible: says who, when and what (fault 58)."""
    done = [entry for entry in desk.unit.audit.of_subject(*subject) if entry.outcome == "done"]
    by = f": {done[-1].actor_id} did {done[-1].action} at {done[-1].acted_at}" if done else ""
    return Conflict(f"{subject[0]} {subject[1]} is {state}{by}; look again")
