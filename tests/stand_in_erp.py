"""What do the tests send to? A small ERP over HTTP that keeps one effect per key and fails on purpose.

Run as a program (`python -m tests.stand_in_erp FOLDER`) it keeps its effects in a file, so that a test can kill whoever
speaks to it. Never used outside tests.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FINE, BROKEN, SILENT, LOST, POISON, BUSY = "fine", "500", "timeout", "reply lost", "400", "429"
"""What may happen to one request. `timeout` closes without effect and answer, `reply lost` closes after the effect."""
Script = Callable[[str, int], str]
"""Key and number of the try (1 = first the ERP sees of this key) → what happens."""


@dataclass
class Erp:
    """Effects by key in the order they came, and every request as (key, what happened)."""

    script: Script
    journal: Path | None = None
    effects: dict[str, dict[str, object]] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    tokens: set[str] = field(default_factory=set)
    answered: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, body: dict[str, object]) -> tuple[int | None, str]:
        """The status to answer with; None = close without an answer."""
        with self._lock:
            what = self.script(key, sum(k == key for k, _ in self.seen) + 1)
            is_known = key in self.effects
            self.seen.append((key, what))
            if what in (FINE, LOST) and not is_known:
                self.effects[key] = body
                if self.journal:
                    with self.journal.open("a") as out:
                        out.write(key + "\n")
        if what == FINE:
            return (409, "known key") if is_known else (201, "")
        return {BROKEN: (503, "down"), POISON: (400, "no such lane"), BUSY: (429, "slow down")}.get(what, (None, ""))


class _Desk(BaseHTTPRequestHandler):
    erp: Erp

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.erp.tokens.add(self.headers.get("Authorization", ""))
        status, words = self.erp.take(self.headers["Idempotency-Key"], body)
        if status is None:
            self.close_connection = True
            return
        said = words.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A sender that was killed in the middle of a request is no error of ours."""


@contextmanager
def running(script: Script = lambda _key, _try: FINE, journal: Path | None = None) -> Iterator[Erp]:
    """An ERP on a free port of the loopback address."""
    erp = Erp(script, journal)
    server = _Server(("127.0.0.1", 0), type("Desk", (_Desk,), {"erp": erp}))
    erp.url = f"http://127.0.0.1:{server.server_port}/messages"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield erp
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with running(journal=Path(sys.argv[1]) / "effects.txt") as one:
        sys.stdout.write(one.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()
