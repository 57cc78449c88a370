/* Grain: one row per order line of $order_line_ids: what must be served of it (ordered less cancelled) and what is
   (allocated or shipped, whichever is more: what ships was allocated first), in base units. Not a page's read: bounded
   by the lines asked for. */
SELECT
    order_line_id,
    greatest(coalesce(ordered_qty, 0) - coalesce(cancelled_qty, 0), 0) AS needed_qty,
    greatest(coalesce(allocated_qty, 0), coalesce(shipped_qty, 0), coalesce(delivered_qty, 0)) AS served_qty
FROM core_order_line
WHERE list_contains(CAST($order_line_ids AS VARCHAR[]), order_line_id)
ORDER BY order_line_id
LIMIT 20000
