"""What is where, what is wrong, and what to do? Examines a home without changing it.

Reads pointers, manifests, raw files and counts; repairs nothing (`tower doctor --rebuild` is the
pipeline's). Every finding says what, where and the remedy.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from control_tower import builds, manifest, warehouse
from control_tower.errors import BuildError
from control_tower.manifest import Manifest
from control_tower.settings import Settings


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
    findings = [_disk(settings)]
    current = builds.current_id(settings.builds)
    if current is None:
        return [
            *findings,
            Finding(True, "no build yet", str(settings.builds), "tower demo, or tower load SOURCE --from PATH"),
        ]
    try:
        made = manifest.read(settings.builds / current / builds.MANIFEST)
    except BuildError as error:
        others = [info.manifest.build_id for info in builds.existing(settings.builds) if not info.is_current]
        remedy = f"tower rollback {others[0]}" if others else "load the sources again: their files are in raw/"
        return [*findings, Finding(False, str(error), str(settings.builds / builds.CURRENT), remedy)]
    findings += [_build(settings, current), *_raw(settings, made)]
    for info in builds.existing(settings.builds):
        if not info.is_current:
            findings.append(Finding(True, f"older build, {info.size_bytes / 1e6:.0f} MB", str(info.folder)))
    return [*findings, *_leftovers(settings)]


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
    named = {entry.sha256: f"{entry.source}: {entry.name}" for entry in made.files}
    for source in made.sources:
        named.update({digest: f"{source.name}: {name}" for name, digest in source.definition.items()})
    named.update({digest: name for name, digest in made.reference.items()})
    named[made.policy_hash] = "policy.toml"
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
