"""How does a little XML go in and out without a tree builder? Elements as text, and text as nested elements.

Reading refuses any document type before anything of it is expanded, whatever the encoding (faults 33, 34). It must never be
used for logs: those are streamed by the readers of etl.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from control_tower.errors import DefinitionError

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
_DEEPEST = 200


@dataclass(slots=True)
class Element:
    """One element: its name as `namespace name` (or just the name), attributes and the elements in it; text is dropped."""

    name: str
    attributes: Mapping[str, str]
    children: list["Element"] = field(default_factory=list)

    def all(self, name: str) -> Iterable["Element"]:
        """Every element of this name, this one included, in the order of the text."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            if one.name == name:
                yield one
            waiting += reversed(one.children)


def written(name: str, attributes: Mapping[str, str], content: str = "") -> str:
    """One element as text; `content` is ready-made (elements, or `escaped` text)."""
    held = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in attributes.items())
    return f"<{name}{held}>{content}</{name}>" if content else f"<{name}{held}/>"


def escaped(text: str) -> str:
    """Text as it stands between tags."""
    return escape(_clean(text))


def _clean(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )


def read(text: bytes, place: str) -> Element:
    """The elements of a document. Raises DefinitionError for a document type, bad XML or too deep a nesting."""
    parser = expat.ParserCreate(namespace_separator=" ")
    top = Element("", {})
    open_ones = [top]

    def started(name: str, attributes: dict[str, str]) -> None:
        if len(open_ones) > _DEEPEST:
            raise DefinitionError(f"{place}: more than {_DEEPEST} elements inside each other; no process is drawn so")
        element = Element(name, attributes)
        open_ones[-1].children.append(element)
        open_ones.append(element)

    def refused(*_: object) -> None:
        raise DefinitionError(f"{place}: has a document type; a process needs none: remove it")

    parser.StartElementHandler = started
    parser.EndElementHandler = lambda _: open_ones.pop()
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise DefinitionError(f"{place}: is no well-formed XML ({error})") from error
    return top.children[0]
