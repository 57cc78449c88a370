"""Does `tower demo` leave a home alone that it should leave alone? The same demo again, another one, other data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from control_tower import builds
from tests.cli.conftest import run

SAME = ("demo", "--weeks", "6", "--orders-per-week", "150", "--seed", "3", "--no-serve")


def current(home: Path) -> str:
    manifest = builds.current_manifest(home / "builds")
    assert manifest is not None
    return manifest.build_id


def test_the_same_demo_again_changes_nothing(demo_home: Path) -> None:
    """Ruling 7: running it twice is running it once; nothing is simulated or loaded anew."""
    before = current(demo_home)
    ran = run(demo_home, *SAME)
    assert ran.returncode == 0
    assert f"the demo of 6 weeks × 150 orders, seed 3 is there: {before}" in " ".join(ran.stderr.split())
    assert current(demo_home) == before


@pytest.mark.parametrize("other", [("--seed", "4"), ("--weeks", "7"), ("--orders-per-week", "151")])
def test_another_demo_is_refused_where_one_lives(demo_home: Path, other: tuple[str, str]) -> None:
    """Two demos in one home would mix; the message says which is there, which was asked and what to do."""
    before = current(demo_home)
    ran = run(demo_home, *SAME[:-1], *other, "--no-serve")
    said = " ".join(ran.stderr.split())
    assert ran.returncode != 0
    assert "holds the demo of 6 weeks × 150 orders, seed 3, not of" in said
    assert "TOWER_HOME=/some/other/folder" in said
    assert current(demo_home) == before


def test_a_demo_of_unknown_size_is_refused(demo_home: Path) -> None:
    """A home whose marker is lost cannot be told from another demo."""
    marker = demo_home / "demo.json"
    kept = marker.read_text(encoding="utf-8")
    marker.unlink()
    try:
        ran = run(demo_home, *SAME)
    finally:
        marker.write_text(kept, encoding="utf-8")
    assert ran.returncode != 0
    assert "holds the demo of another release" in " ".join(ran.stderr.split())


@pytest.mark.parametrize(
    "name",
    ["approval_latency", "reallocation_cycle_time", "decision_latency", "policy_override_rate", "missed_exception_share",
     "audit_completeness"],
)  # fmt: skip
def test_figures_of_decisions_have_values_on_the_demo(asked: Callable[..., Any], name: str) -> None:
    """Ruling 12: K17, K18, K19, K30, K32 and K57 are computed from the history that the simulator leaves."""
    figure = asked("kpi", name)
    assert figure["value"] is not None
    assert figure["value"] >= 0
