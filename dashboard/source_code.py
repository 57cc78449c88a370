"""Where is the source of what is running? The licence's offer, answered by the product itself, offline.

Packs the files of this installation into one archive. Never data, settings or anything a user loaded.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from control_tower.settings import PROJECT_ROOT

_FOLDERS = ("control_tower", "etl", "process_mining", "dashboard", "cli", "tests", "docs", ".ci", ".streamlit")
_FILES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "uv.lock")
_REFERENCE = ("data/README.md", "data/reference")


def archive(root: Path = PROJECT_ROOT) -> bytes:
    """The source as a .zip; the same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path in _source_files(root):
            entry = zipfile.ZipInfo(f"control-tower/{path.relative_to(root).as_posix()}", (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(entry, path.read_bytes())
    return packed.getvalue()


def _source_files(root: Path) -> Iterator[Path]:
    for name in (*_FILES, *_FOLDERS, *_REFERENCE):
        place = root / name
        found = [place] if place.is_file() else sorted(place.rglob("*"))
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)
