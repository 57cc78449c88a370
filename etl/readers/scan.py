"""Where do the records of a block end, and which of them are not well-formed? Vectorised over the block.

Everything here is arithmetic on positions of a few bytes; it only says *that* something is wrong. Why,
and what to do about it, is decided record by record in `framing`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from etl.readers.grammar import Grammar

_LF, _CR = 10, 13
Positions = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scan:
    """The records of a block up to the first one that needs care."""

    ends: Positions
    """Where each record ends, its line end included."""
    good: Marks
    inner: Positions
    """Line ends inside quotes, as positions of their last byte."""
    stopped: bool
    """A record that needs care follows; otherwise only the beginning of a record."""


class Plain:
    """The quickest question: is a block nothing but complete, unquoted, well-formed records?"""

    def __init__(self, grammar: Grammar, crlf: bool, block: int) -> None:
        """Prepare the pattern that the separators of well-formed records make."""
        self._quote, self._crlf = grammar.quote, crlf
        separators = (grammar.delimiter * (grammar.width - 1)) + b"\n"
        self._pattern = separators * (block // len(separators) + 1)
        self._width = grammar.width
        self._others = bytes(c for c in range(256) if c not in grammar.delimiter + b"\n")

    def rows(self, block: bytes) -> int:
        """How many records the block has; 0 when it has to be looked at more closely."""
        if (self._quote and self._quote in block) or b"\0" in block or not _is_utf8(block):
            return 0
        separators = block.translate(None, self._others)
        rows, odd = divmod(len(separators), self._width)
        if odd or not self._pattern.startswith(separators):
            return 0
        if not self._crlf:
            return 0 if b"\r" in block else rows
        return rows if block.count(b"\r") == rows == block.count(b"\r\n") else 0


def scan(block: bytes, grammar: Grammar, crlf: bool) -> Scan:
    """Frame a block that starts at a record's start and ends with LF."""
    a = np.frombuffer(block, np.uint8)
    delimiter, quote = grammar.delimiter[0], grammar.quote[0] if grammar.quote else -1
    mask = (a == delimiter) | (a == _LF)
    if grammar.quote:
        mask |= a == quote
    p = np.flatnonzero(mask)
    v = a[p]
    is_quote = v == quote
    inside = (np.cumsum(is_quote, dtype=np.int32) & 1).astype(np.bool_)
    free = np.flatnonzero(~is_quote & ~inside)
    line_ends = np.flatnonzero(v[free] == _LF)
    ends = p[free[line_ends]] + 1
    fields = np.diff(line_ends, prepend=-1)
    quotes = p[is_quote]
    known = int(np.searchsorted(ends, _first_broken(a, quotes, delimiter, quote), "right"))
    returns = np.flatnonzero(a == _CR) if b"\r" in block else np.empty(0, np.int64)
    inner = _inner(a, p[~is_quote & inside & (v == _LF)], returns, quotes)
    good = (fields == grammar.width) & _clean(block, ends)
    care = _irregular(a, ends, returns, quotes, crlf) | (~good & _holds(ends, inner))
    first = int(np.argmax(care[:known])) if care[:known].any() else known
    return Scan(
        ends[:first],
        good[:first],
        inner,
        first < len(ends) or known < len(ends) or _breaks(a, quotes, delimiter, quote),
    )


def _first_broken(a: npt.NDArray[np.uint8], quotes: Positions, delimiter: int, quote: int) -> int:
    """Position of the first quote that neither opens nor closes a field; beyond the block when there is none."""
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = a[np.maximum(opening - 1, 0)], a[np.minimum(closing + 1, len(a) - 1)]
    wrong_open = opening[~((opening == 0) | (before == delimiter) | (before == _LF) | (before == quote))]
    wrong_close = closing[~((after == delimiter) | (after == _LF) | (after == _CR) | (after == quote))]
    return int(min(wrong_open[:1].tolist() + wrong_close[:1].tolist(), default=len(a)))


def _breaks(a: npt.NDArray[np.uint8], quotes: Positions, delimiter: int, quote: int) -> bool:
    return _first_broken(a, quotes, delimiter, quote) < len(a)


def _inner(a: npt.NDArray[np.uint8], feeds: Positions, returns: Positions, quotes: Positions) -> Positions:
    bare = returns[a[np.minimum(returns + 1, len(a) - 1)] != _LF]
    quoted = bare[(np.searchsorted(quotes, bare) & 1) == 1]
    return np.sort(np.concatenate([feeds, quoted])) if len(quoted) else feeds


def _irregular(a: npt.NDArray[np.uint8], ends: Positions, returns: Positions, quotes: Positions, crlf: bool) -> Marks:
    """Records with another line end than the file's, or with a bare CR outside quotes."""
    if not len(returns):
        return np.full(len(ends), crlf)
    starts = np.concatenate([[0], ends[:-1]])
    marks = ((ends - 2 >= starts) & (a[np.maximum(ends - 2, 0)] == _CR)) != crlf
    bare = returns[a[np.minimum(returns + 1, len(a) - 1)] != _LF]
    loose = bare[(np.searchsorted(quotes, bare) & 1) == 0]
    at = np.searchsorted(ends, loose, "right")
    marks[at[at < len(ends)]] = True
    return np.asarray(marks, np.bool_)


def _holds(ends: Positions, inner: Positions) -> Marks:
    marks = np.zeros(len(ends), np.bool_)
    at = np.searchsorted(ends, inner, "right")
    marks[at[at < len(ends)]] = True
    return marks


def _clean(block: bytes, ends: Positions) -> Marks:
    """Records without NUL and with nothing but UTF-8."""
    marks = np.ones(len(ends), np.bool_)
    if b"\0" in block:
        at = np.searchsorted(ends, np.flatnonzero(np.frombuffer(block, np.uint8) == 0), "right")
        marks[at[at < len(ends)]] = False
    if not _is_utf8(block):
        start = 0
        for index, end in enumerate(ends.tolist()):
            marks[index] &= _is_utf8(block[start:end])
            start = end
    return marks


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
