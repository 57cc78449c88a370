"""How does the log leave as OCEL 2.0? JSON and XML files of a cohort's events with every object they touch.

Written row by row in the order of time: nothing of the log is held in memory but the objects. Ids, times (UTC) and
qualifiers are ours; attributes of events and objects go as strings, with the moment from which an object's value holds.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from control_tower.errors import ControlTowerError
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, kept_cases
from process_mining.xml_text import DECLARATION, escaped, written

_BATCH: Final = 10_000
_OWN: Final = {"resource": "e.resource", "lifecycle": "e.lifecycle", "team": "e.team_id", "site": "e.site_id"}


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds."""

    events: int
    objects: int
    relations: int


def write(build: Build, cohort: Cohort, path: Path) -> Written:
    """Write `.json`/`.jsonocel` or `.xml`/`.xmlocel`. Raises ControlTowerError for another ending, NotAvailable for no log."""
    kinds = {".json": _json, ".jsonocel": _json, ".xml": _xml, ".xmlocel": _xml}
    if path.suffix not in kinds:
        raise ControlTowerError(f"{path.name}: an object-centric log is written as .json or .xml")
    kept = kept_cases(build, cohort)
    with build.cursor() as cursor, path.open("wb") as file:
        _choose(cursor, kept)
        return kinds[path.suffix](_Log(cursor), file)


def _choose(cursor: Any, kept: Kept) -> None:
    """Temp tables of this cursor: chosen_event (each event once) and pair (its objects, each object of a type once)."""
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE chosen_event AS SELECT e.event_id, e.activity, e.timestamp, e.event_no FROM core_event AS e "
        f"WHERE e.rowid IN (SELECT s.event_row FROM {kept.steps} WHERE {kept.of_view})",
        kept.values,
    )
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE pair AS SELECT DISTINCT o.event_id, o.object_id, o.object_type "
        "FROM core_event_object AS o JOIN chosen_event AS c ON c.event_id = o.event_id"
    )


