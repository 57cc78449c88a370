"""How does a load go, from first file to published build? The order of things, and what a failure leaves.

Lock → tidy → land → make → judge → install → switch the pointer → prune. Until the pointer moves, the
published build is the one before; a load killed anywhere is tidied away by the next one (ruling 8).
Never knows a format, a table or a rule: those are the floors it calls.
"""

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from control_tower import builds, history, log, warehouse
from control_tower import manifest as manifests
from control_tower import policy as policies
from control_tower.analysis import kept
from control_tower.errors import BuildError, ControlTowerError, LoadRefused
from control_tower.history import Move
from control_tower.manifest import Manifest
from control_tower.policy_sections import Loading
from control_tower.settings import Settings
from etl import disk, intake, lock, making, own_store
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


@dataclass(frozen=True, slots=True)
class _Work:
    """One piece of work that holds the lock: for whom, what for, and how it tells its steps."""

    settings: Settings
    action: str
    what: str
    by: str
    step: Step


def load(requests: list[Request], settings: Settings, step: Step) -> LoadReport:
    """Load what is asked on top of the published build, and publish.

    What was decided in the tower is taken in with every load; with no request, that alone.
    Raises SourceError or LoadRefused (nothing published, the build before stays) and Conflict when
    another load is running.
    """
    names = ", ".join(request.source.name for request in requests) or "the tower's own decisions"
    by = ", ".join(dict.fromkeys(request.loaded_by for request in requests)) or lock.user()
    with _at_work(_Work(settings, "load", names, by, step)) as work:
        work.step("land", names)
        before = builds.current_manifest(settings.builds)
        with own_store.taken_in(settings, work.step) as decisions:
            manifest = intake.next_manifest([*requests, *decisions], settings)
        known = {entry.file_no for entry in before.files} if before else set()
        if before and before.inputs_hash == manifest.inputs_hash and _is_sound(before, settings):
            return LoadReport(before.build_id, published=False, files=reports(before, settings, set()))
        return _make_and_publish(manifest, work, {f.file_no for f in manifest.files} - known)


def unload(source: str, settings: Settings, step: Step, by: str | None = None) -> LoadReport:
    """Publish a build without one source. Raises SourceError when the build does not hold it."""
    with _at_work(_Work(settings, "unload", source, by or lock.user(), step)) as work:
        before = builds.current_manifest(settings.builds)
        if before is None:
            raise BuildError(f"{settings.builds}: no build yet, so nothing to unload")
        return _make_and_publish(intake.without(before, source, settings), work, set())


def rebuild(settings: Settings, step: Step, by: str | None = None) -> LoadReport:
    """Make the published build again from its raw files (`tower doctor --rebuild`), under a new id.

    Same files, definitions, reference data and policy: with the same code and engine, equal tables.
    """
    with _at_work(_Work(settings, "rebuild", "tower doctor --rebuild", by or lock.user(), step)) as work:
        before = builds.current_manifest(settings.builds)
        if before is None:
            raise BuildError(f"{settings.builds}: no build yet, so nothing to make again")
        draft = intake.made(list(before.sources), list(before.files), settings)
        same = {name: getattr(before, name) for name in ("policy_version", "policy_hash", "reference")}
        report = _make_and_publish(dataclasses.replace(draft, **same), work, set())
        if not _is_intact(before.build_id, settings):
            builds.discard(settings.builds, before.build_id)
        return report


def rollback(build_id: str, settings: Settings, by: str | None = None) -> Manifest:
    """Publish an older build again; loads that it does not hold are withdrawn and may be loaded anew.

    Raises BuildError when there is no such build, or it is damaged.
    """
    with _at_work(_Work(settings, "rollback", build_id, by or lock.user(), lambda _name, _detail: None)) as work:
        folder = builds.find(settings.builds, build_id)
        work.step("verify", build_id)
        if not _is_intact(build_id, settings):
            raise BuildError(f"{folder}: not as its manifest says; damaged, so not published")
        _switch(manifests.read(folder / builds.MANIFEST), work)
        return manifests.read(folder / builds.MANIFEST)


@contextmanager
def _at_work(work: _Work) -> Iterator[_Work]:
    """Hold the lock, tidy before, log, and leave nothing half-made behind when the work fails."""
    settings = work.settings
    try:
        with lock.held(settings.home, f"tower {work.action} {work.what}"), log.opened(settings.home) as stream:
            logger = log.writing(stream, action=work.action, what=work.what, by=work.by)
            tidy(settings)
            history.heal(settings.home, builds.pointer(settings.builds))
            logger.info("begin")
            try:
                yield dataclasses.replace(work, step=log.told(logger, work.step))
            except (ControlTowerError, OSError, duckdb.Error) as error:
                tidy(settings)
                logger.error("failed", kind=type(error).__name__, why=str(error))
                raise
            logger.info("end", build=builds.current_id(settings.builds))
    except (ControlTowerError, OSError, duckdb.Error) as error:
        if disk.is_full(error):
            raise disk.full(settings.home) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise LoadRefused(
                f"the load needs more than the {settings.memory_limit} of TOWER_MEMORY_LIMIT; raise it and load again. "
                "The build before stays"
            ) from error
        raise


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


