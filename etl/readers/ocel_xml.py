"""How is OCEL 2.0 XML read? Through the guard, one event or object element at a time.

Must never hold: what a part offers (`ocel`), casts, anything about hostile XML (`xml_guard`).
"""

from pathlib import Path

from control_tower.errors import SourceError
from etl import archive
from etl.readers import magic, ocel
from etl.readers.contract import LandedFile, Limits, RawTable
from etl.readers.xml_records import Element, XmlRecords
from etl.source import Table

_CONTAINERS: set[tuple[str, ...]] = {("log", "events"), ("log", "objects")}
_RECORDS = {("log", "events", "event"), ("log", "objects", "object"), ("log", "object-types", "object-type")}
_KNOWN = {"event": {"id", "type", "time"}, "object": {"id", "type"}}
_RELATIONS = {"relationship", "object"}


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """Read the declared part of an OCEL 2.0 `.xml` or `.xml.gz`; `_line` numbers the part's records from 1.

    Records without id, type or time are refused one by one. Raises SourceError for hostile or malformed
    XML and for a document that is not OCEL 2.0.
    """
    return ocel.raw_table((file, name, table), workspace, limits, _fill)


def _fill(file: LandedFile, table: Table, parts: ocel.Parts, limits: Limits) -> None:
    for content in archive.contents(file, table.member, limits):
        magic.refuse_binary(content.peek(magic.HEAD), content.where)
        is_ocel = False
        records = XmlRecords(content, content.where, _CONTAINERS, lambda path: path in _RECORDS)
        for element in records:
            if element.begins:
                is_ocel = True
            elif element.tag == "object-type":
                _types(element, parts)
            else:
                _record(element, parts, records)
        if not is_ocel:
            raise SourceError(f"{content.where}: neither <events> nor <objects> inside <log>; not OCEL 2.0 XML")


def _types(element: Element, parts: ocel.Parts) -> None:
    kind = element.attributes.get("name", "")
    for attribute in _inside(element, "attributes", {"attribute"}):
        parts.value_types[kind, attribute.attributes.get("name", "")] = attribute.attributes.get("type", "")


def _record(element: Element, parts: ocel.Parts, records: XmlRecords) -> None:
    given = element.attributes
    for key in given.keys() - _KNOWN[element.tag]:
        parts.unknown_field(f"{element.tag}.{key}")
    for child in element.children:
        if child.tag not in {"attributes", "objects"}:
            parts.unknown_field(f"{element.tag}/{child.tag}")
    attributes = _inside(element, "attributes", {"attribute"})
    relations = _inside(element, "objects", _RELATIONS)
    pairs = [(one.attributes.get("object-id"), one.attributes.get("qualifier")) for one in relations]
    if element.tag == "event":
        values = [(one.attributes.get("name"), one.text) for one in attributes]
        fields = (given.get("id"), given.get("type"), given.get("time"))
        parts.event(fields, values, pairs, lambda: records.raw(element))
    else:
        triples = [(one.attributes.get("name"), one.attributes.get("time"), one.text) for one in attributes]
        parts.object((given.get("id"), given.get("type")), triples, pairs, lambda: records.raw(element))


def _inside(element: Element, group: str, tags: set[str]) -> list[Element]:
    return [one for child in element.children if child.tag == group for one in child.children if one.tag in tags]
