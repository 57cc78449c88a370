"""What is a source? The contract of a source folder: `source.toml` + one `.sql` per canonical table.

`docs/sources.md` explains the format to somebody who writes one. This module only reads and checks
it; it never opens a data file and never runs SQL.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from control_tower.errors import SourceError
from control_tower.vocabulary import LatencyClass

SHIPPED = Path(__file__).resolve().parent / "sources"
_NAME = r"^[a-z][a-z0-9_]{0,62}$"

ColumnType = Literal["text", "integer", "decimal", "timestamp", "date", "boolean"]
ReaderName = Literal[
    "delimited", "parquet", "jsonl", "json", "excel", "xes", "ocel_json", "ocel_xml", "ocel_sqlite", "database"
]
Name = Annotated[str, Field(pattern=_NAME)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"unknown time zone {name!r}; use an IANA name such as Europe/Paris") from error
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One declared column of a raw table. In TOML either `"decimal required"` or a table of these keys."""

    type: ColumnType = "text"
    required: bool = False
    """A row without a value here is refused."""
    from_: str | None = Field(default=None, alias="from")
    """Header in the file, JSON path (`fields.item_id`) or XES key (`trace.concept:name`); default: the column's name."""
    formats: tuple[str, ...] = ()
    """strptime formats for timestamps and dates, tried in order; also `iso`, `epoch_s`, `epoch_ms`. Default: iso."""
    time_zone: Zone | None = None
    """Of timestamps without an offset; default: the table's, then the source's."""
    true_words: tuple[str, ...] = ("true", "t", "yes", "y", "1", "x")
    false_words: tuple[str, ...] = ("false", "f", "no", "n", "0")
    null_words: tuple[str, ...] | None = None
    """Words that mean "no value" in this column; default: the table's."""
    decimal_mark: Literal[".", ","] | None = None
    thousands_mark: Literal["", ".", ",", " ", "'", "\u00a0", "\u202f"] | None = None
    optional: bool = False
    """The file may lack the whole column; it is then empty."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        kind, *flags = value.split()
        unknown = set(flags) - {"required", "optional"}
        if unknown:
            raise ValueError(f"unknown word {sorted(unknown)[0]!r}; allowed behind the type: required, optional")
        return {"type": kind, **dict.fromkeys(flags, True)}


class Table(_Strict):
    """One raw table: which reader, which files, which columns, what identifies a row."""

    reader: ReaderName
    files: tuple[str, ...] = ()
    """Glob patterns below the folder named by --from; several files make one table."""
    url: str | None = None
    """SQLAlchemy URL (reader = database); `${NAME}` is taken from the environment."""
    query: str | None = None
    """SELECT to run (reader = database); default: all declared columns of `table`."""
    table: str | None = None
    """Table to read (reader = database or ocel_sqlite); default: the raw table's name."""
    member: str = "*"
    """Which member(s) of a .zip to read, as a glob."""
    part: Literal["event", "event_attribute", "event_object", "object", "object_attribute", "object_object"] | None = (
        None
    )
    """Which part of an OCEL file this table holds."""
    sheet: str = "*"
    """Which sheet(s) of a workbook, as a glob (reader = excel)."""
    header_row: int = Field(default=1, ge=1)
    """Row of the workbook that holds the column names (reader = excel)."""
    rows: str = ""
    """Path to the array of rows inside a JSON document (reader = json); empty = the document is the array."""
    where: dict[str, str] = {}
    """Keep only records whose value at this path equals this word (json, jsonl); others belong to another table."""
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)
    null_words: tuple[str, ...] | None = None
    decimal_mark: Literal[".", ","] | None = None
    thousands_mark: Literal["", ".", ",", " ", "'", "\u00a0", "\u202f"] | None = None
    time_zone: Zone | None = None
    dst_overlap: Literal["refuse", "earlier", "later"] = "refuse"
    """What a local time that comes twice means (fault 17); a time in the gap is always refused."""
    earliest: str = ""
    """Oldest year-month-day believed; default from policy (fault 15)."""
    latest: str = ""
    """Newest year-month-day believed; default from policy (fault 15)."""
    key: Literal["row"] | tuple[str, ...] = "row"
    """Columns that identify a row, or `row`: the whole content does (ruling 2)."""
    version: str | None = None
    """Column that says which of two rows with one key is newer; default: the later load, then the later line."""
    expected_rows: str | None = None
    """Regular expression with one group for a trailer line that states the number of rows (delimited)."""
    extra_columns: Literal["hold", "ignore"] = "hold"
    """A column that is not declared holds the file (schema drift, fault 31) or is left out."""
    columns: dict[Name, Column]

    @model_validator(mode="after")
    def _consistent(self) -> "Table":
        names = set(self.columns)
        wanted = {*(() if self.key == "row" else self.key), *([self.version] if self.version else [])}
        if wanted - names:
            raise ValueError(f"key or version names {sorted(wanted - names)[0]!r}, which is not among the columns")
        if self.reader == "database":
            if bool(self.url) == bool(self.files):
                raise ValueError("reader = database takes either url or files (an SQLite file)")
        elif not self.files:
            raise ValueError("files is missing: give at least one glob pattern")
        if self.reader.startswith("ocel") and not self.part:
            raise ValueError("part is missing: which part of the OCEL file (event, object, event_object, …)?")
        return self


