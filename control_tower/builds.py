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
    """The id of the published build, or None in a home that has none yet.

    Raises BuildError when the pointer file is there and names nothing: that is damage, not an empty home.
    """
    build_id = pointer(builds)
    if build_id == "":
        known = ", ".join(info.manifest.build_id for info in existing(builds)) or "none"
        raise BuildError(
            f"{builds / CURRENT}: names no build; `tower rollback BUILD` publishes one (existing: {known}), "
            "or delete this file and load the sources again"
        )
    return build_id


def pointer(builds: Path) -> str | None:
    """What CURRENT says: an id, "" when it is no id, None when there is no such file."""
    try:
        text = (builds / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""
    return text if _is_name(text) else ""


def _is_name(build_id: str) -> bool:
    return build_id not in ("", ".", "..") and build_id.isprintable() and Path(build_id).name == build_id


def current_manifest(builds: Path) -> Manifest | None:
    """The manifest of the published build, or its spare copy where the build's own is gone.

    Raises BuildError when the pointer leads nowhere.
    """
    build_id = current_id(builds)
    if build_id is None:
        return None
    try:
        return manifests.read(builds / build_id / MANIFEST)
    except BuildError:
        spare = _spare(builds, build_id)
        if not spare.is_file():
            raise
        return manifests.read(spare)


def existing(builds: Path) -> list[BuildInfo]:
    """Every published build on disk with a readable manifest, newest first; `unreadable` names the others."""
    current = pointer(builds)
    found = []
    for folder in _published(builds):
        try:
            manifest = manifests.read(folder / MANIFEST)
        except BuildError:
            continue
        size = sum(path.stat().st_size for path in folder.iterdir())
        found.append(BuildInfo(manifest, folder, folder.name == current, size))
    return found


def unreadable(builds: Path) -> list[Path]:
    """Folders of published builds whose manifest is missing or damaged, newest first."""
    readable = {info.folder for info in existing(builds)}
    return [folder for folder in _published(builds) if folder not in readable]


def _published(builds: Path) -> list[Path]:
    current = pointer(builds)
    folders = sorted((path for path in builds.glob("*/")), reverse=True)
    return [folder for folder in folders if folder.name == current or (folder / PUBLISHED).is_file()]


def has_spare(builds: Path, build_id: str) -> bool:
    """Whether a copy of the build's manifest lies beside where its folder is, or was."""
    return _spare(builds, build_id).is_file()


def _spare(builds: Path, build_id: str) -> Path:
    return builds / f"{build_id}.json"


def install(staged: Path, builds: Path) -> Path:
    """Move a finished build folder into builds/ (not yet published), its manifest copied beside it. Returns its place."""
    builds.mkdir(parents=True, exist_ok=True)
    for path in staged.iterdir():
        sync(path)
    sync(staged)
    target = builds / staged.name
    staged.rename(target)
    spare = _spare(builds, target.name)
    shutil.copyfile(target / MANIFEST, spare)
    sync(spare)
    sync(builds)
    return target


def find(builds: Path, build_id: str) -> Path:
    """The folder of a complete build. Raises BuildError naming the existing ones when there is none of this id."""
    folder = builds / build_id
    if not _is_name(build_id) or not (folder / MANIFEST).is_file() or not (folder / WAREHOUSE).is_file():
        known = ", ".join(info.manifest.build_id for info in existing(builds)) or "none"
        raise BuildError(f"no build {build_id!r} in {builds}; existing: {known}")
    return folder


def point_to(builds: Path, build_id: str) -> None:
    """Publish: move CURRENT to a complete build, atomically. Raises BuildError when it is not there."""
    folder = find(builds, build_id)
    before = pointer(builds)
    if before and (builds / before).is_dir():
        (builds / before / PUBLISHED).touch()
    temporary = builds / f"{CURRENT}.{os.getpid()}"
    temporary.write_text(build_id + "\n", encoding="utf-8")
    sync(temporary)
    temporary.replace(builds / CURRENT)
    sync(builds)
    (folder / PUBLISHED).touch()


def remove_orphans(builds: Path) -> list[str]:
    """Delete builds that were never published (a load was killed before the pointer moved)."""
    current, removed = pointer(builds), []
    published = {folder.name for folder in _published(builds)}
    for folder in builds.glob("*/"):
        if folder.name == current:
            (folder / PUBLISHED).touch()
        elif folder.name not in published:
            shutil.rmtree(folder)
            removed.append(folder.name)
    for leftover in builds.glob(f"{CURRENT}.*"):
        leftover.unlink()
    for spare in builds.glob("*.json"):
        if spare.stem not in published | {current}:
            spare.unlink()
    return removed


def prune(builds: Path, keep: int) -> list[str]:
    """Delete the oldest builds beyond `keep`; the published one always stays. Returns what went."""
    removed = []
    for info in existing(builds)[max(keep, 1) :]:
        if not info.is_current:
            discard(builds, info.folder.name)
            removed.append(info.folder.name)
    return removed


def discard(builds: Path, build_id: str) -> None:
    """Delete a build that is not the published one."""
    (builds / build_id / PUBLISHED).unlink(missing_ok=True)  # first: what a kill leaves is an orphan, not a build
    if (builds / build_id).is_dir() and build_id != pointer(builds):
        shutil.rmtree(builds / build_id)
    _spare(builds, build_id).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
