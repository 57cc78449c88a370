"""How is an OCEL 2.0 SQLite file read? Read-only, table by table, streamed.

Must never hold: what a part offers (`ocel`), SQL and drivers (`database`), casts.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from control_tower.errors import SourceError
from etl import archive
from etl.readers import database, ocel
from etl.readers.contract import LandedFile, Limits, RawTable, show
from etl.readers.parquet_out import raw_of
from etl.readers.value_text import as_text
from etl.source import Table

_BLOCK = 2**20
_TYPES = {"TEXT": "string", "REAL": "float", "INTEGER": "integer", "TIMESTAMP": "time", "DATETIME": "time"}
_RELATIONS = {
    "event_object": ("ocel_event_id", "ocel_object_id", "ocel_qualifier"),
    "object_object": ("ocel_source_id", "ocel_target_id", "ocel_qualifier"),
}
_OWN = ("ocel_", "ocel:")


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """Read the declared part of an OCEL 2.0 `.sqlite` (or `.sqlite.gz`); `_line` numbers the part's records from 1.

    Events without type or time are refused one by one. Raises SourceError for a file that is no SQLite
    database, is damaged, or lacks a table that OCEL 2.0 asks for.
    """
    with _unpacked(file, table, workspace, limits) as path:

        def fill(file: LandedFile, _table: Table, parts: ocel.Parts, _limits: Limits) -> None:
            with database.opened_file(path, file.name) as source:
                _Log(source, parts).fill()

        return ocel.raw_table((file, name, table), workspace, limits, fill)


@contextmanager
def _unpacked(file: LandedFile, table: Table, workspace: Path, limits: Limits) -> Iterator[Path]:
    """The database as a file of its own: the landed one, or what a .gz or .zip holds, in the workspace."""
    if not archive.is_packed(file):
        yield file.path
        return
    path = workspace / f"{file.sha256}-{hashlib.sha256(table.member.encode()).hexdigest()[:8]}.sqlite"
    if not path.is_file():
        contents = archive.contents(file, table.member, limits)
        content = next(contents)
        with path.with_suffix(".part").open("wb") as out:
            while block := content.read(_BLOCK):
                out.write(block)
        if next(contents, None) is not None:
            raise SourceError(f"{file.name}: more than one member fits member = {table.member!r}; name one")
        path.with_suffix(".part").rename(path)
    yield path


class _Log:
    """The tables of one log, poured into its parts."""

    def __init__(self, source: database.Database, parts: ocel.Parts) -> None:
        self._source, self._parts = source, parts

    def fill(self) -> None:
        """All six parts."""
        events, objects = self._types("event"), self._types("object")
        for kind, mapped in events.items():
            self._events(kind, f"event_{mapped}")
        self._strays("event", events)
        for values in self._rows("object", ("ocel_id", "ocel_type")):
            self._add("object", values, ("ocel_id", "ocel_type"))
        for kind, mapped in objects.items():
            self._object_attributes(kind, f"object_{mapped}")
        for part, columns in _RELATIONS.items():
            for values in self._rows(part, columns):
                self._add(part, values, columns)

    def _types(self, what: str) -> dict[str, str]:
        columns = ("ocel_type", "ocel_type_map")
        rows = self._rows(f"{what}_map_type", columns)
        return {str(kind): str(mapped) for kind, mapped in rows}

    def _rows(self, table: str, columns: Sequence[str]) -> Iterator[list[str | None]]:
        self._expect(table, columns)
        for row in self._source.rows(table, columns):
            yield [as_text(value) for value in row]

    def _expect(self, table: str, columns: Sequence[str]) -> dict[str, str]:
        found = self._source.columns(table)
        lacking = [column for column in columns if column not in found]
        if lacking:
            raise SourceError(f"{self._source.where}: table {table} lacks {lacking[0]!r}; not OCEL 2.0")
        return found

    def _add(self, part: str, values: Sequence[str | None], columns: Sequence[str]) -> None:
        place = f"{part} {show(values[0] or '')!r}"
        self._parts.add(part, values, place, lambda: raw_of(columns, values))

    def _events(self, kind: str, table: str) -> None:
        """Events of one type with their time, then those that stand only in the type's table."""
        columns = self._expect(table, ("ocel_id", "ocel_time"))
        names = [column for column in columns if not column.startswith(_OWN)]
        wanted = ("ocel_id", "ocel_time", *names)
        self._expect("event", ("ocel_id", "ocel_type"))
        event = ("event", ("ocel_id", "ocel_type"))
        for row in self._source.joined("ocel_id", event, (table, wanted), only=("ocel_type", kind)):
            self._event(row, names)
        orphans = self._source.joined("ocel_id", (table, wanted), ("event", ("ocel_type",)))
        for row in orphans:
            if row[-1] is None:
                raw = raw_of(wanted, [as_text(value) for value in row[:-1]])
                self._parts.refuse("event", f"{show(str(row[0]))!r} is in {table} but not in event", raw)

    def _event(self, row: Sequence[Any], names: Sequence[str]) -> None:
        identifier, kind, _, time, *values = map(as_text, row)
        pairs = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
        shown = ("ocel_id", "ocel_type", "ocel_time", *names)
        self._parts.event((identifier, kind, time), pairs, (), lambda: raw_of(shown, [identifier, kind, time, *values]))

    def _strays(self, part: str, types: dict[str, str]) -> None:
        """Events whose type has no table: no time anywhere, refused by the parts."""
        for identifier, kind in self._rows(part, ("ocel_id", "ocel_type")):
            if kind not in types:
                self._add(part, (identifier, kind, None), ("ocel_id", "ocel_type", "ocel_time"))

    def _object_attributes(self, kind: str, table: str) -> None:
        """Initial values (no changed field) and changes (only the changed field counts)."""
        columns = self._expect(table, ("ocel_id",))
        names = [column for column in columns if not column.startswith(_OWN)]
        for name in names:
            self._parts.value_types[kind, name] = _TYPES.get(columns[name].upper(), columns[name].lower())
        own = [column for column in ("ocel_time", "ocel_changed_field") if column in columns]
        for row in self._rows(table, ("ocel_id", *own, *names)):
            fields = dict(zip(("ocel_id", *own), row, strict=False))
            changed = fields.get("ocel_changed_field")
            for name, value in zip(names, row[1 + len(own) :], strict=True):
                if value is not None and changed in (None, "", name):
                    self._attribute((fields["ocel_id"], kind, name, fields.get("ocel_time"), value))

    def _attribute(self, values: tuple[str | None, ...]) -> None:
        fields = ocel.FIELDS["object_attribute"]
        place = f"object {show(values[0] or '')!r}"
        self._parts.add("object_attribute", (*values, None), place, lambda: raw_of(fields, (*values, None)))
