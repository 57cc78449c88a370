"""Where does the house test find the code? Files and syntax trees of the five packages, read once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("control_tower", "etl", "process_mining", "dashboard", "cli")
BELOW_DASHBOARD = ("control_tower", "etl", "process_mining", "cli")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules(*packages: str) -> tuple[Path, ...]:
    """Every Python file of these packages (all five when none is named)."""
    return tuple(sorted(path for name in packages or PACKAGES for path in (ROOT / name).rglob("*.py")))


@cache
def test_modules() -> tuple[Path, ...]:
    """Every Python file under tests/."""
    return tuple(sorted((ROOT / "tests").rglob("*.py")))


@cache
def sql_files() -> tuple[Path, ...]:
    """Every .sql file of the five packages."""
    return tuple(sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.sql")))


def place(path: Path, line: int = 0) -> str:
    """The path as messages quote it, from the project's root, with the line when there is one."""
    shown = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()
    return f"{shown}:{line}" if line else shown


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, nested ones included."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def docstring_nodes(tree: ast.AST) -> set[int]:
    """Identities of the string constants that are docstrings (of attributes too): they are read, not run."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def dotted(node: ast.AST) -> str:
    """`duckdb.connect` for the expression of that name; empty for anything that is not a plain dotted name."""
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return node.id if isinstance(node, ast.Name) else ""


def report(offenders: list[str]) -> str:
    """Offenders one per line, for the message of an assertion."""
    return "\n  " + "\n  ".join(offenders)
