"""Builds with known causes, written once per session."""

from collections.abc import Iterator

import pytest

from control_tower.analysis.root_cause import RootCause, search
from control_tower.warehouse import Build
from tests.control_tower.analysis.planted import planted_build


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """A build in which every planted cause is at work."""
    build = planted_build(tmp_path_factory.mktemp("planted"), lines=200_000)
    yield build
    build.close()


@pytest.fixture(scope="session")
def searched(planted: Build) -> RootCause:
    """What the search says of it."""
    return search(planted)
