"""How does a load go, from first file to published build? The order of things, and what a failure leaves.

Lock → tidy → land → make → judge → install → switch the pointer → prune. Until the pointer moves, the
published build is the one before; a load killed anywhere is tidied away by the next one (ruling 8).
Never knows a format, a table or a rule: those are the floors it calls.
"""

import dataclasses
import errno
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from control_tower import builds, warehouse
from control_tower import policy as policies
from control_tower.errors import BuildError, LoadRefused
from control_tower.manifest import Manifest
from control_tower.policy import Loading
from control_tower.settings import Settings
from etl import intake, lock, making
from etl.intake import Request
from etl.making import Made, Step


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: the ledger's row."""

    file_no: int
    source: str
    file: str
    read: int
    loaded: int
    refused: int
    duplicate: int
    warning: str | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did."""

    build_id: str
    published: bool
    """False when everything asked was loaded before: nothing changed."""
    files: list[FileReport] = field(default_factory=list)
    exceptions_detected: dict[str, int] = field(default_factory=dict)
    broken_audits: list[str] = field(default_factory=list)


def load(requests: list[Request], settings: Settings, step: Step) -> LoadReport:
    """Load what is asked on top of the published build, and publish.

    Raises SourceError or LoadRefused (nothing published, the build before stays) and Conflict when
    another load is running.
    """
    names = ", ".join(request.source.name for request in requests)
    with lock.held(settings.home, f"tower load {names}"):
        tidy(settings)
        step("land", names)
        before = builds.current_manifest(settings.builds)
        manifest = intake.next_manifest(requests, settings)
        if before and before.inputs_hash == manifest.inputs_hash:
            return LoadReport(before.build_id, published=False, files=reports(before, settings, set()))
        known = {entry.file_no for entry in before.files} if before else set()
        return _make_and_publish(manifest, settings, step, {f.file_no for f in manifest.files} - known)


def unload(source: str, settings: Settings, step: Step) -> LoadReport:
    """Publish a build without one source. Raises SourceError when the build does not hold it."""
    with lock.held(settings.home, f"tower unload {source}"):
        tidy(settings)
        before = builds.current_manifest(settings.builds)
        if before is None:
            raise BuildError(f"{settings.builds}: no build yet, so nothing to unload")
        return _make_and_publish(intake.without(before, source, settings), settings, step, set())


def rebuild(settings: Settings, step: Step) -> LoadReport:
    """Make the published build again from its raw files (`tower doctor --rebuild`), under a new id."""
    with lock.held(settings.home, "tower doctor --rebuild"):
        tidy(settings)
        before = builds.current_manifest(settings.builds)
        if before is None:
            raise BuildError(f"{settings.builds}: no build yet, so nothing to make again")
        manifest = intake.made(list(before.sources), list(before.files), settings)
        return _make_and_publish(manifest, settings, step, set())


def rollback(build_id: str, settings: Settings) -> Manifest:
    """Publish an older build again; loads that it does not hold are withdrawn and may be loaded anew."""
    with lock.held(settings.home, f"tower rollback {build_id}"):
        warehouse.Build(settings.builds / Path(build_id).name, settings).close()
        builds.point_to(settings.builds, build_id)
        manifest = builds.current_manifest(settings.builds)
        assert manifest is not None
        return manifest


def tidy(settings: Settings) -> None:
    """Remove what a killed load left: staging, builds that never were published, half-written raw files."""
    if settings.staging.exists():
        shutil.rmtree(settings.staging)
    settings.staging.mkdir(parents=True)
    settings.raw.mkdir(parents=True, exist_ok=True)
    if settings.builds.exists():
        builds.remove_orphans(settings.builds)
    for leftover in settings.raw.glob(".*"):
        leftover.unlink()


def _make_and_publish(manifest: Manifest, settings: Settings, step: Step, new: set[int]) -> LoadReport:
    loading = policies.load(settings.raw / manifest.policy_hash).loading
    _check_disk(manifest, settings, loading)
    try:
        made = making.make(manifest, settings, step)
        files = _judge(made, settings, new, loading)
        step("manifest", manifest.build_id)
        summary = {
            "detected": made.detected,
            "broken_audits": {a.name: a.broken_rows for a in made.audits if a.broken_rows},
        }
        text = dataclasses.replace(manifest, summary=summary).to_json()
        (made.folder / builds.MANIFEST).write_text(text, encoding="utf-8")
        step("verify", "opening the build as readers will")
        warehouse.Build(made.folder, settings).close()
    except (OSError, duckdb.Error) as error:
        shutil.rmtree(settings.staging / manifest.build_id, ignore_errors=True)
        if _is_full(error):
            raise LoadRefused(
                f"the disk of {settings.home} is full; free some space and load again. The build before stays"
            ) from error
        raise
    step("install", manifest.build_id)
    builds.install(made.folder, settings.builds)
    step("switch", manifest.build_id)
    builds.point_to(settings.builds, manifest.build_id)
    step("prune", f"keeping {loading.keep_builds} builds")
    builds.prune(settings.builds, loading.keep_builds)
    broken = [audit.title for audit in made.audits if audit.broken_rows]
    return LoadReport(manifest.build_id, True, files, made.detected, broken)


def _judge(made: Made, settings: Settings, new: set[int], loading: Loading) -> list[FileReport]:
    """Whether the build may be published: blocking audits green, and no new file refused beyond the limit."""
    files = _reports(made.folder, made.manifest, settings, new)
    problems = [
        f"{f.file}: {f.refused:,} of {f.read:,} rows refused, more than the {loading.refusal_rate_limit:.1%} of policy"
        for f in files
        if f.is_new and f.read >= loading.refusal_rate_from_rows and f.refused > f.read * loading.refusal_rate_limit
    ]
    problems += [
        f"audit {a.name}: {a.broken_rows:,} rows; first: {a.example}"
        for a in made.audits
        if a.blocks_publishing and a.broken_rows
    ]
    if problems:
        kept = settings.home / "quarantine" / f"{made.manifest.build_id}.parquet"
        kept.parent.mkdir(exist_ok=True)
        warehouse.export(made.folder / builds.WAREHOUSE, "quarantine", kept)
        shutil.rmtree(made.folder)
        raise LoadRefused(
            "not published; the build before stays:\n  "
            + "\n  ".join(problems)
            + f"\nwhat was refused: tower quarantine --refused {made.manifest.build_id}"
        )
    return files


def reports(manifest: Manifest, settings: Settings, new: set[int]) -> list[FileReport]:
    """The ledger of a published build as reports."""
    return _reports(settings.builds / manifest.build_id, manifest, settings, new)


def _reports(folder: Path, manifest: Manifest, settings: Settings, new: set[int]) -> list[FileReport]:
    rows = warehouse.rows(
        folder / builds.WAREHOUSE, "load_ledger",
        ["file_no", "source_system", "file", "read_rows", "loaded_rows", "refused_rows", "duplicate_rows", "warning"],
    )  # fmt: skip
    return [FileReport(*row, *[row[0] in new]) for row in rows]


def _check_disk(manifest: Manifest, settings: Settings, loading: Loading) -> None:
    needed = int(sum(entry.size for entry in manifest.files) * loading.free_disk_factor)
    free = shutil.disk_usage(settings.home).free
    if free < needed:
        raise LoadRefused(
            f"{settings.home}: {free / 1e9:.1f} GB free, this build may need {needed / 1e9:.1f} GB; "
            "free some space, or remove old builds. The build before stays"
        )


def _is_full(error: Exception) -> bool:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return full or "No space left" in str(error) or "File too large" in str(error)
