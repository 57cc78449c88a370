"""Who may change what everybody sees? Loads, unloads and rollbacks by a named user, audited like any decision (ruling 17).

Never loads anything: the command line does that between asking and writing down.
"""

from dataclasses import replace

from control_tower.errors import NotAllowed
from control_tower.services import acting
from control_tower.services.acting import Change, Deed, Desk, perform
from control_tower.services.request import Receipt, Request
from control_tower.services.users import require
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store

_KIND = "build"


def ask(store: Store, request: Request, action: Action, what: str) -> None:
    """Whether this user may do it. Raises NotAllowed, which is audited."""
    try:
        require(store, request.actor_id, action)
    except NotAllowed as refusal:
        acting.refused(store, request, Deed(action, _KIND, what), str(refusal))
        raise


def done(store: Store, request: Request, deed: tuple[Action, str], builds: tuple[str | None, str]) -> Receipt:
    """Write down which build was the published one before and which is after; `deed` is the action and what it was on."""
    after = {"build_id": builds[1], "what": deed[1]}

    def write(_desk: Desk) -> Change:
        return Change(builds[1], "published", 1, {"build_id": builds[0]}, after)

    return perform(store, replace(request, build_id=builds[1]), Deed(deed[0], _KIND, deed[1], after), write)
