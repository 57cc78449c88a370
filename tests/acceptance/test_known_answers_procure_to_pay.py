"""Does the tower give the known answers of the OCEL 2.0 procure to pay log (ING-01, ING-02, DET-01)?"""

from pathlib import Path

import pytest

from tests.acceptance.loaded import Loaded, assert_every_row_is_accounted_for, tower_load

ACTIVITIES = {
    "Create Goods Receipt": 4_042,
    "Create Invoice Receipt": 1_941,
    "Perform Two-Way Match": 1_941,
    "Create Purchase Order": 1_598,
    "Approve Purchase Order": 1_598,
    "Execute Payment": 1_166,
    "Create Request for Quotation": 927,
    "Create Purchase Requisition": 729,
    "Approve Purchase Requisition": 607,
    "Delegate Purchase Requisition Approval": 122,
}


@pytest.fixture(scope="module")
def log(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    home = tmp_path_factory.mktemp("procure_to_pay")
    return tower_load("ocel_procure_to_pay", shared_data / "ocel_procure_to_pay", home)


def test_all_events_and_objects_are_there(log: Loaded) -> None:
    assert_every_row_is_accounted_for(log)
    assert log.one("SELECT count(*) FROM core_event") == 14_671
    assert dict(log.rows("SELECT activity, count(*) FROM core_event GROUP BY activity")) == ACTIVITIES
    assert log.one("SELECT count(*) FROM core_object WHERE object_type <> 'exception'") == 9_543
    assert log.one("SELECT count(*) FROM core_event_object WHERE object_type <> 'exception'") == 35_927


def test_suppliers_and_plants_are_the_known_ones(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_supplier") == 50
    assert log.one("SELECT count(*) FROM core_site") == 5
    assert dict(log.rows("SELECT site_id, count(*) FROM core_supply GROUP BY site_id")) == {
        "p2p:1000": 470, "p2p:4000": 464, "p2p:2000": 461, "p2p:3000": 461, "p2p:5000": 440,
    }  # fmt: skip


def test_every_purchase_order_line_has_its_order_supplier_and_promise(log: Loaded) -> None:
    assert log.row(
        "SELECT count(*), count(DISTINCT s.purchase_order_id), count(v.supplier_id), count(s.promised_date), count(s.ordered_at) "
        "FROM core_supply AS s LEFT JOIN core_supplier AS v ON v.supplier_id = s.supplier_id"
    ) == (2_296, 1_598, 2_296, 2_296, 2_296)


def test_hours_from_order_to_first_receipt_have_the_known_median(log: Loaded) -> None:
    first = (
        "SELECT o.object_id, min(e.timestamp) FILTER (WHERE e.business_event = 'replenishment_ordered') AS ordered_at, "
        "min(e.timestamp) FILTER (WHERE e.business_event = 'receipt_posted') AS received_at "
        "FROM core_event AS e JOIN core_event_object AS o ON o.event_id = e.event_id "
        "WHERE o.object_type = 'purchase_order' GROUP BY o.object_id"
    )
    assert round(log.one(f"SELECT median((epoch(received_at) - epoch(ordered_at)) / 3600) FROM ({first})")) == 165


def test_payments_executed_more_than_once_are_found(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM core_object WHERE object_type = 'payment'") == 927
    assert log.row(
        "SELECT count(*), count(DISTINCT invoice_id), sum(magnitude) FROM mart_exception WHERE type_code = 'repeated_payment'"
    ) == (188, 188, 1_166 - 927)


def test_purchase_orders_received_after_their_last_promise_are_found(log: Loaded) -> None:
    assert log.one("SELECT count(DISTINCT purchase_order_id) FROM core_supply") == 1_598
    assert log.row(
        "SELECT count(*), count(resolved_at), count(supplier_id) FROM mart_exception WHERE type_code = 'late_receipt'"
    ) == (662, 662, 662)


def test_delegated_approvals_are_found(log: Loaded) -> None:
    assert log.one("SELECT count(*) FROM mart_exception WHERE type_code = 'delegated_approval'") == 122


def test_an_initial_value_is_of_1970_and_not_refused_as_implausible(log: Loaded) -> None:
    """Attribute histories begin on 1970-01-01, which elsewhere would be too old."""
    initial = "FROM core_object_attribute WHERE valid_from = TIMESTAMP '1970-01-01'"
    assert log.one(f"SELECT count(DISTINCT object_id) {initial}") == 9_543
    assert log.one(f"SELECT count(*) {initial} AND value IS NULL") == 0


def test_a_change_without_a_new_value_does_not_erase_what_was_known(log: Loaded) -> None:
    vendor = "FROM core_object_attribute WHERE attribute = 'VendorEKKOLIFNR'"
    assert log.row(f"SELECT count(*), count(value) {vendor}") == (3_196, 1_598)
    assert log.one("SELECT count(*) FROM core_supply WHERE supplier_id IS NULL") == 0


def test_relations_to_objects_that_never_came_are_kept(log: Loaded) -> None:
    """1,014 invoice receipts are named by relations and are no objects of the log."""
    assert log.one("SELECT count(*) FROM core_object_object") == 20_402
    missing = "SELECT target_object_id FROM core_object_object WHERE target_object_id NOT IN (SELECT object_id FROM core_object)"
    assert log.row(f"SELECT count(*), count(DISTINCT target_object_id) FROM ({missing})") == (2_028, 1_014)
