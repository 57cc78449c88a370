"""What does a loaded build show of each planted cause? One count per cause, in the place and window of truth.json.

Read from the build alone, in SQL of the tests' own: nothing here knows how the simulator makes a cause.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tests.etl.sources.network_simulator.conftest import Loaded

Cause = dict[str, Any]
STILL_SEEN = timedelta(days=5)
"""How long after its window the cases of a cause are still seen."""
_COLUMN = {"site": "e.site_id", "carrier": "e.carrier_id", "supplier": "e.supplier_id"}


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int


def window(cause: Cause) -> tuple[datetime, datetime]:
    """From when to when the cause was at work."""
    return datetime.fromisoformat(cause["since"]), datetime.fromisoformat(cause["until"])


def cases(build: Loaded, cause: Cause) -> int:
    """Exceptions of the cause's types that systems reported at its place in its window."""
    since, until = window(cause)
    asked = ["e.local_code IS NOT NULL", "list_contains(?, e.type_code)", "e.detected_at >= ?", "e.detected_at < ?"]
    values: list[Any] = [cause["types"], since, until + STILL_SEEN]
    for name, value in cause["place"].items():
        if name in _COLUMN:
            asked.append(f"{_COLUMN[name]} = ?")
            values.append(f"demo:{value}")
        elif name in ("segment", "channel"):
            asked.append("c.segment = ?" if name == "segment" else "o.channel = ?")
            values.append(value)
    query = f"""
        SELECT count(*) FROM core_exception AS e LEFT JOIN core_customer AS c ON e.customer_id = c.customer_id
        LEFT JOIN core_order AS o ON e.order_id = o.order_id WHERE {" AND ".join(asked)}"""
    ((count,),) = build.rows(query, values)
    return int(count)


def _share(build: Loaded, query: str, *values: Any) -> Share:
    ((hits, of),) = build.rows(query, list(values))
    return Share(int(hits), int(of))


def wrong_notices(build: Loaded, cause: Cause, *, everywhere: bool = False) -> Share:
    """Announced deliveries that came in the window; a hit is one whose notice named another quantity."""
    query = """
        SELECT count(*) FILTER (asn_qty <> received_qty), count(*) FROM core_supply
        WHERE asn_qty IS NOT NULL AND (? OR (supplier_id = ? AND received_at >= ? AND received_at < ?))
            AND received_at IS NOT NULL"""
    return _share(build, query, everywhere, f"demo:{cause['place']['supplier']}", *window(cause))


def failed_transformations(build: Loaded, cause: Cause) -> Share:
    """Orders of the segment that came by EDI in the window; a hit is one whose message could not be read."""
    query = """
        SELECT count(*) FILTER (EXISTS (SELECT 1 FROM core_exception AS e
            WHERE e.order_id = o.order_id AND e.type_code = 'failed_transformation')), count(*)
        FROM core_order AS o INNER JOIN core_customer AS c ON o.customer_id = c.customer_id
        WHERE o.channel = ? AND c.segment = ? AND o.order_at >= ? AND o.order_at < ?"""
    return _share(build, query, cause["place"]["channel"], cause["place"]["segment"], *window(cause))


def promotions_in_conflict(build: Loaded, cause: Cause) -> Share:
    """Web orders of the window with a line of the family; a hit is one whose promotion was priced differently."""
    query = """
        SELECT count(*) FILTER (EXISTS (SELECT 1 FROM core_exception AS e
            WHERE e.order_id = o.order_id AND e.type_code = 'promotion_mismatch')), count(*)
        FROM core_order AS o WHERE o.channel = ? AND o.order_at >= ? AND o.order_at < ? AND EXISTS (
            SELECT 1 FROM core_order_line AS l INNER JOIN core_item AS i ON l.item_id = i.item_id
            WHERE l.order_id = o.order_id AND i.product_family = ?)"""
    return _share(build, query, cause["place"]["channel"], *window(cause), cause["place"]["family"])


def messages_sent_again(build: Loaded, cause: Cause) -> Share:
    """Messages of the channel's orders of the window; a hit is one that needed a second attempt."""
    query = """
        SELECT count(*) FILTER (attempts > 1), count(*) FROM (
            SELECT m.message_id, count(*) AS attempts FROM core_integration_message AS m
            INNER JOIN core_order AS o ON m.order_id = o.order_id
            WHERE o.channel = ? AND o.order_at >= ? AND o.order_at < ? AND m.interface_id LIKE '%.ORDERS.IN'
            GROUP BY m.message_id)"""
    return _share(build, query, cause["place"]["channel"], *window(cause))


