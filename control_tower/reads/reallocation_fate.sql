/* Grain: one row per order line asked for, open or not: what became of it. Not a page's read: bounded by the lines
   asked for. */
SELECT
    order_line_id,
    ordered_qty,
    open_qty,
    coalesce(shipped_qty, 0) AS shipped_qty,
    released_at,
    cancelled_at
FROM mart_order_line
WHERE list_contains(CAST($order_line_ids AS VARCHAR[]), order_line_id)
ORDER BY order_line_id
LIMIT 200000
