"""Does the tower give the known answers of the frePPLe distribution network (ING-01, ING-09)?"""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from etl.source import SHIPPED
from tests.acceptance.loaded import Loaded, assert_every_row_is_accounted_for, tower_load


@pytest.fixture(scope="module")
def network(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return tower_load("frepple", shared_data / "frepple_network", tmp_path_factory.mktemp("frepple"))


def test_stock_positions_and_stock_on_hand_are_the_known_ones(network: Loaded) -> None:
    assert_every_row_is_accounted_for(network)
    assert network.row("SELECT count(*), sum(on_hand_qty) FROM core_inventory") == (33, 257)
    assert network.rows("SELECT DISTINCT snapshot_at FROM core_inventory") == [(datetime(2021, 2, 1),)]


def test_goods_move_on_22_lanes_and_come_from_suppliers_on_11(network: Loaded) -> None:
    assert network.row("SELECT count(from_site_id), count(supplier_id), count(*) FROM core_lane") == (22, 11, 33)
    assert network.one("SELECT count(*) FROM core_lane WHERE lead_time_days IS NULL") == 0
    assert network.row(
        "SELECT min(lead_time_days), max(lead_time_days) FROM core_lane WHERE from_site_id IS NOT NULL"
    ) == (3, 3)


def test_every_demand_is_an_order_line_with_a_date_and_a_priority(network: Loaded) -> None:
    assert network.one("SELECT count(*) FROM core_order") == 3_294
    assert network.row(
        "SELECT count(*), count(l.requested_date), count(o.priority), count(i.item_id), count(s.site_id) FROM core_order_line AS l "
        "JOIN core_order AS o ON o.order_id = l.order_id LEFT JOIN core_item AS i ON i.item_id = l.item_id "
        "LEFT JOIN core_site AS s ON s.site_id = l.site_id"
    ) == (3_294, 3_294, 3_294, 3_294, 3_294)


def test_groups_of_places_and_items_are_no_places_and_items(network: Loaded) -> None:
    assert network.rows("SELECT site_id, site_type FROM core_site ORDER BY site_id") == [
        ("frepple:RDC", "distribution_center"),
        ("frepple:Tennis shop Brussels", "store"),
        ("frepple:Tennis shop Paris", "store"),
    ]
    assert network.one("SELECT count(*) FROM core_item") == 11


def test_what_is_not_promised_cannot_be_missed(network: Loaded) -> None:
    assert sum(network.report["detected"].values()) == 0


def test_another_model_loads_by_naming_its_file(shared_data: Path, tmp_path: Path) -> None:
    """ING-12: the factory model has purchase orders under way; the declaration changes, no SQL does."""
    shutil.copytree(SHIPPED / "frepple", tmp_path / "frepple")
    declaration = tmp_path / "frepple" / "source.toml"
    text = declaration.read_text(encoding="utf-8")
    declaration.write_text(text.replace("distribution_demo*.json", "demo.json"), encoding="utf-8")
    factory = tower_load(str(declaration.parent), shared_data / "frepple_network", tmp_path / "home")
    assert factory.row(
        "SELECT count(*), sum(ordered_qty), count(supplier_id) FROM core_supply WHERE supply_type = 'purchase_order'"
    ) == (4, 400, 4)
    assert factory.one("SELECT count(*) FROM core_order_line") == 14
