"""What are the six parts of an OCEL 2.0 log, whichever of its three formats it came in?

A file is taken apart once per load: its parts wait as Parquet in the workspace, and every declared table
picks its part and fields from there. Must never hold: a file format (`ocel_json`, `ocel_xml`,
`ocel_sqlite`), nor any check that needs two parts (orphan relations, ids twice): that is SQL's.
"""

import base64
import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from control_tower.errors import SourceError
from etl.readers.contract import LandedFile, Limits, RawTable, Refusal, show
from etl.readers.header import match_header, normal
from etl.readers.parquet_out import BATCH_ROWS, LINE, BatchWriter, TextParquet
from etl.source import Table

FIELDS: dict[str, tuple[str, ...]] = {
    "event": ("id", "type", "time"),
    "event_attribute": ("event_id", "name", "value"),
    "event_object": ("event_id", "object_id", "qualifier"),
    "object": ("id", "type"),
    "object_attribute": ("object_id", "object_type", "name", "time", "value", "value_type"),
    "object_object": ("source_id", "target_id", "qualifier"),
}
"""Part → the fields it offers; a declared column takes one by its name or its `from`."""
_NEEDED = {
    "event": (0, 1, 2),
    "event_attribute": (0, 1),
    "event_object": (0, 1),
    "object": (0, 1),
    "object_attribute": (0, 2),
    "object_object": (0, 1),
}
_MAX_UNKNOWN = 20
Raw = Callable[[], bytes]


class Parts:
    """The parts of one log as they are found; a context manager that writes one Parquet file each."""

    def __init__(self, folder: Path, where: str, limits: Limits) -> None:
        """Collect into `folder`; `where` names the file in messages."""
        self.where = where
        self.value_types: dict[tuple[str, str], str] = {}
        self.unknown: dict[str, None] = {}
        self._folder, self._limits = folder, limits
        self._numbers: Counter[str] = Counter()
        self._refusals: dict[str, list[Refusal]] = {part: [] for part in FIELDS}
        self._stack = ExitStack()
        self._files: dict[str, TextParquet] = {}

    def __enter__(self) -> "Parts":
        """Open the six files."""
        for part, fields in FIELDS.items():
            out = TextParquet(self._folder / f"{part}.parquet", fields, self._limits)
            self._files[part] = self._stack.enter_context(out)
        return self

    def __exit__(self, *error: object) -> None:
        """Close the six files and, when nothing failed, say in `parts.json` that they are complete."""
        kind, value, trace = error
        self._stack.__exit__(kind, value, trace)  # type: ignore[arg-type]
        if kind is None:
            self._write_summary()

    def event(self, fields: Sequence[str | None], attributes: "Pairs", relations: "Pairs", raw: Raw) -> None:
        """One event with (id, type, time), its (name, value) attributes and its (object id, qualifier) relations."""
        number = self._numbers["event"] + 1
        place = f"event {show(fields[0])!r}" if fields[0] else f"event number {number} (without id)"
        self.add("event", fields, place, raw)
        twice = {name for name, count in Counter(name for name, _ in attributes).items() if count > 1 and name}
        for name, value in attributes:
            fault = "stands twice in this event" if name in twice else None
            self.add("event_attribute", (fields[0], name, value), place, raw, fault)
        for target, qualifier in relations:
            self.add("event_object", (fields[0], target, qualifier), place, raw)

    def object(self, fields: Sequence[str | None], attributes: "Triples", relations: "Pairs", raw: Raw) -> None:
        """One object with (id, type), its (name, time, value) attributes and its (target id, qualifier) relations."""
        number = self._numbers["object"] + 1
        identifier, kind = fields
        place = f"object {show(identifier)!r}" if identifier else f"object number {number} (without id)"
        self.add("object", fields, place, raw)
        times = Counter((name, time) for name, time, _ in attributes)
        for name, time, value in attributes:
            fault = "stands twice for one time in this object" if times[name, time] > 1 and name else None
            self.add("object_attribute", (identifier, kind, name, time, value, None), place, raw, fault)
        for target, qualifier in relations:
            self.add("object_object", (identifier, target, qualifier), place, raw)

    def add(self, part: str, values: Sequence[str | None], place: str, raw: Raw, fault: str | None = None) -> None:
        """One row of a part, refused when an id, type, time or name that it needs is missing, or for `fault`."""
        self._numbers[part] += 1
        number = self._numbers[part]
        missing = next((FIELDS[part][index] for index in _NEEDED[part] if not values[index]), None)
        if missing:
            reason = f"{place}: {part} number {number} has no {missing}"
            self._refusals[part].append(Refusal(number, "missing_field", reason, place=place, raw=raw()))
        elif fault:
            reason = f"{place}: attribute {fault}"
            self._refusals[part].append(Refusal(number, "duplicate_attribute", reason, place=place, raw=raw()))
        else:
            self._files[part].add(number, values, place)

    def refuse(self, part: str, reason: str, raw: bytes) -> None:
        """One record of a part that is not even an element with fields."""
        self._numbers[part] += 1
        number = self._numbers[part]
        place = f"{part} number {number}"
        self._refusals[part].append(Refusal(number, "malformed_element", f"{place}: {reason}", place=place, raw=raw))

    def unknown_field(self, name: str) -> None:
        """A field that OCEL 2.0 does not know: drift, unless the table ignores such."""
        if len(self.unknown) < _MAX_UNKNOWN:
            self.unknown[name] = None

    def _write_summary(self) -> None:
        parts = {
            part: {
                "records": self._numbers[part],
                "rows": out.rows,
                "refusals": [_packed(r) for r in sorted([*self._refusals[part], *out.refusals], key=_line_of)],
            }
            for part, out in self._files.items()
        }
        types = [[kind, name, value] for (kind, name), value in self.value_types.items()]
        summary = {"parts": parts, "value_types": types, "unknown": list(self.unknown)}
        (self._folder / "parts.json").write_text(json.dumps(summary), "utf-8")


