"""How does a test get a real PostgreSQL? Its own server, on a unix socket, gone when the tests are.

Never used outside tests. `initdb` refuses root (ruling 22), so the server then runs as another account.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

INSTALL = "apt-get install postgresql"
PASSWORD = "s3cret/@:%word"
_ACCOUNTS = ("postgres", "nobody")


class NoServerError(RuntimeError):
    """There is no PostgreSQL to start; the message says what to install."""


def program(name: str) -> Path:
    """A program of PostgreSQL, from Debian's folders (preferred: initdb finds its neighbours) or the path."""
    packaged = max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)
    found = packaged or shutil.which(name)
    if not found:
        raise NoServerError(f"{name} is not installed ({INSTALL})")
    return Path(found)


def _account() -> str | None:
    """The unprivileged account that runs the server, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = next((account for account in _ACCOUNTS if account in known), None)
    if name is None:
        raise NoServerError(f"root may not run PostgreSQL, and none of the accounts {_ACCOUNTS} exists")
    return name


def _run(account: str | None, folder: Path, *command: object) -> None:
    words = [str(word) for word in command]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
    log = folder / "command.log"
    with log.open("ab") as out:
        done = subprocess.run(words, user=account, cwd=folder, env=environment, stdout=out, stderr=out, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[0]} failed:\n{log.read_text()[-2000:]}")


@contextmanager
def running() -> Iterator[URL]:
    """A fresh server with password login, reached by a unix socket; stopped and deleted at the end."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="tower-pg-", dir="/tmp"))
    try:
        if account:
            shutil.chown(folder, account)
        (folder / "password").write_text(PASSWORD)
        if account:
            shutil.chown(folder / "password", account)
        data = folder / "data"
        _run(account, folder, program("initdb"), "-D", data, "-U", "tower", "-A", "scram-sha-256",
             f"--pwfile={folder / 'password'}", "-E", "UTF8", "--no-sync")  # fmt: skip
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c timezone=Asia/Kolkata"
        _run(account, folder, program("pg_ctl"), "-D", data, "-w", "-l", folder / "server.log", "-o", options, "start")
        try:
            query = {"host": str(folder)}
            yield URL.create("postgresql+psycopg", "tower", PASSWORD, database="postgres", query=query)
        finally:
            _run(account, folder, program("pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Killable:
    """A server that a test may kill -9 and start again; it syncs its writes, for they must survive."""

    url: URL
    data: Path
    account: str | None
    options: str

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut would end them."""
        head = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        for process in (head, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for process in (head, *map(int, children)):
            _gone(process)
        for name in (self.data / "postmaster.pid", self.data.parent / ".s.PGSQL.5432.lock"):
            name.unlink(missing_ok=True)  # where nobody reaps the dead, they would look alive

    def start(self) -> None:
        """Start it; returns when it answers."""
        folder = self.data.parent
        _run(self.account, folder, program("pg_ctl"), "-D", self.data, "-w", "-l", folder / "server.log", "-o",
             self.options, "start")  # fmt: skip


def _gone(process: int) -> None:
    """Wait until a killed process is no more than a name."""
    for _ in range(1_000):
        try:
            if Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        threading.Event().wait(0.01)


@contextmanager
def killable() -> Iterator[Killable]:
    """A server of this test's own, to be killed."""
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="tower-pg-", dir="/tmp"))
    try:
        (folder / "password").write_text(PASSWORD)
        for place in (folder, folder / "password"):
            if account:
                shutil.chown(place, account)
        data = folder / "data"
        _run(account, folder, program("initdb"), "-D", data, "-U", "tower", "-A", "scram-sha-256",
             f"--pwfile={folder / 'password'}", "-E", "UTF8", "--no-sync")  # fmt: skip
        url = URL.create("postgresql+psycopg", "tower", PASSWORD, database="postgres", query={"host": str(folder)})
        options = f"-c listen_addresses='' -c unix_socket_directories={folder}"
        server = Killable(url, data, account, options)
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
