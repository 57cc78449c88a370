/* Grain: one row per open order line of the orders $order_ids: those that ship complete wait for each other, whatever
   their items are. Money in the reporting currency. Not a page's read: bounded by the orders asked for. */
SELECT
    line.order_line_id,
    line.order_id,
    line.open_qty,
    line.unit_price,
    coalesce(line.promise_date, line.requested_date) AS due_date
FROM mart_order_line AS line
WHERE line.open_qty > 0 AND line.cancelled_at IS NULL AND list_contains(CAST($order_ids AS VARCHAR[]), line.order_id)
ORDER BY line.order_line_id
LIMIT 200000
