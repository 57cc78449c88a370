"""Who is who? Accounts, roles, scopes and delegations: what an administrator does, and who is asking.

Segregation of duties is asked at every grant: no person unites roles that must check each other (fault 77).
"""

from dataclasses import asdict, replace
from datetime import datetime

from control_tower.errors import NotAllowed
from control_tower.model import User
from control_tower.services.acting import Change, Deed, Desk, founded, perform
from control_tower.services.request import Receipt, Request
from control_tower.vocabulary import Role, ServiceRole
from control_tower.workflow.rights import Action, clash, may
from control_tower.workflow.store.store import Store

DEMO_USERS: dict[str, Role] = {
    "executive": Role.EXECUTIVE,
    "planner": Role.OPERATIONS_LEADER,
    "engineer": Role.PROCESS_ENGINEER,
    "approver": Role.APPROVER,
    "second_approver": Role.APPROVER,
    "analyst": Role.ANALYST,
    "admin": Role.ADMINISTRATOR,
}


def find(store: Store, user_id: str) -> User:
    """An account that may act now. Raises NotAllowed for an unknown or closed one."""
    with store.reading() as unit:
        found = unit.users.find(user_id)
    if found is None or not found.is_active:
        raise NotAllowed(f"{user_id!r} is no active user of the tower; `--as` takes one that an administrator added")
    return found


def find_by_subject(store: Store, subject: str) -> User:
    """The account of somebody the identity provider named. Raises NotAllowed when nobody mapped it."""
    with store.reading() as unit:
        found = unit.users.of_subject(subject)
    if found is None or not found.is_active:
        raise NotAllowed(f"{subject!r} is not mapped to an active user of the tower; ask an administrator")
    return found


def find_all(store: Store) -> list[User]:
    """Every account, by id."""
    with store.reading() as unit:
        return unit.users.all()


def require(store: Store, user_id: str, action: Action) -> User:
    """The account, when its role may do this; for actions that are not the store's own. Raises NotAllowed."""
    user = find(store, user_id)
    if not may(user.role, action):
        raise NotAllowed(f"{user_id}: the role {user.role} may not {action}; ask somebody whose role may")
    return user


def seed(store: Store, with_demo_users: bool) -> None:
    """Make the service accounts, and the demo's users where they are wanted; what is there stays as it is."""
    wanted = {f"service.{role}": str(role) for role in ServiceRole}
    wanted |= {name: str(role) for name, role in DEMO_USERS.items()} if with_demo_users else {}
    with store.reading() as unit:
        known = {user.user_id for user in unit.users.all()}
    if set(wanted) <= known:
        return
    with store.writing() as unit:
        for name, role in wanted.items():
            if unit.users.find(name) is None:
                unit.users.save(User(name, name.replace("_", " "), role, None, name), unit.now)


def begin(store: Store, user: User, subject: str | None, reason: str) -> Receipt:
    """Add the first administrator, who adds everybody else; in their own name, and only while the store knows no person.

    Raises NotAllowed once there is an account of a person, also of the demo.
    """

    def write(desk: Desk) -> Change:
        known = [one.user_id for one in desk.unit.users.all() if one.role in list(Role)]
        if known or user.role != Role.ADMINISTRATOR:
            there = f"there are accounts ({', '.join(known[:7])})" if known else f"{user.role} is another role"
            raise NotAllowed(
                f"user {user.user_id}: only the first account, an administrator, needs nobody: {there}; use --as"
            )
        desk.unit.users.save(user, desk.unit.now, subject)
        return Change(user.user_id, user.role, 1, {}, _mapped(user, subject))

    deed = Deed(Action.USER_ADD, "user", user.user_id, _mapped(user, subject))
    return founded(store, user, Request(user.user_id, reason), deed, write)


def add(store: Store, request: Request, user: User, subject: str | None = None) -> Receipt:
    """Add an account; `subject` is what the identity provider calls its holder."""

    def write(desk: Desk) -> Change:
        if desk.unit.users.find(user.user_id):
            raise NotAllowed(f"user {user.user_id}: is there already; change it, or take another id")
        _require_duties(desk, user)
        _require_own(desk, user.user_id, subject)
        desk.unit.users.save(user, desk.unit.now, subject)
        return Change(user.user_id, user.role, 1, {}, _mapped(user, subject))

    deed = Deed(Action.USER_ADD, "user", user.user_id, _mapped(user, subject))
    return perform(store, request, deed, write)


