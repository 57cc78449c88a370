"""What is a build made of? Its manifest: files by hash, definitions, policy, and what came out.

A build is a pure function of its manifest (ruling 8): the same files, definitions, policy and code
give the same tables. Pure data and JSON; never opens a database and never decides what to load.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from control_tower.errors import BuildError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of one load. `name` is what it was called (data); its content is raw/<sha256>."""

    file_no: int
    load_id: int
    source: str
    tables: tuple[str, ...]
    name: str
    sha256: str
    size: int
    loaded_by: str
    loaded_at: str
    """ISO 8601, UTC: the ingest time."""


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source as it was defined for this build; the definition's files are kept in raw/ too."""

    name: str
    definition: dict[str, str]
    """File name → SHA-256."""
    definition_hash: str
    as_of: str | None = None
    """What --as-of said; null = the newest event."""


@dataclass(frozen=True, slots=True)
class RelationEntry:
    """What a relation held when the build was made."""

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a build is made from, and the row count and hash of every relation that came out."""

    build_id: str
    made_at: str
    code_version: str
    engine_version: str
    policy_version: str
    policy_hash: str
    """SHA-256 of policy.toml, and its place in raw/."""
    code_hash: str
    """SHA-256 over the product's SQL: schema, models, audits, exception types, figures."""
    reference: dict[str, str]
    """Reference file → SHA-256, and its place in raw/."""
    sources: tuple[SourceEntry, ...]
    files: tuple[FileEntry, ...]
    relations: dict[str, RelationEntry] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def inputs_hash(self) -> str:
        """SHA-256 over what the tables depend on: equal hashes, equal tables."""
        inputs = dataclasses.asdict(self)
        for output in ("build_id", "made_at", "relations", "summary"):
            del inputs[output]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()

    def source(self, name: str) -> SourceEntry | None:
        """The entry of one source, if the build holds it."""
        return next((entry for entry in self.sources if entry.name == name), None)

    def files_of(self, source: str) -> list[FileEntry]:
        """The files of one source, in the order they came."""
        return [entry for entry in self.files if entry.source == source]

    def raw_files(self) -> dict[str, str]:
        """Every raw file that the build is made from: SHA-256 → what it is, for messages."""
        named = {entry.sha256: f"{entry.source}: {entry.name}" for entry in self.files}
        for source in self.sources:
            named.update({digest: f"{source.name}: {name}" for name, digest in source.definition.items()})
        named.update({digest: name for name, digest in self.reference.items()})
        named[self.policy_hash] = "policy.toml"
        return named

    def to_json(self) -> str:
        """The text of manifest.json."""
        return json.dumps(dataclasses.asdict(self), indent=1, sort_keys=True) + "\n"


def read(path: Path) -> Manifest:
    """Read a manifest.json. Raises BuildError when it is missing or not one of ours."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise BuildError(f"{path}: manifest format {raw['format']}, this version reads {FORMAT}; use a newer tower")
        files = tuple(FileEntry(**{**entry, "tables": tuple(entry["tables"])}) for entry in raw.pop("files"))
        sources = tuple(SourceEntry(**entry) for entry in raw.pop("sources"))
        relations = {name: RelationEntry(**entry) for name, entry in raw.pop("relations").items()}
        return Manifest(**raw, files=files, sources=sources, relations=relations)
    except FileNotFoundError as error:
        raise BuildError(f"{path}: missing; `tower doctor` says what can be done") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BuildError(f"{path}: not a manifest ({error}); `tower doctor` says what can be done") from error
