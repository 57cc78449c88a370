"""Where do messages go? Into a folder, one file per key, or to an HTTP endpoint: whatever this machine is set to.

Each is asked once per try and answers with a Reply; never retries, never decides what an answer means.
"""

import hashlib
import http.client
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from control_tower.errors import PolicyError
from control_tower.log import redacted
from control_tower.model import OutboxMessage
from control_tower.settings import Settings
from control_tower.workflow import canonical
from control_tower.workflow.outbox import Reply

KEY_HEADER = "Idempotency-Key"
_READ_BYTES = 2_000
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Receiver(Protocol):
    """Whoever takes messages."""

    @property
    def name(self) -> str:
        """As it stands in the build's integration messages; never with credentials."""
        ...

    def deliver(self, message: OutboxMessage) -> Reply:
        """Hand over one message under its key."""
        ...


def body_of(message: OutboxMessage) -> bytes:
    """What is sent: canonical JSON, equal on every try."""
    said: Mapping[str, Any] = {
        "key": message.key,
        "kind": message.kind,
        "created_at": message.created_at,
        "content": message.payload,
    }
    return canonical.text(said).encode()


@dataclass(frozen=True)
class Folder:
    """A folder that somebody else collects: a file is there whole or not at all, and one key is one file."""

    place: Path
    name: str = "folder"

    def deliver(self, message: OutboxMessage) -> Reply:
        """Write the file, unless it is there already."""
        body, target = body_of(message), self.place / file_name(message.key)
        temporary = self.place / f".{target.name}.part"
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            if target.exists():
                return Reply(409, "was written before")
            with temporary.open("wb") as stream:
                stream.write(body)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
            _sync(self.place)
        except OSError as error:
            return Reply(None, f"{self.place}: {error.strerror or error}")
        return Reply(201)


def file_name(key: str) -> str:
    """The name of a key's file: readable, safe on any file system, different for different keys.

    >>> file_name("P-000001:1:order:erp:../x")
    'P-000001_1_order_erp_.._x-d8aca8c9fcdd6ae6.json'
    """
    return f"{_UNSAFE.sub('_', key)[:80]}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry our token to a place nobody configured."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Endpoint:
    """An HTTP endpoint that keeps effects by key: POST of one JSON document, the key in a header."""

    def __init__(self, url: str, seconds: float, token: str = "", authority: str = "") -> None:
        """Set up; raises PolicyError for a URL that would send orders in the clear over a network."""
        parts = urlsplit(url)
        is_near = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if parts.scheme != "https" and not is_near:
            raise PolicyError(
                f"TOWER_OUTBOX_URL {redacted(url)}: messages leave over https (http only to this machine itself)"
            )
        self.name = str(parts.hostname)
        self._url, self._seconds, self._token = url, seconds, token
        secure = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority or None))
        self._opener = urllib.request.build_opener(secure, _NoRedirect)

    def deliver(self, message: OutboxMessage) -> Reply:
        """POST once; whatever is no answer in time is a Reply without status."""
        headers = {"Content-Type": "application/json", KEY_HEADER: _header(message.key)}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        asked = urllib.request.Request(self._url, data=body_of(message), headers=headers, method="POST")
        try:
            with self._opener.open(asked, timeout=self._seconds) as answer:
                return Reply(answer.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Reply(refusal.code, _words(refusal), _asked_wait(refusal.headers.get("Retry-After")))
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            return Reply(None, redacted(f"{type(error).__name__}: {error}"))


def _header(key: str) -> str:
    """A key as a header may carry it: printable ASCII as it is, anything else by its hash."""
    return key if key.isascii() and key.isprintable() else hashlib.sha256(key.encode()).hexdigest()


def _words(refusal: urllib.error.HTTPError) -> str:
    try:
        return refusal.read(_READ_BYTES).decode("utf-8", "replace")
    except (http.client.HTTPException, OSError):
        return ""


def _asked_wait(said: str | None) -> timedelta | None:
    return timedelta(seconds=int(said)) if said and said.isascii() and said.isdigit() and len(said) < 7 else None


def configured(settings: Settings) -> Receiver:
    """The receiver of this machine: TOWER_OUTBOX_URL, else TOWER_OUTBOX_FOLDER, else outbox/ in the home."""
    if settings.outbox_url:
        token = settings.outbox_token.get_secret_value()
        return Endpoint(settings.outbox_url, settings.outbox_seconds, token, settings.outbox_authority)
    return Folder(Path(settings.outbox_folder) if settings.outbox_folder else settings.home / "outbox")
