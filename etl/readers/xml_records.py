"""Which elements does an XML document hold, one record at a time, in constant memory?

Walks a guarded document with expat and gives each wanted element as a small tree, with its line and,
on demand, its exact bytes. Namespace prefixes are dropped. Must never hold: what an element means
(XES, OCEL); anything about encodings or DOCTYPE (`xml_guard`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from control_tower.errors import SourceError
from etl.readers import xml_guard

MAX_DEPTH = 64
MAX_RECORD_BYTES = 16 * 2**20
TEXT_BUFFER = 2**20
Path = tuple[str, ...]
_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")


@dataclass(slots=True)
class Element:
    """One element: local name, attributes, children in order, text directly inside it.

    `line` is physical (in the decoded document, 1 = first). `begins` is True for the announcement of a
    container (its attributes only), False for a complete element.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    path: Path = ()
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    begins: bool = False
    first: int = 0
    last: int = 0


class XmlRecords:
    """Iterates over the elements of one document whose path is wanted.

    `containers` are announced when they begin (`begins=True`); `wanted(path)` says whether an element is
    a record: it is given complete when it ends. Everything else is passed over. Raises SourceError for
    malformed or hostile XML, naming the line.
    """

    def __init__(
        self, stream: xml_guard.Readable, name: str, containers: set[Path], wanted: Callable[[Path], bool]
    ) -> None:
        """Walk `stream`, called `name` in messages."""
        self._chunks = xml_guard.safe_chunks(stream, name)
        self._name = name
        self._containers = containers
        self._wanted = wanted
        self._window = bytearray()
        self._window_begins = 0
        self._path: list[str] = []
        self._open: list[Element] = []
        self._ready: list[Element] = []
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = TEXT_BUFFER
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = self._refuse_declaration
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser

    def __iter__(self) -> Iterator[Element]:
        """The announced containers and the complete records, in document order."""
        for chunk in self._chunks:
            yield from self._feed(chunk, False)
        yield from self._feed(b"", True)

    def _feed(self, chunk: bytes, is_final: bool) -> list[Element]:
        self._window += chunk
        self._ready = []
        try:
            self._parser.Parse(chunk, is_final)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise SourceError(f"{self._name}, line {error.lineno}: not well-formed XML: {reason}") from error
        return self._ready_and_trimmed()

    def _ready_and_trimmed(self) -> list[Element]:
        keep = [self._parser.CurrentByteIndex, *(e.first for e in self._open[:1]), *(e.first for e in self._ready[:1])]
        first = max(min(keep), self._window_begins)
        if self._window_begins + len(self._window) - first > MAX_RECORD_BYTES + 2 * xml_guard.CHUNK and not self._ready:
            where = f"{self._name}, line {self._parser.CurrentLineNumber}"
            raise SourceError(f"{where}: one record is larger than {MAX_RECORD_BYTES:,} bytes; not read")
        del self._window[: first - self._window_begins]
        self._window_begins = first
        return self._ready

    def raw(self, element: Element) -> bytes:
        """The element as it stands in the (UTF-8) document; valid until the iteration goes on."""
        first = element.first - self._window_begins
        last = element.last - self._window_begins
        opening = _TAG.match(self._window, first)
        if opening and opening.end() == last:
            return bytes(self._window[first:last])
        closing = _TAG.match(self._window, last)
        return bytes(self._window[first : closing.end() if closing else last])

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self._path.append(tag)
        if len(self._path) > MAX_DEPTH:
            line = self._parser.CurrentLineNumber
            raise SourceError(f"{self._name}, line {line}: elements nested deeper than {MAX_DEPTH}; not read")
        path = tuple(self._path)
        if path in self._containers or self._open or self._wanted(path):
            at = self._parser.CurrentByteIndex
            element = Element(tag, attributes, self._parser.CurrentLineNumber, path, first=at)
            if path in self._containers:
                element.begins = True
                self._ready.append(element)
            else:
                if self._open:
                    self._open[-1].children.append(element)
                self._open.append(element)

    def _end(self, _name: str) -> None:
        self._path.pop()
        if self._open:
            element = self._open.pop()
            element.last = self._parser.CurrentByteIndex
            if not self._open:
                self._ready.append(element)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _refuse_declaration(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise SourceError(f"{self._name}, line {line}: DOCTYPE or entity declaration; such files are refused")
