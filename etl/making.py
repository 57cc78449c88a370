"""How is a build made from its manifest? Frame, cast, map, detect, model, audit, ledger: in this order.

A pure function of the manifest and raw/: run twice, it gives equal tables. It never publishes and never
decides which files take part. `step` is told before each step, so that progress can be shown.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from control_tower import builds, definitions, fingerprint, warehouse
from control_tower import policy as policies
from control_tower.definitions import EXCEPTION_TYPES
from control_tower.errors import LoadRefused, SourceError
from control_tower.manifest import FileEntry, Manifest, RelationEntry
from control_tower.policy import Policy
from control_tower.settings import Settings
from etl import excerpt
from etl.engines import canonical, detection, ledgering, modelling, preamble
from etl.engines.modelling import AuditOutcome
from etl.engines.staging import Believed, Stage
from etl.readers import registry
from etl.readers.contract import LandedFile, Limits
from etl.source import Source, from_files

Step = Callable[[str, str], None]


@dataclass(slots=True)
class Made:
    """A build as it came out, not yet published."""

    folder: Path
    manifest: Manifest
    audits: list[AuditOutcome]
    detected: dict[str, int] = field(default_factory=dict)


def make(manifest: Manifest, settings: Settings, step: Step) -> Made:
    """Make the build in staging/<build id>. Raises LoadRefused naming every file that cannot be read."""
    folder = settings.staging / manifest.build_id
    workspace = folder / "work"
    workspace.mkdir(parents=True)
    connection = warehouse.create(folder / builds.WAREHOUSE, settings)
    try:
        made = _fill(connection, manifest, settings, workspace, step)
        step("checkpoint", "writing the build to disk")
        connection.execute("DETACH stage")
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    shutil.rmtree(workspace)
    shutil.rmtree(folder / "spill", ignore_errors=True)
    return made


def _fill(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, settings: Settings, workspace: Path, step: Step
) -> Made:
    policy = policies.load(settings.raw / manifest.policy_hash)
    preamble.attach_stage(connection, workspace)
    preamble.write_reference(connection, manifest, settings.raw)
    preamble.write_policy(connection, manifest, policy)
    preamble.write_definitions(
        connection, {"kpi": definitions.KPIS, "model": modelling.MODELS, "exception_type": EXCEPTION_TYPES}
    )
    stage = Stage(connection, Believed(str(policy.loading.earliest), str(policy.loading.latest)))
    sources = [_source(manifest, entry.name, settings) for entry in manifest.sources]
    warnings = _read(stage, sources, manifest, _Reading(settings, workspace, limits(policy), step))
    preamble.compress(connection)
    for source in sources:
        step("map", f"{source.name}: {len(source.sql)} canonical tables")
        preamble.write_registry(connection, source)
        stage.finish(source)
        canonical.fill(connection, source)
    preamble.write_clocks(connection, manifest)
    detected = _detect(connection, step)
    step("model", "marts and mining views")
    modelling.build(connection)
    step("ledger", "every row read is loaded, refused or a duplicate")
    excerpt.attach(connection, sources, manifest, settings, limits(policy))
    ledgering.write(connection, sources, list(manifest.files), warnings)
    return _examined(connection, manifest, detected, workspace.parent, step)


def _examined(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, detected: dict[str, int], folder: Path, step: Step
) -> Made:
    step("audit", "rules that a build must keep")
    audits = modelling.audit(connection)
    step("fingerprint", "counting and hashing every relation")
    for name, (rows, digest) in fingerprint.of(connection).items():
        manifest.relations[name] = RelationEntry(rows, digest)
    return Made(folder, manifest, audits, detected)


@dataclass(frozen=True, slots=True)
class _Reading:
    settings: Settings
    workspace: Path
    limits: Limits
    step: Step


def _read(stage: Stage, sources: list[Source], manifest: Manifest, reading: _Reading) -> dict[int, str]:
    """Frame and cast every file; all files that cannot be read are named at once."""
    problems, warnings = [], dict[int, str]()
    for source in sources:
        for entry in manifest.files_of(source.name):
            for table in entry.tables:
                try:
                    warning = _read_one(stage, source, table, entry, reading)
                except SourceError as error:
                    problems.append(str(error))
                    continue
                if warning:
                    warnings[entry.file_no] = warning
    if problems:
        raise LoadRefused("nothing was published; the build before stays:\n  " + "\n  ".join(dict.fromkeys(problems)))
    return warnings


def _read_one(stage: Stage, source: Source, table: str, entry: FileEntry, reading: _Reading) -> str | None:
    declared = source.toml.tables.get(table)
    if declared is None:
        raise SourceError(
            f"{source.folder / 'source.toml'}: table {table} is gone, but {entry.name} was loaded into it"
        )
    reading.step("frame", f"{source.name}: {entry.name} → {table}")
    landed = LandedFile(reading.settings.raw / entry.sha256, entry.name, entry.sha256, entry.size)
    raw = registry.READERS[declared.reader](landed, table, declared, reading.workspace, reading.limits)
    reading.step("cast", f"{source.name}: {entry.name}, {raw.records:,} records")
    stage.add(source, raw, entry.file_no)
    return raw.warning


def _detect(connection: duckdb.DuckDBPyConnection, step: Step) -> dict[str, int]:
    found = {}
    for name, definition in definitions.exception_types().items():
        step("detect", name)
        found[name] = detection.detect(connection, definition, str(EXCEPTION_TYPES / f"{name}.sql"))
    return found


def _source(manifest: Manifest, name: str, settings: Settings) -> Source:
    entry = manifest.source(name)
    assert entry is not None
    files = {file: (settings.raw / digest).read_bytes() for file, digest in entry.definition.items()}
    return from_files(Path(name), files)


def limits(policy: Policy) -> Limits:
    """How much of a file readers are willing to look at."""
    loading = policy.loading
    return Limits(
        max_expanded_bytes=loading.max_expanded_bytes,
        max_expansion_ratio=loading.max_expansion_ratio,
        ratio_counts_from_bytes=loading.ratio_counts_from_bytes,
        max_members=loading.max_members,
        max_field_bytes=loading.max_field_bytes,
    )
