"""What does schema.sql promise? Its relations, columns, required columns, keys and comments, as data.

Parsed from the text, because the comments are the contract: the line above a table says its grain and
key, the comment behind a column defines it. Never opens a database.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from control_tower.errors import DefinitionError

SCHEMA = Path(__file__).with_name("schema.sql")
_TABLE = re.compile(r"^-- (?P<grain>[^\n]+)\nCREATE TABLE (?P<name>\w+) \(\n(?P<body>.*?)\n\);", re.M | re.S)
_COLUMN = re.compile(
    r"^\s+(?P<name>\w+)\s+(?P<type>[A-Z]+(?:\(\d+,\d+\))?(?:\[\])?)(?P<required> NOT NULL)?,?\s+-- (?P<comment>.+)$"
)
UNPREFIXED = frozenset({"detector_id", "business_rule_id", "policy_rule_id", "interface_id", "correlation_id"})
"""Columns that end in _id and yet are names of ours or of interfaces: they carry no namespace."""


@dataclass(frozen=True, slots=True)
class ContractColumn:
    """One column of a relation: DuckDB type, whether a row without it is refused, and its definition."""

    name: str
    type: str
    required: bool
    comment: str

    @property
    def is_local_id(self) -> bool:
        """Whether the engine puts the source's namespace before its values (ruling 1)."""
        return self.type == "VARCHAR" and self.name.endswith("_id") and self.name not in UNPREFIXED


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation of the contract: its grain in words, its key, its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[ContractColumn, ...]

    def names(self) -> list[str]:
        """Column names, in order."""
        return [column.name for column in self.columns]

    @property
    def canonical(self) -> str:
        """The name a source's .sql file uses for it: `core_event` is filled by `event.sql`."""
        return self.name.removeprefix("core_")


@cache
def relations() -> dict[str, Relation]:
    """Every relation of schema.sql by name. Raises DefinitionError where a comment or key is missing."""
    text = SCHEMA.read_text(encoding="utf-8")
    found = {match["name"]: _relation(match) for match in _TABLE.finditer(text)}
    if len(found) != text.count("CREATE TABLE"):
        raise DefinitionError(f"{SCHEMA}: every CREATE TABLE needs a comment line directly above it")
    return found


def canonical_tables() -> dict[str, Relation]:
    """The relations that sources fill, by the name of the .sql file that fills them."""
    return {r.canonical: r for r in relations().values() if r.name.startswith("core_")}


def _relation(match: re.Match[str]) -> Relation:
    name, grain = match["name"], match["grain"]
    columns = []
    for line in match["body"].splitlines():
        column = _COLUMN.match(line)
        if column is None:
            raise DefinitionError(
                f"{SCHEMA}: {name}: cannot read {line.strip()!r}; write `name TYPE [NOT NULL], -- text`"
            )
        columns.append(ContractColumn(column["name"], column["type"], bool(column["required"]), column["comment"]))
    words, _, key = grain.partition("Key:")
    if not key.strip():
        raise DefinitionError(f"{SCHEMA}: {name}: the comment above it lacks `Key: column, …`")
    return Relation(name, words.strip(), tuple(k.strip() for k in key.split(",")), tuple(columns))