class _Log:
    """The chosen events and objects of one cursor, type by type and row by row."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.event_attributes = self._attributes(
            "SELECT c.activity, a.attribute FROM core_event_attribute AS a JOIN chosen_event AS c "
            "ON c.event_id = a.event_id GROUP BY c.activity, a.attribute ORDER BY c.activity, a.attribute",
            "SELECT DISTINCT activity, NULL FROM chosen_event",
        )
        self.object_attributes = self._attributes(
            "SELECT p.object_type, a.attribute FROM core_object_attribute AS a JOIN pair AS p "
            "ON p.object_id = a.object_id GROUP BY p.object_type, a.attribute ORDER BY p.object_type, a.attribute",
            "SELECT DISTINCT object_type, NULL FROM pair",
        )

    def _attributes(self, known: str, every: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {name: [] for name, _ in sorted(self._cursor.execute(every).fetchall())}
        for name, attribute in self._cursor.execute(known).fetchall():
            found[name].append(attribute)
        return found

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        self._cursor.execute(query)
        while batch := self._cursor.fetchmany(_BATCH):
            yield from batch

    def events(self) -> Iterator[dict[str, Any]]:
        """Events in order of time, each with its attributes and objects."""
        own = ", ".join(f"{column} AS {name}" for name, column in _OWN.items())
        rows = self._rows(
            "WITH of_event AS (SELECT o.event_id, list((o.object_id, o.qualifier) ORDER BY o.object_type, o.object_id, "
            "o.qualifier) AS related FROM core_event_object AS o JOIN chosen_event AS c ON c.event_id = o.event_id "
            "GROUP BY o.event_id), "
            "of_attribute AS (SELECT a.event_id, list((a.attribute, a.value) ORDER BY a.attribute) AS held "
            "FROM core_event_attribute AS a JOIN chosen_event AS c ON c.event_id = a.event_id GROUP BY a.event_id) "
            f"SELECT c.event_id, c.activity, c.timestamp, r.related, h.held, {own} FROM chosen_event AS c "
            "JOIN core_event AS e ON e.event_id = c.event_id LEFT JOIN of_event AS r ON r.event_id = c.event_id "
            "LEFT JOIN of_attribute AS h ON h.event_id = c.event_id ORDER BY c.timestamp, c.event_no, c.event_id"
        )
        for identity, activity, at, related, held, *own_values in rows:
            named = [(name, value) for name, value in zip(_OWN, own_values, strict=True) if value is not None]
            listed = [(name, value) for name, value in held or [] if value is not None and name not in _OWN]
            yield {
                "id": identity,
                "type": activity,
                "time": _time(at),
                "attributes": named + listed,
                "related": related or [],
            }

    def objects(self) -> Iterator[dict[str, Any]]:
        """Objects in order of type and id, each with its attribute history and the objects it is related to."""
        rows = self._rows(
            "WITH here AS (SELECT DISTINCT object_id, object_type FROM pair), "
            "valued AS (SELECT a.object_id, list((a.attribute, a.valid_from, a.value) ORDER BY a.attribute, a.valid_from, "
            "a.sequence_no) AS held FROM core_object_attribute AS a GROUP BY a.object_id), "
            "linked AS (SELECT r.source_object_id, list((r.target_object_id, r.qualifier) ORDER BY r.target_object_id, "
            "r.qualifier) AS related FROM core_object_object AS r WHERE r.target_object_id IN "
            "(SELECT h.object_id FROM here AS h) GROUP BY r.source_object_id) "
            "SELECT h.object_id, h.object_type, v.held, l.related FROM here AS h "
            "LEFT JOIN valued AS v ON v.object_id = h.object_id LEFT JOIN linked AS l ON l.source_object_id = h.object_id "
            "ORDER BY h.object_type, h.object_id"
        )
        for identity, kind, held, related in rows:
            values = [(name, _time(at), value) for name, at, value in held or [] if value is not None]
            yield {"id": identity, "type": kind, "attributes": values, "related": related or []}


def _time(at: datetime) -> str:
    return at.replace(tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _types(attributes: dict[str, list[str]], own: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": a, "type": "string"} for a in dict.fromkeys([*own, *found])]}
        for name, found in attributes.items()
    ]


def _json(log: _Log, file: IO[bytes]) -> Written:
    """One object per line inside the four lists."""

    def put(text: str) -> None:
        file.write(text.encode("utf-8"))

    def listed(name: str, entries: Iterator[dict[str, Any]]) -> tuple[int, int]:
        count = relations = 0
        put(f'"{name}": [\n')
        for entry in entries:
            related = entry.pop("related")
            entry["relationships"] = [{"objectId": target, "qualifier": qualifier} for target, qualifier in related]
            entry["attributes"] = [_attribute(held) for held in entry["attributes"]]
            put((",\n" if count else "") + json.dumps(entry, ensure_ascii=False))
            count, relations = count + 1, relations + len(related)
        put("\n]")
        return count, relations

    put(f'{{"objectTypes": {json.dumps(_types(log.object_attributes), ensure_ascii=False)},\n')
    put(f'"eventTypes": {json.dumps(_types(log.event_attributes, tuple(_OWN)), ensure_ascii=False)},\n')
    objects, _ = listed("objects", log.objects())
    put(",\n")
    events, relations = listed("events", log.events())
    put("}\n")
    return Written(events, objects, relations)


def _attribute(held: tuple[str, ...]) -> dict[str, str]:
    return {"name": held[0], "value": held[-1], **({"time": held[1]} if len(held) == 3 else {})}


def _xml(log: _Log, file: IO[bytes]) -> Written:
    """Types first, then objects and events, one per line."""

    def put(text: str) -> None:
        file.write(f"{text}\n".encode())

    counted = {"object": 0, "event": 0, "relations": 0}
    put(DECLARATION + "<log>")
    for tag, held, own in (("object", log.object_attributes, ()), ("event", log.event_attributes, tuple(_OWN))):
        put(written(f"{tag}-types", {}, "\n".join(_type_element(tag, kind) for kind in _types(held, own))))
    for tag, entries in (("object", log.objects()), ("event", log.events())):
        put(f"<{tag}s>")
        for entry in entries:
            put(_element(tag, entry))
            counted[tag] += 1
            counted["relations"] += len(entry["related"]) if tag == "event" else 0
        put(f"</{tag}s>")
    put("</log>")
    return Written(counted["event"], counted["object"], counted["relations"])


def _type_element(tag: str, kind: dict[str, Any]) -> str:
    held = "".join(written("attribute", {"name": one["name"], "type": "string"}) for one in kind["attributes"])
    return written(f"{tag}-type", {"name": kind["name"]}, written("attributes", {}, held))


def _element(tag: str, entry: dict[str, Any]) -> str:
    related = "".join(
        written("relationship", {"object-id": target, "qualifier": qualifier}) for target, qualifier in entry["related"]
    )
    held = ""
    for attribute in map(_attribute, entry["attributes"]):
        words: dict[str, str] = {str(name): attribute[name] for name in ("name", "time") if name in attribute}
        held += written("attribute", words, escaped(attribute["value"]))
    about: dict[str, str] = {str(name): entry[name] for name in ("id", "type", "time") if name in entry}
    return written(tag, about, written("objects", {}, related) + written("attributes", {}, held))
