"""Are objects shown and written without counting an event twice, and does pm4py read back what we wrote?"""

import gzip
import warnings
from pathlib import Path

import pytest

from control_tower import warehouse
from control_tower.errors import ControlTowerError
from control_tower.settings import Settings
from process_mining import object_centric, ocel_export
from process_mining.cohort import Cohort
from tests.acceptance.loaded import tower_load
from tests.process_mining import small_home

pytestmark = pytest.mark.xdist_group("known_logs")  # loaded once, by one worker

EVENTS = {
    "e1": ("Place order", 0, {"order": ["o1"], "item": ["i1", "i2"]}),
    "e2": ("Pick item", 1, {"order": ["o1"], "item": ["i1"]}),
    "e3": ("Pick item", 3, {"order": ["o1"], "item": ["i2"]}),
    "e4": ("Ship", 7, {"order": ["o1"], "item": ["i1", "i2"]}),
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory):
    happened = [
        {"event_id": e, "event_no": n, "activity": a, "timestamp": small_home.START + small_home.timedelta(hours=h)}
        for n, (e, (a, h, _)) in enumerate(EVENTS.items())
    ]
    related = [
        {"event_id": e, "object_id": o, "object_type": kind, "qualifier": f"{kind} of it"}
        for e, (_, _, held) in EVENTS.items() for kind, objects in held.items() for o in objects
    ]  # fmt: skip
    links = [{"source_object_id": "o1", "target_object_id": i, "qualifier": "comprises"} for i in ("i1", "i2")]
    worth = [{"object_id": "i1", "attribute": "weight", "valid_from": small_home.START, "sequence_no": 1, "value": "3"}]
    return small_home.made(
        tmp_path_factory.mktemp("objects"),
        {
            "core_event": happened,
            "core_event_object": related,
            "core_object_object": links,
            "core_object_attribute": worth,
        },
    )


def test_events_and_time_are_counted_once_and_convergence_and_divergence_are_measured(build) -> None:
    """PM-09, worked by hand: an order is picked once per item (divergence), two of four events hold two items."""
    found = object_centric.object_view(build, Cohort(view="order"))
    assert (found.events, found.span_seconds) == (4, 7 * 3600)
    types = found.types.set_index("object_type")
    assert types.loc["item", ["objects", "events", "event_objects", "convergence", "divergence"]].to_list() == [
        2,
        4,
        6,
        0.5,
        0,
    ]
    assert types.loc["order", ["objects", "events", "event_objects", "convergence", "divergence"]].to_list() == [
        1,
        4,
        4,
        0,
        1,
    ]
    ((kind, number),) = [(row["qualifier"], row["relations"]) for row in found.related.to_dict("records")]
    assert (kind, number) == ("comprises", 2)


def happened(kept: dict) -> dict[str, list]:
    """core_event and core_event_object of events typed as name → (activity, hour, {type: objects})."""
    return {
        "core_event": [
            {"event_id": e, "event_no": n, "activity": a, "timestamp": small_home.START + small_home.timedelta(hours=h)}
            for n, (e, (a, h, _)) in enumerate(kept.items())
        ],
        "core_event_object": [
            {"event_id": e, "object_id": o, "object_type": kind, "qualifier": kind}
            for e, (_, _, held) in kept.items() for kind, objects in held.items() for o in objects
        ],
    }  # fmt: skip


def once(build: warehouse.Build, view: str) -> dict[str, tuple]:
    """Kind → (objects, amount once, at every event, carriers without amount)."""
    money = object_centric.object_view(build, Cohort(view=view)).money
    return {row[0]: tuple(row[1:]) for row in money.itertuples(index=False)}


def test_an_order_line_counts_once_however_many_objects_carry_it(tmp_path: Path) -> None:
    """By hand: 10 × 5 and 4 × 20, touched as lines and through their order; o2 has no price."""
    tables = happened({
        "e1": ("Book", 0, {"order": ["o1"], "order_line": ["l1", "l2"]}), "e2": ("Pick", 1, {"order_line": ["l1"]}),
        "e3": ("Ship", 2, {"order": ["o1"]}), "e4": ("Book", 0, {"order": ["o2"]}),
    })  # fmt: skip
    lines = [("l1", "o1", 10, 5), ("l2", "o1", 4, 20), ("l3", "o2", 7, None)]
    tables |= {
        "core_order": [{"order_id": one, "order_at": small_home.START, "currency_code": "EUR"} for one in ("o1", "o2")],
        "core_order_line": [{"order_line_id": line, "order_id": order, "line_no": 1, "ordered_qty": many, "unit_price": price,
                             "currency_code": "EUR"} for line, order, many, price in lines],
        "ref_currency_rate": [{"currency_code": "EUR", "valid_from": small_home.START.date(), "rate": 1}],
    }  # fmt: skip
    build = small_home.made(tmp_path, tables)
    # e2 is no event of an order, so the line's second event is not chosen: 130 as lines, 260 through the order
    assert once(build, "order") == {"order value": (4, 130, 390, 1)}
    found = object_centric.object_view(build, Cohort(view="order"))
    assert found.types.set_index("object_type")["amount"].to_dict() == {"order": 130, "order_line": 130}
    (told,) = object_centric.as_json(found, 5)["money"]
    assert (told["kind"], told["amount"], told["unknown"]) == ("order value", 130, 1)


