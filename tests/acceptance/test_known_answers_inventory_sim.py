"""Does the tower give the known answers of the inventory simulation, a database and a log (ING-01, ING-09)?"""

from pathlib import Path

import pytest

from tests.acceptance.loaded import Loaded, assert_every_row_is_accounted_for, tower_load


@pytest.fixture(scope="module")
def log(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return tower_load("inventory_sim", shared_data / "inventory_sim", tmp_path_factory.mktemp("inventory_sim"))


def test_stock_lies_in_five_plants(log: Loaded) -> None:
    assert_every_row_is_accounted_for(log)
    assert log.rows("SELECT site_id, count(*) FROM core_inventory GROUP BY site_id ORDER BY site_id") == [
        ("invsim:Plant1", 24),
        ("invsim:Plant2", 28),
        ("invsim:Plant3", 20),
        ("invsim:Plant4", 12),
        ("invsim:Plant5", 16),
    ]
    assert log.one("SELECT count(*) FROM core_site") == 5


def test_stock_is_known_by_state(log: Loaded) -> None:
    """Material 1 at Plant1: free, in inspection, in transfer, blocked, returned."""
    assert [float(qty) for qty in log.row(
        "SELECT on_hand_qty, in_inspection_qty, in_transfer_qty, blocked_qty, returns_qty FROM core_inventory "
        "WHERE item_id = 'invsim:MAT-1' AND site_id = 'invsim:Plant1'"
    )] == [61.2, 13.48, 38.72, 7.69, 30.87]  # fmt: skip


def test_orders_and_suppliers_are_the_known_ones(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_order") == 200
    assert log.one("SELECT count(*) FROM core_object WHERE object_type = 'purchase_order'") == 150
    assert log.one("SELECT count(*) FROM core_supplier") == 29


def test_blocked_purchase_orders_are_found(log: Loaded) -> None:
    orders = "count(DISTINCT purchase_order_id), count(DISTINCT purchase_order_id) FILTER (WHERE is_blocked)"
    assert log.row(f"SELECT {orders} FROM core_supply") == (150, 57)
    assert log.row(
        "SELECT count(*), count(*) FILTER (WHERE is_open) FROM mart_exception WHERE type_code = 'blocked_stock'"
    ) == (57, 57)


def test_database_and_log_speak_of_the_same_things(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_event") == 1_210
    named = "SELECT DISTINCT object_id FROM core_event_object WHERE object_type = '{}' "
    for object_type, relation, key in (
        ("item", "core_item", "item_id"),
        ("site", "core_site", "site_id"),
        ("supplier", "core_supplier", "supplier_id"),
        ("customer", "core_customer", "customer_id"),
        ("order_line", "core_order_line", "order_line_id"),
    ):
        strangers = f"{named.format(object_type)} AND object_id NOT IN (SELECT {key} FROM {relation})"
        assert log.one(f"SELECT count(*) FROM ({strangers})") == 0, object_type


def test_random_dates_are_loaded_as_they_are(log: Loaded) -> None:
    """A receipt may precede its order in this simulation: kept, never repaired."""
    assert log.one("SELECT count(*) FROM core_supply WHERE received_at < ordered_at") > 0
    assert log.one("SELECT count(*) FROM core_supply WHERE received_qty > ordered_qty") > 0
