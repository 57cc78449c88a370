"""What is said when a model needs more memory than the load may take? That memory ended; no definition is blamed."""

from pathlib import Path

import duckdb
import pytest

from control_tower.errors import DefinitionError
from etl.engines import modelling


def _models(folder: Path, select: str) -> Path:
    folder.mkdir()
    (folder / "_large.sql").write_text(select)
    return folder


def _connection(limit: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"memory_limit": limit, "temp_directory": "", "threads": "1"})
    connection.execute("CREATE SCHEMA stage")
    return connection


def test_memory_that_ends_is_no_fault_of_the_model(tmp_path: Path) -> None:
    large = _models(tmp_path / "large", "SELECT list(range ORDER BY hash(range)) AS held FROM range(20000000)")
    with _connection("30MB") as connection, pytest.raises(duckdb.OutOfMemoryException):
        modelling.build(connection, large)
    wrong = _models(tmp_path / "wrong", "SELECT nothing FROM nowhere")
    with _connection("30MB") as connection, pytest.raises(DefinitionError, match=r"_large\.sql"):
        modelling.build(connection, wrong)
