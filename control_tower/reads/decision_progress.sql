/* Grain: one row per order line of $order_line_ids: what must be served of it (ordered less cancelled) and what is
   (allocated or shipped, whichever is more: what ships was allocated first), in base units, and when the file that says
   so was loaded. Not a page's read: bounded by the lines asked for. */
SELECT
    line.order_line_id,
    greatest(coalesce(line.ordered_qty, 0) - coalesce(line.cancelled_qty, 0), 0) AS needed_qty,
    greatest(coalesce(line.allocated_qty, 0), coalesce(line.shipped_qty, 0), coalesce(line.delivered_qty, 0)) AS served_qty,
    ledger.loaded_at
FROM core_order_line AS line
LEFT JOIN load_ledger AS ledger ON line.file_no = ledger.file_no
WHERE list_contains(CAST($order_line_ids AS VARCHAR[]), line.order_line_id)
ORDER BY line.order_line_id
LIMIT 20000
