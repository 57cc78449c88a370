"""What if the store is damaged, busy, full, half migrated, or its clock is set back? Refused in words, nothing half done."""

import os
import resource
import shutil
import signal
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from control_tower.errors import StoreError
from control_tower.services import approvals, guarding, proposals
from control_tower.services.request import Request
from control_tower.settings import Settings
from control_tower.workflow.store import engine, guards, migrating
from control_tower.workflow.store.metadata import METADATA
from tests.control_tower.services.deciding_desk import Tower, plan, ring, tower


def test_a_corrupt_store_fails_closed_and_names_the_way_out(store_url: str, tmp_path: Path) -> None:
    # fault 52
    desk = tower(store_url, tmp_path)
    desk.submitted(plan())
    desk.store.close()
    path = tmp_path / "store.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 12] = os.urandom(4096 * 9)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged .*tower restore FILE"):
        tower(store_url, tmp_path)
    path.write_bytes(b"no database at all" * 500)
    with pytest.raises(StoreError, match="damaged"):
        tower(store_url, tmp_path)


def test_a_busy_store_is_waited_for_and_then_said_in_words(desk: Tower, monkeypatch: pytest.MonkeyPatch) -> None:
    # fault 66
    number = desk.submitted(plan())
    monkeypatch.setattr(engine, "WAIT_SECONDS", 1)
    hasty = engine.make(str(desk.store.engine.url))
    with engine.writing(desk.store.engine), pytest.raises(StoreError, match="busy for more than"):  # noqa: SIM117
        with engine.writing(hasty):
            pass
    hasty.dispose()
    assert approvals.approve(desk.store, Request("approver"), number).state == "approved"


def test_a_full_disk_refuses_the_action_and_shows_nothing_approved(desk: Tower, tmp_path: Path) -> None:
    # fault 49
    number = desk.submitted(plan())
    child = os.fork()
    if child == 0:
        os._exit(_approve_with_a_full_disk(desk, number, tmp_path))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7, "the action was refused in words"
    assert desk.state(number) == "submitted"
    assert desk.store.verify().is_whole
    assert approvals.approve(desk.store, Request("approver"), number).state == "approved"


def _approve_with_a_full_disk(desk: Tower, number: str, folder: Path) -> int:
    desk.store.engine.dispose(close=False)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    room = max(path.stat().st_size for path in folder.glob("store.sqlite*")) + 1_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        for _ in range(50):
            proposals.draft(desk.store, Request("planner"), plan(note="x" * 20_000))
        approvals.approve(desk.store, Request("approver"), number)
    except StoreError as error:
        return 7 if "make room on the disk" in str(error) else 8
    return 9