def change(store: Store, request: Request, user: User, subject: str | None = None) -> Receipt:
    """Change name, role, scope, person or activity of an account; it counts from the next action on (fault 80).

    subject: who the identity provider says its holder is from now on; None leaves what is there.
    """

    def write(desk: Desk) -> Change:
        before = desk.unit.users.find(user.user_id)
        if before is None:
            raise NotAllowed(f"no user {user.user_id!r}")
        if before.role in list(ServiceRole) or user.user_id == desk.actor.user_id:
            raise NotAllowed(
                f"user {user.user_id}: nobody changes a service account or their own; ask another administrator"
            )
        _require_duties(desk, user)
        _require_own(desk, user.user_id, subject)
        desk.unit.users.save(user, desk.unit.now, subject)
        return Change(user.user_id, user.role, 1, _shown(before), _mapped(user, subject))

    return perform(store, request, Deed(Action.USER_CHANGE, "user", user.user_id, _mapped(user, subject)), write)


def close(store: Store, request: Request, user_id: str) -> Receipt:
    """Close an account; its next action is refused."""
    return change(store, request, replace(find(store, user_id), is_active=False))


def lend(store: Store, request: Request, to_user_id: str, from_at: datetime, until_at: datetime) -> Receipt:
    """Lend one's right to approve to somebody for a time, with a reason."""

    def write(desk: Desk) -> Change:
        to = desk.unit.users.find(to_user_id)
        if to is None or not to.is_active:
            raise NotAllowed(f"no active user {to_user_id!r}")
        if to.person_id == desk.actor.person_id or from_at >= until_at or not desk.request.reason.strip():
            raise NotAllowed("a delegation names another person, a time that has a length, and a reason")
        if not may(to.role, Action.PROPOSAL_APPROVE):
            raise NotAllowed(
                f"{to_user_id}: the role {to.role} may not approve, so no right to approve can be lent to it"
            )
        number = f"{desk.actor.user_id}>{to_user_id}#{desk.unit.now.isoformat()}"
        desk.unit.users.lend(number, (desk.actor.user_id, to_user_id), (from_at, until_at), desk.request.reason)
        return Change(to_user_id, "lent", 1, {}, {"to": to_user_id, "from_at": from_at, "until_at": until_at})

    content = {"to": to_user_id, "from": from_at, "until": until_at}
    return perform(store, request, Deed(Action.USER_DELEGATE, "user", to_user_id, content), write)


def lenders(store: Store, viewer: User) -> list[User]:
    """Whose right to approve this user has now besides their own; only accounts that may still approve."""
    with store.reading() as unit:
        found = [unit.users.find(user_id) for user_id in unit.users.lenders(viewer.user_id, unit.now)]
    return [user for user in found if user and user.is_active and may(user.role, Action.PROPOSAL_APPROVE)]


def _require_duties(desk: Desk, user: User) -> None:
    if user.role not in list(Role):
        raise NotAllowed(f"user {user.user_id}: {user.role!r} is no role; allowed: {', '.join(Role)}")
    others = [other for other in desk.unit.users.of_person(user.person_id) if other.user_id != user.user_id]
    pair = clash([user.role, *(other.role for other in others if other.is_active)]) if user.is_active else None
    if pair:
        raise NotAllowed(
            f"user {user.user_id}: one person may not be {' and '.join(sorted(pair))}; they check each other"
        )


def _require_own(desk: Desk, user_id: str, subject: str | None) -> None:
    """One name of the provider is one account: otherwise nobody could say whose role counts."""
    held = desk.unit.users.of_subject(subject) if subject else None
    if held is not None and held.user_id != user_id:
        raise NotAllowed(
            f"user {user_id}: {subject!r} is {held.user_id} already; close that account or change its subject"
        )


def _shown(user: User) -> dict[str, object]:
    shown = asdict(user)
    return {**shown, "site_ids": sorted(user.site_ids) if user.site_ids is not None else None}


def _mapped(user: User, subject: str | None) -> dict[str, object]:
    return _shown(user) if subject is None else {**_shown(user), "subject": subject}
