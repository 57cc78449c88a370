"""With which key is the audit trail sealed? A ring of keys outside the database, each with an id.

In TOWER_HOME/keys (files of mode 0600, ACTIVE names the one in use) or in the environment (`TOWER_AUDIT_KEY=id:hex`).
Old keys stay, so that old entries verify (fault 104). A key is never logged and never leaves in a message.
"""

import hmac
import os
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from control_tower.errors import StoreError

VARIABLE = "TOWER_AUDIT_KEY"
_FOLDER, _ACTIVE, _BYTES = "keys", "ACTIVE", 32
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,40}$")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys that may seal or verify, and the id of the one that seals now."""

    active_id: str
    secrets: dict[str, bytes] = field(repr=False)

    def seal(self, message: bytes, key_id: str | None = None) -> str:
        """HMAC-SHA-256 of a message. Raises StoreError when the key is not on the ring."""
        return hmac.digest(self.secret(key_id or self.active_id), message, "sha256").hex()

    def secret(self, key_id: str) -> bytes:
        """One key. Raises StoreError naming the id when it is missing."""
        try:
            return self.secrets[key_id]
        except KeyError:
            known = ", ".join(sorted(self.secrets)) or "none"
            raise StoreError(f"audit key {key_id!r} is not on the ring (there: {known}); bring keys/ back") from None


def load(home: Path) -> KeyRing:
    """The ring of a home; its first key is made when there is none. Raises StoreError for a key that is no key."""
    folder = home / _FOLDER
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.key"))}
    given = os.environ.get(VARIABLE)
    if given:
        key_id, _, text = given.partition(":")
        found[_named(key_id)] = _decoded(text, VARIABLE)
        return KeyRing(key_id, found)
    active = folder / _ACTIVE
    if not active.is_file():
        if found:
            raise StoreError(
                f"{active}: missing, so nobody knows which key seals; write one of {sorted(found)} into it"
            )
        return rotate(home)
    return KeyRing(active.read_text(encoding="ascii").strip(), found)


def rotate(home: Path) -> KeyRing:
    """Make a new key and seal with it from now on; the old ones stay for verifying."""
    folder = home / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1 + max((int(path.stem[1:]) for path in folder.glob("k[0-9]*.key")), default=0)
    key_id = f"k{number}"
    try:
        _write(folder / f"{key_id}.key", secrets.token_hex(_BYTES), os.O_EXCL)
    except FileExistsError:
        return load(home)  # another process made the first key at this instant
    _write(folder / f"{_ACTIVE}.{os.getpid()}", key_id, os.O_TRUNC)
    (folder / f"{_ACTIVE}.{os.getpid()}").replace(folder / _ACTIVE)
    return load(home)


def _write(path: Path, text: str, flag: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
    try:
        os.write(handle, text.encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    _named(path.stem)
    if path.stat().st_mode & 0o077:
        raise StoreError(f"{path}: readable by others; chmod 600 it")
    return _decoded(path.read_text(encoding="ascii", errors="replace"), str(path))


def _named(key_id: str) -> str:
    if not _ID.match(key_id):
        raise StoreError(f"{VARIABLE} or keys/: {key_id!r} is no id of a key; write id:hex, the id in small letters")
    return key_id


def _decoded(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < _BYTES:
        raise StoreError(f"{place}: an audit key has {_BYTES} bytes in hexadecimal; bring the right file back")
    return key
