"""Is damage on disk found, and does the product come back from it with the same tables?"""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from control_tower import builds, fingerprint, manifest, settings, warehouse
from control_tower.errors import BuildError, SourceError
from etl import doctoring, pipeline, source
from tests.etl import small_source
from tests.etl.conftest import Season

FLIPS = 30
SEED = 50


def nothing(_name: str, _detail: str) -> None:
    """No progress to show."""


@pytest.fixture
def machine(tmp_path: Path, season: Season) -> settings.Settings:
    """A home of its own that holds one good build."""
    shutil.copytree(season.home, tmp_path / "home")
    return settings.Settings(home=tmp_path / "home", threads=1)


def folder(machine: settings.Settings) -> Path:
    current = builds.current_id(machine.builds)
    assert current
    return machine.builds / current


def tables(machine: settings.Settings) -> dict[str, list[object]]:
    """Rows and hash of every relation of the published build, by its manifest, which the build is held against."""
    build = warehouse.Build(folder(machine), machine)
    try:
        assert build.differing() == []
        return {name: [entry.rows, entry.hash] for name, entry in build.manifest.relations.items()}
    finally:
        build.close()


def wrong(machine: settings.Settings) -> list[doctoring.Finding]:
    return [finding for finding in doctoring.examine(machine) if not finding.is_fine]


def really(path: Path) -> dict[str, tuple[int, str]] | None:
    """What DuckDB itself reads from a damaged copy, all of it; None when it notices the damage."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return fingerprint.of(connection)
    except duckdb.Error:
        return None


def test_a_flipped_bit_is_found_or_harmless_and_never_a_wrong_answer(machine: settings.Settings) -> None:
    """# fault 50: what the doctor calls fine is, read independently, exactly what the manifest says."""
    path, chance = folder(machine) / "warehouse.duckdb", random.Random(SEED)
    good, found = path.read_bytes(), 0
    expected = {name: (entry.rows, entry.hash) for name, entry in manifest.read(folder(machine) / "manifest.json").relations.items()}  # fmt: skip
    for _ in range(FLIPS):
        place, bit = chance.randrange(len(good)), 1 << chance.randrange(8)
        path.write_bytes(good[:place] + bytes([good[place] ^ bit]) + good[place + 1 :])
        if wrong(machine):
            found += 1
        else:
            assert really(path) == expected, f"bit {bit} of byte {place}"
    path.write_bytes(good)
    assert found >= FLIPS / 2
    assert not wrong(machine)


def test_a_damaged_block_met_by_a_read_is_named_and_not_answered(machine: settings.Settings) -> None:
    """# fault 50"""
    path = folder(machine) / "warehouse.duckdb"
    good = path.read_bytes()
    block = good.find(b"T0-1")
    assert block > 0
    path.write_bytes(good[:block] + b"T9" + good[block + 2 :])
    with pytest.raises(BuildError, match=r"damaged .* `tower doctor --rebuild`"):
        read_all(machine)


def read_all(machine: settings.Settings) -> None:
    build = warehouse.Build(folder(machine), machine)
    try:
        for name in build.manifest.relations:
            build.sql(f'SELECT * FROM "{name}"')
    finally:
        build.close()


def test_a_damaged_build_is_made_again_with_equal_tables(machine: settings.Settings, season: Season) -> None:
    """# fault 50"""
    path = folder(machine) / "warehouse.duckdb"
    path.write_bytes(path.read_bytes()[:-5000] + b"\1" * 5000)
    damaged = folder(machine).name
    assert [finding.remedy for finding in wrong(machine)] == ["tower doctor --rebuild"]
    report = pipeline.rebuild(machine, nothing)
    assert report.build_id != damaged
    assert tables(machine) == season.tables["first"]
    assert not [finding for finding in wrong(machine) if finding.where == str(folder(machine))]


@pytest.mark.parametrize("kept", [0, 1, 4096, 12_288, 0.3, 0.7, 0.99])
def test_a_truncated_build_is_refused(machine: settings.Settings, kept: float) -> None:
    """# fault 51"""
    path = folder(machine) / "warehouse.duckdb"
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.truncate(int(kept * size) if isinstance(kept, float) else kept)
    assert [finding.remedy for finding in wrong(machine)] == ["tower doctor --rebuild"]


