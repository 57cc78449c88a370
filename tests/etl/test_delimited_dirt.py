"""Whatever is done to a delimited file: is every physical line accounted for and every good row there?

The inputs are generated: 5,000 seeded cases in one sweep, and Hypothesis on top for its shrinking.
"""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_tower.errors import SourceError
from etl.archive import Budget, Content
from etl.readers.clean import Clean
from etl.readers.contract import Limits, RawTable
from etl.readers.framing import Framer
from etl.readers.grammar import Grammar
from etl.readers.text import Text, Window
from tests.etl.text_reading import SMALL, assert_every_line_is_accounted_for, declared, frame, parsed, rows, starts

SEEDS = 5_000
NAMES = ("row", "item", "note", "qty")
TABLE = declared(" ".join(NAMES))
VALUES = (
    "",
    "x",
    "42",
    "a b",
    " pad ",
    "Zoë",
    "日本",
    "a,b",
    ",",
    'say "hi"',
    '""',
    "two\nlines",
    "cr\r\nlf",
    "\t",
    "1;2",
)
KINDS = ("quote", "nul", "byte", "extra", "missing", "cut", "line_end", "none", "blank", "swap")


@dataclass(frozen=True)
class Dirty:
    """A table as bytes, and which of its rows nobody touched."""

    content: bytes
    header: tuple[str, ...]
    untouched: frozenset[tuple[str, ...]]
    kind: str


def _field(value: str, rng: random.Random) -> str:
    if any(c in value for c in ',"\r\n') or rng.random() < 0.2:
        return '"' + value.replace('"', '""') + '"'
    return value


def _clean_rows(rng: random.Random) -> list[tuple[str, ...]]:
    quoted = rng.random() < 0.7
    values = VALUES if quoted else [value for value in VALUES if not any(c in value for c in ',"\r\n')]
    return [(f"R{number}", *(rng.choice(values) for _ in NAMES[1:])) for number in range(rng.randrange(1, 12))]


def _lines(table: list[tuple[str, ...]], rng: random.Random) -> list[bytes]:
    plain = all(not any(c in value for c in ',"\r\n') for row in table for value in row) and rng.random() < 0.5
    end = rng.choice(["\n", "\r\n"])
    return [(",".join(value if plain else _field(value, rng) for value in row) + end).encode() for row in table]


def soil(seed: int) -> Dirty:
    """One table with one to three kinds of dirt on known rows."""
    rng = random.Random(seed)
    order = rng.sample(range(len(NAMES)), len(NAMES))
    table = _clean_rows(rng)
    lines = _lines([tuple(row[at] for at in order) for row in table], rng)
    touched: set[int] = set()
    kind = rng.choice(KINDS)
    for _ in range(rng.randrange(1, 4)):
        touched |= _damage(lines, kind, rng)
    header = tuple(NAMES[at] for at in order)
    content = (",".join(header) + rng.choice(["\n", "\r\n"])).encode() + b"".join(lines)
    untouched = {row for number, row in enumerate(table) if number not in touched}
    return Dirty(content, header, frozenset(untouched), kind)


def _damage(lines: list[bytes], kind: str, rng: random.Random) -> set[int]:
    """Damage one line in place; which rows that touches."""
    at = rng.randrange(len(lines))
    line = lines[at]
    inside = rng.randrange(len(line)) if line else 0
    body = line.rstrip(b"\r\n")
    end = line[len(body) :]
    if kind in ("quote", "nul", "byte"):
        dirt = {"quote": b'"', "nul": b"\0", "byte": rng.choice([b"\xff", b"\xc3", b"\xed\xa0\x80"])}[kind]
        lines[at] = line[:inside] + dirt + line[inside:]
        return {at}
    if kind == "extra":
        lines[at] = body + b",surplus" + end
        return {at}
    if kind == "missing":
        lines[at] = b"only,two" + end
        return {at}
    if kind == "cut":
        cut = rng.randrange(len(lines[-1]) + 1)
        lines[-1] = lines[-1][:cut]
        return {len(lines) - 1}
    if kind == "line_end" and end and len(parsed(line)) == 1:
        lines[at] = body + rng.choice([b"\n", b"\r\n", b"\r"])
    if kind == "blank" and line:
        lines[at] = end + line
    if kind == "swap":
        other = rng.randrange(len(lines))
        if lines[at].endswith(b"\n") and lines[other].endswith(b"\n"):
            lines[at], lines[other] = lines[other], lines[at]
            return {at, other}
    return set()