def test_a_migration_killed_half_way_is_run_again_from_its_start(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # fault 55
    for url in (f"sqlite:///{tmp_path / 'new.sqlite'}", request.getfixturevalue("postgresql")):
        child = os.fork()
        if child == 0:
            _migrate_and_die(url)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        store = engine.make(url)
        with engine.reading(store) as connection:
            assert sa.inspect(connection).get_table_names() in ([], ["alembic_version"])
        with engine.writing(store) as connection:
            migrating.upgrade(connection)
            assert migrating.current(connection) == migrating.newest()
        store.dispose()


def _migrate_and_die(url: str) -> None:
    def die(_connection, _cursor, statement, *_rest) -> None:
        if "CREATE TABLE proposal_approval" in statement:
            os.kill(os.getpid(), signal.SIGKILL)

    store = engine.make(url)
    sa.event.listen(store, "before_cursor_execute", die)
    with engine.writing(store) as connection:
        migrating.upgrade(connection)
    os._exit(0)


def test_the_migrations_make_the_tables_that_the_code_speaks_of(either: Tower) -> None:
    with engine.reading(either.store.engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, METADATA) == []


def test_a_store_of_a_newer_version_is_left_alone(desk: Tower) -> None:
    version = sa.table("alembic_version", sa.column("version_num"))
    with engine.writing(desk.store.engine) as connection:
        connection.execute(sa.update(version).values(version_num="9999"))
    with pytest.raises(StoreError, match="revision 9999"):
        desk.store.prepare()


@pytest.mark.parametrize("table", guards.APPEND_ONLY)
@pytest.mark.parametrize("way", ["update", "delete"])
def test_history_is_neither_changed_nor_deleted(either: Tower, table: str, way: str) -> None:
    # fault 99
    either.submitted(plan())
    found = METADATA.tables[table]
    if table == "case_state":
        from control_tower.services import cases

        cases.acknowledge(either.store, Request("planner"), "erp:E1")
    if table == "anchor":
        _one_anchor(either)
    column = list(found.columns)[-1]
    change = sa.delete(found) if way == "delete" else sa.update(found).values({column: column})
    with either.store.engine.connect() as connection, pytest.raises(sa.exc.DatabaseError, match=r"append-only|denied"):
        connection.execute(change)


def _one_anchor(desk: Tower) -> None:
    from control_tower.workflow.audit import Head

    with desk.store.writing() as unit:
        unit.audit.keep_head(Head(1, 1, "h", "k1", "2026-03-02", "s"), desk.clock(), "elsewhere")


def test_a_clock_set_back_changes_no_order_and_makes_no_time_negative(either: Tower) -> None:
    # fault 67
    number = either.submitted(plan())
    either.clock.move(hours=-3)
    approvals.approve(either.store, Request("approver"), number)
    with either.store.reading() as unit:
        entries = list(reversed(unit.audit.newest(10)))
        found = unit.proposals.find(number)
    assert [e.sequence_no for e in entries] == [1, 2, 3]
    assert [e.acted_at for e in entries] == sorted(e.acted_at for e in entries)
    assert found is not None
    assert found.decided_at is not None
    assert found.submitted_at is not None
    assert found.decided_at - found.submitted_at >= timedelta(0)
    assert either.store.verify().is_whole


def test_a_backup_taken_while_others_write_restores_to_a_whole_store(tmp_path: Path, store_url: str) -> None:
    # fault 54
    home = tmp_path / "home"
    (home / "raw").mkdir(parents=True)
    (home / "raw" / "abc").write_text("a,b\n")
    (home / "anchor").mkdir()
    shutil.move(tmp_path / "store.sqlite", home / "store.sqlite")
    from control_tower.workflow import keys

    desk = tower(f"sqlite:///{home / 'store.sqlite'}", home / "anchor", keys.load(home))
    number = desk.submitted(plan())
    busy = os.fork()
    if busy == 0:
        _write_without_end(desk)
    settings = Settings(home=home)
    guarding.backup(desk.store, Request("admin"), settings, tmp_path / "tower.tar")
    os.kill(busy, signal.SIGKILL)
    os.waitpid(busy, 0)
    again = Settings(home=tmp_path / "again")
    verdict = guarding.restore(again, tmp_path / "tower.tar")
    assert verdict.is_whole, verdict.finding
    assert verdict.entries >= 2
    copy = tower(
        f"sqlite:///{tmp_path / 'again' / 'store.sqlite'}", tmp_path / "again" / "anchor", keys.load(again.home)
    )
    assert copy.state(number) == "submitted"
    assert copy.store.verify().is_whole
    assert (again.home / "raw" / "abc").read_text() == "a,b\n"
    with pytest.raises(StoreError, match="restore into an empty home"):
        guarding.restore(again, tmp_path / "tower.tar")
    (tmp_path / "tower.tar").write_bytes((tmp_path / "tower.tar").read_bytes().replace(b"a,b\n", b"a,c\n"))
    with pytest.raises(StoreError, match="is no whole backup"):
        guarding.restore(Settings(home=tmp_path / "third"), tmp_path / "tower.tar")


def _write_without_end(desk: Tower) -> None:
    desk.store.engine.dispose(close=False)
    while True:
        proposals.draft(desk.store, Request("planner"), plan(1))


def test_a_store_that_is_not_there_is_said_without_a_traceback(tmp_path: Path) -> None:
    # fault 65
    with pytest.raises(StoreError, match="cannot be reached or used"):
        tower(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'store.sqlite'}", tmp_path, ring())
