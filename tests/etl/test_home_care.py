"""Can builds be withdrawn, brought back, thinned out and made again, and is it written down who did it?"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from control_tower import builds, history, manifest, policy, settings
from control_tower.errors import BuildError, SourceError
from etl import pipeline
from etl.intake import Request
from tests.conftest import PROJECT_ROOT
from tests.etl import small_source
from tests.etl.conftest import Season


def nothing(_name: str, _detail: str) -> None:
    """No progress to show."""


@pytest.fixture
def machine(tmp_path: Path, season: Season) -> settings.Settings:
    """A home of its own that holds the first delivery."""
    shutil.copytree(season.home, tmp_path / "home")
    return settings.Settings(home=tmp_path / "home", threads=1)


def tables(machine: settings.Settings) -> dict[str, list[object]]:
    made = builds.current_manifest(machine.builds)
    assert made
    return {name: [entry.rows, entry.hash] for name, entry in made.relations.items()}


def tower(machine: settings.Settings, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TOWER_HOME": str(machine.home), "COLUMNS": "400"}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def amounts(machine: settings.Settings) -> set[object]:
    folder = machine.builds / str(builds.current_id(machine.builds))
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        sql = "SELECT value_at_risk_amount FROM core_exception WHERE exception_id = 'corner:T5-0'"
        return {float(row[0]) for row in connection.execute(sql).fetchall()}


def test_after_a_rollback_the_corrected_file_of_the_same_name_loads(
    machine: settings.Settings, season: Season, tmp_path: Path
) -> None:
    small_source.deliver(tmp_path / "files", 5)
    path = tmp_path / "files" / "ticket_5.csv"
    good = path.read_text()
    row = next(line for line in good.splitlines() if line.startswith("T5-0,"))
    path.write_text(good.replace(row, row.rpartition(",")[0] + ",777.5"))
    request = Request(small_source.definition(tmp_path / "corner_shop"), tmp_path / "files", "a tester")
    mistaken = pipeline.load([request], machine, nothing)
    assert amounts(machine) == {777.5}
    assert pipeline.rollback(season.build, machine, "the head of it").build_id == season.build
    assert tables(machine) == season.tables["first"]
    path.write_text(good.replace(row, row.rpartition(",")[0] + ",12.25"))
    corrected = pipeline.load([request], machine, nothing)
    assert corrected.published
    assert amounts(machine) == {12.25}
    numbers = [entry.file_no for entry in builds.current_manifest(machine.builds).files]  # type: ignore[union-attr]
    assert len(set(numbers)) == len(numbers) == 4
    withdrawn = manifest.read(machine.builds / mistaken.build_id / "manifest.json")
    assert not {f.file_no for f in withdrawn.files if f.name == path.name} & set(numbers)
    moves = [(move.by, move.action, move.from_build, move.to_build) for move in history.read(machine.home)]
    assert moves == [
        ("a tester", "load", None, season.build),
        ("a tester", "load", season.build, mistaken.build_id),
        ("the head of it", "rollback", mistaken.build_id, season.build),
        ("a tester", "load", season.build, corrected.build_id),
    ]


def test_rolling_forward_again_is_a_rollback_too(machine: settings.Settings, season: Season) -> None:
    newer = pipeline.load([small_source.request(season.both, [0, 1])], machine, nothing).build_id
    pipeline.rollback(season.build, machine)
    assert tables(machine) == season.tables["first"]
    pipeline.rollback(newer, machine)
    assert tables(machine) == season.tables["both"]


def test_a_build_that_was_withdrawn_survives_the_next_load_even_if_its_mark_was_never_written(
    machine: settings.Settings, season: Season
) -> None:
    """# fault 45: killed between pointer and mark, then rolled back: it was published once, so it is no orphan."""
    newer = pipeline.load([small_source.request(season.both, [0, 1])], machine, nothing).build_id
    (machine.builds / newer / "PUBLISHED").unlink()
    pipeline.rollback(season.build, machine)
    pipeline.tidy(machine)
    assert (machine.builds / newer / "warehouse.duckdb").is_file()


@pytest.mark.parametrize("build_id", ["20990101T000000000Z-00000000", "../raw", "", ".", "x/y"])
def test_an_unknown_build_is_refused_with_the_list_of_existing_ones(
    machine: settings.Settings, season: Season, build_id: str
) -> None:
    done = tower(machine, "rollback", build_id)
    assert done.returncode == 1
    assert f"existing: {season.build}" in done.stderr
    assert "Traceback" not in done.stderr
    assert builds.current_id(machine.builds) == season.build


