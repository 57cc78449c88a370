"""How does a test lose the reply to a COMMIT? A proxy before PostgreSQL that lets it through and hangs up on its answer.

Speaks just enough of the protocol to see which message is a COMMIT. Never used outside tests.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Proxy:
    """A unix socket in `folder` that leads to the server's; cuts the connection after the next COMMIT when `armed`."""

    folder: Path
    server: str
    armed: threading.Event = field(default_factory=threading.Event)
    cuts: int = 0


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _forward(client: socket.socket, server: socket.socket, proxy: Proxy) -> None:
    """Client to server; on an armed COMMIT nobody hears the answer, which is awaited so that it has surely happened."""
    answers = threading.Thread(target=_pump, args=(server, client), daemon=True)
    answers.start()
    with suppress(OSError):
        while block := client.recv(65536):
            if proxy.armed.is_set() and b"COMMIT\0" in block:
                proxy.armed.clear()
                proxy.cuts += 1
                client.shutdown(socket.SHUT_RDWR)
                server.sendall(block)
                server.shutdown(socket.SHUT_WR)
                answers.join(timeout=10)
                break
            server.sendall(block)
    for one in (client, server):
        one.close()


@contextmanager
def running(folder: Path, server: str) -> Iterator[Proxy]:
    """A proxy to the PostgreSQL socket at path `server`, reached by the socket of the same name in `folder`."""
    proxy = Proxy(folder, server)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / Path(server).name))
    listener.listen()

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                upstream = socket.socket(socket.AF_UNIX)
                upstream.connect(server)
                threading.Thread(target=_forward, args=(client, upstream, proxy), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