def failed_departures(build: Loaded, cause: Cause) -> Share:
    """Departures of the carrier that were planned in the window; a hit is one that it could not drive."""
    query = """
        SELECT count(*) FILTER (EXISTS (SELECT 1 FROM core_exception AS e
            WHERE e.shipment_id = s.shipment_id AND e.type_code = 'carrier_failure')), count(*)
        FROM core_shipment AS s WHERE s.carrier_id = ? AND s.planned_ship_at >= ? AND s.planned_ship_at < ?"""
    return _share(build, query, f"demo:{cause['place']['carrier']}", *window(cause))


def deliveries_held_back(build: Loaded, cause: Cause) -> Share:
    """Deliveries that the supplier promised for the window; a hit is one that did not come in it.

    A delivery may come a day early or late anyway: the first and the last two days are left out.
    """
    since, until = window(cause)
    query = """
        SELECT count(*) FILTER (received_at IS NULL OR received_at >= ?), count(*) FROM core_supply
        WHERE supplier_id = ? AND promised_date >= ? AND promised_date < ?"""
    edges = (since + timedelta(days=1), until - timedelta(days=2))
    return _share(build, query, until, f"demo:{cause['place']['supplier']}", *edges)


def items_reserved_whole(build: Loaded, cause: Cause) -> Share:
    """Items of the family that lay at the site at a count of the window; a hit is one that was reserved to the last piece."""
    query = """
        SELECT count(*) FILTER (v.reserved_qty >= v.on_hand_qty), count(*) FROM core_inventory AS v
        INNER JOIN core_item AS i ON v.item_id = i.item_id WHERE v.site_id = ? AND i.product_family = ?
            AND v.snapshot_at >= ? AND v.snapshot_at < ? AND v.on_hand_qty > 0"""
    return _share(build, query, f"demo:{cause['place']['site']}", cause["place"]["family"], *window(cause))


def days_late(build: Loaded, cause: Cause) -> float:
    """Median days after the planned day on which the lane delivered what it shipped in the window.

    Only what was due from Monday to Wednesday, so that no weekend lies between.
    """
    query = """
        SELECT median(CAST(delivered_at AS DATE) - CAST(planned_delivery_at AS DATE)) FROM core_shipment
        WHERE site_id = ? AND carrier_id = ? AND shipped_at >= ? AND shipped_at < ?
            AND isodow(planned_delivery_at) <= 3 AND delivered_at IS NOT NULL"""
    place = (f"demo:{cause['place']['site']}", f"demo:{cause['place']['carrier']}")
    ((days,),) = build.rows(query, [*place, *window(cause)])
    return float(days)


def people_on_mondays(build: Loaded, cause: Cause) -> Share:
    """People of the team who ever did something; a hit is one who ever did on a Monday."""
    query = """
        SELECT count(DISTINCT resource) FILTER (isodow(timestamp) = 1), count(DISTINCT resource) FROM core_event
        WHERE team_id = ? AND resource_type = 'human'"""
    return _share(build, query, f"demo:{cause['place']['team']}")


def decision_seconds(build: Loaded, team: str) -> float:
    """Median seconds from the beginning of a decision to its end, of those that were made in one go."""
    query = """
        WITH step AS (
            SELECT e.activity, e.timestamp, e.team_id, lead(e.activity) OVER way AS next, lead(e.timestamp) OVER way AS ended
            FROM core_event AS e INNER JOIN core_event_object AS l ON e.event_id = l.event_id AND l.object_type = 'exception'
            WINDOW way AS (PARTITION BY l.object_id ORDER BY e.timestamp, e.event_no))
        SELECT median(epoch(ended) - epoch(timestamp)) FROM step
        WHERE activity = 'Begin decision' AND next IN ('Approve', 'Reject') AND team_id = ?
            AND CAST(timestamp AS DATE) = CAST(ended AS DATE)"""
    ((seconds,),) = build.rows(query, [f"demo:{team}"])
    return float(seconds)


SHARES: dict[str, Callable[[Loaded, Cause], Share]] = {
    "edi_map": failed_transformations, "promotion_price": promotions_in_conflict, "retry_storm": messages_sent_again,
    "carrier_outage": failed_departures, "supplier_stop": deliveries_held_back,
    "tender_reservation": items_reserved_whole,
}  # fmt: skip
"""Causes whose size is the share of something that can be counted in a build."""
