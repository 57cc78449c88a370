"""Would this source load? Validates a folder, and its files where they are, without making a build.

Everything is tried in a throw-away database: readers on the real files, every SELECT of the source, the
required columns and keys. Publishes nothing and keeps nothing.
"""

import shutil
import tempfile
from pathlib import Path

from control_tower import builds, warehouse
from control_tower.contract import canonical_tables
from control_tower.errors import ControlTowerError
from control_tower.settings import Settings
from etl import intake, making
from etl.intake import Request
from etl.source import Source


def check(source: Source, folder: Path, settings: Settings) -> list[str]:
    """Sentences about what is wrong; empty = it would load. Files that are not there are a finding too."""
    findings = _unknown_tables(source)
    if findings:
        return findings
    with tempfile.TemporaryDirectory(prefix="tower-check-") as home:
        trial = settings.model_copy(update={"home": Path(home)})
        for place in ("raw", "builds", "staging"):
            trial.__dict__.pop(place, None)
        try:
            trial.staging.mkdir()
            manifest = intake.next_manifest([Request(source, folder, "check")], trial)
            made = making.make(manifest, trial, lambda _step, _detail: None)
        except ControlTowerError as error:
            return [str(error)]
        findings += [
            f"audit {audit.name}: {audit.broken_rows:,} rows break it and a load would not be published; first: {audit.example}"
            for audit in made.audits
            if audit.blocks_publishing and audit.broken_rows
        ]
        findings += _refusals(made.folder / builds.WAREHOUSE)
        shutil.rmtree(made.folder)
    return findings


def _unknown_tables(source: Source) -> list[str]:
    known = canonical_tables()
    return [
        f"{source.folder / name}.sql: no canonical table {name!r}; allowed: {', '.join(sorted(known))}"
        for name in source.sql
        if not name.startswith("_") and name not in known
    ]


def _refusals(path: Path) -> list[str]:
    """One sentence per kind of refusal, with how many rows and the first of them."""
    rows = warehouse.rows(path, "quarantine", ["file", "file_line", "column_name", "rule", "value", "reason"])
    kinds: dict[tuple[str, str, str], list[tuple[object, ...]]] = {}
    for row in rows:
        kinds.setdefault((row[0], row[2], row[3]), []).append(row)
    return [
        f"{file}: {len(found):,} rows refused by rule {rule}"
        + (f" on column {column}" if column else "")
        + f"; first at line {found[0][1]}, value {found[0][4]!r}: {found[0][5]}"
        for (file, column, rule), found in kinds.items()
    ]
