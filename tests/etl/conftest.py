"""Fixtures of the readers' tests."""

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from tests.etl import postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """The URL of a real PostgreSQL of this test run; skips with the reason when there is none to start."""
    try:
        postgres_server.program("initdb")
    except postgres_server.NoServerError as missing:
        pytest.skip(str(missing))
    with postgres_server.running() as url:
        yield url
