"""How do the business's rules change? A version is drafted by one, activated by another, effective from a date (GOV-05, 07).

Never holds a rule itself: rules are the text that is drafted.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from control_tower import policy as shipped
from control_tower.errors import Conflict, NotAllowed
from control_tower.model import PolicyVersion
from control_tower.policy import Policy
from control_tower.services import ruling
from control_tower.services.acting import Change, Deed, Desk, already, perform
from control_tower.services.request import Receipt, Request
from control_tower.workflow import canonical
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_KIND = "policy"


def in_force(store: Store) -> Policy:
    """The policy that counts now."""
    with store.reading() as unit:
        return ruling.in_force(unit)


def history(store: Store) -> list[PolicyVersion]:
    """Every version after the shipped one, newest first: author, activator, effective date, text."""
    with store.reading() as unit:
        return unit.policies.all()


def draft(store: Store, request: Request, content: str) -> Receipt:
    """Write a new version of policy.toml, with a reason. Raises PolicyError naming file, key and what is allowed."""
    read = shipped.parse(content.encode("utf-8"), Path("the drafted policy"))

    def write(desk: Desk) -> Change:
        if not desk.request.reason.strip():
            raise NotAllowed("a change of policy needs a reason; give one")
        if desk.unit.policies.find(read.version) or read.version == desk.policy.version:
            raise Conflict(f"policy version {read.version}: is there already; give the text a new version")
        person = (desk.actor.user_id, desk.actor.person_id)
        desk.unit.policies.add(
            PolicyVersion(read.version, content, read.hash, *person, desk.unit.now, desk.request.reason)
        )
        return Change(read.version, "draft", 1, {"hash": desk.policy.hash}, {"hash": read.hash, "revision": 1})

    return perform(store, request, Deed(Action.POLICY_DRAFT, _KIND, read.version, {"hash": read.hash}), write)


def activate(store: Store, request: Request, version: str, effective_at: datetime) -> Receipt:
    """Let a version count from an instant on; never by its author (GOV-02).

    A version counts once: whoever goes back drafts the older text under a new name (GOV-08).
    """

    def write(desk: Desk) -> Change:
        found = desk.unit.policies.find(version)
        if found is None:
            raise NotAllowed(f"no policy version {version!r}; draft it first")
        if found.activated_at:
            raise already(desk, (_KIND, version), "activated")
        if found.author_person_id == desk.actor.person_id:
            raise NotAllowed(f"policy version {version}: {desk.actor.user_id} wrote it; somebody else must activate it")
        if effective_at < desk.unit.now:
            raise NotAllowed(f"policy version {version}: cannot count from {effective_at.isoformat()}, which is past")
        active = replace(
            found,
            activator_id=desk.actor.user_id,
            activator_person_id=desk.actor.person_id,
            activated_at=desk.unit.now,
            effective_at=effective_at,
        )
        desk.unit.policies.activate(active)
        after = {"hash": found.hash, "effective_at": effective_at, "revision": 2}
        return Change(version, "active", 2, {"hash": desk.policy.hash}, after)

    content = {"effective_at": canonical.text(effective_at)}
    return perform(store, request, Deed(Action.POLICY_ACTIVATE, _KIND, version, content), write)
