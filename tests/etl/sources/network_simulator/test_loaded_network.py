"""Is the loaded distributor a network rather than random labels? Places, times, terms and habits, from the build alone."""

import numpy as np
import pytest

from tests.etl.sources.network_simulator.conftest import Loaded

pytestmark = pytest.mark.xdist_group("small_world")  # loaded once, by one worker


def test_every_site_picks_on_its_own_working_days_and_ships_at_its_own_cut_off(loaded: Loaded) -> None:
    """Time zones and calendars: by the site's clock nothing is picked on a closed day, and goods leave from 18:00 on.

    A shipment that a case held up leaves when the case is over: the median stands for the others.
    """
    query = """
        SELECT s.site_id, count(*) FILTER (c.weekday IS NULL OR h.holiday_date IS NOT NULL), count(*)
        FROM core_event AS e INNER JOIN core_site AS s ON e.site_id = s.site_id
        LEFT JOIN ref_calendar AS c ON s.calendar_code = c.calendar_code
            AND c.weekday = isodow(e.timestamp AT TIME ZONE 'UTC' AT TIME ZONE s.time_zone)
        LEFT JOIN ref_holiday AS h ON s.calendar_code = h.calendar_code
            AND h.holiday_date = CAST(e.timestamp AT TIME ZONE 'UTC' AT TIME ZONE s.time_zone AS DATE)
        WHERE e.activity = 'Start picking' GROUP BY s.site_id"""
    picked = loaded.rows(query)
    assert len(picked) == 8
    assert all(closed == 0 < all_of_them for _, closed, all_of_them in picked)
    hours = loaded.rows("""
        SELECT s.site_id, median(hour(p.shipped_at AT TIME ZONE 'UTC' AT TIME ZONE s.time_zone)), median(hour(p.shipped_at))
        FROM core_shipment AS p INNER JOIN core_site AS s ON p.site_id = s.site_id WHERE p.shipped_at IS NOT NULL GROUP BY 1""")
    assert {local for _, local, _ in hours} == {18}
    assert {utc for *_, utc in hours} == {16, 17}, "two time zones at least"
    assert loaded.rows("SELECT count(DISTINCT calendar_code) FROM core_site") == [(2,)]


def test_demand_falls_with_the_rank_of_an_item_as_zipf_says(loaded: Loaded) -> None:
    """The slope of the logarithms over the hundred most wanted items is that of the law, 0.85."""
    counts = np.array(
        [row[0] for row in loaded.rows("SELECT count(*) FROM core_order_line GROUP BY item_id ORDER BY 1 DESC")]
    )
    slope = np.polyfit(np.log(np.arange(1, 101)), np.log(counts[:100]), 1)[0]
    assert slope == pytest.approx(-0.85, abs=0.12)


def test_items_have_spares_of_their_family_and_stock_that_is_never_promised(loaded: Loaded) -> None:
    """Approved substitutes and safety stock."""
    ((spares, alike),) = loaded.rows("""
        SELECT count(*), count(*) FILTER (i.product_family = o.product_family AND i.item_id <> o.item_id)
        FROM core_item_substitute AS s INNER JOIN core_item AS i ON s.item_id = i.item_id
        INNER JOIN core_item AS o ON s.substitute_item_id = o.item_id""")
    assert spares == alike > 50
    assert loaded.rows("SELECT bool_and(safety_stock_qty > 0) FROM core_inventory") == [(True,)]


def test_suppliers_deliver_after_their_lead_time(loaded: Loaded) -> None:
    """Per supplier with ten receipts the median from order to receipt is its agreed lead time, to a day and a half."""
    rows = loaded.rows("""
        SELECT median(epoch(p.received_at) - epoch(p.ordered_at)) / 86400 - any_value(s.lead_time_days), any_value(s.sends_asn),
            count(p.asn_qty) FROM core_supply AS p INNER JOIN core_supplier AS s ON p.supplier_id = s.supplier_id
        WHERE p.received_at IS NOT NULL GROUP BY p.supplier_id HAVING count(*) >= 10""")
    assert len(rows) > 10
    assert all(abs(float(gap)) <= 1.5 for gap, *_ in rows)
    assert all(notices > 0 for _, sends, notices in rows if sends)


def test_contracts_are_kept(loaded: Loaded) -> None:
    """Ship complete: one shipment an order, others split; only strategic customers are protected; guides bind carriers."""
    split = dict(
        loaded.rows("""
        SELECT c.is_ship_complete, count(*) FROM (
            SELECT order_id FROM core_shipment GROUP BY order_id HAVING count(*) > 1) AS two
        INNER JOIN core_order AS o ON two.order_id = o.order_id
        INNER JOIN core_customer AS c ON o.customer_id = c.customer_id GROUP BY 1""")
    )
    assert split.get(True, 0) == 0 < split[False]
    assert loaded.rows("SELECT DISTINCT tier FROM core_customer WHERE is_promise_protected") == [("strategic",)]
    assert loaded.rows("SELECT count(DISTINCT tier), bool_and(credit_limit_amount > 0) FROM core_customer") == [
        (4, True)
    ]
    carriers = """
        SELECT max(carriers) FROM (SELECT count(DISTINCT p.carrier_id) AS carriers FROM core_shipment AS p
        INNER JOIN core_order AS o ON p.order_id = o.order_id INNER JOIN core_customer AS c ON o.customer_id = c.customer_id
        WHERE c.routing_guide_code IS NOT NULL AND o.priority > 1 GROUP BY c.customer_id)"""
    assert loaded.rows(carriers) == [(1,)]


def test_customers_pay_by_habit(loaded: Loaded) -> None:
    """Most pay before the due day and each of them about as early every time; some pay late, most of the time."""
    rows = loaded.rows("""
        SELECT median(CAST(paid_at AS DATE) - due_date) FROM core_invoice WHERE paid_at IS NOT NULL AND direction = 'receivable'
        GROUP BY customer_id HAVING count(*) >= 5""")
    habits = np.array([float(row[0]) for row in rows])
    assert len(habits) > 30
    assert (habits < 0).mean() > 0.8
    within = loaded.rows("""
        SELECT median(spread) FROM (SELECT mad(epoch(paid_at) / 86400 - epoch(due_date) / 86400) AS spread FROM core_invoice
        WHERE paid_at IS NOT NULL AND direction = 'receivable' GROUP BY customer_id HAVING count(*) >= 5)""")
    assert float(within[0][0]) < np.std(habits)


def test_people_leave_notes_in_their_own_words_about_the_case_at_hand(loaded: Loaded) -> None:
    """Free text on what people did, said in several ways for every common type of case."""
    told = loaded.rows("""
        SELECT x.type_code, e.note FROM core_event AS e
        INNER JOIN core_event_object AS o ON e.event_id = o.event_id AND o.object_type = 'exception'
        INNER JOIN mart_exception AS x ON o.object_id = x.exception_id
        WHERE e.note IS NOT NULL AND e.resource_type = 'human'""")
    assert len(told) > 100
    common = [kind for kind in {kind for kind, _ in told} if sum(one == kind for one, _ in told) >= 20]
    assert common
    assert all(len({note for one, note in told if one == kind}) >= 3 for kind in common)
