"""What may the account do in PostgreSQL that the tower works with? Add to history, and nothing else, triggers or not."""

import pytest
import sqlalchemy as sa

from tests.control_tower.services.deciding_desk import Tower, plan, ring, tower

pytestmark = pytest.mark.postgres


@pytest.fixture
def owned(postgresql: str, tmp_path) -> tuple[Tower, sa.Engine]:
    """A tower whose account is no superuser but owns its tables, and the administrator's way in."""
    admin = sa.create_engine(postgresql, isolation_level="AUTOCOMMIT")
    url = sa.make_url(postgresql)
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS tower_app")
        connection.exec_driver_sql("CREATE ROLE tower_app LOGIN NOSUPERUSER PASSWORD 'of-these-tests'")
        connection.exec_driver_sql("GRANT ALL ON SCHEMA public TO tower_app")
    desk = tower(
        url.set(username="tower_app", password="of-these-tests").render_as_string(hide_password=False), tmp_path, ring()
    )
    yield desk, admin
    desk.store.close()
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP OWNED BY tower_app CASCADE")
        connection.exec_driver_sql("DROP ROLE tower_app")
    admin.dispose()


@pytest.mark.parametrize("change", ["UPDATE audit SET reason = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_without_its_triggers_the_trail_is_still_not_the_towers_to_change(
    owned: tuple[Tower, sa.Engine], change: str
) -> None:
    # fault 99
    desk, admin = owned
    desk.submitted(plan())
    with admin.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
    with desk.store.engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        connection.exec_driver_sql(change)
    desk.submitted(plan(2))
    assert len(desk.trail()) == 4, "adding is its right"
    assert desk.store.verify().is_whole
