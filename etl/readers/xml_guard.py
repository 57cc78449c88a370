"""Is this XML safe to parse at all? Encoding known, no DOCTYPE, no entity, before any parser sees it.

Gives the document as UTF-8 chunks. The prolog (everything before the root element) is scanned here,
so that a DOCTYPE is refused before a parser starts; a DOCTYPE later in a file is no XML and the parser
refuses it. Must never hold: what the elements mean; a parser.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Protocol

from control_tower.errors import SourceError

CHUNK = 256 * 1024
MAX_PROLOG = 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_READABLE = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be"}
_DECLARED = re.compile(r"""^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_SKIPPED = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)


class Readable(Protocol):
    """Anything that gives its next bytes: a file, or the bounded content of an archive."""

    def read(self, size: int, /) -> bytes:
        """The next `size` bytes, fewer only at the end."""


def safe_chunks(stream: Readable, name: str) -> Iterator[bytes]:
    """The document as UTF-8 chunks without byte order mark; `name` is the file's name for messages.

    Raises SourceError for an encoding that is not read, bytes that do not fit their encoding, a DOCTYPE
    or an entity declaration, and for a file that is not XML.
    """
    head = stream.read(CHUNK)
    encoding, skipped = _encoding(head, name)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    offset, chunk, prolog = 0, head[skipped:], ""
    safe = False
    while chunk:
        text = _decode(decoder, chunk, name, (encoding, offset + skipped))
        if safe:
            yield text.encode()
        else:
            prolog += text
            if safe := _prolog_is_safe(prolog, name):
                yield prolog.encode()
        offset += len(chunk)
        chunk = stream.read(CHUNK)
    if decoder.getstate()[0]:
        raise SourceError(f"{name}: the file ends in the middle of a {encoding} character; it is cut off")
    if not safe:
        raise SourceError(f"{name}: no XML element found; the file is empty, cut off, or not XML")


def _encoding(head: bytes, name: str) -> tuple[str, int]:
    """Codec of the document and length of its byte order mark, by mark, by shape, by declaration."""
    bom = next(((mark, codec) for mark, codec in _BOMS if head.startswith(mark)), None)
    if bom is None and head[:4] in (b"<\0?\0", b"\0<\0?"):
        bom = (b"", "utf-16-le" if head[0:1] == b"<" else "utf-16-be")
    codec = bom[1] if bom else "utf-8"
    text = head[:400].decode(codec, "replace").removeprefix("\ufeff")
    declared = match.group(1).lower() if (match := _DECLARED.match(text)) else None
    try:
        said = codecs.lookup(declared).name if declared else codec
    except LookupError:
        said = f"{declared} (unknown)"
    if said not in _READABLE or codec == "utf-32":
        shown = said if said not in _READABLE else codec
        raise SourceError(f"{name}: encoding {shown} is not read; save the file as UTF-8")
    if bom:
        if not said.startswith(codec[:5]):
            raise SourceError(f"{name}: declared encoding {said}, but the bytes are {codec}; correct the declaration")
        return codec, len(bom[0])
    if said.startswith("utf-16"):
        raise SourceError(f"{name}: declared encoding {said}, but the bytes are not UTF-16; correct the declaration")
    return said, 0


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, name: str, where: tuple[str, int]) -> str:
    encoding, offset = where
    try:
        return decoder.decode(chunk)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{name}: byte {offset + error.start:,} (±3) does not fit the encoding {encoding}: {error.reason}; "
            "state the right encoding in the XML declaration"
        ) from error


def _prolog_is_safe(text: str, name: str) -> bool:
    """Whether the root element begins in `text`; False when more must be read. Raises on a DOCTYPE."""
    at = 0
    while match := _SKIPPED.match(text, at):
        at = match.end()
    rest = text[at : at + 9]
    if len(text) > MAX_PROLOG:
        raise SourceError(f"{name}: more than {MAX_PROLOG:,} characters before the first element; not read")
    if rest.startswith("<!") and not "<!--".startswith(rest[:4]):
        line = text.count("\n", 0, at) + 1
        raise SourceError(
            f"{name}, line {line}: DOCTYPE or entity declaration; such files are refused because entities "
            "can read other files or exhaust memory. Remove the declaration"
        )
    if rest and not rest.startswith("<"):
        raise SourceError(f"{name}: the file does not begin with an XML element; it is not XML")
    return len(rest) > 1 and rest[1] not in "!?"