def write_ahead_log(machine: settings.Settings) -> bytes:
    """A real write-ahead log that belongs to this very file: committed rows that are not yet in it."""
    path = folder(machine) / "warehouse.duckdb"
    copy = machine.home / "copy.duckdb"
    shutil.copyfile(path, copy)
    connection = duckdb.connect(str(copy))
    connection.execute("SET wal_autocheckpoint = '1GB'")
    connection.execute("DELETE FROM core_exception")
    wal = copy.with_name("copy.duckdb.wal").read_bytes()
    connection.close()
    copy.unlink()
    assert len(wal) > 100
    return wal


@pytest.mark.parametrize("length", [1.0, 0.5, 0.0])
def test_a_write_ahead_log_beside_a_build_is_refused(machine: settings.Settings, length: float) -> None:
    """# fault 51: stale, truncated or empty, it is not the build's own and would change what readers see."""
    wal = write_ahead_log(machine)
    (folder(machine) / "warehouse.duckdb.wal").write_bytes(wal[: int(len(wal) * length)])
    assert "write-ahead log" in wrong(machine)[0].what
    with pytest.raises(BuildError, match="write-ahead log"):
        warehouse.open_current(machine)


def test_a_build_that_lost_rows_is_caught_by_its_manifest(machine: settings.Settings) -> None:
    """# fault 51: the file is sound, its content is not what was published."""
    with duckdb.connect(str(folder(machine) / "warehouse.duckdb")) as connection:
        connection.execute("DELETE FROM core_event WHERE event_no = 3")
    with pytest.raises(BuildError, match=r"core_event holds .* rows, its manifest says"):
        warehouse.open_current(machine)


