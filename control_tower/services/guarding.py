"""Is the record whole, and can everything be brought back? Verifying the audit trail, backup and restore (ruling 21).

Never repairs a trail: what is broken stays visible.
"""

from pathlib import Path

from control_tower.services import opening
from control_tower.services.acting import Change, Deed, Desk, perform
from control_tower.services.builds import ask
from control_tower.services.request import Receipt, Request
from control_tower.settings import Settings
from control_tower.workflow import backup as archive
from control_tower.workflow import keys
from control_tower.workflow.audit import Verdict
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store


def verify(store: Store) -> Verdict:
    """Whether the audit trail is whole, which link is the first broken one, and what cannot be known."""
    return store.verify()


def backup(store: Store, request: Request, settings: Settings, target: Path) -> Receipt:
    """Write store, raw files, manifests, keys and anchored heads into one file, while others go on working (fault 54)."""
    ask(store, request, Action.STORE_BACKUP, target.name)
    files = archive.write(settings, store, target)
    deed = Deed(Action.STORE_BACKUP, "store", target.name, {"files": files})

    def write(_desk: Desk) -> Change:
        return Change(target.name, "written", 1, {}, {"files": files})

    return perform(store, request, deed, write)


def restore(settings: Settings, source: Path) -> Verdict:
    """Bring a backup into an empty home and verify its trail. Raises StoreError for a home that holds anything."""
    archive.read(settings, source, opening.url_of(settings))
    opening.forget()
    return opening.open_store(settings).verify()


def rotate(store: Store, request: Request, settings: Settings) -> Receipt:
    """Make a new audit key; the change itself is the last entry sealed with the old one (fault 104)."""
    ask(store, request, Action.STORE_ROTATE_KEY, "audit key")
    ring = keys.rotate(settings.home)

    def write(_desk: Desk) -> Change:
        return Change(ring.active_id, "active", 1, {"key_id": store.ring.active_id}, {"key_id": ring.active_id})

    receipt = perform(store, request, Deed(Action.STORE_ROTATE_KEY, "audit_key", ring.active_id), write)
    opening.forget()
    return receipt
