"""What shall be loaded? Lands the files of the asked sources and writes the manifest of the next build.

Everything a build depends on (data files, definitions, policy, reference data) is copied into raw/ by its
hash first. Decides which files are new; never looks inside one.
"""

import dataclasses
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from control_tower import builds, policy
from control_tower.contract import SCHEMA
from control_tower.definitions import EXCEPTION_TYPES, KPIS
from control_tower.errors import SourceError
from control_tower.manifest import FileEntry, Manifest, SourceEntry
from control_tower.settings import Settings
from etl import landing, ruled
from etl.engines.modelling import AUDITS, MODELS
from etl.readers import database
from etl.readers.contract import LandedFile
from etl.source import Source


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked to load: a source, where its files are, who asks, and as of when."""

    source: Source
    folder: Path
    loaded_by: str
    as_of: str | None = None
    is_snapshot: bool = False
    """The files say everything there is: they take the place of the ones before."""


def next_manifest(requests: Iterable[Request], settings: Settings) -> Manifest:
    """The manifest of the published build plus what is asked. Raises SourceError when a source has no file."""
    before = builds.current_manifest(settings.builds)
    made_at = datetime.now(UTC)
    files = list(before.files) if before else []
    sources = {entry.name: entry for entry in before.sources} if before else {}
    numbers = [f.file_no for info in builds.existing(settings.builds) for f in info.manifest.files]
    loads = [f.load_id for info in builds.existing(settings.builds) for f in info.manifest.files]
    load_id = max(loads, default=0) + 1
    for request in requests:
        source = request.source
        sources[source.name] = _source_entry(request, sources.get(source.name), settings)
        known = {(entry.sha256, entry.tables) for entry in files if entry.source == source.name}
        delivered = _landed(request, settings)
        if request.is_snapshot:
            files = _without_older(files, source.name, {(landed.sha256, tables) for landed, tables in delivered})
        for landed, tables in delivered:
            if (landed.sha256, tables) in known:
                continue
            known.add((landed.sha256, tables))
            numbers.append(max(numbers, default=0) + 1)
            files.append(
                FileEntry(
                    numbers[-1], load_id, source.name, tables, landed.name, landed.sha256, landed.size,
                    request.loaded_by, made_at.replace(tzinfo=None).isoformat(),
                )
            )  # fmt: skip
    return made(list(sources.values()), files, settings, made_at)


def _without_older(files: list[FileEntry], source: str, kept: set[tuple[str, tuple[str, ...]]]) -> list[FileEntry]:
    return [entry for entry in files if entry.source != source or (entry.sha256, entry.tables) in kept]


def made(
    sources: list[SourceEntry], files: list[FileEntry], settings: Settings, made_at: datetime | None = None
) -> Manifest:
    """A manifest over these sources and files with the policy in force, reference data and code of now."""
    at = made_at or datetime.now(UTC)
    ruling = ruled.text(settings, at)
    reference = {path.name: _keep(path, settings) for path in sorted(settings.reference.glob("*.csv"))}
    draft = Manifest(
        build_id="",
        made_at=at.isoformat(timespec="seconds"),
        code_version=version("control-tower"),
        engine_version=f"duckdb {duckdb.__version__}",
        policy_version=policy.parse(ruling, Path("the policy in force")).version,
        policy_hash=keep_bytes(ruling, settings),
        code_hash=_code_hash(),
        reference=reference,
        sources=tuple(sorted(sources, key=lambda entry: entry.name)),
        files=tuple(files),
    )
    build_id = f"{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}Z-{draft.inputs_hash[:8]}"
    return dataclasses.replace(draft, build_id=build_id)


def _source_entry(request: Request, before: SourceEntry | None, settings: Settings) -> SourceEntry:
    definition = {name: keep_bytes(content, settings) for name, content in request.source.files.items()}
    as_of = request.as_of or (before.as_of if before else None)
    return SourceEntry(request.source.name, definition, request.source.definition_hash, as_of)


def _landed(request: Request, settings: Settings) -> list[tuple[LandedFile, tuple[str, ...]]]:
    """Every file of the source, landed once, with the raw tables that read it."""
    wanted: dict[Path, list[str]] = {}
    result: list[tuple[LandedFile, tuple[str, ...]]] = []
    for name, table in request.source.toml.tables.items():
        if table.url:
            extract = database.extract(f"{request.source.name}.{name}", table, settings.staging)
            result.append((landing.land(extract, settings.raw, extract.parent), (name,)))
            continue
        found = landing.match(request.folder, table.files)
        if not found:
            patterns = ", ".join(table.files)
            raise SourceError(
                f"source {request.source.name}: no file {patterns} in {request.folder} for table {name}; "
                "check --from, or `files` in source.toml"
            )
        for path in found:
            wanted.setdefault(path, []).append(name)
    for path, tables in wanted.items():
        landed = landing.land(path, settings.raw, request.folder)
        result.append((dataclasses.replace(landed, name=str(path.relative_to(request.folder))), tuple(tables)))
    return result


def keep_bytes(content: bytes, settings: Settings) -> str:
    """Keep small content (a definition file) in raw/ by its hash. Returns the hash."""
    digest = hashlib.sha256(content).hexdigest()
    settings.raw.mkdir(parents=True, exist_ok=True)
    target = settings.raw / digest
    if not target.exists():
        temporary = settings.raw / f".{digest}.part"
        temporary.write_bytes(content)
        builds.sync(temporary)
        temporary.replace(target)
    return digest


def _keep(path: Path, settings: Settings) -> str:
    return keep_bytes(path.read_bytes(), settings)


def _code_hash() -> str:
    digest = hashlib.sha256(SCHEMA.read_bytes())
    for folder in (MODELS, AUDITS, EXCEPTION_TYPES, KPIS):
        for path in sorted(folder.glob("*.sql")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def without(before: Manifest, source: str, settings: Settings) -> Manifest:
    """The manifest of the published build less one source. Raises SourceError when it is not in it."""
    if before.source(source) is None:
        held = ", ".join(entry.name for entry in before.sources) or "none"
        raise SourceError(f"the build holds no source {source!r}; it holds: {held}")
    sources = [entry for entry in before.sources if entry.name != source]
    return made(sources, [entry for entry in before.files if entry.source != source], settings)
