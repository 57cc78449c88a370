"""What does one JSON record say, as text per declared column? Numbers stay exactly as they were written.

Reading files and casting do not belong here.
"""

import json
from collections.abc import Iterator
from typing import Any

from etl.readers.contract import Limits
from etl.readers.grammar import Fault
from etl.source import Table

MAX_DEPTH = 64
_MAX_DRIFT = 200


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class TooDeepError(ValueError):
    """A value is nested more deeply than `MAX_DEPTH`."""


class Parser:
    """Parses JSON text and remembers what a lenient parser would have swallowed."""

    def __init__(self) -> None:
        """Numbers stay text; duplicate keys and NaN are noted in `flaws`."""
        self.flaws: list[Fault] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=Number, parse_int=Number, parse_constant=self._constant
        )

    def parse(self, text: str, start: int = 0) -> tuple[Any, int]:
        """The value at `start` and where it ends. Raises json.JSONDecodeError, or TooDeepError."""
        self.flaws.clear()
        try:
            return self._decoder.raw_decode(text, start)
        except RecursionError as error:
            raise TooDeepError(f"nested more than {MAX_DEPTH} levels deep") from error

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            self.flaws.append(Fault("duplicate_key", f"the key {twice!r} stands twice in one object", twice))
        return made

    def _constant(self, word: str) -> None:
        self.flaws.append(Fault("not_json", f"{word} is no JSON number", value=word))


class Flattener:
    """Turns records of one declared table into rows of text, and notes which keys nobody declared."""

    def __init__(self, table: Table, limits: Limits) -> None:
        """Prepare the paths of the declared columns and of the `where` filter."""
        self._paths = [(name, spec.from_ or name) for name, spec in table.columns.items()]
        self._where, self._limits = table.where, limits
        known = {path for _, path in self._paths} | set(table.where)
        self._known = frozenset(known)
        self._stems = frozenset(path[:at] for path in known for at, c in enumerate(path) if c == ".")
        self._check = table.extra_columns == "hold"
        self._optional = frozenset(name for name, spec in table.columns.items() if spec.optional)
        self.drift: dict[str, int] = {}
        """Undeclared path → the line or element where it first stood."""
        self._seen: set[str] = set()

    def wanted(self, record: dict[str, Any]) -> bool:
        """Does the record belong to this table?"""
        return all(as_text(_at(record, path)[1]) == word for path, word in self._where.items())

    def row(self, record: dict[str, Any], line: int) -> list[str | None] | Fault:
        """The values in the order of the declared columns, or why the record is refused."""
        values: list[str | None] = []
        for name, path in self._paths:
            found, value = _at(record, path)
            if found:
                self._seen.add(name)
            try:
                text = as_text(value)
            except TooDeepError as error:
                return Fault("too_deep", str(error), name)
            fault = self._fault(name, text) if text else None
            if fault:
                return fault
            values.append(text)
        if self._check and not record.keys() <= self._known:
            self._note_drift(record, line)
        return values

    def missing(self) -> list[str]:
        """Declared columns that are not optional and stood in no record."""
        return [path for name, path in self._paths if name not in self._seen and name not in self._optional]

    def _fault(self, name: str, text: str) -> Fault | None:
        if "\0" in text:
            return Fault("nul_byte", "the value holds the character NUL", name)
        if not text.isascii():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                return Fault("encoding", "the value holds something that is no character", name)
        if len(text) * 4 > self._limits.max_field_bytes and len(text.encode()) > self._limits.max_field_bytes:
            return Fault("field_too_long", f"more than {self._limits.max_field_bytes:,} bytes", name)
        return None

    def _note_drift(self, record: dict[str, Any], line: int) -> None:
        for path in self._undeclared(record, ""):
            if len(self.drift) < _MAX_DRIFT:
                self.drift.setdefault(path, line)

    def _undeclared(self, value: dict[str, Any], stem: str) -> Iterator[str]:
        for key, inner in value.items():
            path = stem + key
            if path in self._known:
                continue
            if path in self._stems and isinstance(inner, dict):
                yield from self._undeclared(inner, path + ".")
            elif path not in self._stems or inner is not None:
                yield path


def as_text(value: object, depth: int = 0) -> str | None:
    """A JSON value as text: null is None, nested values are compact JSON. Raises TooDeepError.

    >>> as_text({"a": [True, Number("1.50")]})
    '{"a":[true,1.50]}'
    """
    if value is None or isinstance(value, str):
        return value if value is None else str(value)
    return "true" if value is True else "false" if value is False else _compact(value, depth)


def _compact(value: object, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise TooDeepError(f"nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        inner = (f"{json.dumps(key, ensure_ascii=False)}:{_compact(item, depth + 1)}" for key, item in value.items())
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_compact(item, depth + 1) for item in value) + "]"
    if isinstance(value, Number):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _at(record: dict[str, Any], path: str) -> tuple[bool, object]:
    """Is there a value at a dotted path, and which? A key that itself has the dots wins."""
    if path in record:
        return True, record[path]
    value: object = record
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return False, None
        value = value[key]
    return True, value
