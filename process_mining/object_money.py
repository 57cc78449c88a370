"""How much money do some objects carry, each order, delivery, invoice or loss once? Part of the object-centric view.

Money of different kinds is never added: what was ordered, shipped, billed and paid is the same trade seen four times.
All in the reporting currency by the rate of the day it arose (ruling 14); without a rate an amount is unknown, not zero.
"""

from typing import Any, Final

import pandas as pd

MONEY: Final = ["kind", "objects", "amount", "at_every_event", "unknown"]
KINDS: Final = ("order value", "purchase value", "freight", "invoiced to customers", "invoiced by suppliers", "cash received",
                "value at risk")  # fmt: skip


def money(cursor: Any) -> tuple[pd.DataFrame, dict[str, float]]:
    """Money of the `touched_object`s of this cursor (object_steps): by kind (MONEY), and by object type.

    `amount` counts once what carries the money: an order line, reached by itself or through its order; a purchase order's
    lines; a shipment; an invoice; a receipt; for value at risk the line, else the document that exceptions stand on, with
    the largest of their claims. `at_every_event`: what a sum over events and their objects would say. `unknown`: carriers
    without price or rate. By type: the money of its own objects, each once. What nothing is known of is left out.
    """
    cursor.execute("CREATE OR REPLACE TEMP TABLE carried AS " + _CARRIED)
    kinds = cursor.execute(_BY_KIND).df()
    kinds["place"] = [KINDS.index(kind) for kind in kinds["kind"]]
    by_type = dict(cursor.execute(_BY_TYPE).fetchall())
    return kinds.sort_values("place", ignore_index=True)[MONEY], by_type


# One row per touched object and what carries its money (`carrier`: counted once), in its own currency on its own day.
_STATED: Final = " UNION ALL ".join((
    "SELECT t.view, t.case_no, t.step_count, 'purchase value' AS kind, m.supply_id AS carrier, "
    "CAST(m.ordered_qty AS DOUBLE) * CAST(m.unit_cost AS DOUBLE) AS amount, m.currency_code, m.ordered_at AS day "
    "FROM touched_object AS t JOIN core_supply AS m ON m.purchase_order_id = t.case_id "
    "WHERE t.view = 'purchase_order' AND m.supply_type = 'purchase_order'",
    "SELECT t.view, t.case_no, t.step_count, CASE WHEN m.direction = 'payable' THEN 'invoiced by suppliers' "
    "ELSE 'invoiced to customers' END, m.invoice_id, CAST(m.amount AS DOUBLE), m.currency_code, coalesce(m.posted_at, m.billable_at) "
    "FROM touched_object AS t JOIN core_invoice AS m ON m.invoice_id = t.case_id WHERE t.view = 'invoice'",
    "SELECT t.view, t.case_no, t.step_count, 'cash received', m.cash_receipt_id, CAST(m.amount AS DOUBLE), m.currency_code, "
    "m.received_at FROM touched_object AS t JOIN core_cash_receipt AS m ON m.cash_receipt_id = t.case_id WHERE t.view = 'payment'",
))  # fmt: skip
# The same in the reporting currency; the marts have converted theirs when the build was made.
_CARRIED: Final = " UNION ALL ".join((
    "SELECT t.view, t.case_no, t.step_count, 'order value' AS kind, l.order_line_id AS carrier, "
    "CAST(l.line_amount AS DOUBLE) AS amount FROM touched_object AS t JOIN mart_order_line AS l "
    "ON l.order_line_id = t.case_id WHERE t.view = 'order_line'",
    "SELECT t.view, t.case_no, t.step_count, 'order value', l.order_line_id, CAST(l.line_amount AS DOUBLE) "
    "FROM touched_object AS t JOIN mart_order_line AS l ON l.order_id = t.case_id WHERE t.view = 'order'",
    "SELECT t.view, t.case_no, t.step_count, 'freight', m.shipment_id, CAST(m.freight_amount AS DOUBLE) "
    "FROM touched_object AS t JOIN mart_freight AS m ON m.shipment_id = t.case_id WHERE t.view = 'shipment'",
    "SELECT t.view, t.case_no, t.step_count, 'value at risk', m.money_key, m.amount "
    "FROM touched_object AS t JOIN mart_money_at_risk AS m ON m.exception_id = t.case_id WHERE t.view = 'exception'",
    "SELECT m.view, m.case_no, m.step_count, m.kind, m.carrier, "
    "m.amount * CASE WHEN m.currency_code = p.reporting_currency THEN 1 ELSE CAST(r.rate AS DOUBLE) END "
    f"FROM ({_STATED}) AS m CROSS JOIN policy AS p ASOF LEFT JOIN ref_currency_rate AS r "
    "ON r.currency_code = m.currency_code AND CAST(m.day AS DATE) >= r.valid_from",
))  # fmt: skip
_BY_KIND: Final = (
    "WITH once AS (SELECT kind, carrier, max(amount) AS amount FROM carried GROUP BY kind, carrier), "
    "naive AS (SELECT kind, sum(amount * step_count) AS at_every_event, count(DISTINCT (view, case_no)) AS objects "
    "FROM carried GROUP BY kind) "
    "SELECT o.kind, any_value(n.objects) AS objects, sum(o.amount) AS amount, any_value(n.at_every_event) AS at_every_event, "
    "count(*) FILTER (WHERE o.amount IS NULL) AS unknown FROM once AS o JOIN naive AS n ON n.kind = o.kind GROUP BY o.kind "
    "HAVING count(o.amount) > 0"
)
_BY_TYPE: Final = (
    "SELECT view, sum(amount) FROM (SELECT view, kind, carrier, max(amount) AS amount FROM carried "
    "WHERE kind <> 'invoiced by suppliers' GROUP BY view, kind, carrier) GROUP BY view HAVING count(amount) > 0"
)