class SourceToml(_Strict):
    """The whole `source.toml`."""

    name: Name
    title: str
    namespace: Name
    """Shared by the systems of one company, different for unrelated logs (ruling 1)."""
    has_full_ids: bool = False
    """The ids that the SQL selects carry their namespace already (the tower's own store)."""
    latency: LatencyClass = LatencyClass.FLAT_FILE
    time_zone: Zone = "UTC"
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    null_words: tuple[str, ...] = ("",)
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ".", ",", " ", "'", "\u00a0", "\u202f"] = ""
    from_: str | None = Field(default=None, alias="from")
    """Default of --from, relative to the source folder."""
    generate: str | None = None
    """Reserved for the shipped simulator: the source's files are generated, not given."""
    tables: dict[Name, Table] = Field(min_length=1)
    codes: dict[Name, dict[str, str]] = {}
    """kind → local code → canonical code; the local code `*` stands for every code not listed."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source folder, read and checked: the declaration and the text of its SQL files by canonical table."""

    folder: Path
    toml: SourceToml
    sql: dict[str, str]
    """Canonical table (`exception`) or intermediate (`_status_change`) → SELECT, in running order."""
    files: dict[str, bytes]
    """Every file of the definition, as it is: kept with the raw files so that a build can be made again."""

    @property
    def name(self) -> str:
        """The source system's name: stands on every row it brings."""
        return self.toml.name

    @property
    def definition_hash(self) -> str:
        """SHA-256 over names and contents of source.toml and the .sql files."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            digest.update(name.encode() + b"\0" + hashlib.sha256(self.files[name]).digest())
        return digest.hexdigest()

    def raw_name(self, table: str) -> str:
        """Name under which the SQL of this source finds one of its raw tables."""
        return f"raw_{self.name}__{table}"


def find(name_or_folder: str) -> Source:
    """The source that `tower load` means: a shipped one by name, or any folder with a source.toml.

    Raises SourceError when there is neither.
    """
    shipped = SHIPPED / name_or_folder
    if re.match(_NAME, name_or_folder) and (shipped / "source.toml").is_file():
        return read(shipped)
    folder = Path(name_or_folder)
    if (folder / "source.toml").is_file():
        return read(folder)
    known = ", ".join(sorted(path.parent.name for path in SHIPPED.glob("*/source.toml")))
    raise SourceError(
        f"no source {name_or_folder!r}: neither a folder with a source.toml nor one of the shipped sources ({known})"
    )


def read(folder: Path) -> Source:
    """Read and check one source folder. Raises SourceError naming file, key and what is allowed."""
    files = {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.name == "source.toml" or path.suffix == ".sql"
    }
    return from_files(folder, files)


def from_files(folder: Path, files: dict[str, bytes]) -> Source:
    """The same from the definition's bytes (as kept beside a build); `folder` serves for messages only."""
    place = folder / "source.toml"
    if "source.toml" not in files:
        raise SourceError(f"{place}: missing; a source folder holds a source.toml")
    try:
        toml = SourceToml.model_validate(tomllib.loads(files["source.toml"].decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{place}: not readable as TOML: {error}") from error
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg']}" for e in error.errors()]
        raise SourceError(f"{place}: " + "; ".join(lines)) from error
    sql = {name.removesuffix(".sql"): text.decode("utf-8") for name, text in files.items() if name.endswith(".sql")}
    if not sql:
        raise SourceError(f"{folder}: no .sql file; a source fills at least one canonical table, e.g. exception.sql")
    ordered = dict(sorted(sql.items(), key=lambda item: (not item[0].startswith("_"), item[0])))
    return Source(folder, toml, ordered, files)
