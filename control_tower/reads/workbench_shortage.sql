/* Grain: one row per item for which an open exception's order line waits: how many lines share the shortage, what they
   are worth, and the exception by which the workbench is opened (the costliest). */
WITH waiting AS (
    SELECT
        order_line_id,
        customer_id,
        item_id,
        site_id,
        unit_price,
        open_qty - least(coalesce(allocated_qty, 0), coalesce(confirmed_qty, allocated_qty, 0), open_qty) AS short_qty
    FROM mart_order_line
    WHERE open_qty > 0 AND cancelled_at IS NULL AND released_at IS NULL
),

raised AS (
    SELECT
        w.order_line_id,
        arg_max(e.exception_id, coalesce(e.value_at_risk_amount, 0)) AS exception_id,
        max(coalesce(e.value_at_risk_amount, 0)) AS amount
    FROM {exceptions} AS e
    INNER JOIN waiting AS w ON e.order_line_id = w.order_line_id
    WHERE e.is_open AND w.short_qty > 0
    GROUP BY w.order_line_id
)

SELECT
    waiting.item_id,
    any_value(coalesce(item.name, regexp_replace(waiting.item_id, '^[^:]+:', ''))) AS item,
    count(*) AS line_count,
    count(DISTINCT waiting.customer_id) AS customer_count,
    count(DISTINCT waiting.site_id) AS site_count,
    sum(waiting.short_qty)::DOUBLE AS short_qty,
    sum(waiting.short_qty * waiting.unit_price)::DOUBLE AS amount,
    arg_max(raised.exception_id, raised.amount) AS exception_id
FROM waiting
INNER JOIN raised ON waiting.order_line_id = raised.order_line_id
LEFT JOIN core_item AS item ON waiting.item_id = item.item_id
GROUP BY waiting.item_id
ORDER BY amount DESC NULLS LAST, waiting.item_id
LIMIT 50
