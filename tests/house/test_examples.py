"""Has every definition a worked example, and every example a definition?"""

from pathlib import Path

import pytest

from tests.house import tree


def stems(folder: Path, ending: str) -> set[str]:
    return {path.stem for path in folder.glob(f"*{ending}") if not path.stem.startswith("_")}


@pytest.mark.parametrize("room", ["kpis", "exception_types"])
def test_every_definition_has_a_worked_example_and_no_example_is_left_over(room: str) -> None:
    definitions = stems(tree.ROOT / "control_tower" / room, ".sql")
    examples = stems(tree.ROOT / "tests" / "examples" / room, ".toml")
    missing = [f"tests/examples/{room}/{name}.toml" for name in sorted(definitions - examples)]
    orphans = [f"tests/examples/{room}/{name}.toml" for name in sorted(examples - definitions)]
    assert not missing, f"definitions without a worked example: {tree.report(missing)}"
    assert not orphans, f"examples without a definition: {tree.report(orphans)}"


def test_a_definition_without_example_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "fill_rate.sql").touch()
    (tmp_path / "_shared.sql").touch()
    assert stems(tmp_path, ".sql") == {"fill_rate"}