def test_a_damaged_older_build_is_not_published(machine: settings.Settings, season: Season) -> None:
    newer = pipeline.load([small_source.request(season.both, [0, 1])], machine, nothing).build_id
    with duckdb.connect(str(machine.builds / season.build / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE core_event SET activity = 'z' WHERE event_no = 3")
    with pytest.raises(BuildError, match=r"not as its manifest says; damaged"):
        pipeline.rollback(season.build, machine)
    assert builds.current_id(machine.builds) == newer


def test_a_source_is_unloaded_and_loaded_again_with_equal_tables(
    machine: settings.Settings, season: Season, tmp_path: Path
) -> None:
    raw = {path.name for path in machine.raw.iterdir()}
    pipeline.load([small_source.request(tmp_path, [0], "market_stall")], machine, nothing)
    alone = pipeline.unload("market_stall", machine, nothing, "an auditor")
    assert alone.published
    assert tables(machine) == season.tables["first"]
    assert raw < {path.name for path in machine.raw.iterdir()}
    pipeline.unload("corner_shop", machine, nothing)
    assert all(not count for name, (count, _hash) in tables(machine).items() if name.startswith("core_"))
    with pytest.raises(SourceError, match="holds no source 'corner_shop'; it holds: none"):
        pipeline.unload("corner_shop", machine, nothing)
    again = pipeline.load([small_source.request(season.first, [0])], machine, nothing)
    assert [f.file_no for f in again.files if f.is_new]
    core = {n: v[0] for n, v in tables(machine).items()}
    assert core == {name: count for name, (count, _hash) in season.tables["first"].items()}
    assert [move.by for move in history.read(machine.home)][2] == "an auditor"


def test_old_builds_go_as_policy_says_and_the_published_one_never(machine: settings.Settings, season: Season) -> None:
    keep = policy.load().loading.keep_builds
    for _ in range(keep + 1):
        pipeline.rebuild(machine, nothing)
    left = [info.manifest.build_id for info in builds.existing(machine.builds)]
    assert len(left) == keep
    assert season.build not in left
    assert {path.stem for path in machine.builds.glob("*.json")} == set(left)
    pipeline.rollback(left[-1], machine)
    builds.prune(machine.builds, 1)
    assert {info.manifest.build_id for info in builds.existing(machine.builds)} == {left[0], left[-1]}


def test_the_command_line_writes_down_on_whose_behalf(machine: settings.Settings, season: Season) -> None:
    newer = pipeline.load([small_source.request(season.both, [0, 1])], machine, nothing).build_id
    assert tower(machine, "rollback", season.build, "--as", "engineer").returncode == 0
    assert tower(machine, "unload", "corner_shop", "--as", "admin").returncode == 0
    assert [(move.by, move.action) for move in history.read(machine.home)][2:] == [
        ("engineer", "rollback"),
        ("admin", "unload"),
    ]
    assert history.read(machine.home)[2].from_build == newer


def test_a_move_that_nobody_wrote_down_is_noted_as_found(machine: settings.Settings, season: Season) -> None:
    """# fault 43: killed between the pointer and the entry; the torn line before it stays a line of its own."""
    path = machine.home / "history.jsonl"
    path.write_text(path.read_text()[:-20])
    pipeline.load([small_source.request(season.both, [0, 1])], machine, nothing)
    assert next((move.action, move.to_build) for move in history.read(machine.home)) == ("found", season.build)
    assert len(path.read_text().splitlines()) == 3


def test_the_doctor_speaks_json_and_ends_with_1_when_something_is_wrong(
    machine: settings.Settings, season: Season
) -> None:
    fine = tower(machine, "doctor", "--json")
    assert fine.returncode == 0
    said = json.loads(fine.stdout)
    assert (said["ok"], set(said)) == (True, {"home", "ok", "findings"})
    assert {frozenset(finding) for finding in said["findings"]} == {frozenset({"ok", "what", "where", "remedy"})}
    (machine.builds / season.build / "warehouse.duckdb").write_bytes(b"not a database")
    broken = tower(machine, "doctor", "--json")
    assert (broken.returncode, json.loads(broken.stdout)["ok"]) == (1, False)
    mended = tower(machine, "doctor", "--rebuild")
    assert mended.returncode == 0
    assert not (machine.builds / season.build).exists(), "the damaged one is of no use beside its equal"
    assert "made again as" in mended.stderr
    assert tables(machine) == season.tables["first"]


def test_a_duckdb_file_given_as_data_is_never_opened(machine: settings.Settings, tmp_path: Path) -> None:
    """# fault 41"""
    request = small_source.request(tmp_path, [3])
    database = tmp_path / "files" / "ticket_9.csv"
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute("CREATE TABLE ticket AS SELECT 'T9' AS ticket_no")
    shutil.copyfile(tmp_path / "x.duckdb", database)
    before = builds.current_id(machine.builds)
    with pytest.raises(Exception, match="a DuckDB database, which is never opened"):
        pipeline.load([request], machine, nothing)
    assert builds.current_id(machine.builds) == before


def test_the_demo_refuses_a_home_that_holds_other_data(machine: settings.Settings) -> None:
    done = tower(machine, "demo", "--no-serve", "--weeks", "1", "--orders-per-week", "10")
    assert done.returncode == 1
    assert "holds other data (corner_shop)" in done.stderr
    assert "TOWER_HOME=" in done.stderr
