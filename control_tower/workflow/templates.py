"""Which words do people outside read? The approved message templates, and how they are filled in (ROU-08).

A template may only name what its kind provides; anything else is refused when it is read, not when it is sent. What is
filled in is data: it cannot name further fields and cannot break out of its line. Never decides who is told.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from string import Template as Text
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from control_tower.errors import DefinitionError
from control_tower.workflow import canonical

FOLDER = Path(__file__).resolve().parents[1] / "templates"
FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "order_status": (
        frozenset({"proposal_id", "version", "order_id", "lines"}),
        frozenset({"order_line_id", "chosen", "moves"}),
    ),
    "customer": (
        frozenset({"proposal_id", "version", "order_id", "customer_id", "lines"}),
        frozenset({"order_line_id", "item_id", "qty", "arrives_on"}),
    ),
    "finance": (
        frozenset({"proposal_id", "version", "amount", "currency_code", "freight_amount", "lines"}),
        frozenset({"customer_id", "order_line_id", "qty", "change"}),
    ),
    "procurement": (
        frozenset({"proposal_id", "version", "supply_id", "lines"}),
        frozenset({"order_line_id", "item_id", "qty", "ships_on", "arrives_on"}),
    ),
}
"""Kind → what its subject and body may name, and what its line of each order line may name."""


class Template(BaseModel):
    """One approved template."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    title: str
    version: int
    approved_by: str
    approved_on: date
    subject: str
    body: str
    line: str
    digest: str = ""

    def rendered(self, about: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Subject and text for these facts, and which template said so."""
        each = "\n".join(Text(self.line).substitute(_plain(one)) for one in lines)
        facts = {**_plain(about), "lines": each}
        said = {"template": self.kind, "template_version": self.version, "template_hash": self.digest}
        subject = Text(self.subject).substitute({**facts, "lines": ""}).strip()
        return {**said, "subject": subject, "text": Text(self.body).substitute(facts).strip()}


def _plain(facts: Mapping[str, Any]) -> dict[str, str]:
    """Values as one line of text each; what is not known is a dash."""
    return {name: " ".join(_text(value).split()) or "–" for name, value in facts.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else canonical.text(value).strip('"')
    return "".join(c if c.isprintable() else " " for c in text)


@cache
def all_of(folder: Path = FOLDER) -> dict[str, Template]:
    """Every template by kind. Raises DefinitionError naming file and what is wrong."""
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    if set(found) != set(FIELDS):
        raise DefinitionError(f"{folder}: templates are {', '.join(sorted(FIELDS))}; found {', '.join(sorted(found))}")
    return found


def _read(path: Path) -> Template:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        template = Template(**raw, digest=hashlib.sha256(path.read_bytes()).hexdigest())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError, TypeError) as error:
        raise DefinitionError(f"{path}: no template: {error}") from error
    about, line = FIELDS.get(template.kind, (frozenset[str](), frozenset[str]()))
    for key, text, allowed in (
        ("subject", template.subject, about - {"lines"}),
        ("body", template.body, about),
        ("line", template.line, line),
    ):
        if not Text(text).is_valid() or not set(Text(text).get_identifiers()) <= allowed:
            raise DefinitionError(
                f"{path}: {key}: names what {template.kind} has not; allowed: {', '.join(sorted(allowed))}"
            )
    return template
