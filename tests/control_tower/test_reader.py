"""Does a reader reach the facts of its build and nothing else, and does it stop when it should?"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_tower import filters, settings, warehouse
from control_tower.errors import BuildError, ControlTowerError
from control_tower.filters import Filters
from etl import pipeline
from tests.conftest import PROJECT_ROOT
from tests.etl import small_source

CANARY = "canary-4711"
TOWER = [sys.executable, "-m", "cli.main"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a published build, and beside it a file that nobody may read."""
    folder = tmp_path_factory.mktemp("reader")
    pipeline.load([small_source.request(folder, [0])], settings.Settings(home=folder / "home"), lambda *_: None)
    (folder / "secret.csv").write_text(f"word\n{CANARY}\n", encoding="utf-8")
    return folder / "home"


@pytest.fixture(scope="module")
def build(home: Path) -> Iterator[warehouse.Build]:
    """The published build, open."""
    machine = settings.Settings(home=home, query_seconds=30, memory_limit="120MB")
    yield warehouse.open_current(machine)
    warehouse.forget(machine)


REFUSED = [
    "COPY core_exception TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/out.parquet' (FORMAT parquet)",
    "SELECT * FROM read_csv('{folder}/secret.csv')",
    "SELECT * FROM read_csv_auto('{folder}/secret.csv')",
    "SELECT * FROM read_text('{folder}/secret.csv')",
    "SELECT * FROM read_blob('{folder}/*')",
    "SELECT * FROM read_json('{folder}/secret.csv')",
    "SELECT * FROM read_parquet('{folder}/*.parquet')",
    "SELECT * FROM parquet_metadata('{folder}/x.parquet')",
    "SELECT * FROM sniff_csv('{folder}/secret.csv')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{folder}/secret.csv'",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM read_csv('https://example.org/x.csv')",
    "SELECT * FROM 's3://bucket/x.parquet'",
    "ATTACH '{folder}/other.duckdb' AS other",
    "ATTACH ':memory:' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET temp_directory = '{folder}'",
    "RESET memory_limit",
    "SET VARIABLE word = 1",
    "PRAGMA enable_profiling",
    "PRAGMA threads = 64",
    "CREATE TABLE mine (n INTEGER)",
    "CREATE TEMP TABLE mine AS SELECT 1 AS n",
    "CREATE MACRO two() AS 2",
    "INSERT INTO core_exception (exception_id) VALUES ('x')",
    "UPDATE core_exception SET severity = 'critical'",
    "DELETE FROM core_exception",
    "DROP TABLE core_exception",
    "ALTER TABLE core_exception ADD COLUMN x INTEGER",
    "EXPORT DATABASE '{folder}/export'",
    "IMPORT DATABASE '{folder}/export'",
    "CHECKPOINT",
    "BEGIN",
    "CALL pragma_version()",
    "SELECT getenv('HOME')",
    "SELECT * FROM a_local_frame",
    "SELECT 1; DROP TABLE core_exception",
    "EXPLAIN ANALYZE COPY core_exception TO '{folder}/out.csv'",
    "SELECT * FROM query('COPY core_exception TO ''{folder}/out.csv''')",
    "",
    "not SQL at all",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_a_reader_is_refused_what_is_no_reading_of_its_build(
    build: warehouse.Build, home: Path, statement: str
) -> None:
    """# fault 84 and # fault 88"""
    a_local_frame = pd.DataFrame({"word": [CANARY]})
    assert len(a_local_frame) == 1
    before = {path.name for path in home.parent.iterdir()}
    with pytest.raises(ControlTowerError, match=r"refused") as refusal:
        build.sql(statement.replace("{folder}", str(home.parent)))
    assert CANARY not in str(refusal.value)
    assert {path.name for path in home.parent.iterdir()} == before
    assert build.sql("SELECT count(*) AS n FROM core_exception").to_pylist() == [{"n": 40}]


@pytest.mark.parametrize("number", [0, 11, 31])
def test_tower_sql_says_in_plain_words_what_it_refuses(home: Path, number: int) -> None:
    """# fault 88"""
    statement = REFUSED[number].replace("{folder}", str(home.parent))
    environment = {"TOWER_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home.parent), "COLUMNS": "300"}
    done = subprocess.run(
        [*TOWER, "sql", statement], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("the query was refused: ")
    assert "Traceback" not in done.stderr


RUNAWAYS = [
    "SELECT count(*) AS n FROM range(10000000) AS a, range(10000000) AS b WHERE (a.range * b.range) % 7 = 3",
    "SELECT sum(a.range + b.range + c.range) AS n FROM range(100000) AS a, range(100000) AS b, range(100000) AS c",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT (n + 1) % 1000 FROM r) SELECT count(*) AS n FROM r",
]


@pytest.mark.parametrize("query", RUNAWAYS)
def test_a_runaway_query_is_stopped_and_the_build_stays_usable(home: Path, tmp_path: Path, query: str) -> None:
    """# fault 94"""
    name = (home / "builds" / "CURRENT").read_text().strip()
    shutil.copytree(home / "builds" / name, tmp_path / name)
    impatient = settings.Settings(home=tmp_path, query_seconds=0.3, memory_limit="200MB")
    build = warehouse.Build(tmp_path / name, impatient)
    try:
        with pytest.raises(ControlTowerError, match=r"ran longer than 0\.3 s and was stopped"):
            build.sql(query)
        assert build.sql("SELECT count(*) AS n FROM core_exception").to_pylist() == [{"n": 40}]
    finally:
        build.close()


def test_a_build_opened_twice_in_one_process_is_not_taken_for_damaged(home: Path, build: warehouse.Build) -> None:
    machine = settings.Settings(home=home, query_seconds=30, memory_limit="120MB")
    second = warehouse.Build(build.folder, machine)
    assert second.sql("SELECT 1 AS n").to_pylist() == [{"n": 1}]
    assert warehouse.rows(build.folder / "warehouse.duckdb", "load_ledger", ["file_no", "read_rows"])
    second.close()
    assert build.sql("SELECT 1 AS n").to_pylist() == [{"n": 1}]


def test_a_query_beyond_its_memory_is_refused_and_spills_nowhere(home: Path, build: warehouse.Build) -> None:
    """# fault 94"""
    folder = home / "builds" / build.id
    before = {path.name for path in folder.iterdir()}
    with pytest.raises(ControlTowerError, match="needs more memory"):
        build.sql("SELECT count(*) AS n FROM (SELECT DISTINCT hash(range) AS h FROM range(100000000))")
    assert {path.name for path in folder.iterdir()} == before
    assert build.sql("SELECT 1 AS n").to_pylist() == [{"n": 1}]


def test_a_result_larger_than_a_caller_can_hold_is_stopped(build: warehouse.Build) -> None:
    """# fault 94"""
    with pytest.raises(ControlTowerError, match="add a LIMIT or aggregate"):
        build.sql("SELECT range AS a, range AS b, range AS c, range AS d FROM range(100000000)")


def test_a_build_with_a_write_ahead_log_beside_it_is_refused(home: Path, tmp_path: Path) -> None:
    """# fault 51"""
    name = (home / "builds" / "CURRENT").read_text().strip()
    shutil.copytree(home / "builds" / name, tmp_path / name)
    (tmp_path / name / "warehouse.duckdb.wal").write_bytes(b"")
    with pytest.raises(BuildError, match="write-ahead log"):
        warehouse.Build(tmp_path / name, settings.Settings(home=tmp_path))


PLAIN = st.text(
    st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("%_'\";-\\()*?$"), min_size=1, max_size=40
)
PAYLOADS = st.sampled_from([
    "' OR 1=1 --", "x'; DROP TABLE core_exception; --", "\" OR \"\"=\"", "%", "_", "%%", "\\", "') OR true OR ('",
    "$f_search", "{exceptions}", "?", "corner:T0-1", "T0_1", "T0%", "T0-1", "late", "CORNER:T0",
])  # fmt: skip
WORDS = PLAIN | PAYLOADS
DIMENSION = st.lists(WORDS | st.just(filters.NOT_STATED), max_size=4, unique=True).map(tuple)


@pytest.fixture(scope="module")
def exceptions(build: warehouse.Build) -> pd.DataFrame:
    """Every exception of the build, as pandas knows it."""
    return build.sql("SELECT * FROM mart_exception").to_pandas()


def by_pandas(frame: pd.DataFrame, state: Filters) -> set[str]:
    """Which exceptions pass, told without SQL."""
    kept = pd.Series(True, index=frame.index)
    for name, (_word, column) in filters.DIMENSIONS.items():
        if chosen := getattr(state, name):
            kept &= frame[column].isin(chosen) | (frame[column].isna() & (filters.NOT_STATED in chosen))
    if state.state == "open":
        kept &= frame.is_open
    elif state.state == "ended":
        kept &= ~frame.is_open
    if state.search:
        wanted = state.search.lower()
        kept &= frame[list(filters.SEARCHED)].map(lambda v: isinstance(v, str) and wanted in v.lower()).any(axis=1)
    return set(frame[kept].exception_id)


@given(
    source_system=DIMENSION, type_code=DIMENSION, site_id=DIMENSION, channel=DIMENSION,
    state=st.sampled_from(["", "open", "ended"]), search=st.just("") | WORDS,
)  # fmt: skip
def test_no_filter_value_changes_the_shape_of_the_query(
    build: warehouse.Build, exceptions: pd.DataFrame, **chosen: object
) -> None:
    """# fault 86: values are bound, so the answer is the one that pandas gives."""
    state = Filters(**chosen)  # type: ignore[arg-type]
    where, values = warehouse.where_clause(state)
    for value in [state.search, *state.source_system, *state.type_code, *state.site_id, *state.channel]:
        assert len(value) < 4 or value not in where or value in ("$f_search", "late")
    found = build.sql(f"SELECT exception_id FROM mart_exception WHERE {where}", values).to_pydict()["exception_id"]
    assert set(found) == by_pandas(exceptions, state)


@given(search=st.text("%_T0123-x", min_size=1, max_size=6))
def test_percent_and_underscore_are_searched_as_themselves(
    build: warehouse.Build, exceptions: pd.DataFrame, search: str
) -> None:
    """# fault 87"""
    state = Filters(search=search)
    where, values = warehouse.where_clause(state)
    found = build.sql(f"SELECT exception_id FROM mart_exception WHERE {where}", values).to_pydict()["exception_id"]
    assert set(found) == by_pandas(exceptions, state)
    if "%" in search or "_" in search:
        assert not [name for name in found if search.lower() not in name.lower()] or any(
            exceptions[c].astype(str).str.contains(search, regex=False).any() for c in filters.SEARCHED
        )