def check(dirty: Dirty, folder: Path, limits: Limits) -> RawTable:
    """Frame it and hold it against the promises of a reader."""
    made = frame(dirty.content, folder, TABLE, limits)
    assert_every_line_is_accounted_for(dirty.content, made)
    found = {tuple(value or "" for value in row) for row in _by_name(made, rows(made))}
    lost = dirty.untouched - found
    if lost:
        assert dirty.kind == "quote", f"good rows are lost: {lost}"
        assert _swallowed(lost, found), f"good rows are lost: {lost}"
    return made


def _by_name(made: RawTable, found: list[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    at = [made.columns.index(name) for name in NAMES]
    return [tuple(row[position] for position in at) for row in found]


def _swallowed(lost: set[tuple[str, ...]], found: set[tuple[str, ...]]) -> bool:
    """Two stray quotes can make one well-formed record of several lines; nobody can tell that it is none."""
    texts = [value for row in found for value in row if "\n" in value or "\r" in value]
    return all(any(row[0] in text for text in texts) for row in lost)


def test_in_five_thousand_dirty_files_no_line_and_no_good_row_is_lost(tmp_path: Path) -> None:
    # fault 3
    # fault 5
    # fault 6
    # fault 7
    # fault 10
    # fault 11
    # fault 24: 5,000 generated bad inputs
    refused = swallowed = 0
    for seed in range(SEEDS):
        dirty = soil(seed)
        made = check(dirty, tmp_path, SMALL if seed % 2 else Limits())
        refused += bool(made.refusals)
        swallowed += len(dirty.untouched) > made.rows
        for path in tmp_path.glob("[0-9a-f]*"):
            path.unlink()
    assert refused > SEEDS / 4, "the dirt has to show"
    assert swallowed < SEEDS / 200


@given(st.integers(0, 2**32))
@settings(max_examples=250, deadline=None)
def test_any_dirty_file_is_framed_or_refused_with_a_reason(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    # fault 6
    check(soil(seed), tmp_path_factory.mktemp("dirt"), SMALL)


@given(
    st.lists(
        st.sampled_from([b"a", b",", b'"', b"\n", b"\r", b"\0", b"\xff", "é".encode(), b'"\n', b',"']), max_size=60
    )
)
@settings(max_examples=250, deadline=None)
def test_arbitrary_bytes_below_a_header_are_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    # fault 6
    # fault 11
    content = b"a,b\n" + b"".join(pieces)
    made = frame(content, tmp_path_factory.mktemp("bytes"), declared("a b"), SMALL)
    assert_every_line_is_accounted_for(content, made)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_never_end_in_anything_but_a_table_or_a_source_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    # fault 9
    # fault 38
    folder = tmp_path_factory.mktemp("any")
    named = 0
    for reader in ("delimited", "jsonl", "json"):
        try:
            made = frame(content, folder, declared("a b", reader), SMALL)
        except SourceError as error:
            named += "orders.csv" in str(error)
        else:
            named += 1
            assert made.records == made.rows + sum(refusal.records for refusal in made.refusals)
    assert named == 3, "every message names the file"


class Dribble:
    """A stream that gives a few bytes at a time."""

    def __init__(self, content: bytes, seed: int) -> None:
        self._content, self._random = content, random.Random(seed)

    def read(self, size: int, /) -> bytes:
        taken = self._content[: min(size, self._random.randrange(1, 8))]
        self._content = self._content[len(taken) :]
        return taken


@pytest.mark.parametrize("seed", range(200))
def test_where_reads_end_changes_nothing(tmp_path: Path, seed: int) -> None:
    # fault 7
    dirty = soil(seed)
    whole = frame(dirty.content, tmp_path, TABLE)
    header, _, below = dirty.content.partition(b"\n")
    text = Text(Content(Dribble(below, seed), Budget("orders.csv", SMALL, len(below)), None), "utf-8")
    clean = Clean(tmp_path / "dribbled.csv", None, 0)
    clean.start(header.strip(), b"\r\n" if header.endswith(b"\r") else b"\n", len(header) + 1)
    framer = Framer(Window(text), text, Grammar(b",", b'"', dirty.header, SMALL), clean, None)
    framer.line = 2
    framer.run()
    clean.finish(0)
    assert (clean.rows, clean.refusals, clean.breaks) == (whole.rows, whole.refusals, whole.breaks)
    assert len(starts(whole)) == clean.rows