def test_a_changed_value_is_found_by_the_doctor(machine: settings.Settings) -> None:
    """# fault 51: equal counts, another content."""
    with duckdb.connect(str(folder(machine) / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE core_event SET activity = 'z' WHERE event_no = 3")
    assert "content of core_event is not what the manifest says" in wrong(machine)[0].what


def test_the_same_load_again_repairs_a_build_that_no_longer_opens(machine: settings.Settings, season: Season) -> None:
    """# fault 51"""
    (folder(machine) / "warehouse.duckdb").unlink()
    request = small_source.request(season.first, [0])
    assert pipeline.load([request], machine, nothing).published
    assert tables(machine) == season.tables["first"]


def remove_manifest(machine: settings.Settings) -> None:
    (folder(machine) / "manifest.json").unlink()


def garble_manifest(machine: settings.Settings) -> None:
    (folder(machine) / "manifest.json").write_text('{"format": 1, "files": [', encoding="utf-8")


def cut_bytes(machine: settings.Settings) -> None:
    (folder(machine) / "manifest.json").write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize("damage", [remove_manifest, garble_manifest, cut_bytes])
def test_a_lost_manifest_is_found_and_its_copy_makes_the_build_again(
    machine: settings.Settings, season: Season, damage: Callable[[settings.Settings], None]
) -> None:
    """# fault 51"""
    damage(machine)
    assert [finding.remedy for finding in wrong(machine)] == ["tower doctor --rebuild"]
    pipeline.rebuild(machine, nothing)
    assert tables(machine) == season.tables["first"]


def test_a_pointer_that_names_nothing_is_damage_and_no_empty_home(machine: settings.Settings) -> None:
    """# fault 51"""
    before = folder(machine).name
    for text in ("", "../raw\n", "no such build\n"):
        (machine.builds / "CURRENT").write_text(text, encoding="utf-8")
        (machine.builds / before / "PUBLISHED").touch()
        found = wrong(machine)
        assert [finding.where for finding in found] == [str(machine.builds / "CURRENT")]
        assert f"tower rollback {before}" in found[0].remedy
        with pytest.raises(BuildError):
            warehouse.open_current(machine)
        assert pipeline.rollback(before, machine).build_id == before
        assert not wrong(machine)


def test_a_pointer_without_any_build_says_how_to_begin_again(machine: settings.Settings, season: Season) -> None:
    """# fault 51"""
    shutil.rmtree(folder(machine))
    for spare in machine.builds.glob("*.json"):
        spare.unlink()
    assert "delete" in wrong(machine)[0].remedy
    (machine.builds / "CURRENT").unlink()
    assert pipeline.load([small_source.request(season.first, [0])], machine, nothing).published
    assert tables(machine) == season.tables["first"]


def test_a_damaged_older_build_stops_no_load_and_is_listed(machine: settings.Settings, season: Season) -> None:
    """# fault 51"""
    old = folder(machine)
    pipeline.load([small_source.request(season.both, [0, 1])], machine, nothing)
    (old / "manifest.json").write_text("{", encoding="utf-8")
    assert [finding.where for finding in wrong(machine)] == [str(old)]
    small_source.request(season.both.parent / "third", [0, 1, 2])
    assert pipeline.load([small_source.request(season.both.parent / "third", [0, 1, 2])], machine, nothing).published


def a_raw_file(machine: settings.Settings) -> Path:
    made = manifest.read(folder(machine) / "manifest.json")
    return machine.raw / next(entry.sha256 for entry in made.files if entry.name.startswith("ticket"))


def test_a_missing_raw_file_is_found_and_stops_what_depends_on_it(machine: settings.Settings, season: Season) -> None:
    a_raw_file(machine).unlink()
    (finding,) = wrong(machine)
    assert (finding.where, finding.remedy) == (str(a_raw_file(machine)), "load the file again")
    with pytest.raises((BuildError, SourceError), match="is missing"):
        pipeline.rebuild(machine, nothing)
    assert tables(machine) == season.tables["first"]
    assert not pipeline.load([small_source.request(season.first, [0])], machine, nothing).published
    assert not wrong(machine)


def test_a_changed_raw_file_is_found_and_never_loaded_as_if_it_were_the_old_one(
    machine: settings.Settings, season: Season
) -> None:
    path = a_raw_file(machine)
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(content.replace(b"T0-1,", b"T0-Z,"))
    assert len(path.read_bytes()) == len(content)
    (finding,) = wrong(machine)
    assert finding.where == str(path)
    assert "changed on disk" in finding.what
    with pytest.raises(BuildError, match="changed on disk"):
        pipeline.rebuild(machine, nothing)
    assert tables(machine) == season.tables["first"]
    path.unlink()
    pipeline.load([small_source.request(season.first, [0])], machine, nothing)
    assert not wrong(machine)


def test_a_missing_definition_is_found(machine: settings.Settings) -> None:
    made = manifest.read(folder(machine) / "manifest.json")
    (machine.raw / made.sources[0].definition["source.toml"]).unlink()
    assert ["corner_shop: source.toml is missing" in f.what for f in wrong(machine)] == [True]
    with pytest.raises(BuildError, match=r"source\.toml is missing"):
        pipeline.rebuild(machine, nothing)


def test_a_home_without_a_build_and_one_with_leftovers_are_told_apart(
    tmp_path: Path, machine: settings.Settings
) -> None:
    empty = settings.Settings(home=tmp_path / "empty")
    assert [f.what for f in doctoring.examine(empty) if f.where == str(empty.builds)] == ["no build yet"]
    (machine.staging / "half").mkdir()
    (left,) = [f for f in doctoring.examine(machine) if f.where == str(machine.staging)]
    assert left.is_fine
    assert "1 leftovers" in left.what
    assert json.dumps(left.as_dict())


def test_a_rebuild_is_a_function_of_the_manifest_also_for_a_public_log(shared_data: Path, tmp_path: Path) -> None:
    machine = settings.Settings(home=tmp_path / "home")
    request = pipeline.Request(source.find("servicenow"), shared_data / "servicenow_incidents", "a tester")
    first = pipeline.load([request], machine, nothing)
    before = manifest.read(machine.builds / first.build_id / "manifest.json").relations
    again = pipeline.rebuild(machine, nothing)
    assert manifest.read(machine.builds / again.build_id / "manifest.json").relations == before
    assert before["core_event"].rows == 141_712
