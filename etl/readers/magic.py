"""What kind of file is this really, whatever its name says? Answered from its bytes alone (fault 38).

Opening a file with its own library never belongs here: the answer decides whether that is allowed.
A DuckDB file is recognised so that it can be refused; nothing opens one (fault 41).
"""

from pathlib import Path

from control_tower.errors import SourceError

HEAD = 512
_TAIL = 1 << 20

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"SQLite format 3\x00", "sqlite"),
    (8, b"DUCK", "duckdb"),
    (0, b"\x7fELF", "elf"),
    (0, b"\xca\xfe\xba\xbe", "mach-o"),
    (0, b"\xcf\xfa\xed\xfe", "mach-o"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (0, b"%PDF-", "pdf"),
    (0, b"\x89PNG\r\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
)
# Letters only: a text file may begin so; they count when a NUL follows soon, which text never has.
_LETTERS: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"MZ", "exe"),
    (b"ARROW1", "arrow"),
    (b"Obj\x01", "avro"),
    (b"ORC", "orc"),
)
ARCHIVES = frozenset({"zip", "gzip", "bzip2", "7z", "rar", "xz", "zstd", "tar"})
_CALLED = {
    "zip": "a zip archive or an Office document",
    "gzip": "a gzip archive",
    "sqlite": "an SQLite database",
    "duckdb": "a DuckDB database, which is never opened",
    "exe": "a Windows program",
    "elf": "a Linux program",
    "ole": "an old Office document (.xls, .doc)",
    "parquet": "a Parquet file",
    "xlsx": "an Excel workbook (.xlsx)",
}


def kind_of(head: bytes) -> str | None:
    r"""The binary kind that the first bytes (`HEAD` of them) prove, or None: it may be text.

    >>> kind_of(b"order_id,qty")
    >>> kind_of(b"PK\x03\x04....")
    'zip'
    """
    for offset, signature, kind in _SIGNATURES:
        if head.startswith(signature, offset):
            return kind
    for letters, kind in _LETTERS:
        if head.startswith(letters) and (b"\0" in head or (kind == "parquet" and len(head) < HEAD)):
            return kind
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return "bzip2"
    return "tar" if head[257:262] == b"ustar" else None


def refuse_binary(head: bytes, where: str) -> None:
    """Raise SourceError when content declared as text begins like a binary file."""
    kind = kind_of(head)
    if kind is not None:
        raise SourceError(
            f"{where}: declared as text, but its first bytes are those of {called(kind)}; "
            f"send the text export itself, or declare the reader that fits"
        )


def expect(path: Path, kind: str, name: str = "") -> None:
    """Raise SourceError unless the file is of this kind: parquet, xlsx, sqlite, zip, gzip.

    `name` is what messages call the file; default: its path's last part.
    """
    found = _kind_of_file(path, kind)
    if found != kind:
        what = called(found) if found else "none that is known (text, or damaged)"
        raise SourceError(
            f"{name or path.name}: declared as {called(kind)}, but its first bytes say: {what}; "
            f"send the right file or correct `reader` in source.toml"
        )


def called(kind: str) -> str:
    """What messages call a kind of file."""
    return _CALLED.get(kind, f"a {kind} file")


def _kind_of_file(path: Path, wanted: str) -> str | None:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        stream.seek(0, 2)
        stream.seek(max(0, stream.tell() - _TAIL))
        tail = stream.read()
    kind = kind_of(head)
    if wanted == "parquet" and head.startswith(b"PAR1"):
        return "parquet" if tail.endswith(b"PAR1") else None
    if wanted == "xlsx" and kind == "zip":
        return "xlsx" if b"xl/workbook" in tail and b"[Content_Types].xml" in tail else "zip"
    return kind
