"""Where are the records in one large JSON document? Walks to the array of rows without holding the rest.

A document that is not JSON is refused as a whole: behind a syntax error nothing can be trusted.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from control_tower.errors import SourceError
from etl.readers.contract import Limits, show
from etl.readers.grammar import Fault, max_record_bytes
from etl.readers.json_values import Parser, TooDeepError
from etl.readers.text import Text

_BLOCK = 2**20
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Element:
    """One element of the array of rows: its number (1 = first), its value, its bytes, what is wrong with it."""

    number: int
    value: Any
    raw: bytes
    flaw: Fault | None


class Document:
    """One JSON document, read forward."""

    def __init__(self, text: Text, limits: Limits) -> None:
        """Stand at the beginning of `text`."""
        self._text, self._parser = text, Parser()
        self._most = max(4 * max_record_bytes(limits), 4 * _BLOCK)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._data, self._pos, self._ended, self._passed = "", 0, False, 0

    def elements(self, path: str) -> Iterator[Element]:
        """The elements of the array at the dotted path; "" is the document itself. Raises SourceError.

        Nothing at all, or nothing but white space, has no elements.
        """
        if not self._peek():
            return
        yield from self._value(path.split(".") if path else [], path)
        if self._peek():
            raise self._bad("something follows the end of the document")

    def _value(self, path: list[str], whole: str) -> Iterator[Element]:
        if path:
            yield from self._member(path, whole)
        elif self._peek() == "[":
            yield from self._array()
        else:
            raise self._bad(f"no array of rows here{f' ({show(whole)!r})' if whole else ''}; correct `rows`")

    def _member(self, path: list[str], whole: str) -> Iterator[Element]:
        """Walk an object to the member that leads to the rows, and on to the object's end."""
        if self._peek() != "{":
            raise self._bad(f"no object here on the way to rows = {show(whole)!r}")
        found = False
        for key in self._keys():
            if key != path[0]:
                self._skip()
                continue
            if found:
                raise self._bad(f"the key {show(key)!r} stands twice")
            found = True
            yield from self._value(path[1:], whole)
        if not found:
            raise self._bad(f"no key {show(path[0])!r}; correct rows = {show(whole)!r} in source.toml")

    def _keys(self) -> Iterator[str]:
        """The keys of the object that begins here; its values are left to the caller."""
        self._expect("{")
        if self._peek() == "}":
            self._pos += 1
            return
        while True:
            key, _ = self._parsed()
            if type(key) is not str:
                raise self._bad("a key is not a string")
            self._expect(":")
            yield key
            if self._expect(",}") == "}":
                return

    def _array(self) -> Iterator[Element]:
        self._expect("[")
        if self._peek() == "]":
            self._pos += 1
            return
        number = 1
        while True:
            value, raw = self._parsed()
            flaw = self._parser.flaws[0] if self._parser.flaws else None
            yield Element(number, value, self._text.original(raw.encode("utf-8", "surrogateescape")), flaw)
            number += 1
            if self._expect(",]") == "]":
                return

    def _skip(self) -> None:
        """Pass over one value, its members one by one."""
        if self._peek() == "[":
            for _ in self._array():
                pass
        elif self._peek() == "{":
            for _ in self._keys():
                self._parsed()
        else:
            self._parsed()

    def _parsed(self) -> tuple[Any, str]:
        """The value that begins here and its text."""
        while True:
            self._peek()
            start = self._pos
            try:
                value, end = self._parser.parse(self._data, start)
            except TooDeepError as error:
                raise self._bad(str(error)) from error
            except json.JSONDecodeError as error:
                if not self._more():
                    self._pos = min(error.pos, len(self._data))
                    raise self._bad(error.msg) from error
                continue
            if end == len(self._data) and self._more():
                continue
            self._pos = end
            return value, self._data[start:end]

    def _expect(self, allowed: str) -> str:
        found = self._peek()
        if not found or found not in allowed:
            raise self._bad(f"expected {' or '.join(allowed)!r}, found {show(found) or 'the end'!r}")
        self._pos += 1
        return found

    def _peek(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            match = _SPACE.match(self._data, self._pos)
            self._pos = match.end() if match else self._pos
            if self._pos < len(self._data):
                return self._data[self._pos]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on; False at the end of the document, or when one element is larger than is held."""
        if self._ended:
            return False
        if len(self._data) - self._pos > self._most:
            raise self._bad(f"one record is larger than {self._most:,} characters")
        block = self._text.read(max(_BLOCK, len(self._data) - self._pos))
        self._ended = not block
        self._passed += self._pos
        self._data = self._data[self._pos :] + self._decoder.decode(block, final=self._ended)
        self._pos = 0
        return True

    def _bad(self, what: str) -> SourceError:
        cut = " (the file ends here: it is cut)" if self._ended and self._pos >= len(self._data.rstrip()) else ""
        return SourceError(
            f"{self._text.where}, character {self._passed + self._pos + 1}: not readable as declared: {what}{cut}; "
            f"near {show(self._data[self._pos : self._pos + 80])!r}. Nothing was loaded; send the file again"
        )
