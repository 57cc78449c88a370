"""What did a change of the prevention backlog do? Measures an entry's own finding in the newest build (RCA-08).

A clear answer ends the entry; one that cannot be told yet is written beside it, and can be measured again by a later
build. Never finds anything itself.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from control_tower import warehouse
from control_tower.analysis import prevention
from control_tower.analysis.prevention import Moved, Place, Prevented
from control_tower.analysis.verdict import limits
from control_tower.errors import NotAllowed, NotAvailable
from control_tower.model import BacklogEntry, User
from control_tower.services import backlog, users
from control_tower.services.acting import Deed, refused
from control_tower.services.request import Receipt, Request
from control_tower.settings import Settings
from control_tower.workflow.rights import Action
from control_tower.workflow.store.store import Store


def find_all(store: Store, viewer: User) -> list[BacklogEntry]:
    """The entries a user may see, newest first: of findings at their sites, or all for who sees every site (ruling 17)."""
    return [entry for entry in backlog.find_all(store) if is_seen(entry, viewer)]


def is_seen(entry: BacklogEntry, viewer: User) -> bool:
    """Whether a finding was made at sites that are all this user's; one made over all sites is not."""
    return viewer.covers([str(site) for site in entry.evidence.get("sites") or []])


def place_of(entry: BacklogEntry) -> Place | None:
    """What the finding is about; None for an entry that carries no counted finding."""
    stated = entry.evidence
    values = {str(name): str(value) for name, value in (stated.get("values") or {}).items()}
    if not values or "type_code" not in stated or "exposure" not in stated:
        return None
    return Place(str(stated["type_code"]), str(stated["exposure"]), values)


def measure(store: Store, request: Request, settings: Settings, backlog_id: str) -> Receipt:
    """Measure an entry's rate before and after its change in the newest build, and write it down.

    Raises NotAllowed (audited) for an entry without a counted finding or a day of the change, or whose change is too young.
    """
    try:
        found, build_id = _measured(
            store, users.require(store, request.actor_id, Action.BACKLOG_MEASURE), settings, backlog_id
        )
    except NotAllowed as refusal:
        refused(store, request, Deed(Action.BACKLOG_MEASURE, "backlog_entry", backlog_id), str(refusal))
        raise
    values = (_exact(found.rate_before), _exact(found.rate_after))
    return backlog.measure_shown(store, request, backlog_id, values, shown(found, build_id))


def _measured(store: Store, viewer: User, settings: Settings, backlog_id: str) -> tuple[Prevented, str]:
    entry = backlog.find(store, backlog_id)
    if entry is None or not is_seen(entry, viewer):
        raise NotAllowed(f"no backlog entry {backlog_id!r}")
    place, changed = place_of(entry), entry.evidence.get("changed_on")
    if place is None:
        raise NotAllowed(f"backlog {backlog_id}: carries no finding that can be counted; give its values by hand")
    if changed is None:
        raise NotAllowed(f"backlog {backlog_id}: say first that its change is done, and on which day")
    build = warehouse.open_current(settings)
    at, sites = datetime.combine(date.fromisoformat(str(changed)), time.min), entry.evidence.get("sites") or []
    try:
        return prevention.measure(build, place, at, tuple(map(str, sites)), limits(rules=build.rules)), build.id
    except NotAvailable as error:
        raise NotAllowed(f"backlog {backlog_id}: {error}") from error


def shown(found: Prevented, build_id: str) -> dict[str, Any]:
    """A measurement as it is kept: counts, rates, interval, verdict, the build and the days it speaks of."""
    names = ("failed_before", "exposed_before", "failed_after", "exposed_after", "difference", "low", "high",
             "rest_before", "rest_after", "why")  # fmt: skip
    days = {"before": found.span.before, "since": found.span.since, "until": found.span.until}
    return {
        **{name: getattr(found, name) for name in names}, "verdict": str(found.verdict), "build_id": build_id,
        "is_clear": found.verdict is not Moved.CANNOT_TELL, **{name: day.isoformat() for name, day in days.items()},
    }  # fmt: skip


def _exact(rate: float | None) -> Decimal | None:
    return None if rate is None else Decimal(f"{rate:.6f}")
