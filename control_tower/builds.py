"""Which build is published, which exist, and how does one become the published one?

Owns the folder `builds/`: one folder per build and the pointer file CURRENT. A build folder is moved
in complete and never changed afterwards; only the pointer moves. Never opens DuckDB.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from control_tower import manifest as manifests
from control_tower.errors import BuildError
from control_tower.manifest import Manifest

CURRENT = "CURRENT"
WAREHOUSE = "warehouse.duckdb"
MANIFEST = "manifest.json"
PUBLISHED = "PUBLISHED"


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """One build on disk: its manifest, and whether it is the one people see."""

    manifest: Manifest
    folder: Path
    is_current: bool
    size_bytes: int


def current_id(builds: Path) -> str | None:
    """The id of the published build, or None in a home that has none yet."""
    try:
        return (builds / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def current_manifest(builds: Path) -> Manifest | None:
    """The manifest of the published build. Raises BuildError when the pointer leads nowhere."""
    build_id = current_id(builds)
    return None if build_id is None else manifests.read(builds / build_id / MANIFEST)


def existing(builds: Path) -> list[BuildInfo]:
    """Every published build that is still on disk, newest first; half-made folders are left out."""
    current = current_id(builds)
    found = []
    for folder in sorted(builds.glob("*/"), reverse=True):
        if not (folder / MANIFEST).is_file() or not _was_published(folder, current):
            continue
        size = sum(path.stat().st_size for path in folder.iterdir())
        found.append(BuildInfo(manifests.read(folder / MANIFEST), folder, folder.name == current, size))
    return found


def _was_published(folder: Path, current: str | None) -> bool:
    return folder.name == current or (folder / PUBLISHED).is_file()


def install(staged: Path, builds: Path) -> Path:
    """Move a finished build folder into builds/ (not yet published). Returns its new place."""
    builds.mkdir(parents=True, exist_ok=True)
    for path in staged.iterdir():
        sync(path)
    sync(staged)
    target = builds / staged.name
    staged.rename(target)
    sync(builds)
    return target


def point_to(builds: Path, build_id: str) -> None:
    """Publish: move CURRENT to a complete build, atomically. Raises BuildError when it is not there."""
    folder = builds / build_id
    if not (folder / MANIFEST).is_file() or not (folder / WAREHOUSE).is_file():
        known = ", ".join(info.manifest.build_id for info in existing(builds)) or "none"
        raise BuildError(f"no build {build_id!r} in {builds}; existing: {known}")
    temporary = builds / f"{CURRENT}.{os.getpid()}"
    temporary.write_text(build_id + "\n", encoding="utf-8")
    sync(temporary)
    temporary.replace(builds / CURRENT)
    sync(builds)
    (folder / PUBLISHED).touch()


def remove_orphans(builds: Path) -> list[str]:
    """Delete builds that were never published (a load was killed before the pointer moved)."""
    current = current_id(builds)
    removed = []
    for folder in builds.glob("*/"):
        if folder.name == current:
            (folder / PUBLISHED).touch()
        elif not _was_published(folder, current):
            shutil.rmtree(folder)
            removed.append(folder.name)
    for leftover in builds.glob(f"{CURRENT}.*"):
        leftover.unlink()
    return removed


def prune(builds: Path, keep: int) -> list[str]:
    """Delete the oldest builds beyond `keep`; the published one always stays. Returns what went."""
    removed = []
    for info in existing(builds)[max(keep, 1) :]:
        if not info.is_current:
            shutil.rmtree(info.folder)
            removed.append(info.manifest.build_id)
    return removed


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