def _is_sound(manifest: Manifest, settings: Settings) -> bool:
    """Whether a build still opens as its manifest says; if not, the same load makes it again."""
    try:
        warehouse.Build(settings.builds / manifest.build_id, settings).close()
    except BuildError:
        return False
    return True


def _is_intact(build_id: str, settings: Settings) -> bool:
    """Whether every relation of a build still has the rows and the hash of its manifest: reads everything."""
    try:
        build = warehouse.Build(settings.builds / build_id, settings)
        try:
            return not build.differing()
        finally:
            build.close()
    except BuildError:
        return False


def _make_and_publish(manifest: Manifest, work: _Work, new: set[int]) -> LoadReport:
    settings = work.settings
    _check_raw(manifest, work, new)
    loading = policies.load(settings.raw / manifest.policy_hash).loading
    disk.require(settings.home, int(sum(entry.size for entry in manifest.files) * loading.free_disk_factor))
    work.step("stage", manifest.build_id)
    made = making.make(manifest, settings, work.step)
    files = _judge(made, work, new, loading)
    work.step("manifest", manifest.build_id)
    summary = {
        "detected": made.detected,
        "broken_audits": {a.name: a.broken_rows for a in made.audits if a.broken_rows},
    }
    text = dataclasses.replace(manifest, summary=summary).to_json()
    (made.folder / builds.MANIFEST).write_text(text, encoding="utf-8")
    work.step("verify", "opening the build as readers will")
    with closing(warehouse.Build(made.folder, settings)) as build:
        work.step("findings", "what its last quarter says of causes")
        kept.keep(build)
    work.step("install", manifest.build_id)
    builds.install(made.folder, settings.builds)
    _switch(manifest, work)
    work.step("prune", f"keeping {loading.keep_builds} builds")
    _prune(work, loading.keep_builds)
    broken = [audit.title for audit in made.audits if audit.broken_rows]
    return LoadReport(manifest.build_id, True, files, made.detected, broken)


def _switch(manifest: Manifest, work: _Work) -> None:
    """Move the pointer, and write down who did."""
    folder, home = work.settings.builds, work.settings.home
    before = builds.pointer(folder)
    work.step("switch", manifest.build_id)
    builds.point_to(folder, manifest.build_id)
    history.append(home, Move(history.now(), work.by, work.action, before or None, manifest.build_id, work.what))


def _prune(work: _Work, keep: int) -> None:
    try:
        builds.prune(work.settings.builds, keep)
    except OSError as error:
        work.step("prune", f"left for the next load: {error}")


def _check_raw(manifest: Manifest, work: _Work, new: set[int]) -> None:
    """Every raw file from before is there and its content still its name; what was landed just now was hashed."""
    landed = {entry.sha256 for entry in manifest.files if entry.file_no in new}
    kept = {digest: what for digest, what in manifest.raw_files().items() if digest not in landed}
    work.step("hash", f"{len(kept)} files of raw/")
    for digest, name in kept.items():
        path = work.settings.raw / digest
        if not path.is_file() or _hash(path) != digest:
            what = "was changed on disk" if path.is_file() else "is missing"
            raise BuildError(f"{path}: {name} {what}; delete it if it is there, then load that file again")


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _judge(made: Made, work: _Work, new: set[int], loading: Loading) -> list[FileReport]:
    """Whether the build may be published: blocking audits green, and no new file refused beyond the limit."""
    files = _reports(made.folder, made.manifest, new)
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
        work.step("quarantine", "keeping what was refused")
        kept = work.settings.home / "quarantine" / f"{made.manifest.build_id}.parquet"
        kept.parent.mkdir(exist_ok=True)
        warehouse.export(made.folder / builds.WAREHOUSE, "quarantine", kept)
        raise LoadRefused(
            "not published; the build before stays:\n  "
            + "\n  ".join(problems)
            + f"\nwhat was refused: tower quarantine --refused {made.manifest.build_id}"
        )
    return files


def reports(manifest: Manifest, settings: Settings, new: set[int]) -> list[FileReport]:
    """The ledger of a published build as reports."""
    return _reports(settings.builds / manifest.build_id, manifest, new)


def _reports(folder: Path, manifest: Manifest, new: set[int]) -> list[FileReport]:
    rows = warehouse.rows(
        folder / builds.WAREHOUSE, "load_ledger",
        ["file_no", "source_system", "file", "read_rows", "loaded_rows", "refused_rows", "duplicate_rows", "warning"],
    )  # fmt: skip
    return [FileReport(*row, *[row[0] in new]) for row in rows]
