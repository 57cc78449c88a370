"""What do the tests of decisions share? A tower on SQLite, on PostgreSQL, and on both in turn."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.control_tower.services.deciding_desk import Tower, tower
from tests.etl import postgres_server

Build = Callable[[], Tower]


@pytest.fixture(scope="session")
def server() -> Iterator[sa.URL]:
    """A PostgreSQL of these tests' own."""
    try:
        postgres_server.program("initdb")
    except postgres_server.NoServerError as missing:
        pytest.skip(str(missing))
    with postgres_server.running() as url:
        yield url


@pytest.fixture
def postgresql(server: sa.URL) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"t{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.dispose()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared SQLite store without a row, to be copied: migrating anew for every test takes its time."""
    path = tmp_path_factory.mktemp("store") / "store.sqlite"
    tower(f"sqlite:///{path}", path.parent, with_users=False).store.close()
    return path


@pytest.fixture
def store_url(empty_store: Path, tmp_path: Path) -> str:
    """The URL of a prepared SQLite store of this test's own."""
    return f"sqlite:///{shutil.copyfile(empty_store, tmp_path / 'store.sqlite')}"


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Iterator[Tower]:
    """A tower on SQLite."""
    made = tower(store_url, tmp_path)
    yield made
    made.store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path, store_url: str) -> Iterator[Tower]:
    """A tower on SQLite, then one on PostgreSQL."""
    if request.param == "sqlite":
        url = store_url
    else:
        url = request.getfixturevalue("postgresql")
    made = tower(url, tmp_path)
    yield made
    made.store.close()
