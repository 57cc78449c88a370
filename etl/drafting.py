"""What might this file's source.toml look like? Drafts a source folder by looking at one file.

Reads a sample, guesses reader, encoding, delimiter, column types, formats and marks, and writes a folder
that `tower load --check` accepts or complains about in words. A draft is a proposal: everything it could not
see (what identifies a row, what a column means) is left as a comment for a person.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from control_tower.errors import SourceError
from etl import archive
from etl.readers.contract import LandedFile, Limits
from etl.source import SHIPPED

_SAMPLE_BYTES = 1_000_000
_SAMPLE_ROWS = 2_000
_FORMATS = (
    ("iso", re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|z|[+-]\d{2}(:?\d{2})?))?")),
    ("%d/%m/%Y %H:%M:%S", re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}")),
    ("%d/%m/%Y %H:%M", re.compile(r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}")),
    ("%d.%m.%Y %H:%M:%S", re.compile(r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}:\d{2}")),
    ("%d.%m.%Y %H:%M", re.compile(r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}")),
)
_DAYS = (
    ("iso", re.compile(r"\d{4}-\d{2}-\d{2}")),
    ("%d/%m/%Y", re.compile(r"\d{1,2}/\d{1,2}/\d{4}")),
    ("%d.%m.%Y", re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")),
)
_NULLS = ("?", "NULL", "null", "N/A", "n/a", "-", "\\N", "None")


@dataclass(frozen=True, slots=True)
class _Sample:
    encoding: str
    delimiter: str
    header: list[str]
    rows: list[list[str]]


def draft(file: Path, into: Path | None = None) -> Path:
    """Write a source folder for `file`. Raises SourceError when the folder exists or the file is no delimited text."""
    name = _name(file.name.split(".")[0])
    folder = into or Path(name)
    if folder.exists():
        raise SourceError(f"{folder}: exists already; name another folder with --into")
    sample = _sample(file)
    columns = {
        _name(header): (header, _guess([row[i] for row in sample.rows])) for i, header in enumerate(sample.header)
    }
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(_toml(name, file, sample, columns), encoding="utf-8")
    (folder / "exception.sql").write_text(_sql(name, columns), encoding="utf-8")
    (folder / "README.md").write_text(
        f"# {name}\n\nDrafted from `{file.name}`. Say here what system writes it, how often, and what each column means.\n",
        encoding="utf-8",
    )
    return folder


def _sample(file: Path) -> _Sample:
    landed = LandedFile(file, file.name, "", file.stat().st_size)
    contents = archive.contents(landed, "*", Limits())  # kept: the file closes when nobody holds them
    head = next(contents).read(_SAMPLE_BYTES)
    if b"\0" in head[:4096] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(
            f"{file}: not delimited text; write source.toml by hand for Parquet, Excel, XES, OCEL or a database"
        )
    encoding, text = _decoded(head)
    lines = text.splitlines()
    first = lines[0] if lines else ""
    if first.lstrip().startswith(("{", "[", "<")):
        raise SourceError(
            f"{file}: JSON or XML; new-source drafts delimited text, see docs/sources.md for the other readers"
        )
    delimiter = max(",;\t|", key=first.count)
    records = [r for r in islice(csv.reader(io.StringIO(text), delimiter=delimiter), _SAMPLE_ROWS) if r]
    if len(head) == _SAMPLE_BYTES:
        records = records[:-1]
    if not records:
        raise SourceError(f"{file}: empty; a draft needs a header line and some rows")
    header, rows = records[0], [r for r in records[1:] if len(r) == len(records[0])]
    return _Sample(encoding, delimiter, header, rows)


def _decoded(head: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return encoding.removesuffix("-sig"), head.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start > len(head) - 4:
                return encoding.removesuffix("-sig"), head[: error.start].decode(encoding)
    return "windows-1252", head.decode("windows-1252", "replace")


def _guess(values: list[str]) -> dict[str, object]:
    """The narrowest type that reads every value of the sample that is not a null word."""
    given = [v.strip() for v in values if v.strip() and v.strip() not in _NULLS]
    found = sorted({v.strip() for v in values if v.strip() in _NULLS})
    nulls: dict[str, object] = {"null_words": ["", *found]} if found else {}
    if not given:
        return {"type": "text", **nulls}
    for kind, formats in (("timestamp", _FORMATS), ("date", _DAYS)):
        for form, pattern in formats:
            if all(pattern.fullmatch(v) for v in given):
                return {"type": kind, "formats": [form], **nulls}
    if all(re.fullmatch(r"[+-]?\d{1,18}", v) and not re.match(r"0\d", v) for v in given):
        return {"type": "integer", **nulls}
    if all(re.fullmatch(r"[+-]?\d+(\.\d+)?", v) for v in given) and not any(re.match(r"0\d", v) for v in given):
        return {"type": "decimal", **nulls}
    if all(re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})*(,\d+)?|[+-]?\d+,\d+", v) for v in given) and any(
        "," in v for v in given
    ):
        return {"type": "decimal", "decimal_mark": ",", "thousands_mark": ".", **nulls}
    if {v.lower() for v in given} <= {"true", "false", "yes", "no"}:
        return {"type": "boolean", **nulls}
    return {"type": "text", **nulls}


def _toml(name: str, file: Path, sample: _Sample, columns: dict[str, tuple[str, dict[str, object]]]) -> str:
    lines = [
        f'name = "{name}"',
        f'title = "{name.replace("_", " ").capitalize()}"',
        f'namespace = "{name}"    # shared by the systems of one company, different for unrelated logs',
        'latency = "flat file"    # real-time | hourly batch | nightly | flat file',
        'time_zone = "UTC"        # of times without an offset, e.g. "Europe/Paris"',
        "",
        f"[tables.{name}]",
        'reader = "delimited"',
        f"files = [{_quoted(file.name)}]",
        f'encoding = "{sample.encoding}"',
        f"delimiter = {_quoted(sample.delimiter)}",
        'key = "row"              # or the columns that identify a row: ["number", "changed_at"]',
        "",
        f"[tables.{name}.columns]",
    ]
    lines += [_column(column, header, guess) for column, (header, guess) in columns.items()]
    lines += [
        "",
        "[codes.exception_type]",
        '# "local code" = "type_code of the taxonomy"',
        "",
        "[codes.status]",
        '# "local status" = "new"',
        "",
    ]
    return "\n".join(lines)


def _column(column: str, header: str, guess: dict[str, object]) -> str:
    parts = [f"{k} = {_value(v)}" for k, v in guess.items()]
    if column != header:
        parts.append(f"from = {_quoted(header)}")
    return f"{column} = {{ {', '.join(parts)} }}"


def _sql(name: str, columns: dict[str, tuple[str, dict[str, object]]]) -> str:
    times = [column for column, (_, guess) in columns.items() if guess["type"] == "timestamp"]
    return (
        (SHIPPED / "exception.sql.draft")
        .read_text(encoding="utf-8")
        .format(
            columns="\n".join(f"   {column} ({guess['type']})" for column, (_, guess) in columns.items()),
            first=next(iter(columns)),
            moment=times[0] if times else "CAST(NULL AS TIMESTAMP)",
            raw=f"raw_{name}__{name}",
        )
    )


def _value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_quoted(str(v)) for v in value) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


def _name(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return plain[:60] if re.match(r"[a-z]", plain) else f"c_{plain[:58]}"
