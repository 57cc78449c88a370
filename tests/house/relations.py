"""What does control_tower/schema.sql promise? Its text, read without running it."""

import re
from dataclasses import dataclass

from tests.house import tree

SCHEMA = tree.ROOT / "control_tower" / "schema.sql"
_TABLE = re.compile(r"((?:^--[^\n]*\n)*)^CREATE TABLE (\w+) \(\n(.*?)^\);", re.DOTALL | re.MULTILINE)
_COLUMN = re.compile(r"^ {4}(\w+)\s+([A-Z]+(?:\(\d+,\d+\))?(?:\[\])?)(\s+NOT NULL)?,?\s*(?:--\s*(\S.*))?$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as schema.sql writes it."""

    name: str
    type: str
    is_required: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """One table as schema.sql writes it."""

    name: str
    comment: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    unread: tuple[str, ...]
    """Lines between the parentheses that are not `name TYPE [NOT NULL], -- comment`."""


def read(text: str) -> dict[str, Relation]:
    """Every table of the text, by name."""
    relations = {}
    for comment, name, body in _TABLE.findall(text):
        said = " ".join(line.removeprefix("--").strip() for line in comment.splitlines())
        key = said.partition("Key:")[2]
        matches = {line: _COLUMN.match(line) for line in body.splitlines() if line.strip()}
        columns = [
            Column(match[1], match[2], bool(match[3]), (match[4] or "").strip()) for match in matches.values() if match
        ]
        relations[name] = Relation(
            name=name,
            comment=said.partition("Key:")[0].strip(),
            key=tuple(part.strip() for part in key.split(",") if part.strip()),
            columns={column.name: column for column in columns},
            unread=tuple(line for line, match in matches.items() if match is None),
        )
    return relations


RELATIONS = read(SCHEMA.read_text(encoding="utf-8"))
