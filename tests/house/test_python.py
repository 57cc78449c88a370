"""Does the Python keep the rules that no linter knows?"""

import ast
import re
from pathlib import Path

import pytest

from tests.house import tree

UNPICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNPICKLING_CALLS = re.compile(r"\.(read_pickle|to_pickle)$")
AT_HOME = {
    "streamlit": ("dashboard/",),
    "plotly": ("dashboard/",),
    "pm4py": ("process_mining/",),
    "r4pm": ("process_mining/",),
}
OPENS_DUCKDB = "control_tower/warehouse.py"


def blind_excepts(module: ast.Module) -> list[int]:
    """Lines of `except:`, `except Exception` and `except BaseException`, alone or in a tuple."""
    lines = []
    for node in ast.walk(module):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or tree.dotted(kind) in {"Exception", "BaseException"} for kind in caught):
                lines.append(node.lineno)
    return lines


def unpickling(module: ast.Module) -> list[int]:
    """Lines that could run code from data: unpicklers, pandas' pickles, a cache that persists to disk, raw YAML."""
    lines = [line for line, name in tree.imported(module) if name.split(".")[0] in UNPICKLERS]
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            called = tree.dotted(node.func)
            if UNPICKLING_CALLS.search(called) or called in {"yaml.load", "yaml.unsafe_load", "yaml.full_load"}:
                lines.append(node.lineno)
            lines += [node.lineno for keyword in node.keywords if keyword.arg == "persist"]
    return lines


def raw_html(module: ast.Module) -> list[int]:
    """Lines that hand unescaped HTML to a page."""
    return [
        node.value.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.keyword) and node.arg in {"unsafe_allow_html", "unsafe_allow_javascript"}
    ]


def duckdb_opened(module: ast.Module) -> list[int]:
    """Lines that open a DuckDB connection (or use its hidden default one)."""
    names = {"duckdb.connect", "duckdb.sql", "duckdb.execute", "duckdb.query"}
    from_imports = [line for line, name in tree.imported(module) if name in names]
    calls = [node.lineno for node in ast.walk(module) if isinstance(node, ast.Call) and tree.dotted(node.func) in names]
    return from_imports + calls


def undocumented(module: ast.Module) -> list[tuple[int, str]]:
    """Public classes, functions and methods without a docstring."""
    found: list[tuple[int, str]] = []

    def visit(node: ast.Module | ast.ClassDef) -> None:
        for child in node.body:
            if isinstance(child, ast.ClassDef | tree.Function) and not child.name.startswith("_"):
                if ast.get_docstring(child) is None:
                    found.append((child.lineno, child.name))
                if isinstance(child, ast.ClassDef):
                    visit(child)

    visit(module)
    return found


def offenders(finder, paths) -> list[str]:
    return [tree.place(path, line) for path in paths for line in finder(tree.parsed(path))]


def test_no_except_is_blind() -> None:
    found = offenders(blind_excepts, (*tree.modules(), *tree.test_modules()))
    assert not found, tree.report(found)


def test_nothing_is_ever_unpickled() -> None:
    """# fault 40: no pickle in any input or cache path."""
    found = offenders(unpickling, tree.modules())
    assert not found, tree.report(found)


def test_yaml_is_not_read_at_all() -> None:
    """# fault 39: definitions are TOML, so no tag can build an object and no alias can blow up."""
    found = [
        tree.place(path, line)
        for path in tree.modules()
        for line, name in tree.imported(tree.parsed(path))
        if name.split(".")[0] in {"yaml", "ruamel"}
    ]
    assert not found, tree.report(found)


def test_no_page_shows_raw_html() -> None:
    found = offenders(raw_html, tree.modules())
    assert not found, tree.report(found)


def test_only_the_warehouse_opens_duckdb() -> None:
    paths = [path for path in tree.modules() if tree.place(path) != OPENS_DUCKDB]
    found = offenders(duckdb_opened, paths)
    assert not found, tree.report(found)


@pytest.mark.parametrize("library", AT_HOME)
def test_a_library_is_imported_only_in_its_room(library: str) -> None:
    found = [
        tree.place(path, line)
        for path in tree.modules()
        if not tree.place(path).startswith(AT_HOME[library])
        for line, name in tree.imported(tree.parsed(path))
        if name.split(".")[0] == library
    ]
    assert not found, tree.report(found)


def test_every_module_says_what_it_is_for() -> None:
    silent = [tree.place(path) for path in tree.modules() if not ast.get_docstring(tree.parsed(path))]
    assert not silent, f"no module docstring: {tree.report(silent)}"


def test_below_the_dashboard_a_module_names_its_question_and_what_never_belongs_there() -> None:
    vague = []
    for path in tree.modules(*tree.BELOW_DASHBOARD):
        text = ast.get_docstring(tree.parsed(path)) or ""
        if "?" not in text or not re.search(r"\b(never|nothing|not|no|only)\b", text, re.IGNORECASE):
            vague.append(tree.place(path))
    assert not vague, f"the docstring asks no question, or does not say what never belongs there: {tree.report(vague)}"


def test_below_the_dashboard_everything_public_is_explained() -> None:
    found = [
        f"{tree.place(path, line)} {name}"
        for path in tree.modules(*tree.BELOW_DASHBOARD)
        for line, name in undocumented(tree.parsed(path))
    ]
    assert not found, tree.report(found)


def test_tests_do_not_mock() -> None:
    found = [
        tree.place(path, line)
        for path in tree.test_modules()
        for line, name in tree.imported(tree.parsed(path))
        if name.startswith(("unittest.mock", "mock.", "pytest_mock"))
    ]
    assert not found, tree.report(found)


@pytest.mark.parametrize(
    ("finder", "planted"),
    [
        (blind_excepts, "try:\n    x()\nexcept (ValueError, Exception):\n    pass"),
        (blind_excepts, "try:\n    x()\nexcept:\n    pass"),
        (unpickling, "def f():\n    import pickle"),
        (unpickling, "import pandas as pd\npd.read_pickle('x')"),
        (unpickling, "@st.cache_data(persist='disk')\ndef f(): ..."),
        (unpickling, "import yaml\nyaml.load(text)"),
        (raw_html, "st.markdown(text, unsafe_allow_html=True)"),
        (duckdb_opened, "import duckdb\nduckdb.connect()"),
        (duckdb_opened, "from duckdb import connect"),
        (undocumented, "class A:\n    '''A.'''\n    def b(self): ..."),
    ],
)
def test_a_planted_breach_is_found(finder, planted: str) -> None:
    assert finder(ast.parse(planted))


def test_what_is_allowed_is_not_reported() -> None:
    module = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    assert blind_excepts(module) == [] and unpickling(module) == [] and raw_html(module) == []
