"""What was found when a build was made? The search and the watch of its last quarter, kept beside its tables.

Both compare everything with everything, which takes seconds on a year: whoever opens a build first shall not wait for
them. Any other period, site or limit is looked at anew, and so is a build that has nothing kept, or that another
version of the product made. Finds nothing itself.
"""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from control_tower.analysis import counting, emerging, root_cause
from control_tower.analysis.emerging import Emerging
from control_tower.analysis.exposure import Exposure, Span, default_span
from control_tower.analysis.root_cause import RootCause
from control_tower.analysis.verdict import Limits
from control_tower.analysis.verdict import limits as stated_limits
from control_tower.errors import NotAvailable, ReadStopped
from control_tower.warehouse import Build

FOLDER: Final = "findings"
_SAID, _SEARCHED, _WATCHED = "findings.json", "search.parquet", "emerging.parquet"
_KINDS: Final = b"kinds"


def keep(build: Build) -> None:
    """Search a build that is about to be published and write down what was found.

    Nothing for a build without a past, nor for one too large to be read in a reader's time: its first reader is told so.
    """
    held = _limits(build)
    try:
        searched, watched = root_cause.search(build, limits=held), emerging.emerging(build, limits=held)
    except (NotAvailable, ReadStopped):
        return
    finally:
        counting.count.cache_clear()
    folder = build.folder / FOLDER
    folder.mkdir()
    _write(searched.looked, folder / _SEARCHED)
    _write(watched.rows, folder / _WATCHED)
    said = {
        "code_version": version("control-tower"), "limits": dataclasses.asdict(held),
        "search": _spoken(searched) | {"exposure": dataclasses.asdict(searched.exposure)}, "emerging": _spoken(watched),
    }  # fmt: skip
    (folder / _SAID).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def search(
    build: Build, span: Span | None = None, sites: Sequence[str] = (), limits: Limits | None = None
) -> RootCause:
    """As `root_cause.search`, without looking again where the same was asked when the build was made."""
    chosen, held = span or default_span(build), limits or _limits(build)
    kept = None if sites else _Kept.of(build, held)
    said = kept.said["search"] if kept else {}
    if kept is None or _span(said) != chosen:
        return root_cause.search(build, chosen, sites, held)
    listed = said["exposure"]
    exposure = Exposure(
        listed["titles"], listed["counts"], {kind: tuple(types) for kind, types in listed["kinds"].items()},
        tuple(listed["without"]),
    )  # fmt: skip
    return RootCause(chosen, exposure, held, said["looked_at"], kept.rows(_SEARCHED))


def rising(
    build: Build, until: datetime | None = None, sites: Sequence[str] = (), limits: Limits | None = None
) -> Emerging:
    """As `emerging.emerging`, without looking again where the same was asked when the build was made."""
    end, held = until or default_span(build).until, limits or _limits(build)
    kept = None if sites else _Kept.of(build, held)
    said = kept.said["emerging"] if kept else {}
    if kept is None or (span := _span(said)).until != end:
        return emerging.emerging(build, end, sites, held)
    return Emerging(span, held, said["looked_at"], kept.rows(_WATCHED))


@dataclass(frozen=True, slots=True)
class _Kept:
    """The findings beside one build."""

    folder: Path
    said: dict[str, Any]

    @classmethod
    def of(cls, build: Build, held: Limits) -> "_Kept | None":
        """Those of this version under these limits, or None."""
        path = build.folder / FOLDER / _SAID
        if not path.is_file():
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        is_same = said["code_version"] == version("control-tower") and said["limits"] == dataclasses.asdict(held)
        return cls(path.parent, said) if is_same else None

    def rows(self, name: str) -> pd.DataFrame:
        """One table, as it was found: a column's kind says where a missing value is Python's None."""
        table = parquet.read_table(self.folder / name)
        kinds = table.schema.metadata[_KINDS].decode().split(",") if table.num_columns else []
        columns = {
            column: pd.Series(found.to_pylist() if kind == "object" else found.to_pandas(), dtype=kind)
            for column, found, kind in zip(table.column_names, table.columns, kinds, strict=True)
        }
        return pd.DataFrame(columns)


def _limits(build: Build) -> Limits:
    """Those of the policy, with the sample size that the build's figures are held to."""
    return stated_limits(int(build.read("header")["small_sample"].iloc[0]), build.rules)


def _write(rows: pd.DataFrame, path: Path) -> None:
    table = pa.Table.from_pandas(rows, preserve_index=False)
    kinds = ",".join(str(kind) for kind in rows.dtypes)
    parquet.write_table(table.replace_schema_metadata({_KINDS: kinds}), path)


def _spoken(found: RootCause | Emerging) -> dict[str, Any]:
    return {
        "since": found.span.since.isoformat(),
        "until": found.span.until.isoformat(),
        "looked_at": found.looked_at,
    }


def _span(said: dict[str, Any]) -> Span:
    return Span(datetime.fromisoformat(said["since"]), datetime.fromisoformat(said["until"]))
