/* Grain: one row per open order line of the asked items, with its order, customer and contract; money in the
   reporting currency. Lines that wait and lines that have stock: who is short and who could give is decided in
   control_tower/reallocation. Not a page's read: bounded by the open lines of the asked items. */
WITH credit AS (
    SELECT DISTINCT order_id
    FROM mart_exception
    WHERE is_open AND category = 'credit' AND order_id IS NOT NULL AND type_code IN ('credit_hold', 'blocked_account')
),

punctual AS (
    SELECT
        line.customer_id,
        avg(CASE WHEN CAST(line.shipped_at AS DATE) > line.promise_date THEN 1.0 ELSE 0.0 END) AS late_rate
    FROM mart_order_line AS line
    CROSS JOIN policy
    WHERE line.shipped_at >= policy.as_of - to_days(CAST($recent_days AS INTEGER))
    GROUP BY line.customer_id
)

SELECT
    line.order_line_id,
    line.order_id,
    line.customer_id,
    line.item_id,
    line.site_id,
    coalesce(named.supplier_id, line.supplier_id) AS supplier_id,
    line.open_qty,
    line.ordered_qty,
    least(coalesce(line.allocated_qty, 0), coalesce(line.confirmed_qty, line.allocated_qty, 0), line.open_qty) AS covered_qty,
    line.unit_price,
    line.unit_cost,
    line.promise_date,
    line.requested_date,
    line.projected_date,
    CAST(line.contract_due_at AS DATE) AS contract_due_date,
    line.order_at,
    line.backordered_at,
    line.reservation_failed_at,
    (line.released_at IS NOT NULL) AS is_released,
    line.customer_tier,
    booked.priority,
    customer.country_code AS customer_country,
    customer.is_split_allowed,
    customer.min_split_margin_rate,
    customer.is_ship_complete,
    customer.is_promise_protected,
    customer.routing_guide_code,
    item.is_regulated,
    (credit.order_id IS NOT NULL) AS is_credit_blocked,
    coalesce(punctual.late_rate, 0) AS late_rate
FROM mart_order_line AS line
LEFT JOIN core_order_line AS named ON line.order_line_id = named.order_line_id
LEFT JOIN core_order AS booked ON line.order_id = booked.order_id
LEFT JOIN core_customer AS customer ON line.customer_id = customer.customer_id
LEFT JOIN core_item AS item ON line.item_id = item.item_id
LEFT JOIN credit ON line.order_id = credit.order_id
LEFT JOIN punctual ON line.customer_id = punctual.customer_id
WHERE line.open_qty > 0 AND line.cancelled_at IS NULL AND list_contains(CAST($item_ids AS VARCHAR[]), line.item_id)
ORDER BY line.order_line_id
LIMIT 200000
