"""Is the record of who did what whole? The chain of sealed entries, and what verifying it finds. Pure.

Each entry's hash is the HMAC over its canonical text, which holds the hash of the entry before. Entries are read once,
in order; nothing here opens a database or a file.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from control_tower.errors import StoreError
from control_tower.workflow.keys import KeyRing

GENESIS = "0" * 64
"""What the first entry has for a predecessor."""
COLUMNS = (
    "sequence_no", "acted_at", "actor_id", "action", "outcome", "subject_type", "subject_id", "reason", "before",
    "after", "policy_version", "policy_hash", "build_id", "request_key", "key_id", "previous_hash", "hash",
)  # fmt: skip
"""The fields of an entry in the order that is hashed; the last is the hash itself."""
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode
_BLOCK = 64
_QUOTE = json.encoder.encode_basestring_ascii
"""One text as `_ENCODE` writes it; an encoder that is set up anew for each of a million entries costs more than sealing."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry as it was signed and written elsewhere."""

    sequence_no: int
    entry_count: int
    hash: str
    key_id: str
    anchored_at: str
    signature: str = ""

    def message(self) -> bytes:
        """What the signature is over."""
        said = [self.sequence_no, self.entry_count, self.hash, self.key_id, self.anchored_at]
        return _ENCODE(["head", *said]).encode()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: entries read, the first broken link (None = whole), and what it cannot know."""

    entries: int
    broken_at: int | None
    finding: str
    cannot_know: str

    @property
    def is_whole(self) -> bool:
        """Whether no link is broken."""
        return self.broken_at is None


def message(fields: Sequence[Any]) -> bytes:
    """The canonical text of an entry without its own hash, in the order of COLUMNS: a JSON list without blanks."""
    try:
        return f"[{fields[0]:d},{','.join(map(_QUOTE, fields[1:]))}]".encode("ascii")
    except (TypeError, ValueError):  # somebody put another kind of value there: it has a text too, and not ours
        return _ENCODE(fields).encode("ascii")


def seal(fields: Sequence[Any], ring: KeyRing) -> str:
    """The hash of an entry: HMAC over its fields (all of COLUMNS but the last), by the key they name."""
    return ring.seal(message(fields), str(fields[-2]))


def sign(head: Head, ring: KeyRing) -> str:
    """The signature of a head."""
    return ring.seal(head.message(), head.key_id)


def verify(rows: Iterable[Sequence[Any]], ring: KeyRing, heads: Iterable[Head]) -> Verdict:
    """Read the whole trail in order and compare it with the heads held elsewhere.

    `rows` hold COLUMNS. The first broken link is the lowest sequence number whose entry is missing, changed, swapped or
    sealed by an unknown key; or that an anchored head contradicts.
    """
    anchored, problem = _trusted(heads, ring)
    if problem:
        return Verdict(0, 0, problem, "")
    expected, previous = 1, GENESIS
    seals = {key_id: _sealing(secret) for key_id, secret in ring.secrets.items()}
    for row in rows:  # a million times: the whole entry is asked at once, and why only when it is wrong
        own = row[-1]
        is_whole = row[0] == expected and row[-2] == previous and row[-3] in seals
        if not is_whole or seals[row[-3]](message(row[:-1])) != own:
            return Verdict(expected - 1, expected, _wrong(row, expected, previous, ring), "")
        if expected in anchored and anchored[expected].hash != own:
            return Verdict(expected - 1, expected, _contradicted(anchored[expected]), "")
        expected, previous = expected + 1, own
    newest = max(anchored, default=0)
    if newest >= expected:
        finding = f"the trail ends at {expected - 1}, but entry {newest} was anchored at {anchored[newest].anchored_at}"
        return Verdict(expected - 1, expected, finding, "")
    return Verdict(expected - 1, None, f"{expected - 1} entries, every link holds", _limits(expected - 1, anchored))


def _sealing(secret: bytes) -> Callable[[bytes], str]:
    """HMAC-SHA-256 by one key, whose two padded blocks are hashed once and not for every entry (RFC 2104)."""
    block = (secret if len(secret) <= _BLOCK else hashlib.sha256(secret).digest()).ljust(_BLOCK, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))

    def sealed(text: bytes) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(text)
        around.update(within.digest())
        return around.hexdigest()

    return sealed


def _trusted(heads: Iterable[Head], ring: KeyRing) -> tuple[dict[int, Head], str]:
    found: dict[int, Head] = {}
    for head in heads:
        try:
            is_ours = hmac.compare_digest(sign(head, ring), head.signature)
        except StoreError as error:
            return found, str(error)
        if not is_ours or head.entry_count != head.sequence_no:
            return (
                found,
                f"the anchored head of entry {head.sequence_no} is not signed by our key: the anchor was changed",
            )
        if head.sequence_no in found and found[head.sequence_no].hash != head.hash:
            return found, f"two anchored heads of entry {head.sequence_no} differ: the trail was rewritten"
        found[head.sequence_no] = head
    return found, ""


def _wrong(row: Sequence[Any], expected: int, previous: str, ring: KeyRing) -> str:
    if row[0] != expected:
        return f"entry {expected} is missing; the next one there is {row[0]}"
    if row[-2] != previous:
        return f"entry {expected} does not follow the entry before it"
    if row[-3] not in ring.secrets:
        return f"entry {expected} is sealed by key {row[-3]!r}, which is not on the ring"
    return f"entry {expected} was changed after it was written"


def _contradicted(head: Head) -> str:
    return f"entry {head.sequence_no} is not the one that was anchored at {head.anchored_at}: the trail was rewritten"


def _limits(last: int, anchored: dict[int, Head]) -> str:
    newest = max(anchored, default=0)
    if not anchored:
        return "no head was anchored elsewhere: whether entries were cut off the end, or all rewritten, cannot be known"
    since = f"entries after {newest} (anchored {anchored[newest].anchored_at})"
    return f"whether {since} were cut off the end cannot be known; {last - newest} of them are here"
