"""Is there room for this load, and was it room that ran out? (fault 48)

Looks at free bytes and at errors; never deletes anything.
"""

import errno
import shutil
from pathlib import Path

from control_tower.errors import LoadRefused

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WORDS = ("No space left", "File too large", "Disk quota exceeded", "max_temp_directory_size")


def require(home: Path, needed: int) -> None:
    """Raise LoadRefused when the disk of this home has fewer free bytes than the load may need."""
    free = shutil.disk_usage(home).free
    if free < needed:
        raise LoadRefused(
            f"{home}: {free / 1e9:.1f} GB free, this build may need {needed / 1e9:.1f} GB; "
            "free some space, or remove old builds. The build before stays"
        )


def is_full(error: BaseException) -> bool:
    """Whether this error, or one that it came from, says that the disk is full."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL:
            return True
        if any(word in str(seen) for word in _WORDS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def full(home: Path) -> LoadRefused:
    """The error to raise when it is."""
    return LoadRefused(f"the disk is full ({home}); free some space and load again. The build before stays")
