"""What is where, what is wrong, and what to do? Examines a home without changing it.

Reads pointers, manifests, raw files and counts; repairs nothing (`tower doctor --rebuild` is the
pipeline's). Every finding says what, where and the remedy.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from control_tower import builds, warehouse
from control_tower.errors import BuildError, StoreError
from control_tower.manifest import Manifest
from control_tower.settings import Settings
from control_tower.workflow.store import consistency, extracting


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    is_fine: bool
    what: str
    where: str
    remedy: str = ""

    def sentence(self) -> str:
        """The finding as a line of text."""
        mark = "ok  " if self.is_fine else "WRONG"
        return f"{mark} {self.where}: {self.what}" + (f" → {self.remedy}" if self.remedy else "")

    def as_dict(self) -> dict[str, object]:
        """The finding as JSON."""
        return {"ok": self.is_fine, "what": self.what, "where": self.where, "remedy": self.remedy}


def examine(settings: Settings) -> list[Finding]:
    """Look at disk, pointer, every build and every raw file that the published build is made from."""
    findings = [_disk(settings), *_decisions(settings)]
    current = builds.pointer(settings.builds)
    if current is None:
        begin = "tower demo, or tower load SOURCE --from PATH"
        return [*findings, Finding(True, "no build yet", str(settings.builds), begin), *_leftovers(settings)]
    if not current or not (settings.builds / current).is_dir():
        return [*findings, _pointer(settings, current), *_older(settings), *_leftovers(settings)]
    findings.append(_build(settings, current))
    try:
        made = builds.current_manifest(settings.builds)
    except BuildError:
        made = None
    if made:
        findings += _raw(settings, made)
    return [*findings, *_older(settings), *_leftovers(settings)]


def _decisions(settings: Settings) -> list[Finding]:
    """Whether the decision store tells one story, where there is one."""
    where = settings.store_place.rpartition("@")[2]
    if not extracting.is_there(settings.store_place):
        return []
    try:
        broken = consistency.broken(settings.store_place)
    except StoreError as error:
        return [Finding(False, str(error), where, "tower restore FILE into an empty home")]
    remedy = "written past the product: compare with a backup, and with tower audit verify"
    return [Finding(False, one.sentence(), where, remedy) for one in broken] or [
        Finding(True, f"decisions, audit trail, reservations and outbox agree ({len(consistency.RULES)} rules)", where)
    ]


def _pointer(settings: Settings, current: str) -> Finding:
    """The pointer names nothing, or a build that is gone."""
    path = settings.builds / builds.CURRENT
    what = f"names the build {current}, which is gone" if current else "names no build"
    others = [info.manifest.build_id for info in builds.existing(settings.builds)]
    if others:
        return Finding(False, what, str(path), f"tower rollback {others[0]}")
    if current and builds.has_spare(settings.builds, current):
        return Finding(False, what, str(path), "tower doctor --rebuild")
    return Finding(False, what, str(path), "delete this file and load the sources again")


def _older(settings: Settings) -> list[Finding]:
    """Builds that a rollback could publish: does each still open as its manifest says?"""
    findings = [
        Finding(False, "older build without a readable manifest", str(folder), "delete the folder")
        for folder in builds.unreadable(settings.builds)
        if folder.name != builds.pointer(settings.builds)
    ]
    for info in builds.existing(settings.builds):
        if info.is_current:
            continue
        size = f"older build, {info.size_bytes / 1e6:.0f} MB"
        try:
            warehouse.Build(info.folder, settings).close()
            findings.append(Finding(True, size, str(info.folder)))
        except BuildError:
            findings.append(Finding(False, f"{size}, damaged", str(info.folder), "delete the folder"))
    return findings


def _disk(settings: Settings) -> Finding:
    settings.home.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.home)
    return Finding(
        usage.free > 2**30,
        f"{usage.free / 1e9:.1f} GB free",
        str(settings.home),
        "" if usage.free > 2**30 else "free some space",
    )


def _build(settings: Settings, build_id: str) -> Finding:
    """Opens the build anew and reads every relation, so that a damaged block is found (faults 50, 51)."""
    folder = settings.builds / build_id
    try:
        build = warehouse.Build(folder, settings)
        try:
            differing = build.differing()
        finally:
            build.close()
    except BuildError as error:
        return Finding(False, str(error), str(folder), "tower doctor --rebuild")
    if differing:
        return Finding(
            False,
            f"content of {', '.join(differing)} is not what the manifest says",
            str(folder),
            "tower doctor --rebuild",
        )
    rows = sum(entry.rows for entry in build.manifest.relations.values())
    return Finding(True, f"published build, {rows:,} rows, content as its manifest says", str(folder))


def _raw(settings: Settings, made: Manifest) -> list[Finding]:
    """Every raw file the build depends on: there, and its content still its name."""
    named = made.raw_files()
    wrong = [_raw_fault(settings.raw / digest, what) for digest, what in named.items()]
    found = [finding for finding in wrong if finding]
    return found or [Finding(True, f"{len(named)} raw files, each as its hash says", str(settings.raw))]


def _raw_fault(path: Path, what: str) -> Finding | None:
    if not path.is_file():
        return Finding(False, f"{what} is missing; the build cannot be made again", str(path), "load the file again")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest == path.name:
        return None
    return Finding(
        False,
        f"{what} was changed on disk; the build cannot be made again",
        str(path),
        "delete it and load the file again",
    )


def _leftovers(settings: Settings) -> list[Finding]:
    left = list(settings.staging.glob("*")) if settings.staging.exists() else []
    if not left:
        return []
    return [
        Finding(
            True,
            f"{len(left)} leftovers of a load that runs or was killed",
            str(settings.staging),
            "the next load tidies up",
        )
    ]
