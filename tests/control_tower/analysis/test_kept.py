"""Is what was kept beside a build what a search of it finds, and only where the same is asked?"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from control_tower import warehouse
from control_tower.analysis import emerging, kept, root_cause
from control_tower.analysis.exposure import Span, default_span
from control_tower.settings import Settings
from control_tower.warehouse import Build
from tests.conftest import Demo


@pytest.fixture(scope="module")
def copied(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """The demonstration's build in a home of its own."""
    home = tmp_path_factory.mktemp("kept") / "home"
    shutil.copytree(demo.settings.builds, home / "builds")
    build = warehouse.open_current(Settings(home=home, query_seconds=600.0))
    yield build
    build.close()


@pytest.fixture
def said(copied: Build) -> Iterator[Path]:
    """The findings' description, put back after the test."""
    path = copied.folder / kept.FOLDER / "findings.json"
    text = path.read_text(encoding="utf-8")
    yield path
    path.write_text(text, encoding="utf-8")


def change(path: Path, *changes: tuple[tuple[str, ...], object]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    for (*place, last), value in changes:
        part = document
        for name in place:
            part = part[name]
        part[last] = value
    path.write_text(json.dumps(document), encoding="utf-8")


def alike(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Equal but for the order in which amounts were added; a missing text is missing, whatever stands for it."""
    plain = [rows.astype(object).where(rows.notna(), None) for rows in (one, other)]
    pd.testing.assert_frame_equal(*plain, rtol=1e-9)


def test_a_load_keeps_what_a_search_and_a_watch_of_the_build_find(copied: Build) -> None:
    searched, found = root_cause.search(copied), kept.search(copied)
    alike(found.looked, searched.looked)
    assert (found.span, found.exposure, found.limits) == (searched.span, searched.exposure, searched.limits)
    assert found.looked_at == searched.looked_at
    watched, rising = emerging.emerging(copied), kept.rising(copied)
    alike(rising.rows, watched.rows)
    assert (rising.span, rising.limits, rising.looked_at) == (watched.span, watched.limits, watched.looked_at)


def test_what_was_kept_is_read_and_not_looked_for_again(copied: Build, said: Path) -> None:
    change(said, (("search", "looked_at"), 17), (("emerging", "looked_at"), 18))
    assert (kept.search(copied).looked_at, kept.rising(copied).looked_at) == (17, 18)


@pytest.mark.parametrize(
    ("place", "value"), [(("code_version",), "0"), (("limits", "level"), 0.5), (("limits", "small_sample"), 2)]
)
def test_what_another_version_or_other_limits_found_is_not_shown(
    copied: Build, said: Path, place: tuple[str, ...], value: object
) -> None:
    change(said, (place, value), (("search", "looked_at"), 17))
    assert kept.search(copied).looked_at > 17


def test_another_period_or_a_readers_sites_are_looked_at_anew(copied: Build, said: Path) -> None:
    change(said, (("search", "looked_at"), 17))
    usual = default_span(copied)
    shorter = Span(usual.since + (usual.until - usual.since) / 2, usual.until)
    assert kept.search(copied, shorter).looked_at > 17
    assert kept.search(copied, sites=["demo:MXP1"]).looked_at > 17


def test_a_build_with_nothing_kept_is_searched(copied: Build, said: Path) -> None:
    said.rename(said.with_suffix(".away"))
    try:
        assert kept.search(copied).looked_at > 17
    finally:
        said.with_suffix(".away").rename(said)
