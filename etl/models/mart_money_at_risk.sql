/* Grain: one row per exception and what its money stands on: its order line, else each line of its order (its value
   is shared among them by their amounts), else the order, invoice, shipment or the exception itself. Money counts
   once per money_key, whichever way exceptions are added up. */
WITH affected AS (
    SELECT
        x.exception_id,
        x.order_id,
        x.invoice_id,
        x.shipment_id,
        x.order_line_id,
        x.value_at_risk_amount,
        l.order_line_id AS line_of_order_id,
        coalesce(l.line_amount, 0) AS line_amount
    FROM mart_exception AS x
    LEFT JOIN mart_order_line AS l ON l.order_id = CASE WHEN x.order_line_id IS NULL THEN x.order_id END
),
whole AS (
    SELECT
        a.exception_id,
        sum(a.line_amount) AS order_amount,
        count(a.exception_id) AS line_count
    FROM affected AS a
    GROUP BY a.exception_id
)
SELECT
    a.exception_id,
    coalesce(
        'line ' || coalesce(a.order_line_id, a.line_of_order_id),
        'order ' || a.order_id,
        'invoice ' || a.invoice_id,
        'shipment ' || a.shipment_id,
        'exception ' || a.exception_id
    ) AS money_key,
    CASE
        WHEN a.line_of_order_id IS NULL THEN CAST(a.value_at_risk_amount AS DOUBLE)
        ELSE
            CAST(a.value_at_risk_amount AS DOUBLE) * CASE
                WHEN w.order_amount = 0 THEN 1.0 / w.line_count
                ELSE CAST(a.line_amount AS DOUBLE) / CAST(w.order_amount AS DOUBLE)
            END
    END AS amount
FROM affected AS a
INNER JOIN whole AS w ON w.exception_id = a.exception_id
