"""What do the tests of decisions share? A tower on SQLite."""

from pathlib import Path

import pytest

from tests.control_tower.services.deciding_desk import Tower, tower


@pytest.fixture
def desk(tmp_path: Path) -> Tower:
    made = tower(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    yield made
    made.store.close()
