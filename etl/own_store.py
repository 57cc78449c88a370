"""How do our own decisions get into every build? As extracts of the store, landed like any delivered file (ruling 8).

A home without a store, or with one in which nobody has decided anything, is left as it is. Never writes to the store
beyond bringing its schema up to date, and never lets a store that cannot be read stop the facts.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from control_tower.errors import StoreError
from control_tower.settings import Settings
from control_tower.workflow.store import consistency, extracting
from etl import source
from etl.intake import Request
from etl.making import Step

NAME = "control_tower_store"
_BY = "tower"


@contextmanager
def taken_in(settings: Settings, step: Step) -> Iterator[list[Request]]:
    """The request that brings the store in, with its extracts on disk for as long as the block lasts; none without one.

    When the store cannot be read, what the build before held of it stays, and `step` is told why.
    """
    folder = settings.staging / NAME
    try:
        yield (
            [_request(folder)]
            if extracting.is_there(settings.store_place) and _is_written(settings, folder, step)
            else []
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _request(folder: Path) -> Request:
    return Request(source.read(source.SHIPPED / NAME), folder, _BY, is_snapshot=True)


def _is_written(settings: Settings, folder: Path, step: Step) -> bool:
    step("store", "taking in what was decided")
    try:
        is_written = extracting.write(settings.store_place, folder)
        for one in consistency.broken(settings.store_place):
            step("store", f"does not agree with itself, see tower doctor: {one.sentence()}")
        return is_written
    except StoreError as error:
        step("store", f"what the build before held of it stays: {error}")
        return False
