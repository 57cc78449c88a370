"""Is this workbook safe to open, and which sheets hold formulas? Looked at before openpyxl sees it.

A workbook is a zip of XML: every member's XML goes through the guard, and its bytes through the limits on
archives. Must never hold: cells and their values (`excel`).
"""

from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import PurePosixPath

from control_tower.errors import SourceError
from etl import archive
from etl.readers import magic, xml_guard
from etl.readers.contract import LandedFile, Limits

MAX_STRINGS_BYTES = 512 * 2**20
MAX_OTHER_BYTES = 64 * 2**20
_OVERLAP = 3
_ZIP = ".zip"


@dataclass(frozen=True, slots=True)
class Found:
    """What a look through the members found: does any sheet hold a formula?"""

    has_formulas: bool


def checked(file: LandedFile, limits: Limits) -> Found:
    """Read every XML member once, bounded and guarded. Raises SourceError for what must not be opened."""
    magic.expect(file.path, "xlsx", file.name)
    as_zip = changed(file, name=f"{file.name}{_ZIP}")
    try:
        found = [_has_formula(content) for content in archive.contents(as_zip, "*", limits)]
    except SourceError as error:
        raise SourceError(str(error).replace(as_zip.name, file.name)) from error
    return Found(any(found))


def _has_formula(content: archive.Content) -> bool:
    member = PurePosixPath(content.place or "")
    if member.suffix.lower() not in (".xml", ".rels", ".vml"):
        return False
    is_sheet = "worksheets" in member.parts
    limit = MAX_STRINGS_BYTES if member.stem.lower() == "sharedstrings" else MAX_OTHER_BYTES
    found, size, before = False, 0, b""
    for chunk in xml_guard.safe_chunks(content, content.where):
        size += len(chunk)
        if size > limit and not is_sheet:
            raise SourceError(f"{content.where}: expands to more than {limit:,} bytes; refused")
        if is_sheet:
            window = before + chunk
            found = found or any(tag in window for tag in (b"<f>", b"<f ", b":f>", b":f "))
            before = chunk[-_OVERLAP:]
    return found
