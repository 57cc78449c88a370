"""How does a process get its decision store? Opens it once per home, prepared and with its accounts.

The only place that puts engine, keys, anchor, clock and facts together.
"""

import threading
from datetime import UTC, datetime
from pathlib import Path

from control_tower.reallocation.recheck import changes as planner_recheck
from control_tower.services import users
from control_tower.services.facts import BuildFacts, Recheck
from control_tower.settings import Settings
from control_tower.workflow import keys
from control_tower.workflow.anchor import Anchor
from control_tower.workflow.ports import Clock
from control_tower.workflow.store import engine
from control_tower.workflow.store.store import Store

_OPEN: dict[tuple[str, str], Store] = {}
_OPENING = threading.Lock()


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def url_of(settings: Settings) -> str:
    """Where the store is: `TOWER_STORE_URL`, else a SQLite file in the home."""
    return settings.store_place


def open_store(settings: Settings, clock: Clock = utc_now, recheck: Recheck = planner_recheck) -> Store:
    """The store of a home: file checked, schema brought up to date, accounts there. Raises StoreError."""
    settings.home.mkdir(parents=True, exist_ok=True)
    ring = keys.load(settings.home)
    place = settings.anchor or str((settings.home / "anchor" / "heads.jsonl").resolve())
    anchor = Anchor(place, ring, settings.anchor_seconds)
    store = Store(engine.make(url_of(settings)), ring, anchor, clock, lambda: BuildFacts(settings, recheck))
    store.prepare()
    users.seed(store, with_demo_users=settings.is_demo)
    return store


def current_store(settings: Settings, recheck: Recheck = planner_recheck) -> Store:
    """The store of this process, opened at its first use (pages and commands call this)."""
    key = (str(Path(settings.home).resolve()), url_of(settings))
    with _OPENING:
        if key not in _OPEN:
            _OPEN[key] = open_store(settings, recheck=recheck)
        return _OPEN[key]


def forget() -> None:
    """Close every store this process holds (a restore replaces files)."""
    with _OPENING:
        while _OPEN:
            _OPEN.popitem()[1].close()
