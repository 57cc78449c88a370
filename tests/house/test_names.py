"""Does every file stand in the room its name says?"""

import re

from tests.house import tree

FORBIDDEN = re.compile(r"^(utils?|helpers?|common|misc|managers?|.*_(utils?|helpers?|manager|common))$")
ROOMS_OF_TESTS = {*tree.PACKAGES, "house", "browser", "acceptance", "examples", "bench"}


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    vague = {
        tree.place(tree.ROOT.joinpath(*relative.parts[: depth + 1]))
        for path in (*tree.modules(), *tree.test_modules())
        for relative in [path.relative_to(tree.ROOT)]
        for depth, part in enumerate(relative.parts)
        if FORBIDDEN.match(part.removesuffix(".py"))
    }
    assert not vague, tree.report(sorted(vague))


def test_the_rule_on_names_catches_what_it_is_for() -> None:
    caught = ["utils", "helpers", "common", "manager", "date_utils", "case_manager"]
    assert [name for name in caught if not FORBIDDEN.match(name)] == []
    assert not FORBIDDEN.match("commonality") and not FORBIDDEN.match("warehouse")


def test_every_folder_with_modules_is_a_package() -> None:
    missing = {tree.place(path.parent) for path in tree.modules() if not (path.parent / "__init__.py").is_file()}
    assert not missing, f"no __init__.py in: {tree.report(sorted(missing))}"


def test_every_source_folder_says_in_a_readme_what_it_brings() -> None:
    folders = [path.parent for path in (tree.ROOT / "etl" / "sources").glob("*/source.toml")]
    missing = [tree.place(folder) for folder in folders if not (folder / "README.md").is_file()]
    assert not missing, f"no README.md in: {tree.report(missing)}"


def test_tests_mirror_the_packages() -> None:
    tests = tree.ROOT / "tests"
    strangers = []
    for path in tree.test_modules():
        folder = path.parent.relative_to(tests)
        if not folder.parts:
            continue
        is_room = folder.parts[0] in ROOMS_OF_TESTS
        mirrors = folder.parts[0] not in tree.PACKAGES or (tree.ROOT / folder).is_dir()
        if not (is_room and mirrors):
            strangers.append(f"{tree.place(path)}: there is no folder {folder.as_posix()}/ whose tests these could be")
    assert not strangers, tree.report(strangers)
