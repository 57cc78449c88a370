"""What does a piece of SQL break? The rules for `.sql` files and for SQL inside Python, as functions of text."""

import ast
import re
from collections.abc import Iterator

from tests.house import tree

_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_TEXT = re.compile(r"'(?:[^']|'')*'")
_STAR = re.compile(r"(?:\b(?:SELECT|DISTINCT|ALL)|,|\.)\s*\*|\bCOLUMNS\s*\(", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(?:now|today|get_current_timestamp|get_current_time|transaction_timestamp|random|uuid|gen_random_uuid)\s*\("
    r"|\b(?:current_timestamp|current_date|current_time|localtimestamp|localtime)\b",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"\bSELECT\b[^;]*\bFROM\b|\bINSERT\s+(?:OR\s+\w+\s+)?INTO\b|\bDELETE\s+FROM\b|\bUPDATE\s+\S+\s+SET\b"
    r"|\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?(?:TABLE|VIEW|INDEX|SCHEMA|MACRO)\s+(?:IF\s+NOT\s+EXISTS\s+)?\S+\s*(?:\(|\b(?:AS|ON)\b)"
    r"|\b(?:DROP|ALTER)\s+(?:TABLE|VIEW|INDEX|SCHEMA|MACRO)\s+\S"
    r"|\bMERGE\s+INTO\b|\bCOPY\s+\S+\s+(?:TO|FROM)\b|\bATTACH\s+'",
    re.DOTALL,
)
_LOWER = re.compile(
    r"^\s*(?:(?:select|with)\b.*\bfrom\b|insert\s+into\b|delete\s+from\b|update\s+\S+\s+set\b|create\s+(?:table|view)\b)",
    re.DOTALL,
)
_BEFORE_A_VALUE = re.compile(
    r"(?:[=<>]|\b(?:LIMIT|OFFSET|LIKE|ILIKE|BETWEEN|VALUES|INTERVAL))\s*\(?\s*$", re.IGNORECASE
)
_IN_LIST = re.compile(r"\bIN\s*\(\s*$", re.IGNORECASE)
QUOTING = {"literal", "identifier", "int"}
"""Functions that make a word safe inside SQL text: a quoted string, a quoted name, a whole number."""
HOLE = "\N{REPLACEMENT CHARACTER}"


def bare(sql: str) -> str:
    """The SQL without comments and string literals; line numbers stay."""

    def blank(match: re.Match[str]) -> str:
        return "\n" * match.group().count("\n") or " "

    return _TEXT.sub(lambda match: "''" + "\n" * match.group().count("\n"), _COMMENT.sub(blank, sql))


def _lines(pattern: re.Pattern[str], sql: str) -> list[int]:
    text = bare(sql)
    return [text.count("\n", 0, match.start()) + 1 for match in pattern.finditer(text)]


def stars(sql: str) -> list[int]:
    """Lines that take columns without naming them."""
    return _lines(_STAR, sql)


def clocks(sql: str) -> list[int]:
    """Lines whose answer changes from run to run: the machine's clock or chance."""
    return _lines(_CLOCK, sql)


def is_statement(text: str) -> bool:
    """Whether a string of Python is SQL that somebody means to run."""
    return bool(_STATEMENT.search(text) or _LOWER.search(text))


def strings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every string constant that is no docstring; an f-string is one text with holes."""
    read = tree.docstring_nodes(module)
    inside = {id(part) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(module) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, _text(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in read | inside:
            yield node.lineno, node.value


def statements(module: ast.Module) -> list[int]:
    """Lines of Python that hold an SQL statement."""
    return [line for line, text in strings(module) if is_statement(text)]


def values_in_sql(module: ast.Module) -> list[int]:
    """Lines where a value (no identifier) is put into SQL text instead of being bound (fault 86)."""
    lines = []
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr) and is_statement(_text(node)):
            lines += (
                [node.lineno] if any(_puts_a_value(node.values[:end]) for end in range(1, len(node.values) + 1)) else []
            )
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and _is_sql(node.left):
            lines.append(node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            lines += [node.lineno] if _is_sql(node.func.value) else []
    return lines


def _puts_a_value(parts: list[ast.expr]) -> bool:
    """Whether the last part is a hole in which only a value can stand, and no quoting function fills it."""
    if not isinstance(parts[-1], ast.FormattedValue):
        return False
    before = "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in parts[:-1])
    if before.count("'") % 2:
        return True
    filled = parts[-1].value
    is_quoted = isinstance(filled, ast.Call) and tree.dotted(filled.func).rpartition(".")[2] in QUOTING
    return not is_quoted and bool(_BEFORE_A_VALUE.search(before) or _IN_LIST.search(before))


def _is_sql(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and is_statement(node.value)


def _text(node: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
