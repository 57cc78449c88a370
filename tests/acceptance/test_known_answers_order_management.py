"""Does the tower give the known answers of the OCEL 2.0 order management log (ING-01, ING-02, DET-01)?"""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from control_tower.contract import relations
from etl.source import SHIPPED
from tests.acceptance.loaded import Loaded, assert_every_row_is_accounted_for, tower_load

ORDER_MANAGEMENT = SHIPPED / "ocel_order_management"
FILLED = sorted(path.stem for path in ORDER_MANAGEMENT.glob("*.sql") if not path.stem.startswith("_"))


@pytest.fixture(scope="module")
def from_json(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    home = tmp_path_factory.mktemp("order_management_json")
    return tower_load("ocel_order_management", shared_data / "ocel_order_management", home)


@pytest.fixture(scope="module")
def from_xml(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The same source, told to read the XML form instead."""
    folder = tmp_path_factory.mktemp("order_management_xml")
    shutil.copytree(ORDER_MANAGEMENT, folder / "ocel_order_management")
    declaration = folder / "ocel_order_management" / "source.toml"
    text = declaration.read_text(encoding="utf-8")
    declaration.write_text(text.replace("ocel_json", "ocel_xml").replace(".json.gz", ".xml.gz"), encoding="utf-8")
    return tower_load(str(declaration.parent), shared_data / "ocel_order_management", folder / "home")


@pytest.fixture(params=["from_json", "from_xml"])
def log(request: pytest.FixtureRequest) -> Loaded:
    loaded: Loaded = request.getfixturevalue(request.param)
    return loaded


def test_all_events_objects_and_relations_are_there(log: Loaded) -> None:
    assert_every_row_is_accounted_for(log)
    assert log.one("SELECT count(*) FROM core_event") == 21_008
    logged = "FROM core_object WHERE object_type <> 'exception'"
    assert log.one(f"SELECT count(*) {logged}") == 10_840
    assert dict(log.rows(f"SELECT object_type, count(*) {logged} GROUP BY object_type")) == {
        "order": 2_000, "order_line": 7_659, "shipment": 1_128, "item": 20, "customer": 15, "user": 18,
    }  # fmt: skip


def test_relations_keep_their_qualifier(log: Loaded) -> None:
    """Ruling 2: an event and an object may be related twice, in two roles."""
    logged = "FROM core_event_object WHERE object_type <> 'exception'"
    assert log.one(f"SELECT count(*) {logged}") == 147_463
    assert log.one(f"SELECT count(DISTINCT (event_id, object_id)) {logged}") == 147_385


def test_out_of_stock_is_found_and_always_ends_with_a_reorder(log: Loaded) -> None:
    found = "FROM mart_exception WHERE type_code = 'out_of_stock'"
    assert log.report["detected"]["out_of_stock"] == 1_544
    assert log.row(f"SELECT count(*), count(*) FILTER (WHERE is_open), count(DISTINCT order_line_id) {found}") == (
        1_544,
        0,
        1_544,
    )
    cleared = (
        "SELECT count(*) FROM core_event_object AS o JOIN core_event AS e ON e.event_id = o.event_id "
        "WHERE o.object_id LIKE 'om:out_of_stock:%' AND o.qualifier = 'cleared by' AND e.activity = 'reorder item'"
    )
    assert log.one(cleared) == 1_544


def test_hours_out_of_stock_are_the_known_ones(log: Loaded) -> None:
    mean, median, p75, most = log.row(
        "SELECT avg(resolution_hours), median(resolution_hours), quantile_cont(resolution_hours, 0.75), max(resolution_hours) "
        "FROM mart_exception WHERE type_code = 'out_of_stock'"
    )
    assert [round(value, 2) for value in (mean, median, p75, most)] == [49.41, 25.69, 74.22, 409.95]


def test_the_products_most_often_out_of_stock_are_the_known_ones(log: Loaded) -> None:
    assert log.rows(
        "SELECT item_id, count(*) AS n FROM mart_exception WHERE type_code = 'out_of_stock' GROUP BY item_id ORDER BY n DESC LIMIT 5"
    ) == [("om:Fire Stick 4K", 103), ("om:iPad", 89), ("om:iPad Air", 86), ("om:iPad Pro", 82), ("om:MacBook Air", 81)]


def test_failed_deliveries_are_found_per_package_and_all_delivered_later(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_event WHERE business_event = 'delivery_failed'") == 311
    assert log.row(
        "SELECT count(*), sum(magnitude), count(DISTINCT shipment_id), count(resolved_at) FROM mart_exception "
        "WHERE type_code = 'failed_delivery'"
    ) == (214, 311, 214, 214)


def test_hours_from_the_first_failed_delivery_are_the_known_ones(log: Loaded) -> None:
    mean, median, most = log.row(
        "SELECT avg(resolution_hours), median(resolution_hours), max(resolution_hours) FROM mart_exception "
        "WHERE type_code = 'failed_delivery'"
    )
    assert [round(value, 2) for value in (mean, median, most)] == [27.91, 20.88, 173.11]


def test_every_reminder_belongs_to_an_order_that_pays_later(log: Loaded) -> None:
    assert log.row(
        "SELECT sum(magnitude), count(*) FILTER (WHERE is_open) FROM mart_exception WHERE type_code = 'payment_overdue'"
    ) == (566, 0)


def test_events_and_attributes_are_in_one_time(log: Loaded) -> None:
    """Attribute times carry +02:00, events Z: an order is placed the moment its price is known."""
    assert log.one(
        "SELECT valid_from FROM core_object_attribute WHERE object_id = 'om:o-990001' AND attribute = 'price'"
    ) == datetime(2023, 4, 3, 10, 8, 18)
    assert log.one("SELECT order_at FROM core_order WHERE order_id = 'om:o-990001'") == datetime(2023, 4, 3, 10, 8, 18)


def test_an_attribute_is_its_last_value(log: Loaded) -> None:
    """Ruling 3: the price of a product rises; its history stays."""
    history = "SELECT arg_max(value, sequence_no), count(*) FROM core_object_attribute WHERE object_id = 'om:Echo' AND attribute = 'price'"
    assert log.row(history) == ("117.85", 6)
    assert float(log.one("SELECT unit_price FROM core_item WHERE item_id = 'om:Echo'")) == 117.85


def test_orders_lines_and_shipments_join(log: Loaded) -> None:
    assert log.row(
        "SELECT count(*), count(o.customer_id), count(c.customer_id), count(i.item_id), count(l.delivered_at) "
        "FROM core_order_line AS l JOIN core_order AS o ON o.order_id = l.order_id "
        "LEFT JOIN core_customer AS c ON c.customer_id = o.customer_id LEFT JOIN core_item AS i ON i.item_id = l.item_id"
    ) == (7_659, 7_659, 7_659, 7_659, 7_659)
    assert log.one("SELECT count(*) FROM core_shipment_line") == 7_659


@pytest.mark.parametrize("name", FILLED)
def test_json_and_xml_give_the_same_table(name: str, from_json: Loaded, from_xml: Loaded) -> None:
    columns = [c.name for c in relations()[f"core_{name}"].columns if c.name not in ("file_no", "file_line")]
    query = f"SELECT {', '.join(columns)} FROM core_{name} ORDER BY ALL"
    assert from_json.rows(query) == from_xml.rows(query)
