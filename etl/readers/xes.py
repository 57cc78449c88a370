"""How is an XES event log read? One row per event, trace attributes repeated on each of its events.

A declared column names its key by `from`: `concept:name` is the event's, `trace.concept:name` the
trace's, `cost/amount` an attribute nested inside another. Extensions, globals and classifiers describe
the log and are passed over. Must never hold: casts, an opinion on activities; those are SQL's.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from control_tower.errors import SourceError
from etl import archive
from etl.readers import magic
from etl.readers.contract import LandedFile, Limits, RawTable, Refusal, show
from etl.readers.header import match_header
from etl.readers.parquet_out import TextParquet
from etl.readers.xml_records import Element, XmlRecords
from etl.source import Column, Table

TRACE = "trace."
TRACE_BUFFER = 50_000
_ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id", "list", "container"}
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)?")
Values = dict[str, str | None]


def read(file: LandedFile, name: str, table: Table, workspace: Path, limits: Limits) -> RawTable:
    """Read a `.xes` or `.xes.gz` file; `_line` is the number of the event in the file (1 = first).

    Refused events (missing or unreadable time in a declared timestamp, attribute twice, attribute without
    key) are named by trace and event number. Raises SourceError for hostile or malformed XML, for a file
    that is no XES log, and for drift: undeclared keys, or a declared key that no event has.
    """
    path = workspace / f"{name}-{file.sha256[:16]}.parquet"
    with TextParquet(path, tuple(table.columns), limits) as out:
        log = _Log(table, out, file.name)
        for content in archive.contents(file, table.member, limits):
            magic.refuse_binary(content.peek(magic.HEAD), content.where)
            log.begin(content.place, content.where)
            records = XmlRecords(content, content.where, {("log",), ("log", "trace")}, _wanted)
            for element in records:
                log.take(element, records)
            log.end()
    return log.raw_table(name)


def is_iso(text: str) -> bool:
    """Whether a text is a date with a time of day in ISO 8601, as XES wants it, and exists in the calendar.

    >>> is_iso("2024-02-29T10:00:00.000+01:00"), is_iso("2023-02-29T10:00:00"), is_iso("29.02.2024 10:00")
    (True, False, False)
    """
    if not _ISO.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def _wanted(path: tuple[str, ...]) -> bool:
    if len(path) == 2:
        return path[0] == "log" and path[1] == "event"
    return len(path) == 3 and path[:2] == ("log", "trace")


@dataclass(slots=True)
class _Event:
    number: int
    in_trace: int
    values: Values
    fault: str | None
    raw: bytes


class _Log:
    """The log as it goes by: the open trace, its waiting events, every key seen, the counts."""

    def __init__(self, table: Table, out: TextParquet, where: str) -> None:
        self._table, self._out, self._where = table, out, where
        self._keys = [column.from_ or name for name, column in table.columns.items()]
        self._is_nested = any("/" in key for key in self._keys)
        self._refusals: list[Refusal] = []
        self._seen: dict[str, None] = {}
        self._events = self._traces = self._empty_traces = 0
        self.begin(None, where)

    def begin(self, member: str | None, where: str) -> None:
        """A document begins: the file itself, or one member of an archive."""
        self._member, self._document = f"{member}: " if member else "", where
        self._root_seen = False
        self._begin_trace(None)

    def end(self) -> None:
        """A document ends; it must have been a log."""
        if not self._root_seen:
            raise SourceError(f"{self._document}: the root element is not <log>; this is no XES file")
        self.end_trace()

    def take(self, element: Element, records: XmlRecords) -> None:
        """One piece of the document: the log, a trace that begins, a trace's attribute, or an event."""
        if element.begins and element.tag == "log":
            self._root_seen = True
        elif element.begins:
            self.end_trace()
            self._traces += 1
            self._begin_trace(element.line)
        elif element.tag == "event":
            if len(element.path) == 2 and self._trace_line is not None:
                self.end_trace()
                self._begin_trace(None)
            self._event(element, records)
        elif element.tag in _ATTRIBUTES:
            self._trace_attribute(element)

    def _begin_trace(self, line: int | None) -> None:
        self._trace_line = line
        self._trace: Values = {}
        self._trace_fault: str | None = None
        self._in_trace = 0
        self._flushed = False
        self._waiting: list[_Event] = []

    def _trace_attribute(self, element: Element) -> None:
        values, fault = self._flat([element], TRACE)
        again = next((key for key in values if key in self._trace), None)
        if again is not None:
            fault = f"the trace has the attribute {show(again.removeprefix(TRACE))!r} twice"
        if self._flushed and (fault or set(values) & set(self._keys)):
            raise SourceError(
                f"{self._document}, line {element.line}: an attribute of the trace stands behind more than "
                f"{TRACE_BUFFER:,} of its events; write trace attributes before the events, as XES says"
            )
        self._trace |= values
        self._trace_fault = self._trace_fault or fault

    def _event(self, element: Element, records: XmlRecords) -> None:
        self._events += 1
        self._in_trace += 1
        values, fault = self._flat(element.children, "")
        self._waiting.append(_Event(self._events, self._in_trace, values, fault, records.raw(element)))
        if len(self._waiting) >= TRACE_BUFFER:
            self._flush()

    def end_trace(self) -> None:
        """Write the events of the trace that ends here."""
        if self._trace_line is not None and not self._in_trace:
            self._empty_traces += 1
        self._seen |= dict.fromkeys(self._trace)
        self._flush()

    def _flush(self) -> None:
        self._flushed = bool(self._waiting) or self._flushed
        for event in self._waiting:
            self._seen |= dict.fromkeys(event.values)
            event.values = self._trace | event.values
            place = f"{self._member}{self._trace_words()} event {event.in_trace}"
            if refusal := self._refusal(event, place):
                self._refusals.append(refusal)
            else:
                self._out.add(event.number, [event.values.get(key) for key in self._keys], place, event.raw)
        self._waiting = []

    def _refusal(self, event: "_Event", place: str) -> Refusal | None:
        if fault := self._trace_fault or event.fault:
            rule = "duplicate_attribute" if fault.endswith("twice") else "malformed_element"
            return Refusal(event.number, rule, f"{place}: {fault}", place=place, raw=event.raw)
        for (column, spec), key in zip(self._table.columns.items(), self._keys, strict=True):
            value = event.values.get(key)
            if spec.type == "timestamp" and (fault := _time_fault(spec, self._table, value)):
                reason = f"{place} (number {event.number} in the file): {key} {fault}"
                shown = None if value is None else show(value)
                return Refusal(event.number, "bad_timestamp", reason, 0, column, shown, place, event.raw)
        return None

    def _trace_words(self) -> str:
        if self._trace_line is None:
            return "no trace,"
        name = self._trace.get(TRACE + "concept:name")
        return f"trace {show(name)!r}" if name else f"unnamed trace number {self._traces}"

    def _flat(self, elements: list[Element], prefix: str) -> tuple[Values, str | None]:
        """Key → value of attribute elements, nested ones as `outer/inner` when some column asks for that."""
        values: Values = {}
        fault = None
        for element in elements:
            if element.tag not in _ATTRIBUTES:
                continue
            key = element.attributes.get("key")
            if not key:
                fault = f"a <{element.tag}> attribute without a key"
                continue
            if prefix + key in values:
                fault = f"the attribute {show(key)!r} stands twice"
            values[prefix + key] = element.attributes.get("value")
            if self._is_nested:
                values |= self._nested(element, prefix + key)
        return values, fault

    def _nested(self, element: Element, key: str) -> Values:
        inner = [c for child in element.children for c in (child.children if child.tag == "values" else [child])]
        values, _ = self._flat(inner, f"{key}/")
        return {key: value for key, value in values.items() if key in self._keys}

    def raw_table(self, name: str) -> RawTable:
        """What was read, after checking that its keys are the declared ones."""
        warning = None
        if not self._events:
            warning = f"{self._where}: the file is empty: {self._traces} traces, no event"
        else:
            match_header(tuple(self._seen), name, self._table, f"{self._where}, attributes of {self._events:,} events")
            if self._empty_traces:
                warning = f"{self._where}: {self._empty_traces} traces have no event and leave no row"
        refusals = sorted([*self._refusals, *self._out.refusals], key=lambda refusal: refusal.line)
        table = RawTable(name, self._out.path, "parquet", self._out.columns, self._events, self._out.rows, refusals)
        table.warning = warning
        return table


def _time_fault(spec: Column, table: Table, value: str | None) -> str | None:
    """Why a declared timestamp cannot be read, or None. Formats other than ISO are the cast's to judge."""
    null_words = spec.null_words or table.null_words or ()
    if value is None or not value.strip() or value in null_words:
        return "is missing" if spec.required else None
    if set(spec.formats) - {"iso"} or is_iso(value.strip()):
        return None
    return "is not an ISO 8601 date and time that exists"
