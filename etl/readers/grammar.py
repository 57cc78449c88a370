"""Is this one record well-formed, and if not, why? The grammar of delimited text, record by record.

A record is fields between delimiters up to a line end; a field is quoted as a whole or holds no quote.
Reading files and deciding what becomes of a record do not belong here.
"""

import re
from dataclasses import dataclass, field

from control_tower.errors import SourceError
from etl.readers.contract import Limits, show

LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record is refused."""

    rule: str
    reason: str
    column: str = ""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Grammar:
    """The declared shape of the records of one file: delimiter, quote, the header's names, limits."""

    delimiter: bytes
    quote: bytes
    names: tuple[str, ...]
    limits: Limits
    record: re.Pattern[bytes] = field(init=False)
    """Group 1: the record without its line end; group 2: the line end, empty at the end of the file."""
    fields: re.Pattern[bytes] = field(init=False)
    """As many whole fields as there are."""
    quoted: re.Pattern[bytes] = field(init=False)
    one: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the patterns; possessive, so that no input makes them slow."""
        d, q = re.escape(self.delimiter), re.escape(self.quote)
        quoted = q + b"(?:[^" + q + b"]++|" + q + q + b")*+" + q if q else b"(?!)"
        one = b"(?:" + quoted + b"|[^" + q + d + rb"\r\n]*+)"
        fields = one + b"(?:" + d + one + b")*+"
        object.__setattr__(self, "record", re.compile(b"(" + fields + rb")(\r\n|\n|\r|\Z)"))
        object.__setattr__(self, "fields", re.compile(fields))
        object.__setattr__(self, "quoted", re.compile(quoted))
        object.__setattr__(self, "one", re.compile(one))

    @property
    def width(self) -> int:
        """How many fields a record has."""
        return len(self.names)

    @property
    def max_record_bytes(self) -> int:
        """Longest record that is loaded."""
        return max_record_bytes(self.limits)

    def count(self, body: bytes) -> int:
        """How many fields a well-quoted record has."""
        bare = self.quoted.sub(b"", body) if self.quote and self.quote in body else body
        return bare.count(self.delimiter) + 1

    def split(self, body: bytes) -> list[bytes]:
        """The fields of a well-quoted record as they stand, quotes included."""
        found: list[bytes] = []
        at = 0
        while True:
            match = self.one.match(body, at)
            if match is None:
                return found
            found.append(match.group())
            if match.end() >= len(body):
                return found
            at = match.end() + 1
            if at == len(body):
                return [*found, b""]

    def value(self, raw: bytes) -> str:
        """A field's value: without its quotes, doubled quotes single."""
        if self.quote and raw.startswith(self.quote):
            raw = raw[1:-1].replace(self.quote * 2, self.quote)
        return raw.decode("utf-8", "surrogatepass")

    def judge(self, body: bytes, ended: bool) -> Fault | None:
        """What is wrong with a well-quoted record; `ended`: the file stops right behind it, without a line end."""
        return _nul(self, body) or _encoding(body) or _count(self, body, ended) or _length(self, body)

    def name(self, position: int) -> str:
        """The header of a field by its position, or words for a field beyond the header."""
        return self.names[position] if position < self.width else f"field {position + 1}"


def max_record_bytes(limits: Limits) -> int:
    """Longest record that is loaded: what DuckDB's max_line_size has to allow."""
    return 2 * limits.max_field_bytes + 4096


def check_dialect(delimiter: str, quote: str, name: str) -> None:
    """Raise SourceError when delimiter and quote cannot frame records."""
    for key, word in (("delimiter", delimiter), ("quote", quote)):
        if not word.isascii() or word in ("\r", "\n", "\0"):
            raise SourceError(f"source.toml, table {name}: {key} = {show(word)!r} must be one ASCII character")
    if delimiter == quote:
        raise SourceError(f"source.toml, table {name}: delimiter and quote are the same character")


def broken_quote(grammar: Grammar, data: bytes, start: int) -> tuple[Fault, int]:
    """Where the quoting of the record at `start` breaks, in words and as the position reading stopped at."""
    match = grammar.fields.match(data, start)
    at = match.end() if match else start
    position = grammar.count(data[start:at]) - 1
    before = data[at - 1 : at] if at > start else grammar.delimiter
    column = grammar.name(position)
    if before == grammar.delimiter and data[at : at + 1] == grammar.quote:
        return Fault("broken_quote", f"field {position + 1} opens a quote that is not closed", column), len(data)
    if LINE_END.search(data, start, at):
        return Fault("broken_quote", f"field {position + 1} opens a quote that is not properly closed", column), at
    what = "text follows a closing quote" if before == grammar.quote else "a quote stands inside an unquoted field"
    return Fault("broken_quote", f"field {position + 1}: {what}", column, show(data[at : at + 80])), at


def _nul(grammar: Grammar, body: bytes) -> Fault | None:
    at = body.find(b"\0")
    if at < 0:
        return None
    position = grammar.count(
        body[:at] if not _in_quotes(grammar, body, at) else body[: body.rfind(grammar.quote, 0, at)]
    )
    return Fault("nul_byte", f"byte {at + 1} of the record is NUL", grammar.name(position - 1))


def _in_quotes(grammar: Grammar, body: bytes, at: int) -> bool:
    return bool(grammar.quote) and body.count(grammar.quote, 0, at) % 2 == 1


def _encoding(body: bytes) -> Fault | None:
    if body.isascii():
        return None
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Fault("encoding", f"byte {error.start + 1} of the record is no character of the declared encoding")
    return None


def _count(grammar: Grammar, body: bytes, ended: bool) -> Fault | None:
    found = grammar.count(body)
    if found == grammar.width:
        return None
    if found > grammar.width:
        surplus = grammar.split(body)[grammar.width]
        reason = f"{found} fields instead of {grammar.width}; is a delimiter inside a value not quoted?"
        return Fault("field_count", reason, grammar.name(grammar.width), show(surplus))
    if ended:
        reason = f"the file stops within this record: {found} fields instead of {grammar.width}; send the file again"
        return Fault("truncated", reason, grammar.name(found))
    reason = f"{found} fields instead of {grammar.width}" if body else "the line is empty"
    return Fault("field_count", reason, grammar.name(found if body else 0))


def _length(grammar: Grammar, body: bytes) -> Fault | None:
    longest = grammar.limits.max_field_bytes
    if len(body) <= longest:
        return None
    for position, raw in enumerate(grammar.split(body)):
        size = len(grammar.value(raw).encode())
        if size > longest:
            return Fault("field_too_long", f"{size:,} bytes; the limit is {longest:,}", grammar.name(position))
    if len(body) > grammar.max_record_bytes:
        return Fault("field_too_long", f"the record has {len(body):,} bytes; the limit is {grammar.max_record_bytes:,}")
    return None
