"""Which physical lines make which record? Frames one stream of delimited text, losing as little as possible.

Blocks that are well-formed are taken whole; only where something is wrong is the text read record by
record. Of a broken quote only the physical line that breaks is refused and framing resumes on the next
line; so every physical line belongs to exactly one record or refusal. Casting values, and deciding what
a column means, never belong here.
"""

import re
from dataclasses import replace

import numpy as np

from control_tower.errors import SourceError
from etl.readers.clean import Clean
from etl.readers.contract import Refusal, show
from etl.readers.grammar import LINE_END, Fault, Grammar, broken_quote
from etl.readers.scan import Plain, Positions, Scan, scan
from etl.readers.text import Text, Window

BLOCK = 2**20
_SMALL = 2**14
_BURST = 256
_LOOK_AHEAD = 2**24
_KEPT_OF_ENDLESS = 2**16
_SWALLOWED = "a quote opens here and swallows following lines that are records themselves"


class Framer:
    """Frames the records behind the header of one text; `window` stands right behind the header line."""

    def __init__(self, window: Window, text: Text, grammar: Grammar, clean: Clean, place: str | None) -> None:
        """Begin on the line that `line` is then set to."""
        self.window, self._text, self._grammar, self._clean, self._place = window, text, grammar, clean, place
        self.line = 1
        self._block = max(64, min(BLOCK, grammar.limits.max_field_bytes))
        self._size = self._block
        self._look_ahead = max(_LOOK_AHEAD, 2 * grammar.max_record_bytes)
        self._broken_until, self._last_end = -1, b""
        crlf = clean.newline == b"\r\n"
        self._crlf, self._plain = crlf, Plain(grammar, crlf, self._block)

    def run(self) -> None:
        """Frame to the end of the stream. Raises SourceError when there is no sense in going on."""
        burst = 1
        while self.window.fill(self._block):
            whole = self._blockwise()
            if whole:
                burst = 1
                self._size = min(self._block, self._size * 4)
                continue
            self._size = max(64, min(_SMALL, self._block))
            for _ in range(burst):
                if not self.window.fill(self._block):
                    break
                self._one()
            burst = min(_BURST, burst * 2)

    def _blockwise(self) -> bool:
        """Take as many records as are well-formed; whether the next block can be taken the same way."""
        window = self.window
        end = window.data.rfind(b"\n", window.pos, window.pos + self._size) + 1
        if not end:
            return False
        block = window.data[window.pos : end]
        rows = self._plain.rows(block)
        if rows:
            self._take(0, len(block), rows)
            self._advance(len(block), rows)
            return True
        found = scan(block, self._grammar, self._crlf)
        if not len(found.ends):
            return False
        self._accept(block, found)
        return not found.stopped

    def _accept(self, block: bytes, found: Scan) -> None:
        """Keep the good records of a scanned block and refuse the others, each on its physical line."""
        ends = found.ends
        length = int(ends[-1])
        inner = found.inner[: int(np.searchsorted(found.inner, length))]
        lines = self.line + np.arange(len(ends))
        if len(inner):
            before = np.searchsorted(inner, np.concatenate([[0], ends[:-1]]))
            lines = lines + before
        if found.good.all() and not len(inner):
            self._take(0, length, len(ends))
        else:
            self._runs(block, found, lines)
        self._advance(length, len(ends) + len(inner))

    def _runs(self, block: bytes, found: Scan, lines: Positions) -> None:
        ends, good = found.ends.tolist(), found.good
        index, count = 0, len(ends)
        bad = [*np.flatnonzero(~good).tolist(), count]
        for stop in bad:
            if stop > index:
                self._run(ends[index - 1] if index else 0, ends[stop - 1], lines[index:stop])
            if stop < count:
                body = _without_end(block[ends[stop - 1] if stop else 0 : ends[stop]])
                fault = self._grammar.judge(body, ended=False)
                assert fault is not None, "the scan and the grammar disagree"
                self._refuse(body, fault, int(lines[stop]))
            index = stop + 1

    def _run(self, start: int, end: int, lines: Positions) -> None:
        first = self._clean.rows
        offset, at = self.window.offset + start, self.window.pos + start
        piece = memoryview(self.window.data)[at : at + end - start]
        self._clean.take(piece, offset, int(lines[0]), len(lines))
        for jump in (np.flatnonzero(np.diff(lines) != 1) + 1).tolist():
            self._clean.jump(first + jump, int(lines[jump]))
        self._clean.expect_line(int(lines[-1]) + 1)

    def _take(self, start: int, end: int, rows: int) -> None:
        at = self.window.pos
        self._clean.take(
            memoryview(self.window.data)[at + start : at + end], self.window.offset + start, self.line, rows
        )

    def _advance(self, length: int, lines: int) -> None:
        self.window.pos += length
        self.line += lines

    def _one(self) -> None:
        """Frame the one record at the window's position with care."""
        match = self._match()
        if match is None:
            self._broken_line()
            return
        body, ending = match.groups()
        lines = len(LINE_END.findall(body)) + 1
        fault = self._grammar.judge(body, ended=not ending)
        if fault and fault.rule in ("field_count", "truncated") and lines > 1 and self._swallowed(body):
            self._broken_line(replace(fault, rule="broken_quote", reason=_SWALLOWED), match.end())
            return
        if fault:
            self._refuse(body, fault, self.line, self.line + lines - 1)
        elif ending == self._clean.newline:
            self._take(0, match.end() - match.start(), 1)
            self._clean.expect_line(self.line + lines)
        else:
            self._clean.put(body, self.line)
            self._clean.expect_line(self.line + lines)
        self._advance(match.end() - match.start(), lines)

    def _match(self) -> re.Match[bytes] | None:
        """The well-quoted record at the window's position, if there is one within reach."""
        window, record = self.window, self._grammar.record
        for reach in (0, self._look_ahead):
            window.fill(reach)
            match = record.match(window.data, window.pos)
            if match and (match.end() < len(window.data) or window.ended):
                return match
        return None

    def _swallowed(self, body: bytes) -> bool:
        """Does a quoted field hold lines that are records themselves? Then a stray quote swallowed them."""
        lines = LINE_END.split(body)[1:]
        return any(
            (match := self._grammar.record.fullmatch(line)) is not None
            and self._grammar.count(match.group(1)) == self._grammar.width
            for line in lines
        )

    def _broken_line(self, fault: Fault | None = None, until: int = 0) -> None:
        """Refuse the physical line at the window's position, because of its quotes or its length."""
        window = self.window
        end = LINE_END.search(window.data, window.pos)
        if end is None and not window.ended:
            self._endless_line()
            return
        stop = end.start() if end else len(window.data)
        body = window.data[window.pos : stop]
        if fault is None:
            fault, until = broken_quote(self._grammar, window.data, window.pos)
        if end is None and until == len(window.data):
            fault = replace(fault, rule="truncated", reason=f"the file stops within this record: {fault.reason}")
        self._refuse(body, fault, self.line, merge=window.offset < self._broken_until)
        self._last_end = end.group() if end else b""
        self._broken_until = max(self._broken_until, window.base + until)
        self._advance((end.end() if end else stop) - window.pos, 1)

    def _endless_line(self) -> None:
        """Refuse a line that is longer than what is held in memory; only its beginning is kept beside it."""
        window, length = self.window, 0
        start = window.data[window.pos : window.pos + _KEPT_OF_ENDLESS]
        while (end := LINE_END.search(window.data, window.pos)) is None:
            length += window.left
            window.pos = len(window.data)
            if not window.fill(1):
                break
        if end is not None:
            if end.end() == len(window.data):
                window.fill(2 + end.end() - window.pos)
                end = LINE_END.search(window.data, window.pos)
            assert end is not None
            length += end.start() - window.pos
            window.pos = end.end()
        reason = f"the line has {length:,} bytes; only its first {len(start):,} are kept here, all in the landed file"
        self._refuse(start, Fault("field_too_long", reason), self.line)
        self.line += 1

    def _refuse(self, body: bytes, fault: Fault, line: int, last: int = 0, merge: bool = False) -> None:
        raw = self._text.original(body)
        refusal = Refusal(line, fault.rule, fault.reason, max(line, last), fault.column, fault.value, self._place, raw)
        previous = self._clean.refusals[-1] if self._clean.refusals else None
        if merge and previous and previous.last_line == line - 1 and previous.place == self._place:
            self._merge(previous, refusal)
        else:
            self._clean.refuse(refusal)
        if self._clean.overflowing():
            first = self._clean.refusals[0]
            raise SourceError(
                f"{self._text.where}: refused as a whole: by line {line} {self._clean.refused:,} records are malformed, "
                f"the first on line {first.line} ({first.rule}: {first.reason}; {show(first.raw or b'')}); "
                f"check delimiter, quote and encoding in source.toml"
            )

    def _merge(self, previous: Refusal, refusal: Refusal) -> None:
        """One broken quote, one refusal: it grows line by line, its bytes as they stand in the file."""
        raw = (previous.raw or b"") + self._text.original(self._last_end) + (refusal.raw or b"")
        self._clean.merge_last(
            replace(previous, last_line=refusal.last_line, records=previous.records + refusal.records, raw=raw)
        )


def _without_end(record: bytes) -> bytes:
    return record[:-2] if record.endswith(b"\r\n") else record.rstrip(b"\n")
