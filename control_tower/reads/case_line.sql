/* Grain: one row per order line that the exception $exception_id is about: its own, or all of its order. */
SELECT
    line.order_line_id,
    line.order_id,
    line.line_no,
    line.item_id,
    item.name AS item,
    line.site_id,
    line.supplier_id,
    line.ordered_qty::DOUBLE AS ordered_qty,
    line.allocated_qty::DOUBLE AS allocated_qty,
    line.shipped_qty::DOUBLE AS shipped_qty,
    line.open_qty::DOUBLE AS open_qty,
    line.unit_price::DOUBLE AS unit_price,
    line.open_amount::DOUBLE AS open_amount,
    line.promise_date,
    line.projected_date,
    line.shipped_at,
    line.delivered_at,
    (line.order_line_id = raised.order_line_id) AS is_own
FROM mart_exception AS raised
INNER JOIN mart_order_line AS line
    ON line.order_line_id = raised.order_line_id OR (raised.order_line_id IS NULL AND line.order_id = raised.order_id)
LEFT JOIN core_item AS item ON line.item_id = item.item_id
WHERE raised.exception_id = $exception_id
ORDER BY line.line_no NULLS LAST, line.order_line_id
LIMIT 1000