Pairs = Sequence[tuple[str | None, str | None]]
Triples = Sequence[tuple[str | None, str | None, str | None]]
Fill = Callable[[LandedFile, Table, Parts, Limits], None]


def raw_table(job: tuple[LandedFile, str, Table], workspace: Path, limits: Limits, fill: Fill) -> RawTable:
    """The declared table out of the file; `fill` takes the file apart unless this load did it before."""
    file, name, table = job
    folder = workspace / f"{table.reader}-{file.sha256}-{hashlib.sha256(table.member.encode()).hexdigest()[:8]}"
    if not (folder / "parts.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with Parts(folder, file.name, limits) as parts:
            fill(file, table, parts, limits)
    summary = json.loads((folder / "parts.json").read_text("utf-8"))
    if summary["unknown"] and table.extra_columns == "hold":
        raise SourceError(
            f"{file.name}: held, fields that OCEL 2.0 does not know: {', '.join(map(repr, summary['unknown']))}; "
            f'set extra_columns = "ignore" in table {name} of source.toml to leave them out'
        )
    return _picked(job, folder, summary, workspace)


def _picked(job: tuple[LandedFile, str, Table], folder: Path, summary: dict[str, Any], workspace: Path) -> RawTable:
    file, name, table = job
    part = str(table.part)
    names = _chosen(name, table, f"{file.name}, part {part}")
    path = workspace / f"{name}-{file.sha256[:16]}.parquet"
    types = {(kind, attribute): value for kind, attribute, value in summary["value_types"]}
    schema = pa.schema([*(pa.field(column, pa.string()) for column in names.values()), pa.field(LINE, pa.int64())])
    writer = BatchWriter(path, schema)
    with pq.ParquetFile(folder / f"{part}.parquet") as source:
        for batch in source.iter_batches(BATCH_ROWS):
            arrays = [_column(batch, field, types) for field in (*names, LINE)]
            writer.write(pa.record_batch(arrays, schema=schema))
    writer.close()
    found = summary["parts"][part]
    refusals = [_unpacked(refusal) for refusal in found["refusals"]]
    result = RawTable(name, path, "parquet", tuple(names.values()), found["records"], found["rows"], refusals)
    if part in ("event", "object") and not found["records"]:
        result.warning = f"{file.name}: the file is empty: no {part} in it"
    return result


def _chosen(name: str, table: Table, where: str) -> dict[str, str]:
    """Field → declared column. Raises SourceError for a column that the part does not offer."""
    offered = FIELDS[str(table.part)]
    wanted = {normal(spec.from_ or column): column for column, spec in table.columns.items()}
    stranger = next((field for field in wanted if field not in offered), None)
    if stranger is not None:
        raise SourceError(
            f"source.toml, table {name}: column {wanted[stranger]!r} wants {stranger!r}; part {table.part} offers "
            f"{', '.join(offered)}"
        )
    return match_header([field for field in offered if field in wanted], name, table, where)


def _column(batch: pa.RecordBatch, field: str, types: dict[tuple[str, str], str]) -> pa.Array:
    if field != "value_type":
        return batch.column(field)
    pairs = zip(batch.column("object_type").to_pylist(), batch.column("name").to_pylist(), strict=True)
    return pa.array([types.get(pair) for pair in pairs], pa.string())


def _line_of(refusal: Refusal) -> int:
    return refusal.line


def _packed(refusal: Refusal) -> dict[str, object]:
    fields = dataclasses.asdict(refusal)
    fields["raw"] = None if refusal.raw is None else base64.b64encode(refusal.raw).decode()
    return fields


def _unpacked(fields: dict[str, object]) -> Refusal:
    raw = fields.pop("raw")
    return Refusal(**fields, raw=None if raw is None else base64.b64decode(str(raw)))  # type: ignore[arg-type]
