"""Is the record of who did what whole? The chain of sealed entries, and what verifying it finds. Pure.

Each entry's hash is the HMAC over its canonical text, which holds the hash of the entry before. Entries are read once,
in order; nothing here opens a database or a file.
"""

import codecs
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
_ENCODE = json.JSONEncoder(separators=(",", ":"), default=repr).encode
"""What no entry of ours holds, such as bytes, has a text too: so it is found to be changed."""
_BLOCK = 64
_QUOTE = json.encoder.encode_basestring_ascii
"""One text as `_ENCODE` writes it; an encoder that is set up anew for each of a million entries costs more than sealing."""
_ESCAPES = "control_tower_json"
"""How what is not ASCII becomes ASCII in a text that a database wrote: by the escapes of `_QUOTE`."""


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return _QUOTE(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(_ESCAPES, _escaped)


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


Sealed = tuple[int, str, str, str, str]
"""An entry to be verified: sequence_no, key_id, previous_hash, hash, and its text as a JSON list, blanks and escapes aside."""


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


def sealed(row: Sequence[Any]) -> Sealed:
    """A row of COLUMNS as `verify` reads it."""
    return row[0], row[-3], row[-2], row[-1], message(row[:-1]).decode("ascii")


def verify(entries: Iterable[Sealed], ring: KeyRing, heads: Iterable[Head]) -> Verdict:
    """Read the whole trail in order and compare it with the heads held elsewhere.

    The first broken link is the lowest sequence number whose entry is missing, changed, swapped or sealed by an unknown
    key; or that an anchored head contradicts.
    """
    anchored, problem = _trusted(heads, ring)
    if problem:
        return Verdict(0, 0, problem, "")
    expected, previous = 1, GENESIS
    seals = {key_id: _sealing(secret) for key_id, secret in ring.secrets.items()}
    for entry in entries:  # a million times: the whole entry is asked at once, and why only when it is wrong
        number, key_id, before, own, text = entry
        is_whole = number == expected and before == previous and key_id in seals
        if not is_whole or (
            seals[key_id](text.encode("ascii", _ESCAPES)) != own and seals[key_id](_canonical(text)) != own
        ):
            return Verdict(expected - 1, expected, _wrong(entry, expected, previous, ring), "")
        if expected in anchored and anchored[expected].hash != own:
            return Verdict(expected - 1, expected, _contradicted(anchored[expected]), "")
        expected, previous = expected + 1, own
    newest = max(anchored, default=0)
    if newest >= expected:
        finding = f"the trail ends at {expected - 1}, but entry {newest} was anchored at {anchored[newest].anchored_at}"
        return Verdict(expected - 1, expected, finding, "")
    return Verdict(expected - 1, None, f"{expected - 1} entries, every link holds", _limits(expected - 1, anchored))


def _canonical(text: str) -> bytes:
    """The text as it was sealed, from one that a database wrote: the same values, escaped our way."""
    try:
        return message(json.loads(text))
    except ValueError:
        return b""


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


def _wrong(entry: Sealed, expected: int, previous: str, ring: KeyRing) -> str:
    number, key_id, before, _, _ = entry
    if number != expected:
        return f"entry {expected} is missing; the next one there is {number}"
    if before != previous:
        return f"entry {expected} does not follow the entry before it"
    if key_id not in ring.secrets:
        return f"entry {expected} is sealed by key {key_id!r}, which is not on the ring"
    return f"entry {expected} was changed after it was written"


def _contradicted(head: Head) -> str:
    return f"entry {head.sequence_no} is not the one that was anchored at {head.anchored_at}: the trail was rewritten"


def _limits(last: int, anchored: dict[int, Head]) -> str:
    newest = max(anchored, default=0)
    if not anchored:
        return "no head was anchored elsewhere: whether entries were cut off the end, or all rewritten, cannot be known"
    since = f"entries after {newest} (anchored {anchored[newest].anchored_at})"
    return f"whether {since} were cut off the end cannot be known; {last - newest} of them are here"
