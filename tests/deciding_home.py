"""What do the tests of the whole way from a case to its release work on? A copy of the demo's home that may be decided in."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from control_tower import builds, warehouse
from control_tower.services import opening, planning, users
from control_tower.services.planning import Outlook, Wish
from control_tower.settings import Settings
from control_tower.workflow.store.store import Store


@dataclass(frozen=True)
class Shortage:
    """A shortage of the demo that needs a person's approval: its exception and the plan for it."""

    exception_id: str
    outlook: Outlook


def copied(home: Path, target: Path) -> Path:
    """The same home again; files are shared until somebody replaces them, as the tower always does."""
    return Path(shutil.copytree(home, target, copy_function=os.link))


def shortage(settings: Settings, store: Store) -> Shortage:
    """The smallest shortage of at least two lines whose plan draws on stock or receipts and needs a yes."""
    build, planner = warehouse.open_current(settings), users.find(store, "planner")
    rows = build.read("workbench_shortage", None)
    for row in rows.sort_values(["line_count", "item_id"]).to_dict("records"):
        found = planning.outlook(store, settings, Wish((str(row["exception_id"]),)), planner)
        if len(found.payload["lines"]) > 1 and found.required and found.payload["reserves"]:
            return Shortage(str(row["exception_id"]), found)
    raise AssertionError("the demo has no shared shortage that needs approval")


def newer_build(settings: Settings, *changes: str) -> str:
    """Publish the current build once more with these changes of its facts (no row more or less); returns its id."""
    old = builds.current_id(settings.builds)
    assert old is not None
    new = f"{old}-next"
    shutil.copytree(settings.builds / old, settings.builds / new)
    manifest = json.loads((settings.builds / new / "manifest.json").read_text())
    (settings.builds / new / "manifest.json").unlink()
    (settings.builds / new / "manifest.json").write_text(json.dumps({**manifest, "build_id": new}))
    with duckdb.connect(str(settings.builds / new / "warehouse.duckdb")) as warehouse_file:
        for change in changes:
            warehouse_file.execute(change)
    builds.point_to(settings.builds, new)
    return new


def opened(home: Path) -> tuple[Settings, Store]:
    """A home's settings and its decision store."""
    settings = Settings(home=home)
    return settings, opening.current_store(settings)
