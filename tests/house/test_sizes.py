"""Is every module, function and page small enough to be read at once?"""

import ast
from pathlib import Path

import pytest

from tests.house import tree

MODULE_LINES = 300
PAGE_LINES = 60
FUNCTION_LINES = 30
PARAMETERS = 5


def is_verb(function: tree.Function) -> bool:
    """A verb of the command line: its parameters are the user's options, its signature is their help."""
    annotations = [argument.annotation for argument in ast.walk(function.args) if isinstance(argument, ast.arg)]
    names = (tree.dotted(node) for note in annotations if note for node in ast.walk(note))
    return any(name in {"typer.Option", "typer.Argument"} for name in names)


def length(function: tree.Function) -> int:
    """Lines of a function from `def` to its end without its docstring; of a verb, its body alone."""
    end = function.end_lineno or function.lineno
    lines = end - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    if is_verb(function):
        lines -= first.lineno - function.lineno - 1
    return lines


def parameters(function: tree.Function) -> int:
    """Named parameters without self and cls."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([argument for argument in named if argument.arg not in {"self", "cls"}])


def long_functions(module: ast.Module, where: Path) -> list[str]:
    return [
        f"{tree.place(where, function.lineno)} {function.name}: {length(function)} lines"
        for function in tree.functions(module)
        if length(function) > FUNCTION_LINES
    ]


def wide_functions(module: ast.Module, where: Path) -> list[str]:
    return [
        f"{tree.place(where, function.lineno)} {function.name}: {parameters(function)} parameters"
        for function in tree.functions(module)
        if parameters(function) > PARAMETERS and not is_verb(function)
    ]


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_300_lines() -> None:
    long = [f"{tree.place(path)}: {line_count(path)}" for path in tree.modules() if line_count(path) > MODULE_LINES]
    assert not long, tree.report(long)


def test_no_page_is_longer_than_60_lines() -> None:
    pages = [*(tree.ROOT / "dashboard" / "app_pages").glob("*.py"), *(tree.ROOT / "dashboard").glob("app.py")]
    long = [f"{tree.place(path)}: {line_count(path)}" for path in pages if line_count(path) > PAGE_LINES]
    assert not long, tree.report(long)


def test_no_function_is_longer_than_30_lines() -> None:
    long = [line for path in tree.modules() for line in long_functions(tree.parsed(path), path)]
    assert not long, tree.report(long)


def test_no_function_takes_more_than_five_parameters() -> None:
    wide = [line for path in tree.modules() for line in wide_functions(tree.parsed(path), path)]
    assert not wide, tree.report(wide)


@pytest.mark.parametrize(("body_lines", "is_long"), [(29, False), (30, True)])
def test_the_count_of_lines_leaves_the_docstring_out(body_lines: int, is_long: bool) -> None:
    source = 'def f():\n    """One.\n\n    Two.\n    """\n' + "    x = 1\n" * body_lines
    assert bool(long_functions(ast.parse(source), Path("planted.py"))) is is_long


def test_a_sixth_parameter_is_reported() -> None:
    assert not wide_functions(ast.parse("def f(self, a, b, c, *, d, e): ..."), Path("planted.py"))
    assert wide_functions(ast.parse("def f(a, b, c, *, d, e, f): ..."), Path("planted.py"))
    verb = "def f(a: Annotated[str, typer.Argument(help='x')], b, c, d, e, f): ..."
    assert not wide_functions(ast.parse(verb), Path("planted.py"))
