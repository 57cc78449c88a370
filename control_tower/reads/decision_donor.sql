/* Grain: one row, what the order line $order_line_id holds of $item_id and has not shipped, in base units. */
SELECT coalesce(allocated_qty, 0) - coalesce(shipped_qty, 0) AS qty
FROM core_order_line
WHERE order_line_id = $order_line_id AND item_id = $item_id
LIMIT 1