def test_freight_bills_receipts_purchases_and_risk_count_once_and_apart(tmp_path: Path) -> None:
    """By hand: two events each, dollars at 0.5 from the 1st and 0.8 from the 5th, two exceptions on one invoice."""
    both = {
        "shipment": ["s1"],
        "invoice": ["i1", "i2", "i3"],
        "payment": ["p1"],
        "purchase_order": ["po1"],
        "exception": ["x1", "x2"],
    }
    tables = happened({"e1": ("Bill", 0, both), "e2": ("Close", 1, both)})
    early, late = small_home.START, small_home.START + small_home.timedelta(days=7)
    tables |= {
        "ref_currency_rate": [
            {"currency_code": "EUR", "valid_from": early.date(), "rate": 1},
            {"currency_code": "USD", "valid_from": early.date(), "rate": 0.5},
            {"currency_code": "USD", "valid_from": small_home.START.date() + small_home.timedelta(days=5), "rate": 0.8},
        ],
        "core_shipment": [{"shipment_id": "s1", "shipped_at": late, "freight_amount": 10, "currency_code": "USD"}],
        "core_invoice": [
            {"invoice_id": "i1", "direction": "receivable", "posted_at": early, "amount": 100, "currency_code": "USD"},
            {"invoice_id": "i2", "direction": "payable", "posted_at": early, "amount": 7, "currency_code": "EUR"},
            {"invoice_id": "i3", "direction": "receivable", "posted_at": early, "amount": 900, "currency_code": "CHF"},
        ],
        "core_cash_receipt": [{"cash_receipt_id": "p1", "received_at": late, "amount": 100, "currency_code": "USD"}],
        "core_supply": [
            {"supply_id": "r1", "supply_type": "purchase_order", "purchase_order_id": "po1", "ordered_qty": 3, "unit_cost": 2,
             "currency_code": "EUR", "ordered_at": early},
            {"supply_id": "r2", "supply_type": "asn", "purchase_order_id": "po1", "ordered_qty": 3, "unit_cost": 2,
             "currency_code": "EUR", "ordered_at": early},
        ],
        "core_exception": [
            {**one, "invoice_id": "i1", "value_at_risk_amount": worth, "currency_code": "EUR"}
            for one, worth in zip(small_home.exceptions(["x1", "x2"]), (30, 50), strict=True)
        ],
    }  # fmt: skip
    assert once(small_home.made(tmp_path, tables), "invoice") == {
        "purchase value": (1, 6, 12, 0), "freight": (1, 8, 16, 0), "invoiced to customers": (2, 50, 100, 1),
        "invoiced by suppliers": (1, 7, 14, 0), "cash received": (1, 80, 160, 0), "value at risk": (2, 50, 160, 0),
    }  # fmt: skip


def test_the_map_of_each_type_counts_objects_and_events_apart(build) -> None:
    found = object_centric.object_view(build, Cohort(view="order"))
    edges = {
        (e["object_type"], e["source"], e["target"]): (e["events"], e["objects"], e["distinct_events"])
        for e in found.edges.to_dict("records")
    }
    assert edges == {
        ("item", "Pick item", "Ship"): (2, 2, 2), ("item", "Place order", "Pick item"): (2, 2, 2),
        ("order", "Place order", "Pick item"): (1, 1, 1), ("order", "Pick item", "Pick item"): (1, 1, 1),
        ("order", "Pick item", "Ship"): (1, 1, 1),
    }  # fmt: skip


def pm4py_reads(path: Path):
    import pm4py

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pm4py.read_ocel2_json(str(path)) if path.suffix == ".json" else pm4py.read_ocel2_xml(str(path))


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_pm4py_reads_what_we_write(build, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"log.{kind}"
    assert ocel_export.write(build, Cohort(view="order"), path) == ocel_export.Written(4, 3, 10)
    found = pm4py_reads(path)
    assert (len(found.events), len(found.objects), len(found.relations), len(found.o2o)) == (4, 3, 10, 2)
    assert set(found.relations["ocel:qualifier"]) == {"order of it", "item of it"}
    assert found.events["ocel:timestamp"].min().isoformat() == "2026-03-02T08:00:00"
    assert "3" in found.objects.get("weight", found.object_changes.get("weight")).astype(str).to_list()


def test_another_ending_is_refused(build, tmp_path: Path) -> None:
    with pytest.raises(ControlTowerError, match=r"json or \.xml"):
        ocel_export.write(build, Cohort(view="order"), tmp_path / "log.csv")


@pytest.fixture(scope="module")
def order_management(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> warehouse.Build:
    home = tmp_path_factory.mktemp("order_management")
    tower_load("ocel_order_management", shared_data / "ocel_order_management", home)
    return warehouse.open_current(Settings(home=home))


@pytest.mark.parametrize("kind", ["json", pytest.param("xml", marks=pytest.mark.slow)])
def test_order_management_comes_back_with_equal_counts(
    kind: str, order_management: warehouse.Build, shared_data: Path, tmp_path: Path
) -> None:
    """Both official files: every order's events with all their objects, out and in again through pm4py."""
    build, name = order_management, f"order-management.{kind}.gz"
    original = tmp_path / f"original.{kind}"
    original.write_bytes(gzip.decompress((shared_data / "ocel_order_management" / name).read_bytes()))
    expected = pm4py_reads(original)
    ids = set(expected.relations.loc[expected.relations["ocel:type"] == "orders", "ocel:eid"])
    path = tmp_path / f"ours.{kind}"
    written = ocel_export.write(build, Cohort(view=_orders(build)), path)
    found = pm4py_reads(path)
    assert written.events == len(found.events) == len(ids)
    assert len(found.relations) == written.relations
    theirs = found.relations["ocel:type"] != "exception"  # the exceptions that the source sees in the log are ours
    assert int(theirs.sum()) == int(expected.relations["ocel:eid"].isin(ids).sum())
    assert found.events["ocel:activity"].value_counts().to_dict() == (
        expected.events[expected.events["ocel:eid"].isin(ids)]["ocel:activity"].value_counts().to_dict()
    )


def _orders(build) -> str:
    from process_mining.kept_cases import views

    return next(view for view in views(build) if view in ("order", "orders"))
