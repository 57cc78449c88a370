"""How is OCEL 2.0 JSON read? As a stream of tokens; events and objects one at a time.

Must never hold: what a part offers (`ocel`), casts. The document's order of sections does not matter.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson

from control_tower.errors import SourceError
from etl import archive
from etl.readers import magic, ocel
from etl.readers.contract import LandedFile, Limits, RawTable
from etl.source import Table

MAX_RECORD_BYTES = 16 * 2**20
MAX_DEPTH = 64
_TWICE = None
_KNOWN = {
    "events": {"id", "type", "time", "attributes", "relationships"},
    "objects": {"id", "type", "attributes", "relationships"},
}
_SECTIONS = {"events", "objects", "eventTypes", "objectTypes"}
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """Read the declared part of an OCEL 2.0 `.json` or `.json.gz`; `_line` numbers the part's records from 1.

    Records without id, type or time are refused one by one. Raises SourceError for malformed JSON and for
    a document that is not OCEL 2.0.
    """
    return ocel.raw_table((file, name, table), workspace, limits, _fill)


def _fill(file: LandedFile, table: Table, parts: ocel.Parts, limits: Limits) -> None:
    for content in archive.contents(file, table.member, limits):
        magic.refuse_binary(content.peek(magic.HEAD), content.where)
        seen: set[str] = set()
        for section, item in _items(content):
            seen.add(section)
            if item is None:
                continue
            if section == "objectTypes":
                _types(item, parts)
            elif section in _KNOWN:
                _record(section, item, parts)
        if not seen & {"events", "objects"}:
            raise SourceError(f"{content.where}: neither `events` nor `objects` in the document; not OCEL 2.0 JSON")


class _Bounded:
    """The content, refusing a record that does not end: `since` counts bytes since the last whole record."""

    def __init__(self, content: archive.Content) -> None:
        self._content = content
        self.since = 0

    def read(self, size: int) -> bytes:
        block = self._content.read(size)
        self.since += len(block)
        if self.since > MAX_RECORD_BYTES:
            raise SourceError(f"{self._content.where}: one record is larger than {MAX_RECORD_BYTES:,} bytes; not read")
        return block


def _items(content: archive.Content) -> Iterator[tuple[str, Any]]:
    """(section, item) of every array of the document; (section, None) once when a section begins."""
    head = content.peek(3)
    if encoding := _BOMS.get(head[:2]) or ("UTF-16" if b"\0" in head else None):
        raise SourceError(f"{content.where}: the encoding is {encoding}; OCEL JSON is UTF-8, save it so")
    if head == b"\xef\xbb\xbf":
        content.read(3)
    source = _Bounded(content)
    tokens = ijson.basic_parse(source)
    try:
        if next(tokens, None) != ("start_map", None):
            raise SourceError(f"{content.where}: the document is not a JSON object; not OCEL 2.0 JSON")
        for kind, section in tokens:
            if kind == "end_map":
                break
            yield from _section(section, tokens, source, content.where)
        next(tokens, None)
    except (ijson.JSONError, ValueError) as error:
        raise SourceError(f"{content.where}: not readable as JSON, or cut off: {_plain(error)}") from error


def _section(
    section: str, tokens: Iterator[tuple[str, Any]], source: _Bounded, where: str
) -> Iterator[tuple[str, Any]]:
    if section.startswith("ocel:"):
        raise SourceError(f"{where}: this is OCEL 1.0 (key {section!r}); convert it to OCEL 2.0")
    yield section, None
    first = next(tokens)
    if section in _SECTIONS and first[0] != "start_array":
        raise SourceError(f"{where}: `{section}` is not an array; not OCEL 2.0 JSON")
    depth = 0
    while True:
        kind = first[0]
        if kind == "start_array" and section in _SECTIONS and depth == 0:
            depth = 1
        elif section in _SECTIONS and kind != "end_array":
            yield section, _value(first, tokens, (where, 0))
        else:
            depth += kind.startswith("start_")
            depth -= kind.startswith("end_")
        source.since = 0
        if depth == 0:
            return
        first = next(tokens)


def _value(token: tuple[str, Any], tokens: Iterator[tuple[str, Any]], at: tuple[str, int]) -> Any:
    """One whole value. A key that stands twice in an object is remembered under the key `_TWICE`."""
    kind, value = token
    where, depth = at
    if depth > MAX_DEPTH:
        raise SourceError(f"{where}: values nested deeper than {MAX_DEPTH}; not read")
    if kind == "start_array":
        return [_value(inner, tokens, (where, depth + 1)) for inner in iter(lambda: next(tokens), ("end_array", None))]
    if kind != "start_map":
        return value
    result: dict[str | None, Any] = {}
    for _, key in iter(lambda: next(tokens), ("end_map", None)):
        inner = _value(next(tokens), tokens, (where, depth + 1))
        if key in result:
            result[_TWICE] = key
        result[key] = inner
    return result


def _types(item: Any, parts: ocel.Parts) -> None:
    if isinstance(item, dict) and isinstance(item.get("attributes"), list):
        for attribute in item["attributes"]:
            if isinstance(attribute, dict):
                key = (str(item.get("name")), str(attribute.get("name")))
                parts.value_types[key] = str(attribute.get("type"))


def _record(section: str, item: Any, parts: ocel.Parts) -> None:
    part = section.removesuffix("s")
    if fault := _fault(item):
        parts.refuse(part, fault, _as_json(item))
        return
    for key in item.keys() - _KNOWN[section]:
        parts.unknown_field(f"{part}.{key}")
    attributes, relations = item.get("attributes") or [], item.get("relationships") or []
    pairs = [(_text(r.get("objectId")), _text(r.get("qualifier"))) for r in relations]
    kept = (_text(item.get("id")), _text(item.get("type")))
    if section == "events":
        values = [(_text(a.get("name")), _text(a.get("value"))) for a in attributes]
        parts.event((*kept, _text(item.get("time"))), values, pairs, lambda: _as_json(item))
    else:
        triples = [(_text(a.get("name")), _text(a.get("time")), _text(a.get("value"))) for a in attributes]
        parts.object(kept, triples, pairs, lambda: _as_json(item))


def _fault(item: Any) -> str | None:
    """Why a record is no OCEL element at all, or None."""
    if not isinstance(item, dict):
        return "is not a JSON object"
    for key in ("attributes", "relationships"):
        inner = item.get(key) or []
        if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
            return f"`{key}` is not an array of objects"
        for one in inner:
            if _TWICE in one:
                return f"the key {one[_TWICE]!r} stands twice inside `{key}`"
            if any(isinstance(value, dict | list) for value in one.values()):
                return f"a value inside `{key}` is not plain"
    if _TWICE in item:
        return f"the key {item[_TWICE]!r} stands twice"
    nested = next((key for key in ("id", "type", "time") if isinstance(item.get(key), dict | list)), None)
    return f"`{nested}` is not plain" if nested else None


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _as_json(item: Any) -> bytes:
    return json.dumps(item, ensure_ascii=True, default=_number).encode()


def _number(value: Decimal) -> float | str:
    return float(value) if Decimal(repr(float(value))) == value else str(value)


def _plain(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
