"""How is everything that cannot be made again put into one file, and brought back? Backup and restore (ruling 21).

Holds a copy of the store, the raw files, the manifests, the keys and the anchored heads; builds are made again from raw.
Never leaves a home half restored: what is unpacked is checked first and moved in last.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from control_tower.errors import StoreError
from control_tower.settings import Settings
from control_tower.workflow.store import dumping
from control_tower.workflow.store.store import Store

_CONTENTS = "CONTENTS.json"
_STORE = "store.dump"
_KINDS = ("raw", "keys", "builds", "history.jsonl")
_ANCHOR = "anchor"


def write(settings: Settings, store: Store, target: Path) -> int:
    """Write a backup; returns how many files it holds. Others may go on working. Raises StoreError when it cannot be written.

    Heads are copied first, then the store, then the rest, which only grows: no head is newer than the trail it speaks of,
    and what the store speaks of is there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".tower-backup-") as folder:
            heads = _heads(settings.home, Path(folder))
            dump = Path(folder) / _STORE
            dumping.dump(store.engine, dump)
            named = {**heads, _STORE: dump, **{str(p.relative_to(settings.home)): p for p in _files(settings.home)}}
            _pack(named, temporary, Path(folder))
        temporary.replace(target)
        return len(named)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        raise StoreError(f"{target}: the backup could not be written ({error}); nothing of it is kept") from error
    finally:
        temporary.unlink(missing_ok=True)


def _heads(home: Path, folder: Path) -> dict[str, Path]:
    copied = {}
    for path in sorted((home / _ANCHOR).glob("*")):
        copied[f"{_ANCHOR}/{path.name}"] = Path(shutil.copyfile(path, folder / f"{_ANCHOR}-{path.name}"))
    return copied


def _files(home: Path) -> Iterator[Path]:
    for kind in _KINDS:
        place = home / kind
        if place.is_file():
            yield place
        elif kind == "builds":
            yield from sorted(place.glob("*.json"))
            yield from sorted(place.glob("*/manifest.json"))
        else:
            yield from sorted(path for path in place.glob("*") if path.is_file() and not path.name.startswith("."))


def _pack(named: dict[str, Path], target: Path, folder: Path) -> None:
    contents: dict[str, str] = {}
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w") as archive:
        for name, path in named.items():
            archive.add(path, name, recursive=False)
            contents[name] = _digest(path)
        listing = folder / _CONTENTS
        listing.write_text(json.dumps(contents, sort_keys=True, indent=1), encoding="utf-8")
        archive.add(listing, _CONTENTS)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(settings: Settings, source: Path, store_url: str) -> None:
    """Bring a backup into a home that holds nothing. Raises StoreError when it holds something or the file is damaged."""
    home = settings.home
    taken = [kind for kind in (*_KINDS, _ANCHOR, "store.sqlite") if (home / kind).exists()]
    if taken:
        raise StoreError(f"{home}: holds {', '.join(taken)}; restore into an empty home (TOWER_HOME=/some/new/folder)")
    home.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=home, prefix=".tower-restore-") as folder:
            _unpack(source, Path(folder))
            dumping.load(store_url, Path(folder) / _STORE)
            (Path(folder) / _STORE).unlink()
            for path in sorted(Path(folder).iterdir()):
                shutil.move(path, home / path.name)
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        raise StoreError(f"{source}: is no whole backup ({error}); nothing was restored") from error


def _unpack(source: Path, folder: Path) -> None:
    with tarfile.open(source, "r:") as archive:
        archive.extractall(folder, filter="data")
    listing = folder / _CONTENTS
    contents: dict[str, str] = json.loads(listing.read_text(encoding="utf-8"))
    listing.unlink()
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    if set(found) != set(contents):
        raise ValueError(f"files differ from its list: {sorted(set(found) ^ set(contents))[:3]}")
    changed = [name for name, digest in contents.items() if _digest(found[name]) != digest]
    if changed:
        raise ValueError(f"{changed[0]} is damaged")
    for key in (folder / "keys").glob("*"):
        key.chmod(0o600)
